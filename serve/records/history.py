"""A course as its rows tell it: the records' rows as `serve.course.records`, held against the same rules as a file's.

Of a photo the newest score of one network counts, asked as the view that the photo is filed under now: corrections
are followed because nothing is computed ahead. Photos of a visit that timing forbids have no answer here, whatever
was scored before a correction. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from scarscore.serve.course.check import checked
from scarscore.serve.course.records import (
    Caution,
    Course,
    Depth,
    Finding,
    Needling,
    Plan,
    Session,
    Shot,
    Timing,
    TimingRules,
    Visit,
)
from scarscore.serve.course.scores import kept_of
from scarscore.serve.course.timing import Timed, timed
from scarscore.serve.errors import UsageError
from scarscore.serve.records.answers import answer_of
from scarscore.serve.records.clinic import today
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.find import course_row, photos_of
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
from scarscore.serve.scoring.result import View

_CAUTIONS = TypeAdapter(tuple[Caution, ...])


def course_of(session: Transaction, course_id: str, model: str | None = None) -> Course:
    """The course, each shot's `photo` being the photo's id and its `answer` the newest score of this network.

    Without `model` the newest score counts, whichever network's it is. Raises `NotFound`.
    """
    row = course_row(session, course_id)
    patient = session.get(PatientRow, row.patient_id)
    course = Course(
        patient.pseudonym if patient else "",
        plan_of(row),
        sessions_of(session, course_id),
        clinic=course_settings(session),
    )
    visits = tuple(_visit(session, course, each, model) for each in visit_rows(session, course_id))
    return replace(course, visits=visits)


def when_of(session: Transaction, row: VisitRow) -> Timed:
    """When in its course a visit was, and whether its photos may be scored. Raises `Invalid`."""
    return when_among(row, sessions_of(session, row.course_id), course_settings(session).timing)


def when_among(row: VisitRow, sessions: tuple[Session, ...], rules: TimingRules) -> Timed:
    """The same among sessions that were read before. Raises `Invalid`."""
    try:
        return timed(Visit(row.day, needling=needling_of(row)), sessions, rules)
    except UsageError as error:
        raise Invalid(str(error)) from None


def held(session: Transaction, course_id: str) -> Course:
    """The course as it now stands in this transaction, if the rules of `serve.course.check` allow it.

    Raises `Conflict` for two visits of a day that are not told apart and `Invalid` for the rest, in the check's words.
    """
    session.flush()
    course = course_of(session, course_id)
    try:
        # A visit that has just been made has no photo yet, which only a file's visit must have.
        checked(replace(course, visits=tuple(_not_empty(n, visit) for n, visit in enumerate(course.visits))), today())
    except UsageError as error:
        raise (Conflict if _two_of_a_day(course.visits) else Invalid)(str(error)) from None
    return course


def visit_rows(session: Transaction, course_id: str) -> Sequence[VisitRow]:
    """The visits of a course in the order of dates, the one before needling first."""
    rows = session.scalars(select(VisitRow).where(VisitRow.course_id == course_id).order_by(VisitRow.created)).all()
    return sorted(rows, key=lambda row: (row.day, row.needling == Needling.AFTER))


def needling_of(row: VisitRow) -> Needling | None:
    """Whether a visit of a session's own day was before or after needling."""
    return Needling(row.needling) if row.needling else None


def sessions_of(session: Transaction, course_id: str) -> tuple[Session, ...]:
    """The sessions of a course, numbered in the order of dates."""
    rows = session.scalars(select(SessionRow).where(SessionRow.course_id == course_id).order_by(SessionRow.day))
    return tuple(session_of(number, row) for number, row in enumerate(rows, start=1))


def session_of(number: int, row: SessionRow) -> Session:
    """One treatment as recorded."""
    depths = tuple(Depth(region, float(mm)) for region, mm in row.depths.items())
    return Session(number, row.day, row.device, depths, tuple(row.treatments))


def plan_of(row: CourseRow) -> Plan:
    """The plan of a course, with its cautions."""
    return Plan(
        row.sessions, row.spacing_days, row.maintenance_per_year, _CAUTIONS.validate_python(tuple(row.cautions))
    )


def newest(rows: Sequence[ScoreRow], view: View, model: str | None = None) -> ScoreRow | None:
    """Of a photo's scores, oldest first, the last that was asked as this view (and by this network)."""
    fitting = [row for row in rows if row.view == view and model in (None, row.model)]
    return fitting[-1] if fitting else None


def score_rows(session: Transaction, photo_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreRow]]:
    """The scores of photos, by photo, oldest first."""
    told: dict[str, list[ScoreRow]] = {photo: [] for photo in photo_ids}
    wanted = select(ScoreRow).where(ScoreRow.photo_id.in_(photo_ids)).order_by(ScoreRow.created, ScoreRow.id)
    for row in session.scalars(wanted):
        told[row.photo_id].append(row)
    return told


def _visit(session: Transaction, course: Course, row: VisitRow, model: str | None) -> Visit:
    when = when_among(row, course.sessions, course.clinic.timing)
    photos = photos_of(session, row.id)
    rows = score_rows(session, [photo.id for photo in photos])
    allowed = when.timing is not Timing.NOT_SCORED
    shots = tuple(_shot(photo, rows[photo.id] if allowed else (), model) for photo in photos)
    return Visit(row.day, needling=needling_of(row), shots=shots, findings=_findings(session, row.id))


def _shot(photo: PhotoRow, rows: Sequence[ScoreRow], model: str | None) -> Shot:
    view = View(photo.view)
    now = newest(rows, view, model)
    earlier = tuple(kept_of(answer_of(row)) for row in rows if row is not now)
    answer = None if now is None else kept_of(answer_of(now))
    return Shot(photo.id, view, answer, photo.camera, photo.region, earlier=earlier, row=f"photo {photo.id}")


def _findings(session: Transaction, visit_id: str) -> tuple[Finding, ...]:
    wanted = select(FindingRow).where(FindingRow.visit_id == visit_id).order_by(FindingRow.created, FindingRow.id)
    return tuple(Finding(row.item, row.value, row.by) for row in session.scalars(wanted))


def _not_empty(number: int, visit: Visit) -> Visit:
    return visit if visit.shots or visit.findings else replace(visit, shots=(Shot(f"none {number}", View.FRONT),))


def _two_of_a_day(visits: Sequence[Visit]) -> bool:
    """Whether two visits of one day are not told apart by `needling`."""
    told = [(visit.date, visit.needling) for visit in visits]
    days = [visit.date for visit in visits]
    return any(told.count(each) > 1 or (days.count(each[0]) > 1 and each[1] is None) for each in told)
