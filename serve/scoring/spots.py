"""Brown spots: skin with more melanin than the skin about it, told apart from blood and from shade.

Skin absorbs light by melanin and haemoglobin, each colour in its own proportion, and shade takes all colours alike; in
the logarithm of linear light the three add up, and three colours tell them apart (Tsumura et al. 1999). Only what
stands out from its surroundings counts: the colour of the light, and a lamp that stands elsewhere, change slowly over
a face. Marks after inflammation are such spots; so are freckles and moles, which a course does not change.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.datasets.synthetic.camera import to_linear
from scarscore.datasets.synthetic.tone import BLOOD, MELANIN
from scarscore.model.preprocess import Floats, Pixels

SIDE = 256  # px of the photo's long side: spots of 2 mm on a face are 3 px wide
FINE, AROUND = 0.008, 0.04  # of the skin's long side: smaller than a spot, and the skin about it
BROWN = 0.3  # melanin more than around, in units of `MELANIN`: a quarter of the green light is taken
RIM = 5  # px within the skin's outline that are not judged: hair and shadow blend in there
_DARKEST = 0.001  # added to linear light before its logarithm: black stays finite, and dark skin hardly lighter
# From absorbed red, green and blue to melanin; the other two rows would be blood and shade.
_TO_MELANIN = np.linalg.inv(np.stack([MELANIN, BLOOD, np.ones(3)], axis=1))[0].astype(np.float32)


def brown_spots(pixels: Pixels, skin: Floats) -> Floats:
    """Where brown spots are, 0 or 1 in `skin`'s positions and between where a position holds both; 0 off the skin.

    `pixels` is uint8 RGB (h, w, 3); `skin` float32 (rows, columns), 0 to 1, covers exactly the photo.
    """
    scale = SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    inside = (cv2.resize(skin, size, interpolation=cv2.INTER_LINEAR) >= 0.5).astype(np.float32)
    found = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    if not len(found[0]):
        return np.zeros_like(skin)
    long = max(1 + int(places[-1] - places[0]) for places in found)
    amount = melanin(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8))
    more = _mean(amount, inside, FINE * long) - _mean(amount, inside, AROUND * long)
    spots = (more > BROWN) & (cv2.erode(inside, np.ones((RIM, RIM), np.uint8)) > 0)
    return np.asarray(cv2.resize(spots.astype(np.float32), skin.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def melanin(pixels: Pixels) -> Floats:
    """Melanin of each pixel, uint8 RGB (h, w, 3), in units of `MELANIN` and up to a constant of the light: (h, w)."""
    return np.asarray(-np.log(to_linear(pixels) + np.float32(_DARKEST)) @ _TO_MELANIN, np.float32)


def _mean(values: Floats, inside: Floats, sigma: float) -> Floats:
    """The values' mean over the skin about each place, by a Gaussian."""
    total, weight = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (values * inside, inside))
    return np.asarray(total / np.maximum(weight, np.float32(1e-6)), np.float32)
