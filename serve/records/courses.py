"""Courses of treatment: what was planned, and the cautions that were asked about. Recorded, never recommended."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scarscore.serve.course.records import Plan
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Invalid
from scarscore.serve.records.find import course_row, patient_row, short_text
from scarscore.serve.records.history import held, plan_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import CourseRow, Json, new_id

LONGEST_CAUTION, MOST_CAUTIONS, LONGEST_BY = 200, 60, 80


@dataclass(frozen=True)
class RecordedCourse:
    """A course with its id, its patient and its plan."""

    id: str
    patient_id: str
    plan: Plan
    created: datetime


def create_course(clinic: Clinic, who: Who, patient_id: str, plan: Plan) -> str:
    """Begin a course; its id. Raises `NotFound` and `Invalid`."""
    row = CourseRow(id=new_id(), patient_id=patient_id, created=now())
    _set(row, plan)
    with clinic.doing(Deed(who.account, "create", f"course/{row.id}", {"patient": patient_id})) as session:
        patient_row(session, patient_id, lock=True)
        session.add(row)
        held(session, row.id)
    return row.id


def course(clinic: Clinic, who: Who, course_id: str) -> RecordedCourse:
    """One course. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"course/{course_id}")) as session:
        return _recorded(course_row(session, course_id))


def courses(clinic: Clinic, who: Who, patient_id: str) -> tuple[RecordedCourse, ...]:
    """A patient's courses, oldest first. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"patient/{patient_id}", {"what": "courses"})) as session:
        patient_row(session, patient_id)
        return tuple(_recorded(row) for row in course_rows(session, patient_id))


def correct_course(clinic: Clinic, who: Who, course_id: str, plan: Plan) -> RecordedCourse:
    """Replace a course's plan; the old one's numbers go into the audit log. Raises `NotFound` and `Invalid`.

    Cautions are free text about a patient: of them the log, from which nothing can be erased, keeps that they changed.
    """
    changed: Json = {}
    with clinic.doing(Deed(who.account, "correct", f"course/{course_id}", changed)) as session:
        row = course_row(session, course_id, lock=True)
        before = plan_of(row)
        changed["plan"] = [_numbers(before), _numbers(plan)]
        if before.cautions != plan.cautions:
            changed["cautions"] = "cautions changed"
        _set(row, plan)
        held(session, course_id)
        return _recorded(row)


def _numbers(plan: Plan) -> Json:
    return {name: value for name, value in asdict(plan).items() if name != "cautions"}


def course_rows(session: Session, patient_id: str) -> list[CourseRow]:
    """The rows of a patient's courses, oldest first."""
    wanted = select(CourseRow).where(CourseRow.patient_id == patient_id).order_by(CourseRow.created, CourseRow.id)
    return list(session.scalars(wanted))


def _recorded(row: CourseRow) -> RecordedCourse:
    return RecordedCourse(row.id, row.patient_id, plan_of(row), row.created)


def check_plan(plan: Plan) -> None:
    """Raises `Invalid` for cautions that cannot be; `history.held` checks the numbers."""
    if len(plan.cautions) > MOST_CAUTIONS:
        raise Invalid(f"a plan may have {MOST_CAUTIONS} cautions at most")
    names = [short_text(caution.name, "a caution", LONGEST_CAUTION) for caution in plan.cautions]
    if not all(names) or len(set(names)) < len(names):
        raise Invalid("each caution needs a name, and may stand once")
    for caution in plan.cautions:
        short_text(caution.by, "whoever asked about a caution", LONGEST_BY)


def _set(row: CourseRow, plan: Plan) -> None:
    check_plan(plan)
    row.sessions, row.spacing_days = plan.sessions, plan.spacing_days
    row.maintenance_per_year = plan.maintenance_per_year
    row.cautions = [asdict(caution) for caution in plan.cautions]
