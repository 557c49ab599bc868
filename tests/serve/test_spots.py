"""Brown spots are told by melanin: neither blood nor shade, nor the light's colour, makes one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scarscore.datasets.synthetic.camera import to_srgb
from scarscore.datasets.synthetic.tone import SkinTone, pigmented, tone_rgb
from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.scoring.spots import brown_spots, melanin

ALL = np.ones((40, 40), np.float32)
NONE = np.zeros((400, 400), np.float32)
INTERMEDIATE = 36.0  # degrees of ITA
RADIUS = 8  # px of 400: 5 mm across on a face


def blot(strength: float, x: int = 200, y: int = 200, radius: int = RADIUS) -> Floats:
    """A soft-edged blot of so much pigment, (400, 400)."""
    drawn = cv2.circle(NONE.copy(), (x, y), radius, strength, -1)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), 2.0), np.float32)


def skin(ita: float, brown: Floats = NONE, red: Floats = NONE, light: Floats | float = 1.0) -> Pixels:
    """Plain skin of a tone with pigments, in a light (400, 400, 3) or (3,), uint8 RGB."""
    linear = tone_rgb(SkinTone(ita=ita)) * pigmented(brown, red) * light
    return np.asarray(np.round(to_srgb(linear.astype(np.float32))), np.uint8)


@pytest.mark.parametrize("ita", [60.0, 45.0, INTERMEDIATE, 20.0, 0.0, -25.0, -45.0])
def test_a_brown_spot_is_seen_where_it_is_on_skin_of_any_tone(ita: float) -> None:
    """Each band has a tone here. What is told is smaller than the spot, whose rim is faint."""
    seen = brown_spots(skin(ita, brown=blot(0.6)), ALL)
    assert 0.35 < 100 * seen.sum() / (np.pi * RADIUS**2) < 1.1  # positions of 10 x 10 px
    assert seen[:18].sum() == seen[22:].sum() == 0.0
    assert brown_spots(skin(ita), ALL).sum() == 0.0


def test_redness_and_shade_and_a_warm_light_are_no_brown_spots() -> None:
    red = skin(INTERMEDIATE, red=blot(0.6))
    shade = skin(INTERMEDIATE, light=1.0 - blot(0.4)[..., np.newaxis])
    fall = np.linspace(0.5, 1.0, 400, dtype=np.float32)[None, :, None] * np.array([1.0, 0.9, 0.7], np.float32)
    for pixels in (red, shade, skin(INTERMEDIATE, light=fall)):
        assert brown_spots(pixels, ALL).sum() == 0.0
    spotted = brown_spots(skin(INTERMEDIATE, brown=blot(0.6), light=fall), ALL)
    assert spotted.sum() == pytest.approx(brown_spots(skin(INTERMEDIATE, brown=blot(0.6)), ALL).sum(), rel=0.2)


def test_melanin_is_measured_in_the_units_that_it_is_painted_in() -> None:
    for more in (0.2, 0.6):
        painted = skin(INTERMEDIATE, brown=blot(more, radius=60))
        told = melanin(painted) - melanin(skin(INTERMEDIATE))
        assert told[200, 200] == pytest.approx(more, abs=0.1)


def test_nothing_is_told_off_the_skin_or_at_its_rim() -> None:
    part = ALL.copy()
    part[:, 20:] = 0.0
    pixels = skin(INTERMEDIATE, brown=blot(0.8, x=300))
    assert brown_spots(pixels, part).sum() == 0.0
    pixels[:, 200:] = (20, 30, 160)
    assert brown_spots(pixels, part).sum() == 0.0
    assert brown_spots(pixels, np.zeros_like(part)).sum() == 0.0
