"""What a blind review can be of: the courses that have scored photos, and how many of each view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import CourseRow, PatientRow, PhotoRow, ScoreRow, VisitRow
from scarscore.serve.scoring.result import View


@dataclass(frozen=True)
class Reviewable:
    """A course with photos that these networks scored: whose it is, when it was begun, how many photos of each view."""

    course_id: str
    pseudonym: str
    begun: datetime
    views: tuple[tuple[View, int], ...]

    @property
    def photos(self) -> int:
        """How many photos there are of all views."""
        return sum(count for _, count in self.views)


def reviewable(clinic: Clinic, who: Who, networks: str) -> tuple[Reviewable, ...]:
    """The courses that have any, by pseudonym. Raises `NotAllowed` for viewers, who review nothing."""
    who.require(Role.PRACTITIONER)
    wanted = (
        select(CourseRow.id, PatientRow.pseudonym, CourseRow.created, PhotoRow.view, func.count(PhotoRow.id.distinct()))
        .join(PatientRow, PatientRow.id == CourseRow.patient_id)
        .join(VisitRow, VisitRow.course_id == CourseRow.id)
        .join(PhotoRow, PhotoRow.visit_id == VisitRow.id)
        .join(ScoreRow, (ScoreRow.photo_id == PhotoRow.id) & (ScoreRow.view == PhotoRow.view))
        .where(PatientRow.erased.is_(None), PhotoRow.erased.is_(None), ScoreRow.scored, ScoreRow.model == networks)
        .group_by(CourseRow.id, PatientRow.pseudonym, CourseRow.created, PhotoRow.view)
        .order_by(PatientRow.pseudonym, CourseRow.created, CourseRow.id, PhotoRow.view)
    )
    with clinic.doing(Deed(who.account, "read", "reviews", {"what": "choices"})) as session:
        rows = session.execute(wanted).all()
    told: dict[str, Reviewable] = {}
    for course, pseudonym, begun, view, count in rows:
        known = told.get(course, Reviewable(course, pseudonym, begun, ()))
        told[course] = Reviewable(course, pseudonym, begun, (*known.views, (View(view), count)))
    return tuple(told.values())
