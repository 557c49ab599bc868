"""From a photo's pixels to the severity network's input: the one definition, used by training and serving alike.

What is not skin is painted grey, so that no background can tell; the part of the photo that is skin is brought to
320 px on its long side, so that a face far away is seen as one that fills the picture, and laid into the top left of a
grey square. No torch here, no decoding (`pixels.py`), no finding of skin (`regions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

INPUT_SIDE = 320
STRIDE = 8  # pixels of the input per position of the severity map
GREY = 127  # beside the photo and where there is no skin: zero after normalisation, so that it tells nothing
STRAY, MARGIN = 0.01, 0.10  # share of the skin that may lie outside the window; its margin, as a share of its side
LEAST_SPAN = 0.25  # of the photo's side: what is smaller is not enlarged further
BLACK, WHITE = 5, 250  # grey levels at which a pixel says nothing of the skin
MEAN = 127.5
STD = 127.5  # x / 127.5 - 1, as the start weights were trained (shared/README.md)

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """The part of a photo that the network is shown, in pixels; `photo` is the photo's height and width."""

    top: int
    left: int
    height: int
    width: int
    photo: tuple[int, int]

    @property
    def slices(self) -> tuple[slice, slice]:
        """The part's rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def places(self, rows: int, columns: int) -> tuple[Floats, Floats]:
        """Where in the photo the middles of this many positions lie: rows and columns as shares of it, 0 to 1."""
        down = (self.top + (np.arange(rows) + 0.5) * self.height / rows) / self.photo[0]
        across = (self.left + (np.arange(columns) + 0.5) * self.width / columns) / self.photo[1]
        return down.astype(np.float32), across.astype(np.float32)


@dataclass(frozen=True)
class Frame:
    """The skin of a photo laid into the network's square.

    `square` is uint8 RGB (320, 320, 3); the `window` of the photo covers its first `rows` x `columns` positions of the
    40 x 40 severity map. `judged` float32 (rows, columns) is the share of each position that is skin and neither
    burnt out nor black, 0 to 1.
    """

    square: Pixels
    rows: int
    columns: int
    judged: Floats
    window: Window


def about_skin(skin: Floats) -> Window:
    """The part of a photo that its skin, float32 (h, w) 0 to 1, takes up; all of it where there is none.

    It holds 99 % of the skin each way and a margin, so that a stray patch neither moves nor widens it.
    """
    height, width = skin.shape
    top, bottom = _span(skin.sum(axis=1, dtype=np.float64))
    left, right = _span(skin.sum(axis=0, dtype=np.float64))
    return Window(top, left, bottom - top, right - left, (height, width))


def _span(mass: npt.NDArray[np.float64]) -> tuple[int, int]:
    """First and last place (exclusive) between which the mass lies."""
    if mass.sum() <= 0.0:
        return 0, len(mass)
    upto = np.cumsum(mass) / mass.sum()
    low, high = (int(np.searchsorted(upto, share)) for share in (STRAY / 2, 1.0 - STRAY / 2))
    margin = max(MARGIN * (high - low), (LEAST_SPAN * len(mass) - (high - low)) / 2)
    return max(0, round(low - margin)), min(len(mass), round(high + 1 + margin))


def only_skin(pixels: Pixels, skin: Floats) -> Pixels:
    """The photo, uint8 RGB (h, w, 3), with grey where there is no skin; `skin` float32 (h, w), 0 to 1, blends."""
    return np.asarray(cv2.convertScaleAbs((pixels.astype(np.float32) - GREY) * skin[..., np.newaxis] + GREY), np.uint8)


def fit(pixels: Pixels, skin: Floats) -> Frame:
    """Lay a photo, uint8 RGB (h, w, 3), and its skin, float32 (h, w) 0 to 1, into the network's square.

    The window about the skin is shown. Each side is rounded to whole map positions, so that the map covers it
    exactly: it is stretched by at most 4 pixels of 320.
    """
    window = about_skin(skin)
    pixels, skin = pixels[window.slices], skin[window.slices]
    height, width = window.height, window.width
    scale = INPUT_SIDE / max(height, width)
    rows, columns = (max(1, round(side * scale / STRIDE)) for side in (height, width))
    shrinks = scale < 1.0
    size = (columns * STRIDE, rows * STRIDE)
    small = cv2.resize(only_skin(pixels, skin), size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    square = np.full((INPUT_SIDE, INPUT_SIDE, 3), GREY, np.uint8)
    square[: size[1], : size[0]] = small
    share = cv2.resize(skin * legible(pixels), (columns, rows), interpolation=cv2.INTER_AREA)
    return Frame(square, rows, columns, np.asarray(share, np.float32), window)


def over_photo(values: Floats, window: Window) -> Floats:
    """A map (rows, columns) of a window as a map of the whole photo, with positions of the same size, NaN beside it."""
    step = max(window.height / values.shape[0], window.width / values.shape[1])
    size = tuple(max(1, round(side / step)) for side in window.photo)
    places = []
    for side, n, start, length, count in (
        (window.photo[0], size[0], window.top, window.height, values.shape[0]),
        (window.photo[1], size[1], window.left, window.width, values.shape[1]),
    ):
        places.append(np.floor(((np.arange(n) + 0.5) * side / n - start) / length * count).astype(int))
    down, across = places
    inside = ((down >= 0) & (down < values.shape[0]))[:, None] & ((across >= 0) & (across < values.shape[1]))
    near = values[np.clip(down, 0, values.shape[0] - 1)[:, None], np.clip(across, 0, values.shape[1] - 1)]
    return np.where(inside, near, np.float32(np.nan)).astype(np.float32)


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
