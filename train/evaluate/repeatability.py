"""How well a score repeats: intraclass correlation, standard error of measurement, smallest detectable change.

Works on tables of scores, one row a photo, one column a shot under other conditions. It says nothing of whether the
scores are right: one that always says 30 repeats perfectly, so the calibration slope always stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scarscore.train.evaluate.statistics import Estimate, Values, group_draws

DETECTABLE = 1.96 * float(np.sqrt(2.0))  # a change between two measurements, at 95 %: 2.77 (Bland and Altman 1999)

TableStatistic = Callable[[Values], float]


@dataclass(frozen=True)
class Spread:
    """Mean squares of a two-way table (photos x shots): between photos, between shots, and what is left."""

    photos: float
    shots: float
    rest: float


def spread(scores: Values) -> Spread:
    """Analysis of variance of scores (n photos, k shots), n and k at least 2. Source: Shrout and Fleiss 1979."""
    if scores.ndim != 2 or min(scores.shape) < 2:
        raise ValueError(f"a table of two or more photos and shots is needed, not {scores.shape}")
    n, k = scores.shape
    grand, of_photo, of_shot = scores.mean(), scores.mean(axis=1), scores.mean(axis=0)
    left = scores - of_photo[:, None] - of_shot[None, :] + grand
    return Spread(
        float(k * ((of_photo - grand) ** 2).sum() / (n - 1)),
        float(n * ((of_shot - grand) ** 2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
    )


def icc(scores: Values) -> float:
    """ICC(2,1): the share of the scores' variance that is the photos' own; 1 is perfect repetition.

    Two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979; McGraw and Wong 1996:
    ICC(A,1)). NaN where no score differs from another.
    """
    n, k = scores.shape
    s = spread(scores)
    total = s.photos + (k - 1) * s.rest + k * (s.shots - s.rest) / n
    return (s.photos - s.rest) / total if total > 0 else float("nan")


def sem(scores: Values) -> float:
    """Standard error of one measurement, in points: the spread of shots of the same photo.

    Of absolute agreement (de Vet et al. 2006): a shift that all photos share counts as error too.
    """
    s = spread(scores)
    return float(np.sqrt(s.rest + max(0.0, (s.shots - s.rest) / len(scores))))


def sdc95(scores: Values) -> float:
    """Smallest detectable change at 95 %, in points: 2.77 x SEM. A smaller difference of two shots may be chance."""
    return DETECTABLE * sem(scores)


def means_of(scores: Values, shots: int) -> Values:
    """Means of `shots` shots each: (n, k) becomes (n, k // shots). What SEM and SDC95 of averaged shots come from.

    Measured, not derived: SEM / sqrt(shots) would take the shots' errors for independent.
    """
    n, k = scores.shape
    means: Values = scores[:, : k // shots * shots].reshape(n, k // shots, shots).mean(axis=2)
    return means


def resampled(statistic: TableStatistic, scores: Values, groups: Sequence[str], seed: int = 0) -> Estimate:
    """The statistic of a table with its 95 % interval: whole groups of photos are drawn again."""
    drawn = [statistic(scores[index]) for index in group_draws(groups, seed) if len(index) >= 2]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(statistic(scores), float(low), float(high))
