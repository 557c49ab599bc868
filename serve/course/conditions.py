"""How the second of two aligned photos was taken otherwise than the first: light, colour, sharpness, distance, pose.

Each difference is one number with its limit. A difference beyond its limit does not forbid the comparison: it is told
beside it, since it moves a score as much as a course may. The limits are what two shots differ by, in the median over
12 real photos, from one end to the other of the ranges over which the shipped network's measurement error was measured
(`train/bench/perturb.py`): beyond them that error says nothing. `light_direction` and `yaw` are not among those
ranges; their limits are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.course.align import Alignment, Pair
from scarscore.serve.course.frame import Mask, Matrix, blurred_on
from scarscore.serve.scoring.quality.focus import sharpness

_WIDE = 12.0  # px of 512: light changes over more than this, scars over less
_STEP = 8  # px: between the places through which the plane of light is laid
_DARKEST = 0.01  # of linear light


@dataclass(frozen=True)
class Condition:
    """One difference from the baseline photo: `value` and `limit` in `unit`; `hint` says what to do about it.

    `value` is 0 where nothing differs; the sign of a difference is not told. `passed` is whether it keeps the limit.
    """

    name: str
    value: float
    limit: float
    unit: str
    passed: bool
    hint: str


@dataclass(frozen=True)
class _Rule:
    limit: float
    unit: str
    hint: str


RULES: dict[str, _Rule] = {
    "light_direction": _Rule(0.7, "EV", "The light falls from another side. Put lamp and chair where they were."),
    "exposure": _Rule(1.0, "EV", "The skin is much lighter or darker than before. Use the same light and exposure."),
    "colour": _Rule(12.0, "CIELAB", "The light has another colour. Use the same lamp and white balance, no filter."),
    "sharpness": _Rule(32.0, "%", "One photo is less sharp, and relief shows less in it. Hold still, tap to focus."),
    "scale": _Rule(11.0, "%", "The camera was nearer or farther. Keep the distance; mark it on the floor."),
    "roll": _Rule(10.0, "degrees", "The head is tilted otherwise. Hold head and camera upright."),
    "yaw": _Rule(10.0, "degrees", "The head is turned otherwise. Let the person look at the same mark."),
}
NAMES = tuple(RULES)  # in the order in which they are told


def compare_conditions(alignment: Alignment) -> tuple[Condition, ...]:
    """The differences of the second photo from the first, in the order of `NAMES`; `yaw` only where both show a face.

    `light_direction`: by how much the fall of light across 512 px of skin differs, in EV (factors of 2 of light).
    `exposure`: by how much the skin is lighter or darker in the median, in EV. `colour`: distance of the skin's median
    colour, CIELAB units in the a* b* plane. `sharpness`: how much less of its detail is fine in the less sharp one,
    0 to 100 %. `scale`: by how much the skin is larger or smaller in the picture, in %. `roll`: turn in the picture,
    0 to 180 degrees. `yaw`: turn of the head, degrees, rough, after the region network.
    """
    pair = alignment.pair
    slope, level = _light(pair)
    values = {
        "light_direction": slope,
        "exposure": level,
        "colour": _colour(pair),
        "sharpness": _sharpness(alignment),
        "scale": _scale(alignment),
        "roll": _roll(alignment),
    }
    poses = [each.regions.pose for each in alignment.frames]
    if all(pose.faces for pose in poses):
        values["yaw"] = abs(poses[0].yaw - poses[1].yaw)
    return tuple(_condition(name, values[name]) for name in NAMES if name in values)


def _condition(name: str, value: float) -> Condition:
    rule, value = RULES[name], round(value, 3)
    return Condition(name, value, rule.limit, rule.unit, value <= rule.limit, rule.hint)


def _light(pair: Pair) -> tuple[float, float]:
    """How much the fall of light (EV over 512 px) and its median (EV) differ: a plane through the log ratio of light.

    The ratio of two photos of one skin holds neither its colour nor its shape, only what the lamps did (the quotient
    image: Shashua and Riklin-Raviv 2001).
    """
    then, now = (_log_light(each, pair.skin) for each in (pair.before, pair.now))
    ratio = now - then
    rows, columns = np.nonzero(pair.skin[::_STEP, ::_STEP])
    told = ratio[::_STEP, ::_STEP][rows, columns].astype(np.float64)
    places = np.stack([columns, rows, np.ones_like(rows)], axis=-1) * np.array([_STEP, _STEP, 1.0])
    plane, *_ = np.linalg.lstsq(places, told, rcond=None)
    return float(np.hypot(plane[0], plane[1])) * max(pair.skin.shape), abs(float(np.median(told)))


def _log_light(pixels: Pixels, skin: Mask) -> Floats:
    """Logarithm to base 2 of linear light, without detail; sRGB's curve taken as a power of 2.2."""
    light = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / np.float32(255)) ** np.float32(2.2)
    return blurred_on(np.log2(light + np.float32(_DARKEST)), skin, _WIDE)


def _colour(pair: Pair) -> float:
    middles = []
    for each in (pair.before, pair.now):
        lab = cv2.cvtColor(each.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)[pair.skin]
        middles.append(np.median(lab[:, 1:], axis=0))
    return float(np.linalg.norm(middles[0] - middles[1]))


def _sharpness(alignment: Alignment) -> float:
    """Measured on the photos as they were taken: laying one over the other blurs it."""
    less, more = sorted(sharpness(each.pixels, each.skin, None) for each in alignment.frames)
    return 100.0 * (1.0 - less / max(more, 1e-6))


def _scale(alignment: Alignment) -> float:
    """The size of the skin as a share of the picture, so that a camera with more pixels does not tell."""
    then, now = (float(each.photo_side) for each in alignment.frames)
    larger = _enlargement(alignment) * then / now
    return 100.0 * (max(larger, 1.0 / larger) - 1.0)


def _enlargement(alignment: Alignment) -> float:
    """Pixels of the second photo per pixel of the first, in the middle of the shared skin."""
    around = _middle_and_right(alignment)
    return float(np.linalg.norm(around[1] - around[0]))


def _roll(alignment: Alignment) -> float:
    middle, right = _middle_and_right(alignment)
    x, y = right - middle
    return abs(float(np.degrees(np.arctan2(y, x))))


def _middle_and_right(alignment: Alignment) -> Matrix:
    """The middle of the shared skin and the place a pixel to its right, of the first photo, in the second: (2, 2)."""
    pair = alignment.pair
    rows, columns = np.nonzero(pair.skin)
    there = np.array([[[columns.mean(), rows.mean()]]], np.float64)
    photo = cv2.perspectiveTransform(there, np.linalg.inv(pair.from_photo))[0, 0]
    ends = np.array([[photo, photo + np.array((1.0, 0.0))]], np.float64)
    return np.asarray(cv2.perspectiveTransform(ends, np.linalg.inv(alignment.transform))[0], np.float64)
