"""From rated photos to what the network is taught: a square of pixels, its nine cells, its readings.

Only photos that their card permits to be trained on, and that most readers called usable.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from scarscore.datasets.cards import Use, require
from scarscore.datasets.photos import Collection, Rated
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import INPUT_SIDE, STRIDE, Pixels, fit
from scarscore.model.severity import TYPES

GRID = 3
MAP_SIDE = INPUT_SIDE // STRIDE


@dataclass(frozen=True)
class Sample:
    """A rated photo as it is taught.

    `square` is uint8 RGB (320, 320, 3); `cells` uint8 (320, 320) holds 1 to 9 for the nine cells, row by row, and 0
    beside the photo. `cell_severity` has nine readings 0-100, NaN where none; `cell_skin` nine values: 1 judgeable
    skin, 0 not, NaN unknown. `types` is the share of readers who saw each scar type.
    """

    rated: Rated
    square: Pixels
    cells: npt.NDArray[np.uint8]
    cell_severity: npt.NDArray[np.float32]
    cell_skin: npt.NDArray[np.float32]
    types: npt.NDArray[np.float32]


def trainable(collection: Collection, sources: tuple[str, ...]) -> tuple[Rated, ...]:
    """The usable rated photos and cuts of these sources. Raises `UseForbidden` if a card forbids training."""
    require(sources, Use.RESEARCH)
    return tuple(r for r in collection.rated() if r.photo.source in sources and r.usable)


def photo_pixels(collection: Collection, rated: Rated) -> Pixels:
    """The working image of a rated photo or cut, uint8 RGB (h, w, 3)."""
    with Image.open(collection.root / rated.photo.file) as image:
        width = image.width
        pixels = rgb_pixels(image)
    if rated.cut is None:
        return pixels
    scale = pixels.shape[1] / width
    x0, y0, x1, y1 = (round(v * scale) for v in (rated.cut.x0, rated.cut.y0, rated.cut.x1, rated.cut.y1))
    return np.ascontiguousarray(pixels[y0:y1, x0:x1])


def sample(collection: Collection, rated: Rated) -> Sample:
    """Read a rated photo from its file and lay it out for training."""
    frame = fit(photo_pixels(collection, rated))
    height, width = frame.rows * STRIDE, frame.columns * STRIDE
    down, across = (np.arange(n) * GRID // n for n in (height, width))
    cells = np.zeros((INPUT_SIDE, INPUT_SIDE), np.uint8)
    cells[:height, :width] = down[:, None] * GRID + across + 1
    read = rated.cells or (None,) * (GRID * GRID)
    severity = np.array([np.nan if value is None else value for value in read], np.float32)
    skin = np.where(np.isnan(severity), 0.0 if rated.cells else np.nan, 1.0).astype(np.float32)
    types = np.array([rated.type_share(name) for name in TYPES], np.float32)
    return Sample(rated, frame.square, cells, severity, skin, types)


def fingerprint(rated: tuple[Rated, ...]) -> str:
    """SHA-256 over what a network is trained on: each photo's checksum, cut and readings, in any order."""
    lines = sorted(f"{r.key} {r.photo.sha256} {r.cut} {r.severity:.4f} {r.cells}" for r in rated)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
