"""Later photos of a course laid over the baseline's: what does not lie on them, what was otherwise, what is new.

A shot is held against the baseline's shots of its view (and of its region, for a close-up) until one fits; one that
fits none is marked `not_comparable` and enters no mean. A view that the baseline lacks has nothing to be held against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.align import Alignment, align
from scarscore.serve.course.conditions import Condition, compare_conditions
from scarscore.serve.course.differences import Changes, changes
from scarscore.serve.course.records import Course, Shot, ShotScore, Visit
from scarscore.serve.course.rescore import mapped
from scarscore.serve.course.timing import is_valid, timed
from scarscore.serve.scoring.result import View

Place = tuple[View, str | None]  # a view, and the region of a close-up
Look = Callable[[Shot], Pixels | None]  # a shot's pixels, uint8 RGB; None where the file cannot be read any more
UNREADABLE = "The photo cannot be read any more."


@dataclass(frozen=True)
class Match:
    """One later shot held against the baseline: on which photo it lies, how well, and what was otherwise.

    `reason` says in words why it is not comparable; None where it is. `residual_px` (of 512 px), `likeness` (-1 to 1)
    and `overlap` (0 to 1) as `align` tells them, None where it did not get so far. `valid` is the visit's timing.
    """

    date: date
    shot: Shot
    baseline: Shot
    valid: bool
    conditions: tuple[Condition, ...] = ()
    residual_px: float | None = None
    likeness: float | None = None
    overlap: float | None = None
    reason: str | None = None

    @property
    def differing(self) -> tuple[Condition, ...]:
        """The conditions that are beyond their limit."""
        return tuple(condition for condition in self.conditions if not condition.passed)


@dataclass(frozen=True, eq=False)
class ViewPair:
    """A view at baseline and at its last valid visit, one laid over the other, and what changed between them."""

    baseline: date
    match: Match
    alignment: Alignment
    changes: Changes


@dataclass(frozen=True, eq=False)
class Compared:
    """The course with `not_comparable` filled in, every match in the order of dates, and the last pair of each view."""

    course: Course
    matches: tuple[Match, ...] = ()
    pairs: tuple[ViewPair, ...] = ()


@dataclass(frozen=True, eq=False)
class _Laid:
    match: Match
    alignment: Alignment | None


def later_shots(course: Course, baseline: Visit) -> tuple[tuple[Visit, Shot], ...]:
    """The scored shots after the baseline that it has a photo of the same view to hold against, in order."""
    places = {_place(shot) for shot in _scored(baseline)}
    after = course.visits[course.visits.index(baseline) + 1 :]
    return tuple((visit, shot) for visit in after for shot in _scored(visit) if _place(shot) in places)


def compared(
    course: Course, baseline: Visit, look: Look, engine: Engine, finder: RegionEngine, step: Callable[[], None]
) -> Compared:
    """Every scored shot after the baseline held against it; `step` is called after each."""
    against = [(shot, pixels) for shot in _scored(baseline) if (pixels := look(shot)) is not None]
    matches: list[Match] = []
    last: dict[Place, _Laid] = {}
    for visit, shot in later_shots(course, baseline):
        valid = is_valid(timed(visit, course.sessions, course.clinic.timing).timing)
        references = [pair for pair in against if _place(pair[0]) == _place(shot)]
        laid = _laid(Match(visit.date, shot, references[0][0] if references else shot, valid), references, look, finder)
        matches.append(laid.match)
        known = last.get(_place(shot))
        if valid and laid.alignment is not None and (known is None or known.match.date < visit.date):
            last[_place(shot)] = laid
        step()
    pairs = tuple(pair for laid in last.values() for pair in _pair(baseline.date, laid, engine))
    return Compared(_marked(course, matches), tuple(matches), pairs)


def _laid(match: Match, references: Sequence[tuple[Shot, Pixels]], look: Look, finder: RegionEngine) -> _Laid:
    """The shot on the first of the baseline's that it fits; else why it does not lie on the first."""
    now = look(match.shot)
    if now is None or not references:
        return _Laid(replace(match, reason=UNREADABLE), None)
    failed: list[Match] = []
    for shot, before in references:
        found = align(before, now, finder)
        told = replace(
            match, baseline=shot, residual_px=found.residual_px, likeness=found.likeness, overlap=found.overlap
        )
        if isinstance(found, Alignment):
            return _Laid(replace(told, conditions=compare_conditions(found)), found)
        failed.append(replace(told, reason=found.hint))
    return _Laid(failed[0], None)


def _pair(baseline: date, laid: _Laid, engine: Engine) -> tuple[ViewPair, ...]:
    if laid.alignment is None:
        return ()
    return (ViewPair(baseline, laid.match, laid.alignment, changes(laid.alignment, engine)),)


def _marked(course: Course, matches: Sequence[Match]) -> Course:
    """The course with the reason at each shot that is not comparable."""
    reasons = {match.shot.photo: match.reason for match in matches}
    return mapped(course, lambda s: replace(s, not_comparable=reasons.get(s.photo, s.not_comparable)))


def _scored(visit: Visit) -> tuple[Shot, ...]:
    return tuple(shot for shot in visit.shots if isinstance(shot.answer, ShotScore))


def _place(shot: Shot) -> Place:
    return shot.view, shot.region
