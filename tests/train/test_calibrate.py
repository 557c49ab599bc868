"""What is fitted on unseen photos: it never falls, covers what it says, and needs enough photos."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Photo, Rated, Reading
from scarscore.model.severity import calibrated
from scarscore.train.calibrate import fit_calibration


def made_rated(severity: int, number: int) -> Rated:
    grade = int(np.searchsorted([3, 10, 30, 60], severity))
    types = ("boxcar",) if severity > 20 and number % 2 else ()
    readings = (Reading(f"s{number}", "A", True, "closeup", severity, 0, grade, types, 0, 0, 0, 3),)
    photo = Photo("a.jpg", "scarnet", f"g{number}", "boxcar", f"s{number}", 300, 300, "0" * 64)
    return Rated(f"s{number}", photo, None, readings, None)


def draw(count: int, seed: int) -> tuple[list[Rated], np.ndarray, np.ndarray]:
    """Photos whose network reads 0.5 of the severity and 4, with noise that grows; types told well."""
    random = np.random.default_rng(seed)
    severities = np.clip(random.gamma(1.0, 22.0, count), 0, 95).astype(int)
    pooled = np.clip(0.5 * severities + 4 + random.normal(0, 1 + 0.05 * severities), 0, None)
    rated = [made_rated(int(s), n) for n, s in enumerate(severities)]
    types = np.array([[0.1, 0.8 if "boxcar" in r.readings[0].types else 0.3, 0.2] for r in rated])
    return rated, pooled, types


def test_fresh_photos_lie_in_the_interval_and_the_set_as_often_as_said() -> None:
    calibration = fit_calibration(*draw(700, 1))
    rated, pooled, types = draw(2000, 2)
    told = [calibrated(p, tuple(t), calibration) for p, t in zip(pooled, types, strict=True)]
    interval = np.mean([t.low <= r.severity <= t.high for t, r in zip(told, rated, strict=True)])
    grade = np.mean([r.grade in t.grade_set for t, r in zip(told, rated, strict=True)])
    assert 0.87 <= interval <= 0.96
    assert grade >= 0.87
    assert np.mean([abs(t.value - r.severity) for t, r in zip(told, rated, strict=True)]) < 5


def test_the_calibration_never_falls_and_reaches_both_ends() -> None:
    calibration = fit_calibration(*draw(300, 3))
    values = [calibrated(p, (0.0,) * 3, calibration) for p in np.linspace(0, 300, 500)]
    for a, b in pairwise(values):
        assert a.value <= b.value
        assert a.low <= b.low
        assert a.high <= b.high
    assert (values[0].value, values[-1].value) == (0.0, 100.0)


def test_a_type_is_told_from_where_it_tells_best() -> None:
    calibration = fit_calibration(*draw(700, 4))
    assert 0.3 < calibration.types[1] <= 0.8
    assert calibration.types[0] == 1.0  # nobody saw one: it is never told


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(DataError, match="too few"):
        fit_calibration(*draw(20, 5))
