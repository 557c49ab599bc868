"""Repeatability: equal to tables worked by hand, to published examples and to pingouin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from sklearn.metrics import roc_auc_score
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from scarscore.model.repeatability import MeanSquares, icc, mean_squares, sdc95, sem
from scarscore.train.evaluate.repeatability import means_of, resampled
from scarscore.train.evaluate.statistics import auc, kappa

EXACT = 1e-6
# Shrout and Fleiss 1979, table 2: six targets, four judges; their table 4 gives ICC(2,1) = .29.
SHROUT = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def by_pingouin(scores: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    n, k = scores.shape
    long = pd.DataFrame({"photo": np.repeat(range(n), k), "shot": list(range(k)) * n, "score": scores.ravel()})
    told = pingouin.intraclass_corr(long, targets="photo", raters="shot", ratings="score").set_index("Type")
    name = next(kind for kind in told.index if kind in ("ICC2", "ICC(A,1)"))
    return float(told.loc[name, "ICC"])


def test_a_small_table_by_hand() -> None:
    """Photos 1, 2, 3 and a second shot 1 higher, 1 higher, 4 higher: means 1.5, 2.5, 5 and 2, 4, in all 3.

    Photos: 2 x (2.25 + 0.25 + 4) / 2 = 6.5; shots: 3 x (1 + 1) / 1 = 6; the rest: 4 x (0.5^2 + 0.5^2 + 1^2) / 2
    / 2 = 1.5. ICC = (6.5 - 1.5) / (6.5 + 1.5 + 2 x (6 - 1.5) / 3) = 5 / 11; SEM = sqrt(1.5 + 4.5 / 3) = sqrt(3).
    """
    scores = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 7.0]])
    assert mean_squares(scores) == MeanSquares(pytest.approx(6.5, abs=EXACT), pytest.approx(6.0), pytest.approx(1.5))
    assert icc(scores) == pytest.approx(5 / 11, abs=EXACT)
    assert sem(scores) == pytest.approx(3**0.5, abs=EXACT)
    assert sdc95(scores) == pytest.approx(1.96 * 6**0.5, abs=EXACT)


def test_the_published_example() -> None:
    assert mean_squares(SHROUT).subjects == pytest.approx(11.24, abs=0.005)
    assert mean_squares(SHROUT).shots == pytest.approx(32.49, abs=0.005)
    assert mean_squares(SHROUT).rest == pytest.approx(1.02, abs=0.005)
    assert icc(SHROUT) == pytest.approx(0.29, abs=0.005)


@pytest.mark.parametrize("seed", range(5))
def test_icc_is_pingouins(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, k = int(random.integers(5, 40)), int(random.integers(2, 7))
    scores = random.uniform(0, 100, n)[:, None] + random.normal(0, 3, k) + random.normal(0, 1 + 3 * seed, (n, k))
    assert icc(scores) == pytest.approx(by_pingouin(scores), abs=EXACT)
    assert icc(SHROUT) == pytest.approx(by_pingouin(SHROUT), abs=EXACT)


def test_sem_and_sdc_return_the_noise_that_was_put_in() -> None:
    random = np.random.default_rng(3)
    scores = random.uniform(20, 90, 4000)[:, None] + random.normal(0, 2.5, (4000, 6))
    assert sem(scores) == pytest.approx(2.5, abs=0.05)
    assert sdc95(scores) == pytest.approx(6.93, abs=0.15)
    assert sem(means_of(scores, 3)) == pytest.approx(2.5 / 3**0.5, abs=0.05)


def test_errors_that_shots_share_do_not_average_out() -> None:
    random = np.random.default_rng(4)
    shared = np.repeat(random.normal(0, 2, (3000, 2)), 3, axis=1)  # shots 1 to 3 err alike, and 4 to 6
    scores = random.uniform(20, 90, 3000)[:, None] + shared
    assert sem(means_of(scores, 3)) == pytest.approx(2.0, abs=0.06)


def test_means_of_shots_take_neighbours_and_drop_what_is_left_over() -> None:
    assert means_of(np.array([[1.0, 2, 3, 4, 5, 9, 100]]), 3).tolist() == [[2.0, 6.0]]


def test_a_constant_score_has_no_icc_and_a_table_needs_two_of_each() -> None:
    assert np.isnan(icc(np.full((4, 3), 7.0)))
    assert sem(np.full((4, 3), 7.0)) == 0.0
    for shape in ((1, 4), (4, 1)):
        with pytest.raises(ValueError, match="two or more"):
            mean_squares(np.zeros(shape))


def test_the_interval_of_a_table_is_seeded_holds_the_value_and_widens_with_groups() -> None:
    random = np.random.default_rng(5)
    scores = random.uniform(0, 100, 60)[:, None] + random.normal(0, 1, (60, 4)) * np.repeat([1, 8], 30)[:, None]
    apart, grouped = [str(i) for i in range(60)], [str(i // 15) for i in range(60)]
    told = resampled(sem, scores, apart)
    assert told == resampled(sem, scores, apart)
    assert told.low < told.value < told.high
    coarse = resampled(sem, scores, grouped)
    assert coarse.value == told.value
    assert coarse.high - coarse.low > 1.3 * (told.high - told.low)


def test_kappa_is_statsmodels() -> None:
    random = np.random.default_rng(6)
    read = random.integers(0, 5, 120)
    told = np.clip(read + random.integers(-1, 2, 120), 0, 4)
    table, _ = to_table(np.column_stack([told, read]), bins=np.arange(6) - 0.5)
    assert kappa(told, read) == pytest.approx(cohens_kappa(table, wt="quadratic").kappa, abs=EXACT)


def test_auc_by_hand_and_as_scikit_learn() -> None:
    """Scarred 50 and 20, clear 30 and 10: of four pairs three are in order."""
    assert auc(np.array([50.0, 30.0, 20.0, 10.0]), np.array([60.0, 5.0, 40.0, 0.0]), 30.0) == pytest.approx(0.75)
    random = np.random.default_rng(7)
    read, told = random.uniform(0, 60, 200), random.integers(0, 20, 200).astype(float)
    assert auc(told, read, 30.0) == pytest.approx(roc_auc_score(read >= 30.0, told), abs=EXACT)
    assert np.isnan(auc(told, read, 99.0))
