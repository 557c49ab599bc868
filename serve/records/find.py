"""Rows by their id, or the error that there are none: the one place where an id that somebody sent meets the tables.

An id is only ever compared, so that whatever it holds can reach no file. In a transaction that writes, the course is
locked (PostgreSQL), so that two requests cannot both find a day free.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from scarscore.serve.records.errors import Invalid, NotFound
from scarscore.serve.records.review_tables import ReviewRow
from scarscore.serve.records.tables import (
    AccountRow,
    CourseRow,
    PatientRow,
    PhotoRow,
    SessionRow,
    TokenRow,
    VisitRow,
)

_SPELLING = dict.fromkeys(range(0x200C, 0x2010))  # zero-width (non-)joiner, left-to-right and right-to-left mark
PORTION = 500  # ids: a database takes only so many values in one question
Row = TypeVar("Row", AccountRow, TokenRow, PatientRow, CourseRow, SessionRow, VisitRow, PhotoRow, ReviewRow)


def any_row(session: Session, kind: type[Row], row_id: str, what: str, *, lock: bool = False) -> Row:
    """The row of this id, erased or not. Raises `NotFound`."""
    # PostgreSQL would fail over a NUL, so that nothing but an id is ever sent to it.
    row = session.get(kind, row_id, with_for_update=lock or None) if row_id.isalnum() else None
    if row is None:
        raise NotFound(f"there is no such {what} here")
    return row


def patient_row(session: Session, patient_id: str, *, lock: bool = False) -> PatientRow:
    """The patient. Raises `NotFound`, also where the patient was erased."""
    row = any_row(session, PatientRow, patient_id, "patient", lock=lock)
    if row.erased is not None:
        raise NotFound("this patient was erased")
    return row


def course_row(session: Session, course_id: str, *, lock: bool = False) -> CourseRow:
    """The course. Raises `NotFound`."""
    return any_row(session, CourseRow, course_id, "course", lock=lock)


def session_row(session: Session, session_id: str, *, lock: bool = False) -> SessionRow:
    """The treatment; `lock` locks its course. Raises `NotFound`."""
    row = any_row(session, SessionRow, session_id, "session")
    if lock:
        course_row(session, row.course_id, lock=True)
    return row


def visit_row(session: Session, visit_id: str, *, lock: bool = False) -> VisitRow:
    """The visit; `lock` locks its course. Raises `NotFound`."""
    row = any_row(session, VisitRow, visit_id, "visit")
    if lock:
        course_row(session, row.course_id, lock=True)
    return row


def photo_row(session: Session, photo_id: str) -> PhotoRow:
    """The photo. Raises `NotFound`, also where it was erased."""
    row = any_row(session, PhotoRow, photo_id, "photo")
    if row.erased is not None:
        raise NotFound("this photo was erased")
    return row


def photos_of(session: Session, visit_id: str) -> Sequence[PhotoRow]:
    """The photos of a visit that are not erased, in the order in which they were stored."""
    wanted = select(PhotoRow).where(PhotoRow.visit_id == visit_id, PhotoRow.erased.is_(None))
    return session.scalars(wanted.order_by(PhotoRow.created, PhotoRow.id)).all()


def photo_rows(session: Session, photo_ids: Sequence[str]) -> dict[str, PhotoRow]:
    """The rows of many photos, by id; what is not there is left out."""
    some = [photo_ids[start : start + PORTION] for start in range(0, len(photo_ids), PORTION)]
    wanted = (select(PhotoRow).where(PhotoRow.id.in_(ids)) for ids in some)
    return {row.id: row for each in wanted for row in session.scalars(each)}


def short_text(value: str, what: str, longest: int) -> str:
    """A text without blanks around it, of whatever kind. Raises `Invalid` where it is too long or not printable."""
    text = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in value).strip()
    if len(text) > longest:
        raise Invalid(f"{what} may have {longest} characters at most")
    if not is_printable(text):
        raise Invalid(f"{what} holds characters that cannot be printed")
    return text


def is_printable(text: str) -> bool:
    """Whether a text is without control characters; joiners and marks of direction are spelling in many scripts."""
    return text.translate(_SPELLING).isprintable()
