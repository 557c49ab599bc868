"""Fits what `model/severity.py` tells: the calibration of severity, its reading interval, the photo grades.

Always on outcomes of photos that the networks had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Rated
from scarscore.model.grades import Grades
from scarscore.model.severity import COVERAGE, Calibration, Curve
from scarscore.train.grade_fit import fit_grades

KNOTS = 4  # of 12 or 6 the pieces of a fold's curve follow its few severe photos, and rank others by them (2026)
FEWEST = 40  # photos: the 5 % quantile of fewer is one photo
FLOOR = 0.5  # points: errors smaller than this count as this, so that the width's logarithm stays finite
SHIFT = 2.0  # points: the width grows with the logarithm of severity + this
BOUND_AT = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0)

Values = npt.NDArray[np.float64]

IDENTITY = Calibration(
    severity=Curve((0.0, 100.0), (0.0, 100.0)),
    low=Curve((0.0, 100.0), (0.0, 100.0)),
    high=Curve((0.0, 100.0), (0.0, 100.0)),
    grades=Grades(1.0, 2.0, (2.0, 3.0, 4.0), (0.0, 0.0, 0.0), 4.0),
)


def fit_calibration(rated: Sequence[Rated], pooled: Values, redness: Values) -> Calibration:
    """The calibration that these out-of-fold outcomes support: n photos, pooled severities, spreads of redness."""
    if len(rated) < FEWEST:
        raise DataError(f"{len(rated)} photos are too few to calibrate on")
    readings = np.array([r.severity for r in rated])
    severity = severity_curve(pooled, readings)
    told = np.array([severity(value) for value in pooled])
    low, high = _interval(told, readings)
    return Calibration(severity, low, high, fit_grades(told, redness, np.array([r.grade for r in rated])))


def severity_curve(pooled: Values, readings: Values) -> Curve:
    """A monotone curve through KNOTS means of an isotonic regression, carried on straight at its upper end.

    Isotonic regression alone is a staircase, on which a small change of the skin would move the score by nothing or
    by a step.
    """
    order = np.argsort(pooled, kind="stable")
    stairs = IsotonicRegression().fit_transform(pooled, readings)
    parts = np.array_split(order, min(KNOTS, len(order) // 10))
    x = [float(pooled[part].mean()) for part in parts]
    y = [float(stairs[part].mean()) for part in parts]
    slope = max(0.2, (y[-1] - y[-3]) / (x[-1] - x[-3]))
    knots = {0.0: 0.0} | dict(zip(x, y, strict=True)) | {x[-1] + (100.0 - y[-1]) / slope: 100.0}
    ascending = sorted(knots)
    return Curve(tuple(ascending), tuple(np.maximum.accumulate([knots[k] for k in ascending]).tolist()))


def _interval(told: Values, readings: Values) -> tuple[Curve, Curve]:
    """Bounds of the reading for each severity told: conformal quantiles of errors, each over its expected size.

    Normalised conformal prediction (Papadopoulos et al. 2008; Lei et al. 2018, arXiv 1604.04173). The size that is
    expected grows with the severity, smoothly: bands of severity have too few photos each to follow it.
    """
    error, at = readings - told, np.log(told + SHIFT)
    slope, constant = np.polyfit(at, np.log(np.abs(error) + FLOOR), 1)
    ratio = np.sort(error / np.exp(constant + slope * at))
    tail, count = (1.0 - COVERAGE) / 2.0, len(ratio)
    low = ratio[max(0, int(np.floor((count + 1) * tail)) - 1)]
    high = ratio[min(count - 1, int(np.ceil((count + 1) * (1.0 - tail))) - 1)]
    x = np.array(BOUND_AT)
    size = np.exp(constant + slope * np.log(x + SHIFT))
    return _bound(x, low * size), _bound(x, high * size)


def _bound(x: Values, shift: Values) -> Curve:
    """A bound that never falls while the severity rises."""
    return Curve(tuple(x.tolist()), tuple(np.maximum.accumulate(np.clip(x + shift, 0.0, 100.0)).tolist()))
