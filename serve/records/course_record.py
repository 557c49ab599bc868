"""A course's visits with what became of each photo, read at once: what a page about the course lists."""

from __future__ import annotations

from dataclasses import dataclass

from scarscore.serve.course.records import ShotScore, Visit
from scarscore.serve.course.timing import Timed
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.history import course_of, visit_rows, when_among
from scarscore.serve.records.people import Who
from scarscore.serve.scoring.result import Refusal


@dataclass(frozen=True)
class ListedVisit:
    """A visit with its id, its shots as the networks that are named answered them, and what timing makes of it."""

    id: str
    visit: Visit
    when: Timed

    @property
    def scored(self) -> int:
        """How many photos have a severity."""
        return sum(isinstance(shot.answer, ShotScore) for shot in self.visit.shots)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why photos were refused, one for each."""
        return tuple(shot.answer for shot in self.visit.shots if isinstance(shot.answer, Refusal))


def listed_visits(clinic: Clinic, who: Who, course_id: str, networks: str) -> tuple[ListedVisit, ...]:
    """The visits of a course in the order of dates, scored by these networks. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"course/{course_id}", {"what": "visits"})) as session:
        course = course_of(session, course_id, networks)
        return tuple(
            ListedVisit(row.id, visit, when_among(row, course.sessions, course.clinic.timing))
            for row, visit in zip(visit_rows(session, course_id), course.visits, strict=True)
        )
