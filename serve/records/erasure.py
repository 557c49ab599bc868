"""Erasing a patient: keys, photos, name, and everything that was recorded. A tombstone and the audit log stay.

First all of it goes from the records in one transaction, and with the photos' keys every copy of the vault, backups
too, becomes unreadable; then the database's write-ahead log is emptied, so that no old page stays in it, and the sealed
files are removed. What is deleted in SQLite's file is overwritten (`secure_delete`). A backup of the *records* that
was made before still holds the keys: it is to be deleted when its time is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.find import patient_row
from scarscore.serve.records.memory import forget_all
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.review_tables import ReviewGradeRow, ReviewPhotoRow
from scarscore.serve.records.sweep import empty_log
from scarscore.serve.records.tables import (
    ConsentRow,
    CourseRow,
    FindingRow,
    PatientRow,
    PhotoRow,
    ScoreRow,
    SessionRow,
    UploadRow,
    VisitRow,
)


@dataclass(frozen=True)
class Tombstone:
    """What is left of a patient, and how much was erased."""

    id: str
    pseudonym: str
    erased: datetime
    courses: int
    photos: int


def erase_patient(clinic: Clinic, who: Who, patient_id: str) -> Tombstone:
    """Erase a patient for good. Raises `NotAllowed` for all but admins, `NotFound`, and as `leave_no_trace` does."""
    who.require(Role.ADMIN)
    counted: dict[str, int] = {}
    with clinic.doing(Deed(who.account, "erase", f"patient/{patient_id}", counted)) as session:
        row = patient_row(session, patient_id, lock=True)
        row.erased, row.sealed_name = now(), None
        courses, photos = _mark(session, patient_id, row.erased)
        counted.update(courses=len(courses), photos=len(photos))
        _delete(session, patient_id, courses, photos)
    leave_no_trace(clinic, photos)
    return _tombstone(row, len(courses), len(photos))


def leave_no_trace(clinic: Clinic, photos: Sequence[str]) -> None:
    """Remove what is left once the transaction is over that dropped these photos' keys: old pages in the write-ahead
    log, sealed files, pictures in memory.

    All is erased already. Raises `RecordsError` where the log could not be emptied: old pages may lie in it until it
    is; and `VaultError` where a file could not be removed: nobody can read it, and it is swept at a later start.
    """
    with ExitStack() as left:  # a log that is in use keeps no file, and no file another one
        left.callback(forget_all)  # last: whoever holds a key from before could read a photo until its file is gone
        for photo in photos:
            left.callback(clinic.vault.drop, photo)
        empty_log(clinic)


def _mark(session: Session, patient_id: str, moment: datetime) -> tuple[list[str], list[str]]:
    """Drop the keys of all photos, which also lets their scores be deleted; ids of courses and photos."""
    # Locked, so that a photo that is being stored (PostgreSQL) is among those found, or finds its course gone.
    locked = select(CourseRow.id).where(CourseRow.patient_id == patient_id).order_by(CourseRow.id).with_for_update()
    courses = list(session.scalars(locked))
    visits = select(VisitRow.id).where(VisitRow.course_id.in_(courses))
    photos = list(session.scalars(select(PhotoRow).where(PhotoRow.visit_id.in_(visits))))
    for photo in photos:
        photo.wrapped_key, photo.erased = None, moment
    session.flush()
    return courses, [photo.id for photo in photos]


def _delete(session: Session, patient_id: str, courses: list[str], photos: list[str]) -> None:
    """Everything but the patient's row, in the order in which the rows hang on each other."""
    visits = list(session.scalars(select(VisitRow.id).where(VisitRow.course_id.in_(courses))))
    session.execute(delete(UploadRow).where(UploadRow.photo_id.in_(photos)))
    reviewed = select(ReviewPhotoRow.id).where(ReviewPhotoRow.photo_id.in_(photos))
    session.execute(delete(ReviewGradeRow).where(ReviewGradeRow.review_photo_id.in_(reviewed)))
    session.execute(delete(ReviewPhotoRow).where(ReviewPhotoRow.photo_id.in_(photos)))
    session.execute(delete(ScoreRow).where(ScoreRow.photo_id.in_(photos)))
    session.execute(delete(PhotoRow).where(PhotoRow.id.in_(photos)))
    session.execute(delete(FindingRow).where(FindingRow.visit_id.in_(visits)))
    session.execute(delete(VisitRow).where(VisitRow.id.in_(visits)))
    session.execute(delete(SessionRow).where(SessionRow.course_id.in_(courses)))
    session.execute(delete(CourseRow).where(CourseRow.id.in_(courses)))
    session.execute(delete(ConsentRow).where(ConsentRow.patient_id == patient_id))


def _tombstone(row: PatientRow, courses: int, photos: int) -> Tombstone:
    assert row.erased is not None
    return Tombstone(row.id, row.pseudonym, row.erased, courses, photos)
