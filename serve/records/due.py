"""What waits to be done in the clinic, and how far each course has come: read in a handful of queries for all patients.

The rules are `serve.course.due`'s; names are not read here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session as Transaction

from scarscore.serve.course.due import Kind, Taken, Task, waiting
from scarscore.serve.course.records import Clinic as CourseClinic
from scarscore.serve.course.records import Course, Needling, Plan
from scarscore.serve.records.answers import answer_of
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.find import patient_row
from scarscore.serve.records.history import plan_of, session_of
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


def standings(clinic: Clinic, who: Who, patient_id: str | None = None) -> tuple[Standing, ...]:
    """The courses of all patients, or of one, oldest first. Raises `NotFound`."""
    seen = "due" if patient_id is None else f"patient/{patient_id}"
    with clinic.doing(Deed(who.account, "read", seen, {"what": "courses"})) as session:
        if patient_id is not None:
            patient_row(session, patient_id)
        return _standings(session, patient_id)


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


def _standings(session: Transaction, patient_id: str | None) -> tuple[Standing, ...]:
    wanted = select(CourseRow, PatientRow.pseudonym).join(PatientRow).order_by(CourseRow.created, CourseRow.id)
    if patient_id is not None:
        wanted = wanted.where(CourseRow.patient_id == patient_id)
    rules, rows = course_settings(session), _Rows.read(session, patient_id)
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

    `photos` are (id, view) by visit; `scores` (whether scored, the row's id) of the newest answer, by photo and view.
    """

    sessions: Mapping[str, Sequence[SessionRow]]
    visits: Mapping[str, Sequence[VisitRow]]
    photos: Mapping[str, Sequence[tuple[str, str]]]
    scores: Mapping[tuple[str, str], tuple[bool, str]]
    found: frozenset[str]  # visits with findings

    @classmethod
    def read(cls, session: Transaction, patient_id: str | None) -> _Rows:
        """All of them."""
        courses = select(CourseRow.id)
        if patient_id is not None:
            courses = courses.where(CourseRow.patient_id == patient_id)
        visits = select(VisitRow.id).where(VisitRow.course_id.in_(courses))
        photos = select(PhotoRow.id).where(PhotoRow.visit_id.in_(visits), PhotoRow.erased.is_(None))
        return cls(
            _by_course(session.scalars(select(SessionRow).where(SessionRow.course_id.in_(courses)))),
            _by_course(session.scalars(select(VisitRow).where(VisitRow.id.in_(visits)))),
            _by_visit(session, photos),
            _newest(session, photos),
            frozenset(session.scalars(select(FindingRow.visit_id).where(FindingRow.visit_id.in_(visits)))),
        )

    def taken(self, visit: VisitRow) -> Taken:
        """What came of that visit's photos, without the refusals' own words."""
        needling = Needling(visit.needling) if visit.needling else None
        refused, photos = len(self._refused(visit.id)), len(self.photos[visit.id])
        return Taken(visit.day, needling, photos, refused, findings=visit.id in self.found, visit_id=visit.id)

    def refusals(self, session: Transaction, visit_id: str) -> tuple[Refusal, ...]:
        """Why photos of that visit were refused."""
        rows = (session.get_one(ScoreRow, score) for score in self._refused(visit_id))
        return tuple(each for row in rows if isinstance(each := answer_of(row), Refusal))

    def _refused(self, visit_id: str) -> list[str]:
        answers = (self.scores.get(photo) for photo in self.photos[visit_id])
        return [score for scored, score in filter(None, answers) if not scored]


_Dated = TypeVar("_Dated", SessionRow, VisitRow)


def _by_course(rows: Iterable[_Dated]) -> Mapping[str, Sequence[_Dated]]:
    """By course, in the order of dates, of two visits on a day the one before needling first."""
    told: dict[str, list[_Dated]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, getattr(row, "needling", None) == Needling.AFTER, row.created)):
        told[row.course_id].append(row)
    return told


def _by_visit(session: Transaction, photos: Select[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    told: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for visit, photo, view in session.execute(
        select(PhotoRow.visit_id, PhotoRow.id, PhotoRow.view).where(PhotoRow.id.in_(photos))
    ):
        told[visit].append((photo, view))
    return told


def _newest(session: Transaction, photos: Select[str]) -> Mapping[tuple[str, str], tuple[bool, str]]:
    wanted = select(ScoreRow.photo_id, ScoreRow.view, ScoreRow.scored, ScoreRow.id).where(ScoreRow.photo_id.in_(photos))
    rows = session.execute(wanted.order_by(ScoreRow.created, ScoreRow.id))
    return {(photo, view): (scored, score) for photo, view, scored, score in rows}  # of several the last
