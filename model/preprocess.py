"""From a photo's pixels to the severity network's input: the one definition, used by training and serving alike.

What is not skin is painted grey, so that no background can tell; the photo is brought to 320 px on its long side and
laid into the top left of a grey square. It is not cut to its skin: the skin's outline trembles by a few pixels from
photo to photo, and with it the scale, which moved scores by up to 2 points (2026). No torch here, no decoding
(`pixels.py`), no finding of skin (`regions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

INPUT_SIDE = 320
STRIDE = 8  # pixels of the input per position of the severity map
GREY = 127  # beside the photo and where there is no skin: zero after normalisation, so that it tells nothing
BLACK, WHITE = 5, 250  # grey levels at which a pixel says nothing of the skin
MEAN = 127.5
STD = 127.5  # x / 127.5 - 1, as the start weights were trained (shared/README.md)

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """The skin of a photo laid into the network's square.

    `square` is uint8 RGB (320, 320, 3); the photo covers its first `rows` x `columns` positions of the 40 x 40 severity
    map. `judged` float32 (rows, columns) is the share of each position that is skin and neither
    burnt out nor black, 0 to 1.
    """

    square: Pixels
    rows: int
    columns: int
    judged: Floats


def only_skin(pixels: Pixels, skin: Floats) -> Pixels:
    """The photo, uint8 RGB (h, w, 3), with grey where there is no skin; `skin` float32 (h, w), 0 to 1, blends."""
    return np.asarray(cv2.convertScaleAbs((pixels.astype(np.float32) - GREY) * skin[..., np.newaxis] + GREY), np.uint8)


def fit(pixels: Pixels, skin: Floats) -> Frame:
    """Lay a photo, uint8 RGB (h, w, 3), and its skin, float32 (h, w) 0 to 1, into the network's square.

    Each side is rounded to whole map positions, so that the map covers the photo exactly: it is stretched by at
    most 4 pixels of 320.
    """
    height, width = pixels.shape[:2]
    scale = INPUT_SIDE / max(height, width)
    rows, columns = (max(1, round(side * scale / STRIDE)) for side in (height, width))
    shrinks = scale < 1.0
    size = (columns * STRIDE, rows * STRIDE)
    small = cv2.resize(only_skin(pixels, skin), size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    square = np.full((INPUT_SIDE, INPUT_SIDE, 3), GREY, np.uint8)
    square[: size[1], : size[0]] = small
    share = cv2.resize(skin * legible(pixels), (columns, rows), interpolation=cv2.INTER_AREA)
    return Frame(square, rows, columns, np.asarray(share, np.float32))


def legible(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Where a photo, uint8 RGB (h, w, 3), is neither burnt out nor black: bool (h, w)."""
    darkest, brightest = pixels.min(axis=2), pixels.max(axis=2)
    return np.asarray((darkest < WHITE) & (brightest > BLACK))


def everywhere(pixels: Pixels) -> Floats:
    """Skin all over a photo, for pictures that are known to show nothing else."""
    return np.ones(pixels.shape[:2], np.float32)


def normalise(squares: Pixels) -> Floats:
    """Squares, uint8 (n, 320, 320, 3), as the network's input: float32 (n, 3, 320, 320), about -1 to 1."""
    scaled = (squares.astype(np.float32) - MEAN) / STD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)
