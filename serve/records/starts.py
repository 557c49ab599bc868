"""The photos that a course's later ones are held against: of each view the first that was scored at the start.

A camera lays them faintly over its live picture, so that the pose is matched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scarscore.serve.course.baseline import baseline_of
from scarscore.serve.course.records import Course, ShotScore, Timing
from scarscore.serve.course.timing import timed
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.history import course_of
from scarscore.serve.records.people import Who
from scarscore.serve.scoring.result import View


@dataclass(frozen=True)
class StartPhoto:
    """A photo of the start: its id, its view, the region of a close-up, and its day."""

    id: str
    view: View
    region: str | None
    day: date


def start_photos(clinic: Clinic, who: Who, networks: str, course_id: str) -> tuple[StartPhoto, ...]:
    """The photos of the start by these networks, one for each view and region; none before there is a start.

    Raises `NotFound`.
    """
    deed = Deed(who.account, "read", f"course/{course_id}", {"what": "start"})
    with clinic.doing(deed) as session:
        course = course_of(session, course_id, networks)
    places = {(each.view, each.region): each for each in reversed(tuple(_scored(course)))}
    return tuple(reversed(places.values()))


def _scored(course: Course) -> Iterator[StartPhoto]:
    start = baseline_of(visit_scores(course))
    for visit in course.visits:
        forbidden = timed(visit, course.sessions, course.clinic.timing).timing is Timing.NOT_SCORED
        if start is None or visit.date != start.date or forbidden:
            continue
        for shot in visit.shots:
            if isinstance(shot.answer, ShotScore):
                yield StartPhoto(shot.photo, shot.view, shot.region, visit.date)
