"""The statistics of the report: agreement of two sets of severities, and intervals by resampling whole groups.

Rank correlation is SciPy's, kappa scikit-learn's; what stands here is how they are applied to readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata
from scipy.stats import t as student
from sklearn.metrics import cohen_kappa_score

from scarscore.datasets.photos import Rated
from scarscore.train.evaluate.nulls import Number

Values = npt.NDArray[np.float64]
Statistic = Callable[[Values, Values], float]
RESAMPLES = 1000


def shown(value: float, digits: int) -> str:
    """A figure as a report shows it: `-` where it is none (NaN)."""
    return "-" if np.isnan(value) else f"{value:.{digits}f}"


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval (percentiles of a bootstrap over groups; NaN where none is told)."""

    value: Number
    low: Number
    high: Number

    def text(self, digits: int) -> str:
        """The figure and its interval in brackets; without brackets where there is no interval."""
        if np.isnan([self.value, self.low, self.high]).any():
            return shown(self.value, digits)
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"


def spearman(told: Values, read: Values) -> float:
    """Spearman's rank correlation, -1 to 1, ties by mean rank; NaN where one side is constant."""
    a, b = rankdata(told), rankdata(read)
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def mean_absolute_error(told: Values, read: Values) -> float:
    """Mean absolute difference, in points of severity."""
    return float(np.abs(told - read).mean())


def bias(told: Values, read: Values) -> float:
    """Mean of what is told less what was read, in points of severity."""
    return float((told - read).mean())


def calibration_slope(told: Values, read: Values) -> float:
    """Slope of the reading on what was told: 1 is right, below 1 the network exaggerates differences."""
    return float(np.polyfit(told, read, 1)[0]) if np.ptp(told) > 0 else float("nan")


def kappa(told: npt.NDArray[np.int64], read: npt.NDArray[np.int64]) -> float:
    """Cohen's kappa with quadratic weights."""
    return float(cohen_kappa_score(told, read, weights="quadratic"))


def auc(told: Values, read: Values, least: float) -> float:
    """Area under the ROC curve for a reading of at least `least`: how often the worse of two photos is told higher.

    Ties count half (Mann and Whitney 1947; Hanley and McNeil 1982). NaN where all or none reads that high.
    """
    high = read >= least
    positive, negative = int(high.sum()), int((~high).sum())
    if not positive or not negative:
        return float("nan")
    ranks = float(rankdata(told)[high].sum())
    return (ranks - positive * (positive + 1) / 2) / (positive * negative)


def bootstrapped(statistic: Statistic, told: Values, read: Values, groups: Sequence[str], seed: int = 0) -> Estimate:
    """The statistic with its 95 % interval: whole groups are drawn again, their photos being alike.

    Of one group alone there is none: drawn again, it is always the same.
    """
    if len({*groups}) < 2:
        return Estimate(statistic(told, read), float("nan"), float("nan"))
    drawn = [statistic(told[index], read[index]) for index in group_draws(groups, seed)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(statistic(told, read), float(low), float(high))


def group_draws(groups: Sequence[str], seed: int = 0) -> Iterator[npt.NDArray[np.int64]]:
    """The photos of each resample: as many groups as there are, drawn with replacement, each with all its photos."""
    _, member = np.unique(np.array(groups), return_inverse=True)
    rows = [np.flatnonzero(member == g) for g in range(member.max() + 1)]
    random = np.random.default_rng(seed)
    for _ in range(RESAMPLES):
        yield np.concatenate([rows[g] for g in random.integers(0, len(rows), len(rows))])


def expanded_tails(count: int) -> tuple[float, float]:
    """The percentiles of a mean's bootstrap over so few groups that hold the truth in 95 of 100 cases.

    2.5 and 97.5 lie too near where groups are few: Student's t is wider than the normal distribution, and resamples
    vary by n - 1 over n of the variance (expanded percentile interval: Hesterberg 2015, The American Statistician 69).
    """
    reach = np.sqrt(count / (count - 1)) * student.ppf(0.975, count - 1)
    tail = 100.0 * float(norm.cdf(-reach))
    return tail, 100.0 - tail


@dataclass(frozen=True)
class Agreement:
    """How far the readings agree among themselves: means over pairs of readers, NaN where no two read the same."""

    spearman: Number
    mae: Number
    kappa: Number

    def text(self) -> str:
        """Rank correlation and mean absolute error, in points."""
        return f"{shown(self.spearman, 2)} / {shown(self.mae, 1)}"


def readers_agreement(rated: Sequence[Rated]) -> Agreement:
    """Agreement of each pair of readers on the photos that both read, three or more, averaged over the pairs."""
    readers = sorted({reading.reader for item in rated for reading in item.readings})
    rows = []
    for first, second in combinations(readers, 2):
        pairs = [_pair(item, first, second) for item in rated]
        both = np.array([pair for pair in pairs if pair is not None])
        if len(both) < 3:
            continue
        severity, grade = both[:, :, 0].astype(float), both[:, :, 1]
        a, b = severity.T
        rows.append((spearman(a, b), mean_absolute_error(a, b), kappa(grade[:, 0], grade[:, 1])))
    means = np.mean(rows, axis=0) if rows else np.full(3, np.nan)
    return Agreement(*(float(value) for value in means))


def _pair(item: Rated, first: str, second: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    by_reader = {reading.reader: (reading.atrophic, reading.grade) for reading in item.readings}
    if first not in by_reader or second not in by_reader:
        return None
    return by_reader[first], by_reader[second]
