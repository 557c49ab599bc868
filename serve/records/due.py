"""What waits to be done in the clinic, and how far each course has come: read in a handful of queries for all patients.

The rules are `serve.course.due`'s; names are not read here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session as Transaction

from scarscore.serve.course.due import Kind, Taken, Task, waiting
from scarscore.serve.course.records import Clinic as CourseClinic
from scarscore.serve.course.records import Course, Needling, Plan
from scarscore.serve.records.answers import answer_of
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.find import patient_row
from scarscore.serve.records.history import needling_of, plan_of, session_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.settings import course_settings
from scarscore.serve.records.tables import (
    CourseRow,
    FindingRow,
    PatientRow,
    PhotoRow,
    ScoreRow,
    SessionRow,
    VisitRow,
)
from scarscore.serve.scoring.result import Refusal


@dataclass(frozen=True)
class Standing:
    """How far a course has come: sessions done of those planned, visits, the last day with photos, and what waits.

    `begun` is the first day of which anything is recorded: that of its entry, or an earlier session or visit.
    """

    course_id: str
    patient_id: str
    pseudonym: str
    begun: date
    plan: Plan
    sessions: tuple[date, ...]
    visits: int
    last_photos: date | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Waiting:
    """One task with the patient and the course that it is of."""

    patient_id: str
    pseudonym: str
    course_id: str
    task: Task


def standings(clinic: Clinic, who: Who, patients: Sequence[str] | None = None) -> tuple[Standing, ...]:
    """The courses of all patients, or of these, oldest first; patients who are not there are passed over."""
    clinic.note(Deed(who.account, "read", "due", {"what": "courses"}))
    with clinic.database.read() as session:  # nobody else's writing waits for it
        return _standings(session, patients)


def patient_standings(clinic: Clinic, who: Who, patient_id: str) -> tuple[Standing, ...]:
    """The courses of one patient, oldest first. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"patient/{patient_id}", {"what": "courses"})) as session:
        patient_row(session, patient_id)
        return _standings(session, (patient_id,))


def due(clinic: Clinic, who: Who, until: date) -> tuple[Waiting, ...]:
    """Everything that waits by that day: visits to be photographed again first, then the longest due."""
    return flattened(standings(clinic, who), until)


def flattened(courses: Sequence[Standing], until: date) -> tuple[Waiting, ...]:
    """What waits by that day in these courses, in the order in which it is told."""
    tasks = [
        Waiting(course.patient_id, course.pseudonym, course.course_id, task)
        for course in courses
        for task in course.tasks
        if task.due <= until
    ]
    return tuple(sorted(tasks, key=lambda each: (each.task.kind is not Kind.RETAKE, each.task.due, each.pseudonym)))


def _standings(session: Transaction, patients: Sequence[str] | None) -> tuple[Standing, ...]:
    wanted = select(CourseRow, PatientRow.pseudonym).join(PatientRow).order_by(CourseRow.created, CourseRow.id)
    if patients is not None:
        wanted = wanted.where(CourseRow.patient_id.in_(patients))
    rules, rows = course_settings(session), _Rows.read(session, patients)
    return tuple(_standing(session, row, pseudonym, rules, rows) for row, pseudonym in session.execute(wanted))


def _standing(session: Transaction, row: CourseRow, pseudonym: str, rules: CourseClinic, rows: _Rows) -> Standing:
    sessions = tuple(session_of(number, each) for number, each in enumerate(rows.sessions[row.id], start=1))
    course = Course(pseudonym, plan_of(row), sessions, clinic=rules)
    taken = [rows.taken(visit) for visit in rows.visits[row.id]]
    if taken:
        taken[-1] = replace(taken[-1], refusals=rows.refusals(session, taken[-1].visit_id))
    days, entered = tuple(each.date for each in sessions), row.created.astimezone().date()
    return Standing(
        row.id, row.patient_id, pseudonym, min((entered, *days, *(each.day for each in taken))), course.plan, days,
        len(taken), max((each.day for each in taken if each.photos), default=None), waiting(course, taken, entered),
    )  # fmt: skip


@dataclass(frozen=True)
class _Rows:
    """What is recorded of the courses that are asked for, each kind read with one query.

    `photos` is how many a visit has, `refused` the ids of the scores by which photos of a visit are refused now.
    """

    sessions: Mapping[str, Sequence[SessionRow]]
    visits: Mapping[str, Sequence[VisitRow]]
    photos: Mapping[str, int]
    refused: Mapping[str, Sequence[str]]
    found: frozenset[str]  # visits with findings

    @classmethod
    def read(cls, session: Transaction, patients: Sequence[str] | None) -> _Rows:
        """All of them."""
        courses = select(CourseRow.id)
        if patients is not None:
            courses = courses.where(CourseRow.patient_id.in_(patients))
        visits = select(VisitRow.id).where(VisitRow.course_id.in_(courses))
        return cls(
            _by_course(session.scalars(select(SessionRow).where(SessionRow.course_id.in_(courses)))),
            _by_course(session.scalars(select(VisitRow).where(VisitRow.course_id.in_(courses)))),
            _counted(session, visits),
            _refused(session, visits),
            frozenset(session.scalars(select(FindingRow.visit_id).where(FindingRow.visit_id.in_(visits)))),
        )

    def taken(self, visit: VisitRow) -> Taken:
        """What came of that visit's photos, without the refusals' own words."""
        refused, photos = len(self.refused.get(visit.id, ())), self.photos.get(visit.id, 0)
        return Taken(visit.day, needling_of(visit), photos, refused, findings=visit.id in self.found, visit_id=visit.id)

    def refusals(self, session: Transaction, visit_id: str) -> tuple[Refusal, ...]:
        """Why photos of that visit were refused."""
        rows = (session.get_one(ScoreRow, score) for score in self.refused.get(visit_id, ()))
        return tuple(each for row in rows if isinstance(each := answer_of(row), Refusal))


_Dated = TypeVar("_Dated", SessionRow, VisitRow)


def _by_course(rows: Iterable[_Dated]) -> Mapping[str, Sequence[_Dated]]:
    """By course, in the order of dates, of two visits on a day the one before needling first."""
    told: dict[str, list[_Dated]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, getattr(row, "needling", None) == Needling.AFTER, row.created)):
        told[row.course_id].append(row)
    return told


def _counted(session: Transaction, visits: Select[str]) -> Mapping[str, int]:
    """How many photos that are not erased each visit has."""
    kept = select(PhotoRow.visit_id, func.count()).where(PhotoRow.visit_id.in_(visits), PhotoRow.erased.is_(None))
    return {row[0]: row[1] for row in session.execute(kept.group_by(PhotoRow.visit_id))}


def _refused(session: Transaction, visits: Select[str]) -> Mapping[str, Sequence[str]]:
    """The newest score of each photo as its present view, where that is a refusal, by visit."""
    ever = select(ScoreRow.photo_id).where(ScoreRow.scored.is_(False))
    wanted = (
        select(PhotoRow.visit_id, PhotoRow.id, ScoreRow.scored, ScoreRow.id)
        .join(ScoreRow, ScoreRow.photo_id == PhotoRow.id)
        .where(PhotoRow.visit_id.in_(visits), PhotoRow.erased.is_(None), PhotoRow.id.in_(ever))
        .where(ScoreRow.view == PhotoRow.view)
        .order_by(ScoreRow.created, ScoreRow.id)
    )
    newest = {photo: (visit, scored, score) for visit, photo, scored, score in session.execute(wanted)}
    told: dict[str, list[str]] = defaultdict(list)
    for visit, scored, score in newest.values():
        if not scored:
            told[visit].append(score)
    return told
