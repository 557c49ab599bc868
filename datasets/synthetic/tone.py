"""Skin tone as dermatology measures it, and the two pigments that make it uneven.

The tone is an ITA (individual typology angle); melanin and haemoglobin then darken or redden it the way they
do in skin, by absorbing each colour in their own proportion. It gives colours only, no texture and no light,
and it classes no person: bands are for reporting how photos of different tones are served.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.noise import Field

Band = Literal["very light", "light", "intermediate", "tan", "brown", "dark"]
# Lowest ITA in degrees of each band, lightest first (Chardon 1991, Del Bino and Bernerd 2013).
BANDS: dict[Band, float] = {
    "very light": 55.0,
    "light": 41.0,
    "intermediate": 28.0,
    "tan": 10.0,
    "brown": -30.0,
    "dark": -90.0,
}
ITA_RANGE = (-50.0, 65.0)
# Mean b* by ITA: highest in tan skin, lower in very light and very dark skin. Set by eye within the spread of
# published cheek colours; L* follows from the ITA.
_YELLOW = np.array([(-50, 14), (-30, 18), (10, 20.5), (28, 18.8), (41, 16.8), (55, 13.6), (65, 10.6)], np.float32)
# Absorption per unit of pigment in red, green and blue (natural log): melanin rises steadily towards blue,
# haemoglobin spares red. Directions as found by independent components of skin photos (Tsumura 1999).
MELANIN = np.array([0.62, 1.0, 1.38], np.float32)
BLOOD = np.array([0.22, 1.0, 0.86], np.float32)


@dataclass(frozen=True)
class SkinTone:
    """How the skin looks when it is clear.

    `ita` in degrees: over 55 very light, 41 light, 28 intermediate, 10 tan, -30 brown, below dark. `redness`
    is the mean CIE a* of the blood in the skin; `mottling` scales the unevenness of the colour, `marks` the
    flat red and brown marks that acne leaves; `pores` and `lines` scale the fine relief (1 is ordinary adult
    cheek skin); `oil` scales the shine and how patchy it is; `stubble` 0-1 is the shadow of a shaved beard.
    """

    ita: float = 36.0
    redness: float = 13.0
    mottling: float = 1.0
    marks: float = 1.0
    pores: float = 1.0
    lines: float = 1.0
    oil: float = 1.0
    stubble: float = 0.0


def tone_lab(tone: SkinTone) -> tuple[float, float, float]:
    """The mean CIE Lab colour of a skin tone; ITA = atan((L* - 50) / b*), in degrees.

    Raises ValueError outside `ITA_RANGE`, beyond which no human skin was measured.
    """
    if not ITA_RANGE[0] <= tone.ita <= ITA_RANGE[1]:
        raise ValueError(f"an ITA of {tone.ita} degrees is outside {ITA_RANGE}")
    yellow = float(np.interp(tone.ita, _YELLOW[:, 0], _YELLOW[:, 1]))
    return 50.0 + yellow * math.tan(math.radians(tone.ita)), tone.redness, yellow


def tone_rgb(tone: SkinTone) -> Field:
    """The mean colour of a skin tone as linear RGB, 0-1, shape (3,)."""
    lab = np.array([[tone_lab(tone)]], np.float32)
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_Lab2LRGB), 0.004, 0.95)[0, 0], np.float32)


def pigmented(melanin: Field, blood: Field) -> Field:
    """The factor (h, w, 3) by which more or less melanin and blood (h, w) change the light that skin returns."""
    planes = [cv2.exp(-(melanin * brown + blood * red)) for brown, red in zip(MELANIN, BLOOD, strict=True)]
    return np.asarray(cv2.merge(planes), np.float32)


def ita_of(pixels: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_] | None = None) -> float:
    """The ITA in degrees of a photo's mean colour: uint8 sRGB (h, w, 3), within `mask` (h, w) where given.

    It is the tone as photographed: exposure and white balance move it. Raises ValueError for an empty mask.
    """
    colours = pixels.reshape(1, -1, 3) if mask is None else pixels[mask][None]
    if not colours.size:
        raise ValueError("the mask holds no pixel")
    lab = cv2.cvtColor(np.asarray(colours, np.float32) / 255.0, cv2.COLOR_RGB2Lab).reshape(-1, 3).mean(axis=0)
    return math.degrees(math.atan2(float(lab[0]) - 50.0, float(lab[2])))


def band_of(ita: float) -> Band:
    """The band of an ITA in degrees."""
    return next(band for band, lowest in BANDS.items() if ita > lowest or band == "dark")
