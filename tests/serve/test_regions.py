"""What is told of each region: its own skin alone, and colours against the same person's clear skin."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from scarscore.model.engine import LocalMaps
from scarscore.model.grades import Grades
from scarscore.model.preprocess import Pixels
from scarscore.model.regions import Pose, Region, RegionMap
from scarscore.model.severity import Calibration, Curve
from scarscore.serve.scoring.regions import left_minus_right, region_scores
from scarscore.serve.scoring.result import RegionScore

SAME = Curve((0.0, 100.0), (0.0, 100.0))
PLAIN = Calibration(SAME, SAME, SAME, Grades(3.0, 2.0, (2.5, 3.6, 4.2), (0.0, 0.0, 0.0), 0.3))
POSE = Pose(1, "front", 0.9, 0.0, 0.0, 300.0)
BLANK = np.zeros((40, 40), np.float32)


def halves(left: Region = Region.RIGHT_CHEEK, right: Region = Region.LEFT_CHEEK) -> RegionMap:
    """A face from the front: the patient's right cheek on the photo's left, and the other way round."""
    probability = np.zeros((7, 40, 40), np.float32)
    probability[left, :, :20], probability[right, :, 20:] = 1.0, 1.0
    return RegionMap(probability, POSE)


def maps(left: float, right: float) -> LocalMaps:
    severity = BLANK + left
    severity[:, 20:] = right
    ones = np.ones((40, 40), np.float32)
    return LocalMaps(severity, ones, ones, None, 0.0)


def skin(lab_left: tuple[float, float, float], lab_right: tuple[float, float, float]) -> Pixels:
    """Two plain halves of these CIELAB colours, uint8 RGB (320, 320, 3)."""
    lab = np.empty((320, 320, 3), np.float32)
    lab[:, :160], lab[:, 160:] = lab_left, lab_right
    return np.asarray(np.round(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255), np.uint8)


PALE = (70.0, 12.0, 16.0)


def told(left: float, right: float, colours: Pixels | None = None) -> dict[str, RegionScore]:
    pixels = skin(PALE, PALE) if colours is None else colours
    return {score.region: score for score in region_scores(pixels, maps(left, right), halves(), PLAIN)}


def test_a_region_scores_by_its_own_skin_alone() -> None:
    scores = told(10.0, 60.0)
    assert set(scores) == {"left_cheek", "right_cheek"}
    assert scores["right_cheek"].severity == pytest.approx(10.0, abs=2.0)
    assert scores["left_cheek"].severity == pytest.approx(60.0, abs=2.0)
    assert scores["left_cheek"].area == pytest.approx(0.5, abs=0.01)
    assert scores["left_cheek"].judged == pytest.approx(1.0)


def test_left_minus_right_is_the_patients_left_and_only_told_where_both_are() -> None:
    both = region_scores(skin(PALE, PALE), maps(10.0, 60.0), halves(), PLAIN)
    assert left_minus_right(both) == pytest.approx(50.0, abs=3.0)
    assert left_minus_right(both[:1]) is None
    turned = region_scores(skin(PALE, PALE), maps(10.0, 60.0), halves(Region.LEFT_CHEEK, Region.OTHER_SKIN), PLAIN)
    assert left_minus_right(turned) is None


def test_redness_and_pigment_are_told_against_the_clear_half_and_not_against_any_tone() -> None:
    for tone in (PALE, (38.0, 14.0, 18.0)):
        lightness, a, b = tone
        scores = told(2.0, 40.0, skin(tone, (lightness - 6.0, a + 9.0, b + 3.0)))
        clear, marked = scores["right_cheek"], scores["left_cheek"]
        assert (clear.redness, clear.lightness) == (pytest.approx(0.0, abs=1.5), pytest.approx(0.0, abs=1.5))
        assert marked.redness == pytest.approx(9.0, abs=2.0)
        assert marked.lightness == pytest.approx(-6.0, abs=2.0)
        assert marked.yellowness == pytest.approx(3.0, abs=2.0)


def test_colour_never_counts_toward_severity() -> None:
    red = told(20.0, 20.0, skin(PALE, (60.0, 30.0, 20.0)))
    assert red["left_cheek"].severity == pytest.approx(told(20.0, 20.0)["left_cheek"].severity)


def test_a_region_that_cannot_be_judged_is_named_without_a_number() -> None:
    seen = maps(10.0, 60.0)
    burnt = seen.judged.copy()
    burnt[:, 20:] = 0.0
    scores = region_scores(skin(PALE, PALE), replace(seen, judged=burnt, weight=burnt), halves(), PLAIN)
    lost = next(score for score in scores if score.region == "left_cheek")
    assert (lost.severity, lost.redness) == (None, None)
    assert lost.judged < 0.1
    assert left_minus_right(scores) is None


def test_a_region_of_a_few_pixels_is_not_named() -> None:
    probability = halves().probability.copy()
    probability[:, :2, :2] = 0.0
    probability[Region.NOSE, :2, :2] = 1.0
    scores = region_scores(skin(PALE, PALE), maps(1.0, 1.0), RegionMap(probability, POSE), PLAIN)
    assert "nose" not in {score.region for score in scores}
