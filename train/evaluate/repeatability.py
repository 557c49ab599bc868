"""Repeatability on the bench: averaged shots, and intervals by resampling. The statistics are `model/repeatability`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from scarscore.train.evaluate.statistics import Estimate, Values, group_draws

TableStatistic = Callable[[Values], float]


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
