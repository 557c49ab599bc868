"""Which band of skin tone a photo shows, by the colour of its skin: the individual typology angle.

ITA = atan((L* - 50) / b*), in degrees, bands after Chardon, Cretois and Hourseau (1991) as extended by Del Bino and
Bernerd (2013). It is read from the photo and so mixes tone with light and camera: it sorts photos, never people.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.preprocess import Pixels
from scarscore.model.regions import Region

BANDS = ("very light", "light", "intermediate", "tan", "brown", "dark")
_LIMITS = (55.0, 41.0, 28.0, 10.0, -30.0)  # degrees: above the first very light, below the last dark
_JUDGED = (Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.FOREHEAD)


def ita(pixels: Pixels, label: Pixels) -> float:
    """The angle in degrees of the median colour of cheeks and forehead; `label` of any size."""
    small = cv2.resize(pixels, (label.shape[1], label.shape[0]), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    light, _, yellow = np.median(lab[np.isin(label, _JUDGED)], axis=0)
    return float(np.degrees(np.arctan2(light - 50, max(yellow, 1e-3))))


def tone_band(pixels: Pixels, label: Pixels) -> str:
    """The band of skin tone of a photo, uint8 RGB, with its labels."""
    angle = ita(pixels, label)
    return BANDS[sum(angle <= limit for limit in _LIMITS)]
