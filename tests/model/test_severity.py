"""The meaning of the network's outputs: pooling and calibration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scarscore.model.grades import Grades
from scarscore.model.severity import Calibration, Curve, calibrated, pool

STRAIGHT = Curve((0.0, 100.0), (0.0, 100.0))
CALIBRATION = Calibration(
    severity=STRAIGHT,
    low=Curve((0.0, 100.0), (0.0, 80.0)),
    high=Curve((0.0, 100.0), (20.0, 100.0)),
    grades=Grades(3.0, 2.0, (2.5, 3.6, 4.2), (0.0, 0.0, 0.0), 0.5),
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
    told = calibrated(pooled, CALIBRATION)
    assert 0.0 <= told.low <= told.value <= told.high <= 100.0
