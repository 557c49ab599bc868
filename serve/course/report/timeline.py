"""What the chart and its table are drawn from: every visit in the order of dates, and what became of it.

A visit is one of five things, told by shape and by word, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import Shot, Timing, Visit, VisitScore
from scarscore.serve.course.timing import timed
from scarscore.serve.scoring.result import Refusal


class Mark(StrEnum):
    """What became of a visit, in the words of the legend."""

    BASELINE = "start, counted"
    VALID = "counted"
    PROVISIONAL = "provisional, not counted"
    NOT_SCORED = "too soon after a session, not scored"
    UNUSABLE = "no photo could be used"
    FINDINGS = "no photos, findings alone"


@dataclass(frozen=True)
class Moment:
    """A visit on the timeline; `score` is None where there is no severity."""

    visit: Visit
    mark: Mark
    timing: Timing
    days: int | None
    sessions: int
    score: VisitScore | None
    words: str

    @property
    def date(self) -> date:
        """The visit's day."""
        return self.visit.date


def moments(measured: Measured) -> tuple[Moment, ...]:
    """Every visit as a moment."""
    course = measured.course
    told = []
    for visit in course.visits:
        when = timed(visit, course.sessions, course.clinic.timing)
        score = None if when.timing is Timing.NOT_SCORED else _score_of(visit, measured.scores)
        mark = _mark(visit, when.timing, score, measured)
        told.append(Moment(visit, mark, when.timing, when.days, when.sessions, score, when.words))
    return tuple(told)


def trend_moments(told: Sequence[Moment]) -> tuple[Moment, ...]:
    """Those that count: the baseline and the valid visits."""
    return tuple(moment for moment in told if moment.mark in (Mark.BASELINE, Mark.VALID))


def used(visit: Visit) -> int:
    """How many photos of the visit entered its severity, outlying ones included."""
    return sum(_usable(shot) for shot in visit.shots)


def _usable(shot: Shot) -> bool:
    return shot.answer is not None and not isinstance(shot.answer, Refusal) and shot.not_comparable is None


def _score_of(visit: Visit, scores: Sequence[VisitScore]) -> VisitScore | None:
    return next((score for score in scores if score.date == visit.date), None) if used(visit) else None


def _mark(visit: Visit, timing: Timing, score: VisitScore | None, measured: Measured) -> Mark:
    if not visit.shots:
        return Mark.FINDINGS
    if timing is Timing.NOT_SCORED:
        return Mark.NOT_SCORED
    if score is None:
        return Mark.UNUSABLE
    if timing is Timing.PROVISIONAL:
        return Mark.PROVISIONAL
    baseline = measured.verdict.baseline
    return Mark.BASELINE if baseline is not None and baseline.date == visit.date else Mark.VALID
