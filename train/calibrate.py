"""Fits what `model/severity.py` tells: the calibration of severity, its interval, the grades' ranges, type limits.

Always on outcomes of photos that the networks had not seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import precision_recall_curve

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Rated
from scarscore.model.severity import COVERAGE, GRADES, TYPES, Calibration, Curve
from scarscore.train.losses import TYPES_FROM

KNOTS = 12
BAND = 60  # photos per band of the interval: the fewest whose 5 % quantile is three photos deep

Values = npt.NDArray[np.float64]

IDENTITY = Calibration(
    severity=Curve((0.0, 100.0), (0.0, 100.0)),
    low=Curve((0.0, 100.0), (0.0, 100.0)),
    high=Curve((0.0, 100.0), (0.0, 100.0)),
    grades=((0.0, 100.0),) * GRADES,
    types=(0.5,) * len(TYPES),
)


def fit_calibration(rated: Sequence[Rated], pooled: Values, type_probabilities: Values) -> Calibration:
    """The calibration that these out-of-fold outcomes support: n photos, n pooled severities, (n, 3) probabilities."""
    if len(rated) < 2 * BAND // 3:
        raise DataError(f"{len(rated)} photos are too few to calibrate on")
    readings = np.array([r.severity for r in rated])
    severity = _severity_curve(pooled, readings)
    told = np.array([severity(value) for value in pooled])
    low, high = _interval(told, readings)
    grades = _grade_ranges(told, np.array([r.grade for r in rated]))
    seen = np.array([[r.type_share(name) >= 0.5 for name in TYPES] for r in rated])
    limits = _type_limits(seen[readings >= TYPES_FROM], type_probabilities[readings >= TYPES_FROM])
    return Calibration(severity, low, high, grades, limits)


def _severity_curve(pooled: Values, readings: Values) -> Curve:
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
    """Bounds of the reading for each severity told: conformal quantiles of the residual in bands of severity."""
    order = np.argsort(told, kind="stable")
    parts = np.array_split(order, max(2, len(order) // BAND))
    x = np.array([told[part].mean() for part in parts])
    residual = [np.sort(readings[part] - told[part]) for part in parts]
    tail = (1.0 - COVERAGE) / 2.0
    low = [values[max(0, int(np.floor((len(values) + 1) * tail)) - 1)] for values in residual]
    high = [values[min(len(values) - 1, int(np.ceil((len(values) + 1) * (1.0 - tail))) - 1)] for values in residual]
    ends = np.concatenate([[0.0], x, [100.0]])
    below, above = (np.concatenate([[q[0]], q, [q[-1]]]) for q in (low, high))
    keep = np.concatenate([[True], np.diff(ends) > 1e-6])
    return _bound(ends[keep], below[keep]), _bound(ends[keep], above[keep])


def _bound(x: Values, shift: Values) -> Curve:
    """A bound that never falls while the severity rises."""
    return Curve(tuple(x.tolist()), tuple(np.maximum.accumulate(np.clip(x + shift, 0.0, 100.0)).tolist()))


def _grade_ranges(told: Values, grades: npt.NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
    """For each grade the severities that hold 90 % of its photos, open at the scale's ends; all, where photos lack."""
    tail = (1.0 - COVERAGE) / 2.0
    ranges = []
    for grade in range(GRADES):
        own = told[grades == grade]
        if len(own) < 10:
            ranges.append((0.0, 100.0))
            continue
        cut = 2.0 * tail if grade in (0, GRADES - 1) else tail  # one-sided at the scale's ends
        low = 0.0 if grade == 0 else float(np.quantile(own, cut))
        high = 100.0 if grade == GRADES - 1 else float(np.quantile(own, 1.0 - cut))
        ranges.append((low, high))
    return tuple(ranges)


def _type_limits(seen: npt.NDArray[np.bool_], probabilities: Values) -> tuple[float, ...]:
    """For each type the probability from which naming it gives the best F1; 1.0 (never) where no reader saw it."""
    limits = []
    for truth, probability in zip(seen.T, probabilities.T, strict=True):
        if not truth.any():
            limits.append(1.0)
            continue
        precision, recall, at = precision_recall_curve(truth, probability)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        limits.append(float(at[int(np.argmax(f1[:-1]))]))
    return tuple(limits)
