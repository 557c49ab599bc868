"""The statistics, against values worked by hand and against libraries."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scarscore.datasets.photos import Photo, Rated, Reading
from scarscore.train.evaluate.statistics import (
    bootstrapped,
    calibration_slope,
    expanded_tails,
    kappa,
    mean_absolute_error,
    readers_agreement,
    spearman,
)


def test_spearman_is_scipys_also_with_ties() -> None:
    random = np.random.default_rng(0)
    a, b = random.integers(0, 9, 200).astype(float), random.integers(0, 9, 200).astype(float)
    assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert np.isnan(spearman(np.ones(5), a[:5]))


def test_errors_and_slope_by_hand() -> None:
    told, read = np.array([10.0, 20.0, 30.0]), np.array([20.0, 40.0, 60.0])
    assert mean_absolute_error(told, read) == pytest.approx(20.0)
    assert calibration_slope(told, read) == pytest.approx(2.0)


def test_kappa_by_hand() -> None:
    """Three grades, one pair of four apart by one: observed 1/16 of the worst, expected 1/4: kappa 1 - 0.25."""
    told, read = np.array([0, 0, 2, 2]), np.array([0, 1, 2, 2])
    observed = 1 / 4
    expected = np.mean([(a - b) ** 2 for a in told for b in read])
    assert kappa(told, read) == pytest.approx(1 - observed / expected)


def test_the_interval_widens_when_photos_come_in_groups() -> None:
    random = np.random.default_rng(1)
    shift = np.repeat(random.normal(0, 5, 20), 10)
    read = random.uniform(0, 100, 200)
    told = read + shift
    apart = bootstrapped(mean_absolute_error, told, read, [str(i) for i in range(200)])
    grouped = bootstrapped(mean_absolute_error, told, read, [str(i // 10) for i in range(200)])
    assert grouped.value == apart.value
    assert grouped.low <= grouped.value <= grouped.high
    assert grouped.high - grouped.low > 1.5 * (apart.high - apart.low)


def test_the_bootstrap_is_seeded() -> None:
    a, b = np.arange(30.0), np.arange(30.0)[::-1] ** 2
    groups = [str(i) for i in range(30)]
    assert bootstrapped(spearman, a, b, groups) == bootstrapped(spearman, a, b, groups)


def test_one_group_alone_has_no_interval() -> None:
    """Drawn again it is always the same: its interval would have no width, as though the figure were sure."""
    told, read = np.arange(20.0), np.arange(20.0) + 2.0
    alone = bootstrapped(mean_absolute_error, told, read, ["P1"] * 20)
    assert alone.value == pytest.approx(2.0)
    assert np.isnan([alone.low, alone.high]).all()
    assert alone.text(1) == "2.0"
    assert bootstrapped(spearman, told, np.ones(20), ["P1"] * 20).text(2) == "-"
    assert bootstrapped(mean_absolute_error, told, read, ["P1"] * 10 + ["P2"] * 10).text(1) == "2.0 [2.0, 2.0]"


def test_readers_who_read_no_three_photos_together_agree_by_no_figure() -> None:
    def item(number: int, reader: str) -> Rated:
        reading = Reading(str(number), reader, True, "face", 10, 0, 1, (), 0, 0, 0, 3)
        return Rated(str(number), Photo("f", "s", "g", "l", str(number), 9, 9, ""), None, (reading,), None)

    for rated in ([], [item(n, "A") for n in range(9)], [item(n, "AB"[n % 2]) for n in range(9)]):
        told = readers_agreement(rated)
        assert np.isnan([told.spearman, told.mae, told.kappa]).all()
        assert told.text() == "- / -"


def test_readers_agreement_is_the_mean_over_pairs_of_readers() -> None:
    def item(number: int, *values: int) -> Rated:
        readings = tuple(
            Reading(str(number), "ABC"[i], True, "face", v, 0, v // 25, (), 0, 0, 0, 3) for i, v in enumerate(values)
        )
        return Rated(str(number), Photo("f", "s", "g", "l", str(number), 9, 9, ""), None, readings, None)

    told = readers_agreement([item(1, 10, 20, 30), item(2, 40, 50, 20), item(3, 90, 80)])
    # A-B: 10, 10, 10 apart; A-C and B-C share only two photos, too few for a rank correlation.
    assert told.mae == pytest.approx(10.0)
    assert told.spearman == pytest.approx(1.0)


def test_few_groups_have_wider_tails_and_hold_the_truth_as_often_as_they_say() -> None:
    """2,000 experiments of ten patients whose mean change is nothing: the whole interval lies below in 2.5 %."""
    assert expanded_tails(10)[0] == pytest.approx(0.86, abs=0.01)
    assert expanded_tails(10_000) == pytest.approx((2.5, 97.5), abs=0.01)
    random = np.random.default_rng(1)
    changes = random.normal(0.0, 1.0, (2000, 10))
    drawn = random.integers(0, 10, (1000, 10))
    means = changes[:, drawn].mean(axis=2)
    usual, expanded = (
        float((np.percentile(means, high, axis=1) < 0.0).mean()) for high in (97.5, expanded_tails(10)[1])
    )
    assert usual > 0.04
    assert 0.015 < expanded < 0.035
