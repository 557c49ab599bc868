"""Whose records have been kept for as long as the clinic keeps them. They are listed; nothing is deleted by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.people import Who
from scarscore.serve.records.settings import clinic_row
from scarscore.serve.records.tables import CourseRow, PatientRow, SessionRow, VisitRow


@dataclass(frozen=True)
class DueForErasure:
    """A patient whose last visit, session or entry (`last`) is older than records are kept; `due` since that day."""

    patient_id: str
    pseudonym: str
    last: date
    due: date


def due_for_erasure(clinic: Clinic, who: Who, on: date | None = None) -> tuple[DueForErasure, ...]:
    """The patients that are due on a day (default: today), the longest due first."""
    day = on or today()
    with clinic.doing(Deed(who.account, "read", "retention")) as session:
        years = clinic_row(session).retention_years
        last: dict[str, date] = {}
        for kind in (VisitRow, SessionRow):
            days = select(CourseRow.patient_id, func.max(kind.day)).join(kind, kind.course_id == CourseRow.id)
            for patient, newest in session.execute(days.group_by(CourseRow.patient_id)):
                last[patient] = max(newest, last.get(patient, date.min))
        rows = session.scalars(select(PatientRow).where(PatientRow.erased.is_(None))).all()
    told = (_due(row, last.get(row.id, row.created.astimezone().date()), years) for row in rows)
    return tuple(sorted((each for each in told if each.due <= day), key=lambda each: (each.due, each.pseudonym)))


def _due(row: PatientRow, last: date, years: int) -> DueForErasure:
    return DueForErasure(row.id, row.pseudonym, last, _after(last, years))


def _after(day: date, years: int) -> date:
    """The same day so many years later; for 29 February the day after."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
