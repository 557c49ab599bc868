"""Treatments as they were recorded: day, device, depths in mm by region, what was done with it. Never recommended.

A session's number follows from the order of dates. What lies on its day depends on it: photos of that day must say
whether they were taken before or after needling, so both are entered and corrected in one go. Device and treatments
are free text, which may name a person or a finding: of them the audit log, from which nothing can be erased, keeps
only that they changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session as Transaction

from scarscore.serve.course.records import Depth, Needling, Session
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.find import course_row, session_row, short_text
from scarscore.serve.records.history import held, session_of, sessions_of, visit_rows
from scarscore.serve.records.keep import KEEP, Keep, kept
from scarscore.serve.records.people import Who
from scarscore.serve.records.scored import Scoring
from scarscore.serve.records.scores import settle
from scarscore.serve.records.tables import Json, SessionRow, new_id

LONGEST, MOST = 200, 20  # characters of a device or treatment; treatments of a session


@dataclass(frozen=True)
class RecordedSession:
    """A session with its id and its course."""

    id: str
    course_id: str
    session: Session


def add_session(
    clinic: Clinic,
    who: Who,
    course_id: str,
    day: date,
    device: str,
    depths: Sequence[Depth],
    treatments: Sequence[str],
    *,
    needling: Needling | None = None,
) -> str:
    """Record a treatment; its id. `needling` is for photos of that day that are there already: before or after it.

    Raises `NotFound`, `Conflict` where that day has a session, and `Invalid`, in the words of `serve.course.check`.
    """
    row = SessionRow(id=new_id(), course_id=course_id, created=now(), day=day)
    _set(row, device, depths, treatments)
    detail: Json = {"course": course_id}
    with clinic.doing(Deed(who.account, "create", f"session/{row.id}", detail)) as transaction:
        course_row(transaction, course_id, lock=True)
        _check_free(transaction, row)
        transaction.add(row)
        _tell_needling(transaction, course_id, day, needling, detail)
        held(transaction, course_id)
    return row.id


def sessions(clinic: Clinic, who: Who, course_id: str) -> tuple[RecordedSession, ...]:
    """The sessions of a course in the order of dates. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"course/{course_id}", {"what": "sessions"})) as transaction:
        course_row(transaction, course_id)
        rows = transaction.scalars(_ordered(course_id)).all()
        return tuple(RecordedSession(r.id, r.course_id, session_of(n, r)) for n, r in enumerate(rows, start=1))


def session(clinic: Clinic, who: Who, session_id: str) -> RecordedSession:
    """One session. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"session/{session_id}")) as transaction:
        return _recorded(transaction, session_row(transaction, session_id))


def correct_session(
    clinic: Clinic,
    who: Who,
    scoring: Scoring,
    session_id: str,
    *,
    day: date | Keep = KEEP,
    device: str | Keep = KEEP,
    depths: Sequence[Depth] | Keep = KEEP,
    treatments: Sequence[str] | Keep = KEEP,
    needling: Needling | None = None,
) -> RecordedSession:
    """Correct a session; old and new day and depths go into the audit log. Photos that may be scored now are scored.

    Visits of the day that it leaves lose their `needling`; `needling` is for those of its new day. Raises as
    `add_session` does.
    """
    detail: Json = {}
    with clinic.doing(Deed(who.account, "correct", f"session/{session_id}", detail)) as transaction:
        row = session_row(transaction, session_id, lock=True)
        before, texts, old_day = _values(row), _texts(row), row.day
        row.day = kept(day, row.day)
        told = session_of(1, row)
        _set(row, kept(device, told.device), kept(depths, told.depths), kept(treatments, told.treatments))
        _check_free(transaction, row)
        detail.update({name: [old, _values(row)[name]] for name, old in before.items() if old != _values(row)[name]})
        detail.update({name: f"{name} changed" for name, old in texts.items() if old != _texts(row)[name]})
        if row.day != old_day:
            _tell_needling(transaction, row.course_id, old_day, None, detail)
        _tell_needling(transaction, row.course_id, row.day, needling, detail, forget=False)
        held(transaction, row.course_id)
        course_id, recorded = row.course_id, _recorded(transaction, row)
    settle(clinic, who, scoring, course_id)
    return recorded


def delete_session(clinic: Clinic, who: Who, scoring: Scoring, session_id: str) -> None:
    """Take back a session that was entered by mistake; its day and depths stay in the audit log. Raises `NotFound`."""
    detail: Json = {}
    with clinic.doing(Deed(who.account, "delete", f"session/{session_id}", detail)) as transaction:
        row = session_row(transaction, session_id, lock=True)
        detail.update(course=row.course_id, **_values(row))
        course_id, day = row.course_id, row.day
        transaction.delete(row)
        _tell_needling(transaction, course_id, day, None, detail)
        held(transaction, course_id)
    settle(clinic, who, scoring, course_id)


def _tell_needling(
    transaction: Transaction, course_id: str, day: date, needling: Needling | None, detail: Json, forget: bool = True
) -> None:
    """Say of the one visit of that day whether it was before or after needling; `forget`: nothing where None."""
    of_day = [row for row in visit_rows(transaction, course_id) if row.day == day]
    if needling is None and not forget:
        return
    if needling is None:
        transaction.flush()
        if any(each.date == day for each in sessions_of(transaction, course_id)):
            return
    elif len(of_day) > 1:
        raise Conflict(f"{day}: there are two visits of that day; say of each whether it was before or after needling")
    for row in of_day:
        if row.needling != needling:
            detail.setdefault("visits", []).append([row.id, row.needling, needling])
            row.needling = needling


def _check_free(transaction: Transaction, row: SessionRow) -> None:
    with transaction.no_autoflush:
        taken = transaction.scalars(_ordered(row.course_id)).all()
    if any(each.day == row.day and each.id != row.id for each in taken):
        raise Conflict(f"{row.day}: there is another session of that day")


def checked_texts(device: str, treatments: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Device and treatments as they are kept: trimmed, without empty ones. Raises `Invalid`."""
    if len(treatments) > MOST:
        raise Invalid(f"a session may have {MOST} treatments at most")
    named = tuple(text for each in treatments if (text := short_text(each, "a treatment", LONGEST)))
    return short_text(device, "a device", LONGEST), named


def _set(row: SessionRow, device: str, depths: Sequence[Depth], treatments: Sequence[str]) -> None:
    regions = [depth.region for depth in depths]
    if len(set(regions)) < len(regions):
        raise Invalid("a region's depth may stand once")
    row.device, named = checked_texts(device, treatments)
    row.depths, row.treatments = {depth.region: depth.mm for depth in depths}, list(named)


def _values(row: SessionRow) -> Json:
    return {"day": row.day.isoformat(), "depths": row.depths}


def _texts(row: SessionRow) -> Json:
    return {"device": row.device, "treatments": row.treatments}


def _recorded(transaction: Transaction, row: SessionRow) -> RecordedSession:
    transaction.flush()
    days = [each.date for each in sessions_of(transaction, row.course_id)]
    return RecordedSession(row.id, row.course_id, session_of(days.index(row.day) + 1, row))


def _ordered(course_id: str) -> Select[SessionRow]:
    return select(SessionRow).where(SessionRow.course_id == course_id).order_by(SessionRow.day)
