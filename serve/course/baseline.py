"""The visit that all others are held against.

It is the last valid visit before session 1. Where nobody photographed before treatment, it is the first valid visit,
and every verdict says after which session it was taken: part of the effect may lie before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.serve.course.records import VisitScore
from scarscore.serve.course.timing import is_valid


def valid_scores(scores: Sequence[VisitScore]) -> tuple[VisitScore, ...]:
    """The visits that may enter a trend and a verdict, in the order of dates."""
    return tuple(sorted((score for score in scores if is_valid(score.timing)), key=lambda score: score.date))


def baseline_of(scores: Sequence[VisitScore]) -> VisitScore | None:
    """The baseline among visits in any order; None where none is valid."""
    valid = valid_scores(scores)
    before = [score for score in valid if score.sessions == 0]
    if before:
        return before[-1]
    return valid[0] if valid else None


def baseline_note(baseline: VisitScore) -> str:
    """What a verdict must say of its baseline; empty where it was taken before the first session."""
    return f"baseline after session {baseline.sessions}" if baseline.sessions else ""
