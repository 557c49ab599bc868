"""The photos of a course as they can be chosen to be compared: where each stands, and what the networks said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from scarscore.serve.course.baseline import baseline_of, valid_scores
from scarscore.serve.course.error import error_for
from scarscore.serve.course.records import Course, MeasurementError, Needling, Shot, ShotScore, Timing
from scarscore.serve.course.timing import Timed, timed
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, has_consent
from scarscore.serve.records.errors import NotFound
from scarscore.serve.records.find import course_row, patient_row
from scarscore.serve.records.history import course_of
from scarscore.serve.records.people import Who
from scarscore.serve.scoring.result import Refusal, View

UNSCORED = "These networks have not scored it yet: score the course again."
Place = tuple[View, str | None]  # a view, and the region of a close-up


@dataclass(frozen=True)
class Choice:
    """A photo of a course: its id, its visit's day, and the `number` of its shot among the visit's of that view.

    `score` is what the present networks said, None where they said nothing; `why` then says why in words. `error` is
    how far a severity of this view and camera strays from shot to shot.
    """

    photo: str
    visit: int
    day: date
    needling: Needling | None
    timing: Timing
    shot: Shot
    number: int
    shots: int
    error: MeasurementError
    score: ShotScore | None
    why: str

    @property
    def place(self) -> Place:
        """What it shows: only photos of one place can be compared."""
        return self.shot.view, self.shot.region

    @property
    def provisional(self) -> bool:
        """Whether it is shown and never counted."""
        return self.timing is Timing.PROVISIONAL


@dataclass(frozen=True)
class Choices:
    """The photos of a course in the order of dates; `start` and `last` are the days that its verdict compares.

    `may_be_shown` is whether the patient consents to her photos being shown to others within the clinic.
    """

    course_id: str
    patient_id: str
    pseudonym: str
    may_be_shown: bool
    photos: tuple[Choice, ...]
    start: date | None
    last: date | None

    def one(self, photo_id: str) -> Choice:
        """The photo of this id. Raises `NotFound` where the course has none."""
        for each in self.photos:
            if each.photo == photo_id:
                return each
        raise NotFound("this course has no such photo")

    @property
    def places(self) -> tuple[Place, ...]:
        """What was photographed at two visits or more, what was photographed most often first."""
        visits = Counter(place for place, _ in {(each.place, each.visit) for each in self.photos})
        often = [place for place, count in visits.items() if count > 1]
        return tuple(sorted(often, key=lambda place: (-visits[place], place[0].value, place[1] or "")))


def choices(clinic: Clinic, who: Who, networks: str, course_id: str) -> Choices:
    """What of a course can be compared. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"course/{course_id}", {"what": "photos"})) as session:
        patient = patient_row(session, course_row(session, course_id).patient_id)
        shown = has_consent(session, patient.id, Use.DISPLAY)
        course = course_of(session, course_id, networks)
    return chosen_from(course, course_id, patient.id, may_be_shown=shown)


def chosen_from(course: Course, course_id: str, patient_id: str, *, may_be_shown: bool) -> Choices:
    """The photos of a course as choices."""
    counted = valid_scores(visit_scores(course))
    start = baseline_of(counted)
    return Choices(
        course_id, patient_id, course.patient, may_be_shown, tuple(_photos(course)),
        start.date if start else None, counted[-1].date if counted else None,
    )  # fmt: skip


def _photos(course: Course) -> Iterator[Choice]:
    for number, visit in enumerate(course.visits):
        when = timed(visit, course.sessions, course.clinic.timing)
        for shot in visit.shots:
            alike = [each for each in visit.shots if (each.view, each.region) == (shot.view, shot.region)]
            score = shot.answer if isinstance(shot.answer, ShotScore) else None
            error = error_for(shot.view, shot.camera, score.model if score else "", course.clinic.errors)
            yield Choice(
                shot.photo, number, visit.date, visit.needling, when.timing, shot, alike.index(shot) + 1, len(alike),
                error, score, "" if score else _why(shot, when),
            )  # fmt: skip


def _why(shot: Shot, when: Timed) -> str:
    if when.timing is Timing.NOT_SCORED:
        return f"{when.words[0].upper()}{when.words[1:]}."
    return shot.answer.hint if isinstance(shot.answer, Refusal) else UNSCORED


def usual(told: Choices, place: Place) -> tuple[Choice, Choice] | None:
    """The pair that is looked at first: a photo of the verdict's first day and one of its last; else the ends."""
    there = [each for each in told.photos if each.place == place]
    first = _of_day(there, told.start) or there[0]
    later = [each for each in there if each.visit > first.visit]
    if not later:
        first, later = there[0], [each for each in there if each.visit > there[0].visit]
    return (first, _of_day(later, told.last) or later[-1]) if later else None


def _of_day(photos: Sequence[Choice], day: date | None) -> Choice | None:
    """The first photo of that day that was scored, else the first."""
    there = [each for each in photos if each.day == day]
    return next((each for each in there if each.score), there[0] if there else None)
