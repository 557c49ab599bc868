"""What the chart and its table are drawn from: every visit in the order of dates, and what became of it.

A visit is one of eight things, told by shape and by word, never by colour alone. The chart draws what the verdict
compares: a visit over the views that the start has, else a view that was added would look like healing or worsening.
The table tells a visit's own severity, over all its views, and says where the two differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scarscore.serve.course.change import Point, point_of
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import Shot, Timing, Visit, VisitScore
from scarscore.serve.course.timing import timed
from scarscore.serve.scoring.result import Refusal


class Mark(StrEnum):
    """What became of a visit, in the words of the legend."""

    BASELINE = "start, counted"
    VALID = "counted"
    EARLIER = "before the start, not counted"
    OTHER_VIEWS = "no view of the start, not counted"
    PROVISIONAL = "provisional, not counted"
    NOT_SCORED = "too soon after a session, not scored"
    UNUSABLE = "no photo could be used"
    FINDINGS = "no photos, findings alone"


@dataclass(frozen=True)
class Moment:
    """A visit on the timeline; `score` is None where there is no severity.

    `level` is the severity over the views of the start and at their weights, with its SEM: what the chart draws. None
    without a score. Where nothing can be held against the start it is the visit's own.
    """

    visit: Visit
    mark: Mark
    timing: Timing
    days: int | None
    sessions: int
    score: VisitScore | None
    level: Point | None
    words: str

    @property
    def date(self) -> date:
        """The visit's day."""
        return self.visit.date

    @property
    def drawn_apart(self) -> str:
        """What must be said beside a visit that is drawn at another number than its own; else empty."""
        if self.score is None or self.level is None or f"{self.level.severity:.0f}" == f"{self.score.severity:.0f}":
            return ""
        return f"drawn at {self.level.severity:.0f}, over the views of the start"

    @property
    def became(self) -> str:
        """What became of the visit, with its number in the chart where that is another than its own."""
        return "; ".join(filter(None, (self.mark.value, self.drawn_apart)))


def moments(measured: Measured) -> tuple[Moment, ...]:
    """Every visit as a moment."""
    course = measured.course
    told = []
    for visit in course.visits:
        when = timed(visit, course.sessions, course.clinic.timing)
        score = None if when.timing is Timing.NOT_SCORED else _score_of(visit, measured.scores)
        baseline = measured.verdict.baseline
        level = None if score is None else _level(score, baseline)
        mark = _mark(visit, when.timing, score, baseline)
        told.append(Moment(visit, mark, when.timing, when.days, when.sessions, score, level, when.words))
    return tuple(told)


def _level(score: VisitScore, baseline: VisitScore | None) -> Point:
    told = None if baseline is None else point_of(baseline, score)
    return told or Point(0, score.severity, score.sem)


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


def _mark(visit: Visit, timing: Timing, score: VisitScore | None, baseline: VisitScore | None) -> Mark:
    if not visit.shots:
        return Mark.FINDINGS
    if timing is Timing.NOT_SCORED:
        return Mark.NOT_SCORED
    if score is None:
        return Mark.UNUSABLE
    if timing is Timing.PROVISIONAL:
        return Mark.PROVISIONAL
    if baseline is None or baseline.date == visit.date:
        return Mark.VALID if baseline is None else Mark.BASELINE
    if visit.date < baseline.date:
        return Mark.EARLIER
    return Mark.OTHER_VIEWS if point_of(baseline, score) is None else Mark.VALID
