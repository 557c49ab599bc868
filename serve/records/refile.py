"""Corrections of where a photo is filed: its view, region, camera or visit, and photos that were filed by mistake.

Verdicts follow by themselves, since they are computed from the rows. A photo whose view changed is scored again as that
view, from its stored bytes.
"""

from __future__ import annotations

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.erasure import leave_no_trace
from scarscore.serve.records.find import photo_row, visit_row
from scarscore.serve.records.history import held
from scarscore.serve.records.keep import KEEP, Keep, kept
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place, StoredPhoto, check_not_there, stored
from scarscore.serve.records.scored import Scoring
from scarscore.serve.records.scores import settle
from scarscore.serve.records.tables import Json, PhotoRow
from scarscore.serve.scoring.result import View


def correct_photo(
    clinic: Clinic,
    who: Who,
    scoring: Scoring,
    photo_id: str,
    *,
    view: View | Keep = KEEP,
    region: str | Keep | None = KEEP,
    camera: str | Keep = KEEP,
    visit_id: str | Keep = KEEP,
) -> StoredPhoto:
    """File a photo otherwise, also at another patient's visit; old and new values go into the audit log.

    Raises `NotFound`, `Invalid`, and `Conflict` where its course has the photo already.
    """
    detail: Json = {}
    with clinic.doing(Deed(who.account, "correct", f"photo/{photo_id}", detail)) as session:
        row = photo_row(session, photo_id)
        visit = visit_row(session, kept(visit_id, row.visit_id), lock=True)
        place = Place(kept(view, View(row.view)), kept(region, row.region), kept(camera, row.camera)).checked()
        assert place.view is not None
        before = _values(row)
        check_not_there(session, visit, row.source_sha256, row.sha256, own=row.id)
        row.visit_id, row.view, row.region, row.camera = visit.id, place.view.value, place.region, place.camera
        detail.update({name: [old, new] for name, new in _values(row).items() if (old := before[name]) != new})
        held(session, visit.course_id)
    settle(clinic, who, scoring, visit.course_id)
    with clinic.database.read() as session:
        return stored(session, photo_row(session, photo_id))


def erase_photo(clinic: Clinic, who: Who, photo_id: str) -> None:
    """Erase a photo that was filed by mistake: its key, then its file. Its row stays, so that its id is explained.

    Its scores stay too, and count no more. Raises `NotFound`, and as `leave_no_trace` does.
    """
    with clinic.doing(Deed(who.account, "erase", f"photo/{photo_id}")) as session:
        row = photo_row(session, photo_id)
        visit_row(session, row.visit_id, lock=True)
        row.wrapped_key, row.erased = None, now()
    leave_no_trace(clinic, [photo_id])


def _values(row: PhotoRow) -> Json:
    return {"visit": row.visit_id, "view": row.view, "region": row.region, "camera": row.camera}
