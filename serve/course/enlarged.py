"""The two photos of a pair as finely as they were taken: for the eye. What is measured is measured at 512 px.

Each pixel is taken from its photo in one resampling, by the same transform and drift that the alignment found.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.course.align import Alignment
from scarscore.serve.course.frame import Matrix

SIDE = 1280  # px: a tablet's width; a phone's photo of a face holds more, a crop of it rarely
_FINE = 1.2  # pixels of the photo to one of the picture, above which it is blurred first, so that nothing flickers


def enlarged(before: Pixels, now: Pixels, alignment: Alignment, side: int = SIDE) -> tuple[Pixels, Pixels]:
    """Both photos, uint8 RGB as they were aligned, in the frame of the pair, its long side up to `side` px.

    No picture is larger than what its first photo holds of it; the pair's own pictures are the least.
    """
    pair = alignment.pair
    height, width = pair.skin.shape
    factor = min(side / max(height, width), 1.0 / float(pair.from_photo[0, 0]))
    if factor <= 1.0:
        return pair.before, pair.now
    size = (round(width * factor), round(height * factor))
    places = _places(size, (width, height))
    moved = places + cv2.resize(alignment.drift, size, interpolation=cv2.INTER_LINEAR)
    to_before = np.asarray(np.linalg.inv(pair.from_photo), np.float64)
    to_now = np.asarray(np.linalg.inv(alignment.transform) @ to_before, np.float64)
    return _taken(before, places, to_before), _taken(now, moved, to_now)


def _places(size: tuple[int, int], pair: tuple[int, int]) -> Floats:
    """Where each pixel of a picture of this size (width, height) lies in the pair, float32 (h, w, 2)."""
    x, y = ((np.arange(n, dtype=np.float32) + 0.5) * (of / n) - 0.5 for n, of in zip(size, pair, strict=True))
    return np.stack(np.meshgrid(x, y), axis=-1).astype(np.float32)


def _taken(photo: Pixels, places: Floats, carry: Matrix) -> Pixels:
    """The photo's pixels at these places of the pair, which `carry` (3, 3) brings into the photo."""
    there = cv2.perspectiveTransform(places, carry)
    middle = there[there.shape[0] // 2, there.shape[1] // 2 : there.shape[1] // 2 + 2]
    step = float(np.linalg.norm(middle[1] - middle[0]))
    source = cv2.GaussianBlur(photo, (0, 0), 0.4 * step) if step > _FINE else photo
    x, y = (np.ascontiguousarray(there[..., axis], np.float32) for axis in (0, 1))
    taken = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, np.uint8)
