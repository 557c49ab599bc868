"""Whether a beard, a hand or a mask hides the relief of the lower face.

Told only of faces, from the region network's chin. Make-up is not told: nothing here was measured on it, and a
smooth skin may be smooth. Pure functions of a photo and its region map.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.regions import Region, RegionMap
from scarscore.serve.scoring.quality.arrays import Levels, Mask, Photo, Plane, lab_of, reduced

_FACE = 256.0  # px: the width of a face at which hairs are looked for; one is about a pixel wide
_FINE, _COARSE = 0.7, 2.5  # px: the band in which hairs show
_EDGE = np.ones((7, 7), np.uint8)  # px: left out along each region's edge, where lips and collars begin
_LEAST = 150, 1000  # px of chin and of other skin that are needed
_ROUNDING = 0.15  # CIE L*
_NORMAL = 1.4826  # standard deviation of a normal distribution over its median absolute deviation


def chin_shown(regions: RegionMap, long_side: int) -> float | None:
    """How much of the chin is seen: its skin in squares of the face's width; about 0.1 from the front, 0 if hidden.

    None unless a face is seen from the front: at half-profile little of the chin is seen anyway. `long_side` is that
    of the photo in which the pose was measured, in px.
    """
    width = regions.pose.face_width_px
    if width is None or regions.pose.view != "front":
        return None
    across: float = width * max(regions.label.shape) / long_side
    return int(np.count_nonzero(regions.label == Region.CHIN)) / across**2


def beard(photo: Photo, regions: RegionMap) -> float | None:
    """How much stronger fine light and shade are on the chin than on the other skin: about 1, with hairs above 2.

    Contrast of L* at the scale of hairs with the face 256 px wide: standard deviation on the chin, which hairs raise,
    over the median absolute deviation on forehead, cheeks and nose, which pits and pores hardly do. None where too
    little of either is seen.
    """
    width = regions.pose.face_width_px
    if width is None:
        return None
    small = reduced(photo, _FACE / width)
    size = (small.shape[1], small.shape[0])
    label = np.asarray(cv2.resize(regions.label, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    chin = _inside(label, (Region.CHIN,))
    other = _inside(label, (Region.FOREHEAD, Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.NOSE))
    if chin.sum() < _LEAST[0] or other.sum() < _LEAST[1]:
        return None
    lightness = np.asarray(lab_of(small)[..., 0], np.float32) * np.float32(100 / 255)
    detail: Plane = cv2.GaussianBlur(lightness, (0, 0), _FINE) - cv2.GaussianBlur(lightness, (0, 0), _COARSE)
    usual = float(np.median(np.abs(detail[other]))) * _NORMAL
    return float(detail[chin].std()) / (usual + _ROUNDING)


def _inside(label: Levels, regions: tuple[Region, ...]) -> Mask:
    """These regions without their edges."""
    inside = np.isin(label, [int(region) for region in regions]).astype(np.uint8)
    return np.asarray(cv2.erode(inside, _EDGE), np.bool_)
