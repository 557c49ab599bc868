"""What the severity network's outputs mean: local severities, pooled over skin, then calibrated once.

The severity of a photo, of a region or of a cell is the same function of its own skin: a power mean of the local
severities. Readers weigh the worst area: the plain mean of their nine cells lies 20 points under their reading of
the whole photo, a power of 4 ranks photos best (blueprint section 5, 2026). No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scarscore.model.preprocess import Floats

POWER = 4.0
TYPES = ("icepick", "boxcar", "rolling")
GRADES = 5
COVERAGE = 0.90


def pool(severity: Floats, weight: Floats) -> float:
    """Uncalibrated severity of an area: the power mean of local severities (>= 0), weighted by `weight` (0-1).

    Both of one shape. The weight says how much each position counts; an area without any pools to 0.
    """
    total = float(weight.sum(dtype=np.float64))
    if total <= 0.0:
        return 0.0
    powered = float((weight * severity.astype(np.float64) ** POWER).sum())
    return float((powered / total) ** (1.0 / POWER))


def pool_types(logits: Floats, severity: Floats, weight: Floats) -> tuple[float, ...]:
    """Probability (0-1) that each of `TYPES` is seen: local logits (3, rows, columns), averaged where scars are."""
    share = weight * severity.astype(np.float64) + 1e-6
    means = (logits * share).sum(axis=(1, 2)) / share.sum()
    return tuple(float(1.0 / (1.0 + np.exp(-mean))) for mean in means)


@dataclass(frozen=True)
class Curve:
    """A piecewise-linear function through knots; constant beyond its ends."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or len(self.x) < 2:
            raise ValueError("a curve needs two or more knots, with as many values")
        if any(a >= b for a, b in zip(self.x, self.x[1:], strict=False)):
            raise ValueError("a curve's knots must ascend")

    def __call__(self, value: float) -> float:
        """The function at one value."""
        return float(np.interp(value, self.x, self.y))


@dataclass(frozen=True)
class Calibration:
    """How an uncalibrated severity is told: fitted once, out of fold, on reference readings.

    `severity` maps the pooled value to 0-100; `low` and `high` map that severity to the bounds between which the
    reference reading lies with 90 % probability (split conformal, Vovk 2005, in bands of severity); `grades` holds
    for each grade 0-4 the range of severities that contains 90 % of the photos of that grade (label-conditional
    conformal sets, Sadinle, Lei and Wasserman 2019); `types` are the probabilities above which a type is named.
    """

    severity: Curve
    low: Curve
    high: Curve
    grades: tuple[tuple[float, float], ...]
    types: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.grades) != GRADES or len(self.types) != len(TYPES):
            raise ValueError(f"a calibration needs {GRADES} grades and {len(TYPES)} types")
        if any(a > b for a, b in zip(self.severity.y, self.severity.y[1:], strict=False)):
            raise ValueError("the calibration of severity must not fall")


@dataclass(frozen=True)
class Severity:
    """A calibrated severity, 0-100, with its 90 % reading interval, photo grade set and types."""

    value: float
    low: float
    high: float
    grade_set: tuple[int, ...]
    types: tuple[str, ...]


def calibrated(pooled: float, type_probabilities: tuple[float, ...], calibration: Calibration) -> Severity:
    """Tell a pooled severity in the readings' terms. Types are told only where a scar may be told at all."""
    value = _percent(calibration.severity(pooled))
    low = min(value, _percent(calibration.low(value)))
    high = max(value, _percent(calibration.high(value)))
    grades = _grade_set(value, calibration.grades)
    seen = [
        (probability, name)
        for name, probability, limit in zip(TYPES, type_probabilities, calibration.types, strict=True)
        if probability >= limit and grades[-1] >= 2
    ]
    return Severity(value, low, high, grades, tuple(name for _, name in sorted(seen, reverse=True)))


def _percent(value: float) -> float:
    return min(100.0, max(0.0, value))


def _grade_set(value: float, ranges: tuple[tuple[float, float], ...]) -> tuple[int, ...]:
    """Grades whose range holds the severity, closed to a contiguous set; the nearest one where none does."""
    inside = [grade for grade, (low, high) in enumerate(ranges) if low <= value <= high]
    if not inside:
        gaps = [max(low - value, value - high) for low, high in ranges]
        inside = [int(np.argmin(gaps))]
    return tuple(range(inside[0], inside[-1] + 1))
