"""What waits to be done in a course: sessions and photos that the plan asks for, and visits to be photographed again.

It says what was planned and what came of the photos, with the reason in words. Whether to do it is not judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from scarscore.serve.course.plan import next_photo, next_session
from scarscore.serve.course.records import Course, Needling, Shot, Visit
from scarscore.serve.course.timing import is_valid, next_valid_day, timed
from scarscore.serve.scoring.result import Refusal, View

_TAKEN = (Shot("", View.FRONT),)  # stands for the photos of a visit, whatever they show


class Kind(StrEnum):
    """What it is that waits."""

    RETAKE = "retake"  # a visit of whose photos none could be used, and which can still be photographed
    PHOTOS = "photos"
    SESSION = "session"


@dataclass(frozen=True)
class Taken:
    """What came of a visit's photos: how many are kept, how many refused; `findings` whether anything was entered.

    `refusals` are told of the last visit alone, the one that can still be photographed again.
    """

    day: date
    needling: Needling | None
    photos: int
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    findings: bool = False
    visit_id: str = ""

    @property
    def usable(self) -> bool:
        """Whether a photo is there that was not refused."""
        return self.photos > self.refused


@dataclass(frozen=True)
class Task:
    """One thing that waits, since or from `due` on. `why` is the reason in words, `hints` what helps with photos.

    `visit_id` names the visit that waits for photos, where it has been entered already.
    """

    kind: Kind
    due: date
    why: str
    hints: tuple[str, ...] = ()
    visit_id: str | None = None


def waiting(course: Course, taken: Sequence[Taken], begun: date) -> tuple[Task, ...]:
    """What waits in a course whose visits are `taken`, in the order of dates; the course's own visits are not read.

    `begun` is the day on which it was entered: since then its first photos wait.
    """
    known = replace(course, visits=tuple(Visit(each.day, _TAKEN, each.needling) for each in taken if each.usable))
    again = _retake(course, taken)
    photos = None if again else _photos(known, begun)
    session = next_session(known)
    planned = None if session is None else Task(Kind.SESSION, session.date, session.what)
    return tuple(task for task in (again, photos, planned) if task is not None)


def _photos(course: Course, begun: date) -> Task | None:
    due = next_photo(course)
    if due is None:
        return None
    if due.date == date.min:
        return Task(Kind.PHOTOS, begun, due.what)
    last, rules = course.sessions[-1], course.clinic.timing
    if len(course.sessions) >= course.plan.sessions:
        return Task(Kind.PHOTOS, due.date, due.what)
    counts = next_valid_day(last.date, rules)
    if any(visit.date >= counts for visit in course.visits):
        return None  # taken since the last session already
    why = f"{due.what}; they count from {counts} on, {(counts - last.date).days} days after session {last.number}"
    return Task(Kind.PHOTOS, due.date, why)


def _retake(course: Course, taken: Sequence[Taken]) -> Task | None:
    """The last visit, where its photos should count, none of them can, and no session has followed."""
    if not taken or (last := taken[-1]).usable or last.findings:
        return None
    when = timed(Visit(last.day, needling=last.needling), course.sessions, course.clinic.timing)
    treated = any(session.date >= last.day for session in course.sessions)
    if treated or not is_valid(when.timing):
        return None
    if not last.photos:
        return Task(Kind.PHOTOS, last.day, "this visit was entered without a photo", visit_id=last.visit_id)
    number = {1: "the only photo was", 2: "both photos were"}.get(last.photos, f"all {last.photos} photos were")
    reasons = dict.fromkeys(refusal.reason.value.replace("_", " ") for refusal in last.refusals)
    hints = tuple(dict.fromkeys(refusal.hint for refusal in last.refusals))
    return Task(Kind.RETAKE, last.day, f"{number} refused: {', '.join(reasons)}", hints, last.visit_id)
