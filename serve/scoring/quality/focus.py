"""How sharp the skin is, at the scale that matters: that of the face where one is seen, else that of the picture.

A ratio of two bands of detail, so that neither contrast nor skin tone tells. It sees the sharpness of the picture,
whatever took it away: focus, movement, a smoothing filter or an enlarged thumbnail.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.serve.scoring.quality.arrays import SIDE, Levels, Mask, Photo, Plane, reduced, resized

_OUTLINE = np.ones((13, 13), np.uint8)  # px
FACE = 256.0  # px: a face is looked at in this width


def sharpness(photo: Photo, skin: Mask, face_width: float | None) -> float:
    """How much of the skin's detail is fine, with the face 256 px wide; without a face, with the long side 512 px.

    Root of the energy of the Laplacian of Gaussian (sigma 1 px) over that of the band from 1 to 8 px: sharp photos
    have 0.2 to 0.9 of it. Normalised Laplacian energy as a focus measure: Pertuz et al. 2013,
    10.1016/j.patcog.2012.11.011. `face_width` is in pixels of the photo; `skin` may be of another size. Nothing is
    enlarged: a photo smaller than that is measured as it is.
    """
    scale = SIDE / max(photo.shape[:2]) if face_width is None else FACE / face_width
    small = reduced(photo, scale)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    mask = resized(skin, small).astype(np.uint8)
    inner = _inner(mask)
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0)
    detail = cv2.norm(cv2.Laplacian(fine, cv2.CV_32F), cv2.NORM_L2SQR, inner)
    band = cv2.norm(fine - _blurred_by_8(grey, mask), cv2.NORM_L2SQR, inner)
    # One squared grey level more below: rounding to whole levels is no detail.
    return float(np.sqrt(detail / max(1.0, band + np.count_nonzero(inner))))


def _inner(mask: Levels) -> Levels:
    """The skin without its outline, which is an edge of its own; all of it where little else is left."""
    inner = np.asarray(cv2.erode(mask, _OUTLINE, borderType=cv2.BORDER_REPLICATE), np.uint8)
    return inner if np.count_nonzero(inner) * 4 >= np.count_nonzero(mask) else mask


def _blurred_by_8(grey: Plane, mask: Levels) -> Plane:
    """Gaussian blur of sigma 8 px over the skin alone, by way of a quarter of the size: a tenth of the time."""
    height, width = grey.shape
    size = (max(1, width // 4), max(1, height // 4))
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    light = cv2.resize(grey * mask, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(light, (0, 0), 2.0) / np.maximum(cv2.GaussianBlur(share, (0, 0), 2.0), 1e-3)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
