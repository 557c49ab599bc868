"""The pictures of a pair of photos: both as they lie on each other, and where severity fell or rose.

The difference map is blue where severity fell and orange where it rose (the two hues that stay apart with any colour
blindness), on the photo in grey. It marks no single scar; places that look new carry a ring with their number.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.course.compared import ViewPair
from scarscore.serve.course.differences import NewScar

FELL, ROSE = (33, 102, 172), (217, 95, 2)
FAINT, PLAIN = 5.0, 40.0  # points: where colour begins, and where it is strongest
STRONGEST = 0.75
MOST_RINGS = 12  # more would hide the skin; the text says how many there are
INK, PAPER = (20, 23, 28), (255, 255, 255)


def before(pair: ViewPair) -> Pixels:
    """The photo of the start."""
    return pair.alignment.pair.before


def now(pair: ViewPair) -> Pixels:
    """The last photo, laid over that of the start, with rings about the surest new places."""
    return ringed(pair.alignment.pair.now, places(pair))


def difference(pair: ViewPair) -> Pixels:
    """The difference map."""
    return tinted(pair.alignment.pair.now, pair.changes.difference)


def ringed_scars(pair: ViewPair) -> tuple[NewScar, ...]:
    """The new places that carry a ring, the surest first."""
    return pair.changes.new_scars[:MOST_RINGS]


def places(pair: ViewPair) -> tuple[tuple[float, float, float], ...]:
    """Middle and radius of the rings, px of the pair."""
    carry = pair.alignment.pair.from_photo
    told = []
    for scar in ringed_scars(pair):
        x, y, w = carry @ (scar.x, scar.y, 1.0)
        told.append((float(x / w), float(y / w), 0.5 * scar.size_px * float(carry[0, 0])))
    return tuple(told)


def tinted(photo: Pixels, difference: Floats) -> Pixels:
    """The photo in grey under the colours of a difference, float32 of its size, NaN where nothing is told."""
    grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.float32)
    told = np.nan_to_num(cv2.GaussianBlur(np.nan_to_num(difference), (0, 0), 4.0)) * np.isfinite(difference)
    strength = STRONGEST * np.clip((np.abs(told) - FAINT) / (PLAIN - FAINT), 0, 1)[..., None]
    colour = np.where(told[..., None] < 0, np.array(FELL, np.float32), np.array(ROSE, np.float32))
    return np.asarray(np.rint(grey * (1 - strength) + colour * strength), np.uint8)


def ringed(photo: Pixels, rings: Sequence[tuple[float, float, float]]) -> Pixels:
    """The photo with numbered rings, light on dark so that they show on any skin."""
    picture = photo.copy()
    for number, (x, y, size) in enumerate(rings, start=1):
        middle, radius = (round(x), round(y)), max(9, round(1.6 * size))
        corner = (middle[0] + radius + 2, middle[1] - radius + 6)
        for colour, width in ((INK, 4), (PAPER, 2)):
            cv2.circle(picture, middle, radius, colour, width, cv2.LINE_AA)
            cv2.putText(picture, str(number), corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, width, cv2.LINE_AA)
    return picture
