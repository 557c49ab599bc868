"""From a photo's pixels to the severity network's input: the one definition, used by training and serving alike.

What is not skin is painted grey, so that no background can tell; the skin, with some of the photo about it, is brought
to 320 px on its long side and laid into the top left of a grey square. Where the frame is wide the rest of the photo is
cut away: taken from further off, the same skin was told 5 points less (docs/sizes.md of 0.6.0). How much is kept about
the skin is a compromise: a cut at its very outline trembles with it from photo to photo, and the scale with that; with
more, fewer photos are cut. The square is looked at in the mirror, too: that makes scores steadier. A face is shown once
more, up to 1.4 times as near: at 320 px the pits of a whole face are a pixel or two wide. No torch here, no decoding
(`pixels.py`), no finding of skin (`regions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

INPUT_SIDE = 320
STRIDE = 8  # pixels of the input per position of the severity map
MAP_SIDE = INPUT_SIDE // STRIDE  # positions of a square
NEAR_SIDE = 448  # px of a face's long side in the nearer look, at most: at 640 it took twice as long and told no better
WHOLE = 4  # positions of a map that the network's coarsest features cover; sides of its inputs are multiples of it
# Of the skin's long side: how much of the photo is kept about it in the square. At 0.1 another background moved 5 of 60
# photos by over a point (0.8.0), at 0.2 none, but frames half as wide again moved scores by 4.8 points instead of 3.4.
BESIDE = 0.14
WIDEST = 3.0  # times the part that is kept: in a wider frame the skin is shown smaller
SURE = 0.5  # of a pixel's skin: from here it belongs to what is kept
AROUND = 4  # positions of skinless photo that are kept about the skin in the nearer look
GREY = 127  # beside the photo and where there is no skin: zero after normalisation, so that it tells nothing
BLACK, WHITE = 5, 250  # grey levels at which a pixel says nothing of the skin
MEAN = 127.5
STD = 127.5  # x / 127.5 - 1, as the start weights were trained (shared/README.md)

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Nearer:
    """A nearer look at the part of a photo that shows skin.

    `picture` is uint8 RGB (h, w, 3), sides in whole multiples of 32 px; its first position is (`top`, `left`) of the
    `rows` x `columns` that the whole photo has at this scale.
    """

    picture: Pixels
    top: int
    left: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Frame:
    """The skin of a photo laid into the network's square.

    The whole photo has `rows` x `columns` positions; `square`, uint8 RGB (320, 320, 3), shows as many of them as its
    40 x 40 hold from (`top`, `left`) on, where the skin begins. `judged` float32 (rows, columns) is the share of each
    position that is shown, skin, and neither burnt out nor black, 0 to 1. `nearer` is None where there is no face, or
    none that would be seen better.
    """

    square: Pixels
    rows: int
    columns: int
    judged: Floats
    nearer: Nearer | None = None
    top: int = 0
    left: int = 0

    @property
    def part(self) -> tuple[slice, slice]:
        """Rows and columns of the photo's positions that the square shows."""
        return _shown(self.top, self.rows), _shown(self.left, self.columns)

    @property
    def mirrored_too(self) -> Pixels:
        """The square and its mirror image, uint8 RGB (2, 320, 320, 3)."""
        return np.stack([self.square, self.square[:, ::-1]])

    @property
    def picture(self) -> Pixels:
        """The square without what lies beside the photo, uint8 RGB (h, w, 3), sides in whole positions."""
        down, across = (part.stop - part.start for part in self.part)
        return self.square[: down * STRIDE, : across * STRIDE]


def only_skin(pixels: Pixels, skin: Floats) -> Pixels:
    """The photo, uint8 RGB (h, w, 3), with grey where there is no skin; `skin` float32 (h, w), 0 to 1, blends."""
    blended = pixels.astype(np.float32)
    blended -= GREY  # in place, step by step: a third of the time that new arrays take
    blended *= skin[..., np.newaxis]
    blended += GREY
    return np.asarray(cv2.convertScaleAbs(blended), np.uint8)


def fit(pixels: Pixels, skin: Floats, face: bool = False, near_side: int = NEAR_SIDE) -> Frame:
    """Lay a photo, uint8 RGB (h, w, 3), and its skin, float32 (h, w) 0 to 1, into the network's square.

    Each side is rounded to whole map positions, so that the map covers the photo exactly: it is stretched by at
    most 4 pixels of 320. A `face` is laid out for a nearer look, too, of `near_side` px at most for the same part of
    the photo; for none where that is no nearer than the square.
    """
    shown, (height, width) = only_skin(pixels, skin), skin.shape
    top, left, wider = _window(skin)
    rows, columns = _positions(pixels, INPUT_SIDE * wider)
    place = round(top * rows / height), round(left * columns / width)
    square = np.full((INPUT_SIDE, INPUT_SIDE, 3), GREY, np.uint8)
    nearer = _nearer(shown, skin, near_side, wider) if face else None
    frame = Frame(square, rows, columns, np.zeros((rows, columns), np.float32), nearer, *place)
    share = cv2.resize(skin * legible(pixels), (columns, rows), interpolation=cv2.INTER_AREA)
    frame.judged[frame.part] = share[frame.part]
    down, across = (slice(part.start * STRIDE, part.stop * STRIDE) for part in frame.part)
    frame.picture[:] = _resized(shown, rows, columns)[down, across]
    return frame


def _window(skin: Floats) -> tuple[float, float, float]:
    """Where the part of a photo begins that is kept, in px, and how many times as long as it the photo is."""
    (top, bottom), (left, right) = (_kept(np.asarray((skin >= SURE).any(axis=axis))) for axis in (1, 0))
    around = BESIDE * max(bottom - top, right - left)
    (top, bottom), (left, right) = (
        (max(0.0, first - around), min(float(size), last + around))
        for first, last, size in ((top, bottom, skin.shape[0]), (left, right, skin.shape[1]))
    )
    return top, left, min(WIDEST, max(skin.shape) / max(bottom - top, right - left))


def _kept(there: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """From where to where something is there; all of it, where nothing is."""
    found = np.flatnonzero(there)
    return (float(found[0]), float(found[-1] + 1)) if len(found) else (0.0, float(len(there)))


def _shown(first: int, count: int) -> slice:
    """The positions that a square shows of so many, from the first on."""
    return slice(first, min(first + MAP_SIDE, count))


def _nearer(shown: Pixels, skin: Floats, near_side: int, wider: float) -> Nearer | None:
    """The skin of a photo at up to 1.4 times the scale, the rest cut away; None where that is no nearer, or no skin."""
    side = int(min(near_side * wider, max(skin.shape))) // (WHOLE * STRIDE) * WHOLE * STRIDE
    rows, columns = _positions(shown, side)
    there = cv2.resize(skin, (columns, rows), interpolation=cv2.INTER_AREA) > 0.0
    if side <= INPUT_SIDE * wider or not there.any():
        return None
    (top, bottom), (left, right) = (_span(np.flatnonzero(there.any(axis=axis))) for axis in (1, 0))
    picture = np.full(((bottom - top) * STRIDE, (right - left) * STRIDE, 3), GREY, np.uint8)
    part = _resized(shown, rows, columns)[top * STRIDE : bottom * STRIDE, left * STRIDE : right * STRIDE]
    picture[: part.shape[0], : part.shape[1]] = part
    return Nearer(picture, top, left, rows, columns)


def _span(found: npt.NDArray[np.intp]) -> tuple[int, int]:
    """The first position and the one behind the last, with some about them, in whole multiples; it may reach beyond."""
    first = max(0, int(found[0]) - AROUND) // WHOLE * WHOLE
    return first, first + -(-(int(found[-1]) + 1 + AROUND - first) // WHOLE) * WHOLE


def _positions(pixels: Pixels, side: float) -> tuple[int, int]:
    """Rows and columns of map positions of a photo whose long side is brought to so many px."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    return max(1, round(height * scale / STRIDE)), max(1, round(width * scale / STRIDE))


def _resized(pixels: Pixels, rows: int, columns: int) -> Pixels:
    shrinks = max(pixels.shape) > max(rows, columns) * STRIDE
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (columns * STRIDE, rows * STRIDE), interpolation=how), np.uint8)


def legible(pixels: Pixels) -> npt.NDArray[np.bool_]:
    """Where a photo, uint8 RGB (h, w, 3), is neither burnt out nor black: bool (h, w)."""
    red, green, blue = cv2.split(pixels)  # NumPy's minimum along three values takes thirty times as long
    darkest, brightest = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    return np.asarray((darkest < WHITE) & (brightest > BLACK))


def everywhere(pixels: Pixels) -> Floats:
    """Skin all over a photo, for pictures that are known to show nothing else."""
    return np.ones(pixels.shape[:2], np.float32)


def normalise(squares: Pixels) -> Floats:
    """Pictures, uint8 (n, h, w, 3), as the network's input: float32 (n, 3, h, w), about -1 to 1."""
    scaled = (squares.astype(np.float32) - MEAN) / STD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)
