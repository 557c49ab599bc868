"""What differs between two shots is measured and named, and only that."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.align import Alignment, align
from scarscore.serve.course.conditions import NAMES, RULES, compare_conditions
from scarscore.train.bench.light import to_linear, to_srgb, white_gains
from tests.make import blurred, exposed, skin

PHOTO = skin(512, 400, tone=(160, 120, 100))


@pytest.fixture(scope="module")
def finder() -> RegionEngine:
    return RegionEngine.load()


def measured(now: Pixels, finder: RegionEngine) -> dict[str, float]:
    found = align(PHOTO, now, finder)
    assert isinstance(found, Alignment), found
    return {condition.name: condition.value for condition in compare_conditions(found)}


def lit_from_the_side(pixels: Pixels) -> Pixels:
    fall = np.exp2(np.linspace(-0.5, 0.5, pixels.shape[1]))[np.newaxis, :, np.newaxis]
    return to_srgb((to_linear(pixels) * fall).astype(np.float32))


def warmer(pixels: Pixels) -> Pixels:
    return to_srgb((to_linear(pixels) * white_gains(3200.0)).astype(np.float32))


def moved(degrees: float, size: float) -> Callable[[Pixels], Pixels]:
    def change(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        carry = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, size)
        again = cv2.warpAffine(pixels, carry, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(again, np.uint8)

    return change


def test_a_photo_does_not_differ_from_itself(finder: RegionEngine) -> None:
    found = align(PHOTO, PHOTO, finder)
    assert isinstance(found, Alignment)
    told = compare_conditions(found)
    assert [condition.name for condition in told] == [name for name in NAMES if name != "yaw"]
    assert all(condition.value < 0.05 * condition.limit and condition.passed for condition in told)


@pytest.mark.parametrize(
    ("change", "name", "low", "high"),
    [
        (lit_from_the_side, "light_direction", 0.8, 1.3),
        (lambda pixels: exposed(pixels, -1.2), "exposure", 1.0, 1.4),
        (warmer, "colour", 12.0, 40.0),
        (lambda pixels: blurred(pixels, 1.5), "sharpness", 40.0, 90.0),
        (moved(0.0, 1.25), "scale", 22.0, 28.0),
        (moved(12.0, 1.0), "roll", 11.0, 13.0),
    ],
    ids=["light from the side", "darker", "warmer", "blurred", "nearer", "tilted"],
)
def test_each_difference_is_measured_and_named(
    change: Callable[[Pixels], Pixels], name: str, low: float, high: float, finder: RegionEngine
) -> None:
    values = measured(change(PHOTO), finder)
    assert low < values[name] < high, values
    beyond = {each for each, value in values.items() if value > RULES[each].limit}
    assert name in beyond
    assert beyond <= {name, "sharpness"}  # resampling takes some sharpness, and darkness some detail


def test_every_difference_has_a_hint_and_a_unit() -> None:
    assert all(rule.hint.endswith(".") and rule.unit and rule.limit > 0 for rule in RULES.values())
