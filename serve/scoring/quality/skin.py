"""How much of the picture is skin, and how sure that is: what keeps dogs, pages and paintings out.

Both rest on the region network, whose skin is also the skin that is scored. Pure functions of its map.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.regions import RegionMap
from scarscore.serve.scoring.quality.arrays import Mask, Photo

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
