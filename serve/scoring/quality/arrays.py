"""The arrays that the checks work on, and the scale at which they look."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Photo = npt.NDArray[np.uint8]  # RGB, (h, w, 3)
Mask = npt.NDArray[np.bool_]  # (h, w)
Plane = npt.NDArray[np.float32]  # (h, w)

Levels = npt.NDArray[np.uint8]  # (h, w), one channel

SIDE = 512  # px, the long side at which light and colour are measured; smaller photos are measured as they are


def reduced(photo: Photo, scale: float) -> Photo:
    """The photo made smaller by `scale`; never enlarged."""
    height, width = photo.shape[:2]
    if scale >= 1:
        return photo
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)


def resized(mask: Mask, like: Photo) -> Mask:
    """The mask at the size of another picture of the same view."""
    height, width = like.shape[:2]
    return cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST).astype(np.bool_)


def lab_of(photo: Photo) -> Photo:
    """The photo in CIELAB as OpenCV keeps it in bytes: L* x 255 / 100, a* + 128, b* + 128."""
    return np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2LAB), np.uint8)


def exceeded(levels: Levels, mask: Mask, shares: tuple[float, ...]) -> tuple[float, ...]:
    """The levels, 0 to 255, below or at which these shares of the masked pixels lie: 0.5 gives the median."""
    counts = cv2.calcHist([levels], [0], mask.astype(np.uint8), [256], [0, 256]).ravel()
    upto = np.cumsum(counts) / max(1.0, float(counts.sum()))
    return tuple(float(np.searchsorted(upto, share)) for share in shares)
