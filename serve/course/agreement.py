"""How far two readings of the same photos agree: a reviewer's and the network's, or two reviewers'.

Kappa of the photo grade with quadratic weights, ICC(2,1) and Spearman's rank correlation of severity, and the mean
difference; each with an interval from resampling whole patients, whose photos are alike. Agreement says nothing of who
is right. Nothing here reads a record.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scarscore.model.grades import GRADES
from scarscore.model.repeatability import icc

RESAMPLES = 1000
LEAST_PATIENTS = 5  # below it resampling patients says too little of an interval; a convention
LEAST_PHOTOS = 3
Values = npt.NDArray[np.float64]
Statistic = Callable[[Values, Values], float]


@dataclass(frozen=True)
class Reading:
    """What was read in a photo of a patient: severity (0 to 100) and photo grade (0 to 4)."""

    patient: str
    severity: float
    grade: int


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; None where it cannot be told, or where too few patients are there for one."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """How two sets of readings of `photos` photos of `patients` patients agree.

    `kappa` (-1 to 1) of the photo grade, quadratic weights; `icc` (2,1) and `rho` of severity; `difference` is the
    first's mean severity less the second's, in points.
    """

    photos: int
    patients: int
    kappa: Estimate
    icc: Estimate
    rho: Estimate
    difference: Estimate


def agreement(first: Sequence[Reading], second: Sequence[Reading]) -> Agreement:
    """The agreement of two readings, photo by photo, in the same order."""
    groups = [reading.patient for reading in first]
    severity, grade = ((_column(first, name), _column(second, name)) for name in ("severity", "grade"))
    told = [
        _estimate(statistic, *pair, groups)
        for statistic, pair in ((kappa, grade), (_icc, severity), (spearman, severity), (_difference, severity))
    ]
    return Agreement(len(first), len(set(groups)), *told)


def kappa(first: Values, second: Values) -> float:
    """Cohen's kappa of grades 0 to 4 with quadratic weights (Cohen 1968); NaN where both gave one same grade alone."""
    seen = np.zeros((GRADES, GRADES))
    np.add.at(seen, (first.astype(np.int64), second.astype(np.int64)), 1.0)
    by_chance = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / len(first)
    weights = np.subtract.outer(np.arange(GRADES), np.arange(GRADES)) ** 2
    expected = float((weights * by_chance).sum())
    return 1.0 - float((weights * seen).sum()) / expected if expected > 0 else float("nan")


def spearman(first: Values, second: Values) -> float:
    """Spearman's rank correlation, ties by their mean rank; NaN where one side is constant."""
    a, b = _ranks(first), _ranks(second)
    return float(np.corrcoef(a, b)[0, 1]) if np.ptp(a) > 0 and np.ptp(b) > 0 else float("nan")


def _icc(first: Values, second: Values) -> float:
    return icc(np.stack([first, second], axis=1))


def _difference(first: Values, second: Values) -> float:
    return float((first - second).mean())


def _column(readings: Sequence[Reading], name: str) -> Values:
    return np.array([getattr(reading, name) for reading in readings], np.float64)


def _ranks(values: Values) -> Values:
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[where], np.float64)


def _estimate(statistic: Statistic, first: Values, second: Values, groups: Sequence[str]) -> Estimate:
    if len(groups) < LEAST_PHOTOS:
        return Estimate(None)
    value = statistic(first, second)
    if len(set(groups)) < LEAST_PATIENTS or np.isnan(value):
        return Estimate(None if np.isnan(value) else value)
    drawn = [statistic(first[index], second[index]) for index in _draws(groups)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of draws that are all NaN
        low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _draws(groups: Sequence[str]) -> list[npt.NDArray[np.intp]]:
    """The photos of each resample: as many patients as there are, drawn with replacement, each with all photos."""
    _, member = np.unique(np.array(groups), return_inverse=True)
    rows = [np.flatnonzero(member == patient) for patient in range(int(member.max()) + 1)]
    random = np.random.default_rng(0)
    return [np.concatenate([rows[g] for g in random.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
