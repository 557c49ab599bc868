"""The clinic's own error: by hand, against the published example, and against other libraries."""

from __future__ import annotations

import math

import numpy as np
import pingouin
import pytest
from pandas import DataFrame
from scipy import stats

from scarscore.model.repeatability import DETECTABLE, icc, mean_squares, sem
from scarscore.serve.course.distribution import f_quantile, incomplete_beta
from scarscore.serve.course.records import ErrorSource
from scarscore.serve.course.repeatability import Repeat, icc_interval, measured_error, repeatability, sem_interval
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

# Shrout and Fleiss 1979, table 2: 6 subjects, 4 judges.
PUBLISHED = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)


def repeats(table: np.ndarray, view: View = View.FRONT, camera: str = "A") -> list[Repeat]:
    return [Repeat(f"s{n}", view, camera, float(value)) for n, row in enumerate(table) for value in row]


def test_icc_and_sem_are_those_of_a_hand_calculation() -> None:
    """Means 11, 21, 31; the second shot 2 higher: mean squares 200, 6 and 0; ICC 200 / (200 + 2 x 6 / 3)."""
    table = np.array([[10, 12], [20, 22], [30, 32]], float)
    squares = mean_squares(table)
    assert (squares.subjects, squares.shots, squares.rest) == pytest.approx((200, 6, 0), abs=1e-9)
    assert icc(table) == pytest.approx(200 / 204, abs=1e-6)
    assert sem(table) == pytest.approx(math.sqrt(2), abs=1e-6)


def test_the_published_example_gives_the_published_icc() -> None:
    assert icc(PUBLISHED) == pytest.approx(0.29, abs=0.005)


def test_icc_and_its_interval_are_pingouins() -> None:
    rng = np.random.default_rng(1)
    noisy = rng.normal(40, 12, (15, 1)) + rng.normal(0, 4, (15, 3)) + np.array([0, 1.5, -1])
    for table in (PUBLISHED, noisy):
        n, k = table.shape
        long = DataFrame({
            "subject": np.repeat(np.arange(n), k), "shot": np.tile(np.arange(k), n), "score": table.ravel(),
        })  # fmt: skip
        found = pingouin.intraclass_corr(long, targets="subject", raters="shot", ratings="score")
        row = found.iloc[1]  # the second of the six: two-way random effects, absolute agreement, one measurement
        interval = next(row[name] for name in row.index if name.startswith("CI95"))
        value, (low, high) = icc(table), icc_interval(table)
        assert value == pytest.approx(row["ICC"], abs=1e-4)
        assert (low, high) == pytest.approx(tuple(interval), abs=0.0051)  # pingouin rounds to two places


@pytest.mark.parametrize(("a", "b"), [(1, 1), (5, 2.3), (14, 28), (9, 1.7), (3, 200)])
def test_quantiles_of_f_are_scipys(a: float, b: float) -> None:
    for probability in (0.025, 0.5, 0.975):
        assert f_quantile(probability, a, b) == pytest.approx(stats.f.ppf(probability, a, b), rel=1e-8)
    for x in (0.0, 0.2, 0.9, 1.0):
        assert incomplete_beta(a / 2, b / 2, x) == pytest.approx(stats.beta.cdf(x, a / 2, b / 2), abs=1e-12)


@pytest.mark.parametrize(("subjects", "shots"), [(2, 2), (10, 2), (25, 4)])
def test_the_interval_of_the_sem_is_that_of_chi_squared(subjects: int, shots: int) -> None:
    rng = np.random.default_rng(subjects)
    (found,) = repeatability(repeats(40 + rng.normal(0, 4, (subjects, shots))))
    freedom = subjects * (shots - 1)
    expected = found.sem * np.sqrt(freedom / stats.chi2.ppf([0.975, 0.025], freedom))
    assert sem_interval(found) == pytest.approx(tuple(expected), rel=1e-4)


def test_bland_altman_gives_bias_and_limits() -> None:
    (found,) = repeatability(repeats(np.array([[10, 12], [20, 23], [30, 31]], float)))
    assert found.bias == pytest.approx(2.0)
    assert (found.limit_low, found.limit_high) == pytest.approx((2 - 1.96, 2 + 1.96))  # the differences' SD is 1
    assert [(pair.mean, pair.difference) for pair in found.pairs] == [(11, 2), (21.5, 3), (30.5, 1)]
    assert found.sdc95 == pytest.approx(DETECTABLE * found.sem)


def test_views_and_cameras_are_kept_apart_and_lone_shots_named() -> None:
    table = np.array([[10, 12], [20, 22]], float)
    several = [
        *repeats(table),
        *repeats(table, View.LEFT),
        *repeats(table, camera="B"),
        Repeat("s9", View.FRONT, "B", 5),
    ]
    found = repeatability(several)
    assert [(r.view.value, r.camera, r.left_out) for r in found] == [
        ("front", "A", ()), ("front", "B", ("s9",)), ("left", "A", ()),
    ]  # fmt: skip


def test_the_sem_that_made_the_shots_is_found_again() -> None:
    rng = np.random.default_rng(2)
    table = rng.uniform(25, 75, (400, 1)) + rng.normal(0, 3.0, (400, 2))
    (found,) = repeatability(repeats(table))
    assert found.sem == pytest.approx(3.0, rel=0.1)
    assert found.icc_low < found.icc < found.icc_high
    error = measured_error(found)
    assert (error.source, error.camera, error.view, error.subjects) == (ErrorSource.CLINIC, "A", View.FRONT, 400)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(UsageError, match="no repeated shots"):
        repeatability([])
    with pytest.raises(UsageError, match="two subjects"):
        repeatability([Repeat("s1", View.FRONT, "A", 5), Repeat("s1", View.FRONT, "A", 6)])
    with pytest.raises(UsageError, match="subject s1: a severity of nan"):
        repeatability([Repeat("s1", View.FRONT, "A", float("nan"))])
    with pytest.raises(UsageError, match="3 subjects say too little"):
        measured_error(repeatability(repeats(np.array([[1, 2], [3, 4], [5, 7]], float)))[0])
    assert all(math.isnan(bound) for bound in icc_interval(np.full((3, 2), 7.0)))


@pytest.mark.parametrize("shots", [2, 3])
def test_shots_that_are_all_the_same_have_no_interval_and_no_error(shots: int) -> None:
    for seed in range(50):
        table = np.repeat(np.random.default_rng(seed).uniform(20, 70, (10, 1)), shots, axis=1)
        (found,) = repeatability(repeats(table))
        assert (found.icc, found.icc_low, found.icc_high, found.sem) == pytest.approx((1, 1, 1, 0))
        with pytest.raises(UsageError, match="they are copies"):
            measured_error(found)
