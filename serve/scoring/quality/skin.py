"""Where the picture shows skin, and whether that is skin: what keeps dogs, pages and paintings out.

It rests on the region network, whose skin is also the skin that is scored, and on one physical fact that a network
taught on photos of people need not know: skin is never of one dye. Pure functions of the photo and its region map.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.regions import RegionMap
from scarscore.serve.scoring.quality.arrays import Mask, Photo

_GRID = 64  # cells along the long side in which hues are compared: wider than pores, noise and print
_FEW = 12  # cells: of fewer nothing is said
SKIN = 0.5  # probability from which a place counts as skin


def skin_of(photo: Photo, regions: RegionMap) -> Mask:
    """Where the photo shows skin: bool (h, w), at the photo's size."""
    height, width = photo.shape[:2]
    return np.asarray(cv2.resize(regions.skin, (width, height), interpolation=cv2.INTER_LINEAR) >= SKIN)


def certainty(regions: RegionMap) -> float:
    """How sure the network is of what it calls skin: the mean probability there, 0.5 to 1; 0 without any.

    Of skin it is sure but for its edges; in fur, fabric or food it sees patches that it half believes. The highest
    probability that a network gives separates what it was taught from what it was not (Hendrycks and Gimpel 2017,
    arXiv 1610.02136).
    """
    skin = regions.skin[regions.skin >= SKIN]
    return float(skin.mean()) if skin.size else 0.0


def hue_range(photo: Photo, skin: Mask) -> float | None:
    """How much the skin's hue varies from place to place: degrees (CIELAB) between its 10th and 90th percentile.

    Skin is coloured by blood and melanin, which lie unevenly in it and change its hue, redder or browner (Stamatas et
    al. 2004, 10.1111/j.1600-0749.2004.00204.x); 5 to 40 degrees in the rated photos. Cloth, sand, wood and print of
    one dye have one hue in light and shade (under 3). None where too little skin is seen.
    """
    height, width = photo.shape[:2]
    scale = min(1.0, _GRID / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    inside = np.asarray(cv2.resize(skin.astype(np.float32), size, interpolation=cv2.INTER_AREA)) >= 0.9
    if np.count_nonzero(inside) < _FEW:
        return None
    cells = cv2.resize(photo, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = np.asarray(cv2.cvtColor(cells, cv2.COLOR_RGB2LAB))[inside]
    low, high = np.percentile(np.degrees(np.arctan2(lab[:, 2], lab[:, 1])), (10, 90))
    return float(high - low)
