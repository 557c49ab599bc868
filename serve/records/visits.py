"""Visits: the occasions on which photos were taken, and what the days since the last session make of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from scarscore.serve.course.records import Needling, Timing
from scarscore.serve.course.timing import Timed
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.find import course_row, visit_row
from scarscore.serve.records.history import held, needling_of, sessions_of, visit_rows, when_among, when_of
from scarscore.serve.records.keep import KEEP, Keep, kept
from scarscore.serve.records.people import Who
from scarscore.serve.records.scored import Scoring
from scarscore.serve.records.scores import settle
from scarscore.serve.records.settings import course_settings
from scarscore.serve.records.tables import FindingRow, Json, PhotoRow, VisitRow, new_id


@dataclass(frozen=True)
class RecordedVisit:
    """A visit with its id and its course. `days` since the last session, None before the first.

    `why` says in one sentence why its photos are not scored or only provisional; empty where they are valid.
    """

    id: str
    course_id: str
    day: date
    needling: Needling | None
    timing: Timing
    days: int | None
    why: str


def add_visit(clinic: Clinic, who: Who, course_id: str, day: date, needling: Needling | None) -> str:
    """Enter a visit; its id. Raises `NotFound`, `Conflict` and `Invalid`, in the words of `serve.course.check`."""
    row = VisitRow(id=new_id(), course_id=course_id, day=day, needling=_word(needling), created=now())
    with clinic.doing(Deed(who.account, "create", f"visit/{row.id}", {"course": course_id})) as transaction:
        course_row(transaction, course_id, lock=True)
        transaction.add(row)
        held(transaction, course_id)
    return row.id


def visit(clinic: Clinic, who: Who, visit_id: str) -> RecordedVisit:
    """One visit. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"visit/{visit_id}")) as transaction:
        row = visit_row(transaction, visit_id)
        return _recorded(row, when_of(transaction, row))


def visits(clinic: Clinic, who: Who, course_id: str) -> tuple[RecordedVisit, ...]:
    """The visits of a course in the order of dates. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"course/{course_id}", {"what": "visits"})) as transaction:
        course_row(transaction, course_id)
        sessions, rules = sessions_of(transaction, course_id), course_settings(transaction).timing
        return tuple(_recorded(row, when_among(row, sessions, rules)) for row in visit_rows(transaction, course_id))


def correct_visit(
    clinic: Clinic,
    who: Who,
    scoring: Scoring,
    visit_id: str,
    *,
    day: date | Keep = KEEP,
    needling: Needling | Keep | None = KEEP,
) -> RecordedVisit:
    """Correct a visit; old and new values go into the audit log. Photos that may be scored now are scored.

    Raises as `add_visit` does; then nothing has changed.
    """
    detail: Json = {}
    with clinic.doing(Deed(who.account, "correct", f"visit/{visit_id}", detail)) as transaction:
        row = visit_row(transaction, visit_id, lock=True)
        new = (kept(day, row.day), row.needling if isinstance(needling, Keep) else _word(needling))
        if new[0] != row.day:
            detail["day"] = [row.day.isoformat(), new[0].isoformat()]
        if new[1] != row.needling:
            detail["needling"] = [row.needling, new[1]]
        row.day, row.needling = new
        held(transaction, row.course_id)
        course_id, recorded = row.course_id, _recorded(row, when_of(transaction, row))
    settle(clinic, who, scoring, course_id)
    return recorded


def delete_visit(clinic: Clinic, who: Who, visit_id: str) -> None:
    """Take back a visit that was entered by mistake. Raises `Conflict` where anything was recorded of it."""
    detail: Json = {}
    with clinic.doing(Deed(who.account, "delete", f"visit/{visit_id}", detail)) as transaction:
        row = visit_row(transaction, visit_id, lock=True)
        if _is_used(transaction, visit_id):
            raise Conflict("this visit has photos or findings: move or correct them, or correct the visit's date")
        detail.update(course=row.course_id, day=row.day.isoformat(), needling=row.needling)
        transaction.delete(row)


def _is_used(transaction: Transaction, visit_id: str) -> bool:
    """Erased photos count: their rows stay."""
    wanted = (select(kind.id).where(kind.visit_id == visit_id).limit(1) for kind in (PhotoRow, FindingRow))
    return any(transaction.scalars(each).first() is not None for each in wanted)


def _recorded(row: VisitRow, when: Timed) -> RecordedVisit:
    return RecordedVisit(row.id, row.course_id, row.day, needling_of(row), when.timing, when.days, when.words)


def _word(needling: Needling | None) -> str | None:
    return None if needling is None else needling.value
