"""From a photo's pixels to the severity network's input: the one definition, used by training and serving alike.

The photo is brought to 320 px on its long side and laid into the top left of a grey square. No torch here, and no
decoding: that is `pixels.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

INPUT_SIDE = 320
STRIDE = 8  # pixels of the input per position of the severity map
GREY = 127  # the filling beside the photo: zero after normalisation, so that it tells nothing
MEAN = 127.5
STD = 127.5  # x / 127.5 - 1, as the start weights were trained (shared/README.md)

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A photo laid into the network's square.

    `square` is uint8 RGB (320, 320, 3); the photo covers its first `rows` x `columns` positions of the
    40 x 40 severity map.
    """

    square: Pixels
    rows: int
    columns: int


def fit(pixels: Pixels) -> Frame:
    """Lay a photo, uint8 RGB (h, w, 3), into the network's square.

    Each side is rounded to whole map positions, so that the map covers the photo exactly: it is stretched by at
    most 4 pixels of 320.
    """
    height, width = pixels.shape[:2]
    scale = INPUT_SIDE / max(height, width)
    rows, columns = (max(1, round(side * scale / STRIDE)) for side in (height, width))
    shrinks = scale < 1.0
    size = (columns * STRIDE, rows * STRIDE)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    square = np.full((INPUT_SIDE, INPUT_SIDE, 3), GREY, np.uint8)
    square[: size[1], : size[0]] = small
    return Frame(square, rows, columns)


def normalise(squares: Pixels) -> Floats:
    """Squares, uint8 (n, 320, 320, 3), as the network's input: float32 (n, 3, 320, 320), about -1 to 1."""
    scaled = (squares.astype(np.float32) - MEAN) / STD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)
