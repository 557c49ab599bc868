"""Photos as they are filed, read back audited: what is said of each, and its bytes.

Storing one is `uploads.py`'s, correcting where it is filed and erasing it `refile.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scarscore.serve.course.check import REGIONS
from scarscore.serve.course.records import MeasurementError, Timing
from scarscore.serve.course.timing import Timed
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.find import any_row, photo_row, photos_of, short_text, visit_row
from scarscore.serve.records.history import newest, score_rows, when_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.scores import RecordedScore, recorded
from scarscore.serve.records.settings import course_settings
from scarscore.serve.records.tables import PhotoRow, ScoreRow, VisitRow
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.result import View

LONGEST_CAMERA = 80


@dataclass(frozen=True)
class StoredPhoto:
    """A photo as it is filed, and what is said of it.

    `score` is the newest answer as the present view; None where there is none, and `why` then says why in words. An
    erased photo has neither.
    """

    id: str
    visit_id: str
    view: View
    region: str | None
    camera: str
    sha256: str
    size: int
    width: int
    height: int
    front_camera: bool
    created: datetime
    erased: datetime | None
    score: RecordedScore | None
    why: str


@dataclass(frozen=True)
class Place:
    """Where a photo is filed: its view, the region of a close-up, and the clinic's name for its camera.

    An upload without a view is filed as what the photo shows.
    """

    view: View | None
    region: str | None = None
    camera: str = ""

    def checked(self) -> Place:
        """The same, its texts trimmed. Raises `Invalid` as `serve.course.check` would."""
        if self.region is not None and self.region not in REGIONS:
            raise Invalid(f"the region {self.region!r} is none of {', '.join(REGIONS)}")
        if self.region is not None and self.view is not View.CLOSEUP:
            raise Invalid(f"only a close-up is of one region, not a {self.view.value if self.view else 'guessed'} view")
        return Place(self.view, self.region, short_text(self.camera, "a camera's name", LONGEST_CAMERA))


def photo(clinic: Clinic, who: Who, photo_id: str) -> StoredPhoto:
    """One photo, an erased one's row too. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"photo/{photo_id}")) as session:
        return stored(session, any_row(session, PhotoRow, photo_id, "photo"))


def photos(clinic: Clinic, who: Who, visit_id: str) -> tuple[StoredPhoto, ...]:
    """The photos of a visit, in the order in which they were stored, without erased ones. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"visit/{visit_id}", {"what": "photos"})) as session:
        return _stored(session, visit_row(session, visit_id), photos_of(session, visit_id))


def photo_bytes(clinic: Clinic, who: Who, photo_id: str) -> bytes:
    """A photo's JPEG, exactly as it was stored and scored. Raises `NotFound`, and `VaultError` where it was changed."""
    deed = Deed(who.account, "read", f"photo/{photo_id}", {"what": "image"})
    with clinic.doing(deed) as session:
        row = photo_row(session, photo_id)
    return unsealed(clinic, who, row)


def stored(session: Session, row: PhotoRow) -> StoredPhoto:
    """The photo of a row, with the score that counts."""
    return _stored(session, visit_row(session, row.visit_id), [row])[0]


def _stored(session: Session, visit: VisitRow, rows: Sequence[PhotoRow]) -> tuple[StoredPhoto, ...]:
    """The photos of a visit's rows; what all of them need is read once."""
    when, errors = when_of(session, visit), course_settings(session).errors
    scores = score_rows(session, [row.id for row in rows])
    return tuple(_told(row, newest(scores[row.id], View(row.view)), when, errors) for row in rows)


def _told(row: PhotoRow, score: ScoreRow | None, when: Timed, errors: tuple[MeasurementError, ...]) -> StoredPhoto:
    forbidden = when.timing is Timing.NOT_SCORED
    shown = None if forbidden or row.erased is not None else score
    why = when.words if forbidden else "not scored yet: score it again" if score is None else ""
    return StoredPhoto(
        row.id, row.visit_id, View(row.view), row.region, row.camera, row.sha256, row.size, row.width, row.height,
        row.front_camera, row.created, row.erased,
        None if shown is None else recorded(shown, row.camera, errors),
        "" if row.erased else why,
    )  # fmt: skip


def check_not_there(session: Session, visit: VisitRow, source_sha256: str, sha256: str = "", own: str = "") -> None:
    """Raises `Conflict` naming the photo of this course that came from the same file, or has the same bytes.

    One file at two visits would be told as skin that has not changed.
    """
    same = (PhotoRow.source_sha256 == source_sha256) | (PhotoRow.sha256 == sha256)
    wanted = select(PhotoRow, VisitRow.day).join(VisitRow, PhotoRow.visit_id == VisitRow.id)
    of_course = wanted.where(VisitRow.course_id == visit.course_id, PhotoRow.erased.is_(None), PhotoRow.id != own)
    found = session.execute(of_course.where(same).order_by(PhotoRow.visit_id != visit.id)).first()
    if found is not None:
        photo, day = found
        where = "this visit" if photo.visit_id == visit.id else f"the visit of {day}"
        raise Conflict(f"{where} has the photo already: {photo.id}")
