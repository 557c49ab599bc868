"""The meaning of the network's outputs: pooling, calibration, grade sets, types."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scarscore.model.severity import Calibration, Curve, calibrated, pool, pool_types

STRAIGHT = Curve((0.0, 100.0), (0.0, 100.0))
CALIBRATION = Calibration(
    severity=STRAIGHT,
    low=Curve((0.0, 100.0), (0.0, 80.0)),
    high=Curve((0.0, 100.0), (20.0, 100.0)),
    grades=((0.0, 5.0), (0.0, 15.0), (10.0, 45.0), (35.0, 80.0), (70.0, 100.0)),
    types=(0.5, 0.5, 0.5),
)
MAPS = hnp.arrays(np.float32, (6, 5), elements=st.floats(0, 100, width=32))
WEIGHTS = hnp.arrays(np.float32, (6, 5), elements=st.floats(0.0625, 1, width=32))


def test_a_uniform_area_pools_to_its_own_severity() -> None:
    area = np.full((4, 7), 37.0, np.float32)
    assert pool(area, np.full((4, 7), 0.3, np.float32)) == pytest.approx(37.0)


def test_pooling_equals_a_power_mean_worked_by_hand() -> None:
    severity, weight = np.array([[10.0, 30.0]], np.float32), np.array([[1.0, 0.5]], np.float32)
    assert pool(severity, weight) == pytest.approx(((10**4 + 0.5 * 30**4) / 1.5) ** 0.25)


def test_an_area_without_skin_pools_to_zero() -> None:
    assert pool(np.full((3, 3), 50.0, np.float32), np.zeros((3, 3), np.float32)) == 0.0


@given(MAPS, WEIGHTS)
def test_pooling_lies_between_mean_and_worst_and_ignores_what_has_no_weight(
    severity: np.ndarray, weight: np.ndarray
) -> None:
    told = pool(severity, weight)
    mean = float((severity.astype(float) * weight).sum() / weight.sum())
    assert mean - 1e-3 <= told <= float(severity.max()) + 1e-3
    beside = np.concatenate([severity, np.full_like(severity, 100.0)])
    assert pool(beside, np.concatenate([weight, np.zeros_like(weight)])) == pytest.approx(told, abs=1e-4)


@given(MAPS, WEIGHTS, st.integers(0, 29), st.floats(0.1, 20.0))
def test_a_worse_spot_never_lowers_the_score(severity: np.ndarray, weight: np.ndarray, spot: int, more: float) -> None:
    worse = severity.copy()
    worse.flat[spot] += more
    assert pool(worse, weight) >= pool(severity, weight)


def test_types_are_read_where_the_scars_are() -> None:
    logits = np.zeros((3, 1, 2), np.float32)
    logits[0, 0] = [4.0, -4.0]
    severity = np.array([[60.0, 0.0]], np.float32)
    icepick, boxcar, _ = pool_types(logits, severity, np.ones((1, 2), np.float32))
    assert icepick > 0.95
    assert boxcar == pytest.approx(0.5)


def test_a_curve_refuses_knots_that_do_not_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        Curve((0.0, 0.0), (0.0, 1.0))
    with pytest.raises(ValueError, match="two or more"):
        Curve((0.0,), (1.0,))


def test_a_calibration_that_falls_is_refused() -> None:
    with pytest.raises(ValueError, match="must not fall"):
        replace(CALIBRATION, severity=Curve((0.0, 1.0), (5.0, 4.0)))


@given(st.floats(-50.0, 400.0))
def test_a_told_severity_lies_in_its_interval_and_on_the_scale(pooled: float) -> None:
    told = calibrated(pooled, (0.9, 0.9, 0.9), CALIBRATION)
    assert 0.0 <= told.low <= told.value <= told.high <= 100.0
    assert told.grade_set == tuple(range(told.grade_set[0], told.grade_set[-1] + 1))


@pytest.mark.parametrize(("severity", "grades"), [(3.0, (0, 1)), (12.0, (1, 2)), (40.0, (2, 3)), (90.0, (4,))])
def test_a_grade_set_holds_the_grades_whose_range_holds_the_severity(severity: float, grades: tuple[int, ...]) -> None:
    assert calibrated(severity, (0.0, 0.0, 0.0), CALIBRATION).grade_set == grades


def test_between_ranges_the_nearest_grade_is_told() -> None:
    gap = replace(CALIBRATION, grades=((0.0, 5.0), (0.0, 5.0), (20.0, 30.0), (60.0, 70.0), (90.0, 100.0)))
    assert calibrated(8.0, (0.0,) * 3, gap).grade_set == (1,) or calibrated(8.0, (0.0,) * 3, gap).grade_set == (0,)
    assert calibrated(55.0, (0.0,) * 3, gap).grade_set == (3,)


def test_types_are_told_likeliest_first_and_only_where_a_scar_may_be() -> None:
    assert calibrated(60.0, (0.6, 0.9, 0.2), CALIBRATION).types == ("boxcar", "icepick")
    assert calibrated(3.0, (0.6, 0.9, 0.2), CALIBRATION).types == ()
