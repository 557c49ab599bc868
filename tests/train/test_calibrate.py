"""What is fitted on unseen photos: it never falls, covers what it says, and needs enough photos."""

from __future__ import annotations

from dataclasses import replace
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
    """Photos whose network reads 0.5 of the severity and 4, with noise that grows; grade 1 is redder than grade 0."""
    random = np.random.default_rng(seed)
    severities = np.clip(random.gamma(1.0, 22.0, count), 0, 95).astype(int)
    pooled = np.clip(0.5 * severities + 4 + random.normal(0, 1 + 0.05 * severities), 0, None)
    rated = [made_rated(int(s), n) for n, s in enumerate(severities)]
    redness = np.array([random.normal(4.0 if r.grade == 1 else 2.0, 0.5) for r in rated])
    return rated, pooled, redness


def test_fresh_photos_lie_in_the_interval_and_the_set_as_often_as_said() -> None:
    calibration = fit_calibration(*draw(700, 1))
    rated, pooled, redness = draw(2000, 2)
    told = [calibrated(p, calibration) for p in pooled]
    interval = np.mean([t.low <= r.severity <= t.high for t, r in zip(told, rated, strict=True)])
    grades = [calibration.grades.told(t.value, red) for t, red in zip(told, redness, strict=True)]
    inside = np.mean([r.grade in each[1] for each, r in zip(grades, rated, strict=True)])
    assert 0.87 <= interval <= 0.94
    assert inside >= 0.87
    assert np.mean([len(each[1]) for each in grades]) < 2.0
    assert np.mean([each[0] == r.grade for each, r in zip(grades, rated, strict=True)]) > 0.7
    assert np.mean([abs(t.value - r.severity) for t, r in zip(told, rated, strict=True)]) < 5


def test_the_interval_grows_with_the_errors() -> None:
    calibration = fit_calibration(*draw(700, 6))
    clear, worse = (calibrated(4 + 0.5 * severity, calibration) for severity in (3.0, 60.0))
    assert worse.high - worse.low > 2 * (clear.high - clear.low)


def test_the_calibration_never_falls_and_reaches_both_ends() -> None:
    calibration = fit_calibration(*draw(300, 3))
    values = [calibrated(p, calibration) for p in np.linspace(0, 300, 500)]
    for a, b in pairwise(values):
        assert a.value <= b.value
        assert a.low <= b.low
        assert a.high <= b.high
    assert (values[0].value, values[-1].value) == (0.0, 100.0)


def test_redness_decides_between_nothing_and_marks_where_it_does_in_the_readings() -> None:
    grades = fit_calibration(*draw(700, 4)).grades
    pale, red = (grades.probabilities(4.0, spread) for spread in (1.5, 4.5))
    assert pale[0] > pale[1]
    assert red[1] > red[0]


def test_without_readings_of_marks_grades_are_still_told() -> None:
    rated, pooled, redness = draw(300, 7)
    two = [replace(r, readings=(replace(r.readings[0], grade=max(2, r.grade)),)) for r in rated]
    grade, told = fit_calibration(two, pooled, redness).grades.told(50.0, 3.0)
    assert grade >= 2
    assert grade in told


def test_too_few_photos_are_refused() -> None:
    with pytest.raises(DataError, match="too few"):
        fit_calibration(*draw(20, 5))
