"""The clinic's own measurement error, from repeated shots of the same skin: ICC(2,1), SEM, SDC95, Bland-Altman.

The shots must be real repetitions: the person steps away, the lamp and the camera are set up again, at best on
another day, and nothing was treated between. Shots in one burst repeat the burst. Nothing here scores a photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite, isnan, sqrt

import numpy as np

from scarscore.model.repeatability import DETECTABLE, Table, icc, mean_squares, sem
from scarscore.serve.course.distribution import f_quantile
from scarscore.serve.course.error import SHARED
from scarscore.serve.course.records import ErrorSource, MeasurementError
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

_ENDLESS = 1e7  # degrees of freedom with which an F is a chi-squared over its own
_SAME = 1e-12  # an ICC so near to 1 differs from it by rounding alone
LEAST = 10  # subjects from which on a clinic's figure stands in for the bundle's; a convention, fewer say too little


@dataclass(frozen=True)
class Repeat:
    """One of several shots of the same skin. `subject` is a pseudonym; `severity` 0 to 100."""

    subject: str
    view: View
    camera: str
    severity: float
    model: str = ""


@dataclass(frozen=True)
class Pair:
    """Two shots of one subject in a Bland-Altman plot: their mean, and the later less the earlier, in points."""

    subject: str
    mean: float
    difference: float


@dataclass(frozen=True)
class Repeatability:
    """What repeated shots of one view with one camera say.

    `icc` is ICC(2,1), absolute agreement, with its 95 % interval; NaN where all scores are the same. `sem`, `sdc95`,
    `bias` (later less earlier shot) and the limits of agreement (bias -+ 1.96 SD) are in points. `left_out` are
    subjects with one shot alone; of others the first `shots` count, as many as each has.
    """

    view: View
    camera: str
    model: str
    subjects: int
    shots: int
    icc: float
    icc_low: float
    icc_high: float
    sem: float
    sdc95: float
    bias: float
    limit_low: float
    limit_high: float
    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...] = ()


def icc_interval(table: Table, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of ICC(2,1) (McGraw and Wong 1996, case 2A); NaN where no score differs from another.

    `table` is n subjects x k shots, both at least 2.
    """
    n, k = table.shape
    s, value = mean_squares(table), icc(table)
    if isnan(value) or 1 - value <= _SAME:
        return value, value  # every shot the same: there is nothing to be unsure of
    a, b = k * value / (n * (1 - value)), 1 + k * value * (n - 1) / (n * (1 - value))
    freedom = (a * s.shots + b * s.rest) ** 2 / ((a * s.shots) ** 2 / (k - 1) + (b * s.rest) ** 2 / ((n - 1) * (k - 1)))
    upper_tail = 1 - (1 - confidence) / 2
    below, above = f_quantile(upper_tail, n - 1, freedom), f_quantile(upper_tail, freedom, n - 1)
    error = k * s.shots + (k * n - k - n) * s.rest
    low = n * (s.subjects - below * s.rest) / (below * error + n * s.subjects)
    high = n * (above * s.subjects - s.rest) / (error + n * above * s.subjects)
    return low, high


def sem_interval(found: Repeatability | MeasurementError, confidence: float = 0.95) -> tuple[float, float]:
    """The interval in which the true SEM lies, in points: how much so few subjects can be off.

    From the chi-squared distribution with subjects x (shots - 1) degrees of freedom (Bland and Altman 1996), as if no
    shift were common to all subjects; where one is, the interval is somewhat too narrow. Both need to be known: at
    least one subject, two shots.
    """
    freedom = found.subjects * (found.shots - 1)
    tail = (1 - confidence) / 2
    low, high = (f_quantile(p, freedom, _ENDLESS) for p in (1 - tail, tail))
    return found.sem / sqrt(low), found.sem / sqrt(high)


def repeatability(repeats: Iterable[Repeat]) -> tuple[Repeatability, ...]:
    """Repeatability of each view, camera and network among repeated shots, in a fixed order.

    Raises UsageError for a severity outside 0 to 100, and where fewer than two subjects have two shots.
    """
    groups: dict[tuple[str, str, str], list[Repeat]] = {}
    for repeat in repeats:
        if not isfinite(repeat.severity) or not 0 <= repeat.severity <= 100:
            raise UsageError(f"subject {repeat.subject}: a severity of {repeat.severity:g} lies outside 0 to 100")
        groups.setdefault((repeat.view.value, repeat.camera, repeat.model), []).append(repeat)
    if not groups:
        raise UsageError("there are no repeated shots; two or more of the same skin are needed")
    return tuple(_of_group(group) for _, group in sorted(groups.items()))


def measured_error(found: Repeatability) -> MeasurementError:
    """The clinic's own error, to be stored among its settings.

    Raises UsageError for fewer than 10 subjects, and where no shot's score differs from its repetition.
    """
    if found.subjects < LEAST:
        raise UsageError(f"{found.subjects} subjects say too little of a camera; photograph {LEAST} or more")
    if round(found.sem, 3) <= 0.0:  # as it would be written
        raise UsageError("all shots of a subject have the same score: they are copies, not repetitions")
    return MeasurementError(
        found.sem, ErrorSource.CLINIC, found.view, found.camera or None, found.model or None,
        found.subjects, found.shots, SHARED,
    )  # fmt: skip


def _of_group(group: Sequence[Repeat]) -> Repeatability:
    first = group[0]
    shots: dict[str, list[float]] = {}
    for repeat in group:
        shots.setdefault(repeat.subject, []).append(repeat.severity)
    usable = {subject: values for subject, values in shots.items() if len(values) >= 2}
    if len(usable) < 2:
        raise UsageError(f"{first.view.value}, camera {first.camera!r}: two subjects with two shots each are the least")
    k = min(len(values) for values in usable.values())
    table = np.array([values[:k] for values in usable.values()], np.float64)
    pairs = tuple(
        Pair(subject, (a + b) / 2, b - a) for subject, row in usable.items() for a, b in combinations(row[:k], 2)
    )
    differences = np.array([pair.difference for pair in pairs])
    bias, spread = float(differences.mean()), 1.96 * float(differences.std(ddof=1))
    error = sem(table)
    return Repeatability(
        first.view, first.camera, first.model, len(table), k, icc(table), *icc_interval(table),
        error, DETECTABLE * error, bias, bias - spread, bias + spread, pairs,
        tuple(subject for subject in shots if subject not in usable),
    )  # fmt: skip
