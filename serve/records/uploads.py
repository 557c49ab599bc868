"""An upload from its bytes to the stored photo: known again, timed, made ready, scored, stored, in this order."""

from __future__ import annotations

import hashlib

from scarscore.serve.course.records import Timing
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.find import visit_row
from scarscore.serve.records.history import filed
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place, StoredPhoto, Upload, known_upload, store_photo
from scarscore.serve.records.scored import Scoring
from scarscore.serve.scoring.result import Refusal


def take_photo(
    clinic: Clinic, who: Who, scoring: Scoring, visit_id: str, upload: bytes, place: Place, key: str | None = None
) -> StoredPhoto | Refusal:
    """Store an uploaded photo at a visit, scored unless timing forbids it; a refusal where it cannot be decoded.

    Nothing is stored then. `key` is the client's Idempotency-Key. Raises as `store_photo` does, and `Busy`.
    """
    filed_as = place.checked()
    source = hashlib.sha256(upload).hexdigest()
    sent = None if key is None else Upload.of(who, key, visit_id, source, filed_as)
    known = known_upload(clinic, visit_id, source, sent)
    if known is not None:
        return known
    with clinic.database.read() as session:
        timing = filed(session, visit_row(session, visit_id)).when.timing
    prepared = scoring.score(upload, filed_as.view, judge=timing is not Timing.NOT_SCORED)
    if not prepared.data:
        assert isinstance(prepared.answer, Refusal)
        clinic.note(Deed(who.account, "failed", f"visit/{visit_id}", {"photo": prepared.answer.reason.value}))
        return prepared.answer
    return store_photo(
        clinic, who, visit_id, prepared, source, view=filed_as.view, region=filed_as.region, camera=filed_as.camera,
        key=key,
    )  # fmt: skip
