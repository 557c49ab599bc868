"""How the skin is lit: too dark, too bright, clipped, glaring, in one-sided shadow, or in coloured light.

Pure functions of a photo (RGB, or CIELAB in bytes) and of where its skin is. They measure; what may pass is said in
`checks.py`.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.serve.scoring.quality.arrays import Mask, Photo, exceeded

_COARSE = 48  # cells along the long side at which shadow is looked at: wider than a pore, narrower than a nose
_GLOSS_SATURATION = 0.5  # of the skin's own: a highlight adds white light to it
_GLOSS_BRIGHTNESS = 1.08  # times the skin's own
_GLOSS_LEAST = 150.0  # of 255: what is darker is no highlight
_WHITE = 250.0  # of 255: what is brighter is one on the lightest skin too
_HUES = (20.0, 80.0)  # degrees, CIELAB: skin of any tone, flushed or sallow
_CHROMAS = (12.0, 45.0)


def brightness(lab: Photo, skin: Mask) -> tuple[float, float]:
    """How bright the skin is: CIE L*, 0 to 100, that half of it and that 5 % of it exceed."""
    median, bright = exceeded(lab[..., 0], skin, (0.50, 0.95))
    return median * 100 / 255, bright * 100 / 255


def clipping(photo: Photo, skin: Mask) -> float:
    """Share of the skin, 0 to 1, whose relief is lost: red and another channel at 255, or all three at 0.

    Red alone clips early on skin, and green and blue still show the relief. Skin that overexposure has taken from the
    mask is counted too. It is known by its colour: not bluish, not white. A white wall or coat is not meant.
    """
    red, green, blue = (np.asarray(channel) for channel in cv2.split(photo))
    brightest, other = np.asarray(cv2.max(cv2.max(red, green), blue)), np.asarray(cv2.max(green, blue))
    lost = (red == 255) & (other == 255)
    burnt = lost & (blue < 250) & (cv2.subtract(blue, green) <= 8)
    clipped = (skin & (lost | (brightest == 0))) | burnt
    return int(np.count_nonzero(clipped)) / max(1, int(np.count_nonzero(skin | burnt)))


def glare(photo: Photo, skin: Mask) -> float:
    """Share of the skin, 0 to 1, under highlights: much brighter and much paler than this skin is.

    A highlight is light that the surface reflects before it enters the skin, so it has the lamp's colour and hides
    relief (dichromatic reflection: Shafer 1985, 10.1002/col.5080100409). Measured against the photo's own skin, so
    that tone does not tell.
    """
    red, green, blue = cv2.split(photo)
    top = np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
    low = cv2.min(cv2.min(red, green), blue)
    saturation = np.asarray(cv2.divide(cv2.subtract(top, low), top, scale=255), np.uint8)
    # A little off the medians, towards skin without highlights: where nearly half of it shines, it still is the rule.
    (usual_brightness,), (usual_saturation,) = exceeded(top, skin, (0.4,)), exceeded(saturation, skin, (0.6,))
    bright = top >= max(_GLOSS_LEAST, min(_WHITE, usual_brightness * _GLOSS_BRIGHTNESS))
    pale = saturation <= usual_saturation * _GLOSS_SATURATION
    return int(np.count_nonzero(bright & pale & skin)) / max(1, int(np.count_nonzero(skin)))


def shadow(lab: Photo, skin: Mask) -> float:
    """How much darker one half of the skin is than the other: CIE L* (0-100) between the halves' means.

    The halves are those that differ most: cut across the steepest slope of the light, at coarse scale.
    """
    height, width = lab.shape[:2]
    scale = min(1.0, _COARSE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    share = np.asarray(cv2.resize(skin.astype(np.float32), size, interpolation=cv2.INTER_AREA))
    inside = share >= 0.9
    if np.count_nonzero(inside) < 12:
        return 0.0
    cells = np.asarray(cv2.resize(lab[..., 0], size, interpolation=cv2.INTER_AREA), np.float32)
    lightness = cells[inside] * (100 / 255)
    y, x = (place - place.mean() for place in np.nonzero(inside))
    slope, *_ = np.linalg.lstsq(np.stack([x, y], axis=1), lightness - lightness.mean(), rcond=None)
    along = slope[0] * x + slope[1] * y
    upper = along > np.median(along)
    if upper.all() or not upper.any():
        return 0.0
    return float(abs(lightness[upper].mean() - lightness[~upper].mean()))


def cast(lab: Photo, skin: Mask) -> float:
    """How far the skin's colour lies from any that skin has: CIELAB units in the a* b* plane, 0 where it is one.

    Of the medians of a* and b*, against hue angles of 20 to 80 degrees and chroma of 12 to 45: skin of all tones
    (Xiao et al. 2017, 10.1111/srt.12295) and what redness, and light that still shows skin, add.
    """
    a, b = (exceeded(lab[..., axis], skin, (0.5,))[0] - 128 for axis in (1, 2))
    # The ranges are a sector of a ring: the nearest hue first, then the chroma that the colour has along it.
    nearest = np.radians(_nearest_hue(float(np.degrees(np.arctan2(b, a)))))
    along = float(np.clip(a * np.cos(nearest) + b * np.sin(nearest), *_CHROMAS))
    return float(np.hypot(a - along * np.cos(nearest), b - along * np.sin(nearest)))


def _nearest_hue(hue: float) -> float:
    """The hue in the range that is nearest to one of -180 to 180 degrees, around the circle."""
    low, high = _HUES
    if low <= hue <= high:
        return hue
    return high if (hue - high) % 360 < (low - hue) % 360 else low
