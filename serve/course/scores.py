"""From what scoring answers to the part of it that a course keeps.

Nothing here scores a photo: it takes answers of `score_photo`, or rows that `scarscore score` wrote.
"""

from __future__ import annotations

from scarscore.serve.batch.rows import SCORED, Row, networks_text
from scarscore.serve.course.records import ShotScore
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.quality.checks import NAMES
from scarscore.serve.scoring.result import HINTS, Check, PhotoScore, Reason, Refusal


def kept_of(answer: PhotoScore | Refusal) -> ShotScore | Refusal:
    """The part of an answer that a course needs; a refusal stays as it is."""
    if isinstance(answer, Refusal):
        return answer
    return ShotScore(
        severity=answer.severity,
        low=answer.severity_low,
        high=answer.severity_high,
        model=networks_text(answer.model, answer.region_model),
        grade_set=answer.grade_set,
        types=answer.types,
        regions=answer.regions,
        quality=answer.quality,
    )


def kept_of_row(row: Row) -> ShotScore | Refusal:
    """The same from a row that was written earlier. Raises UsageError where a scored row lacks its numbers.

    A row keeps the values of the quality checks alone, so each counts as passed: the photo was scored.
    """
    if row.status != SCORED:
        reason = _reason(row)
        return Refusal(reason, HINTS[reason])
    if row.severity is None or row.severity_low is None or row.severity_high is None or row.model is None:
        raise UsageError(f"the row of {row.path} says scored, but lacks its severity or its model; score it again")
    checks = tuple(
        Check(name, value, value, passed=True)
        for name, value in zip(NAMES, row.quality, strict=True)
        if value is not None
    )
    return ShotScore(
        row.severity, row.severity_low, row.severity_high, row.model, row.grade_set, row.types, row.regions, checks
    )


def _reason(row: Row) -> Reason:
    try:
        return Reason(row.reason or "")
    except ValueError:
        raise UsageError(f"the row of {row.path} gives no reason that is known: {row.reason!r}") from None
