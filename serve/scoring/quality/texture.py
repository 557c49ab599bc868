"""Whether what is taken for skin is a surface with form, or a flat pattern of fine strokes and grains.

One plain number, true of skin for a physical reason. It does not recognise skin: a smooth wall in soft light has it
too. It keeps out what is painted or printed in the colours of skin, and noise.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.serve.scoring.quality.arrays import Mask, Photo, Plane, reduced, resized

_TO_UNITS = 100 / 255  # OpenCV's 8-bit L* to CIE L*
_COARSE = 8  # times smaller: where bands of 16 px and more are measured
_LEAST = 0.1  # CIE L*: rounding alone; keeps a ratio of two nothings in bounds


def form(lab: Photo, skin: Mask) -> float:
    """How much coarse light and shade outweigh the finest: log2 of contrast at 16-32 px over that at 1-2 px.

    Skin is a smooth curved surface, lit from somewhere: its form outweighs its grain (about 0 to 2; a scarred
    close-up down to -0.9). Print, wood, cloth, sand, fur and noise are flat surfaces of fine strokes (below -1.4).
    Contrast is the standard deviation of L* in a band between two Gaussian blurs, at 512 px.
    """
    lightness = np.asarray(lab[..., 0], np.float32)
    fine = _contrast(_band(lightness, 1, 2), skin)
    small = reduced(lab, 1 / _COARSE)
    coarse = _contrast(_band(np.asarray(small[..., 0], np.float32), 16 / _COARSE, 32 / _COARSE), resized(skin, small))
    return float(np.log2((coarse * _TO_UNITS + _LEAST) / (fine * _TO_UNITS + _LEAST)))


def _band(plane: Plane, low: float, high: float) -> Plane:
    """Detail between two Gaussian blurs, in pixels."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), low) - cv2.GaussianBlur(plane, (0, 0), high), np.float32)


def _contrast(band: Plane, inside: Mask) -> float:
    """The band's standard deviation inside the mask, 0 where nothing is inside."""
    return float(cv2.meanStdDev(band, mask=inside.astype(np.uint8))[1].item())
