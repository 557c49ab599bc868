"""What the severity network's outputs mean: local severities, pooled over skin, then calibrated once.

The severity of a photo, of a region or of a cell is the same function of its own skin: a power mean of the local
severities. Readers weigh the worst area: the plain mean of their nine cells lies 20 points under their reading of
the whole photo, a power of 4 ranks photos best (blueprint section 5, 2026). No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scarscore.model.grades import Grades
from scarscore.model.heads import HeadLimits
from scarscore.model.preprocess import Floats

POWER = 4.0
TYPES = ("icepick", "boxcar", "rolling")  # as readers name them; what is told are those of `heads.py`
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
    reference reading lies with 90 % probability (the reading interval: conformal, Vovk 2005, its width growing with
    the severity as the errors do); `grades` tells the photo grade, `heads` types, raised scars and strange photos
    (None for a network without such heads).
    """

    severity: Curve
    low: Curve
    high: Curve
    grades: Grades
    heads: HeadLimits | None = None

    def __post_init__(self) -> None:
        if any(a > b for a, b in zip(self.severity.y, self.severity.y[1:], strict=False)):
            raise ValueError("the calibration of severity must not fall")


@dataclass(frozen=True)
class Severity:
    """A calibrated severity, 0-100, with its 90 % reading interval."""

    value: float
    low: float
    high: float


def calibrated(pooled: float, calibration: Calibration) -> Severity:
    """Tell a pooled severity in the readings' terms."""
    value = _percent(calibration.severity(pooled))
    low = min(value, _percent(calibration.low(value)))
    high = max(value, _percent(calibration.high(value)))
    return Severity(value, low, high)


def _percent(value: float) -> float:
    return min(100.0, max(0.0, value))
