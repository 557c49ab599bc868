"""From rated photos to what the network is taught: pixels, their nine cells, their readings.

Only photos that their card permits to be trained on, and that most readers called usable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from scarscore.datasets.cards import Use, require
from scarscore.datasets.photos import Collection, Cut, Photo, Rated, Reading
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Floats, Frame, Pixels, legible
from scarscore.model.region_engine import RegionEngine
from scarscore.model.severity import TYPES

GRID = 3
NO_TYPE = -1
SCAR_BOX = 16  # added to the cell of a pixel that lies in a box of a scar
SMALLEST_BOX = 0.05  # of the long side: two positions of the map, so that some of the box is seen there
SCARRED = "scar"  # the class of boxes that mark scars

FindSkin = Callable[[Pixels], Floats]  # a photo (h, w, 3) to its skin (h, w), 0 to 1


@dataclass(frozen=True)
class Sample:
    """A photo, or a part of one, and what is taught of it.

    `severity` 0-100 is its reading, NaN where nobody read it; where `at_most` it is only known not to exceed that.
    `cell_severity` has nine
    readings 0-100, row by row, NaN where none; `types` is the share of readers who saw each scar type, NaN where nobody
    was asked. `label` is the number of the type that dermatologists named, `NO_TYPE` where they named none.
    """

    rated: Rated
    severity: float
    at_most: bool
    cell_severity: npt.NDArray[np.float32]
    types: npt.NDArray[np.float32]
    label: int = NO_TYPE


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo's pixels, uint8 RGB (h, w, 3), its skin, float32 (h, w) 0 to 1, and its nine cells.

    `cells` uint8 (h, w): 1 to 9, the cell that each pixel lies in, row by row, and `SCAR_BOX` more in a box that
    marks a scar; 0 where there is no skin. `upright` is whether it shows a face, which is never upside down.
    """

    pixels: Pixels
    skin: Floats
    cells: npt.NDArray[np.uint8]
    upright: bool = True


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


def sample(rated: Rated) -> Sample:
    """The targets of a rated photo."""
    read = rated.cells or (None,) * (GRID * GRID)
    severity = np.array([np.nan if value is None else value for value in read], np.float32)
    types = np.array([rated.type_share(name) for name in TYPES], np.float32)
    return Sample(rated, rated.severity, False, severity, types)


def part_of(photo: Photo, cut: Cut, readings: tuple[Reading, ...], severity: float, *, at_most: bool = False) -> Sample:
    """A part of a photo and how it reads; it is known by the key of its cut. Nobody read what type its scars are."""
    return without_cells(Rated(cut.rating_id, photo, cut, readings, None), severity, at_most=at_most)


def without_cells(rated: Rated, severity: float, *, at_most: bool = False) -> Sample:
    """A sample of which nobody read the cells or the types."""
    cells, types = (np.full(count, np.nan, np.float32) for count in (GRID * GRID, len(TYPES)))
    return Sample(rated, severity, at_most, cells, types)


def picture(collection: Collection, rated: Rated, find_skin: FindSkin) -> Picture:
    """Read a rated photo from its file, with its skin and its cells."""
    pixels = photo_pixels(collection, rated)
    skin = find_skin(pixels)
    height, width = pixels.shape[:2]
    down, across = (np.arange(n) * GRID // n for n in (height, width))
    numbered = down[:, None] * GRID + across + 1 + SCAR_BOX * scar_boxes(collection, rated, (height, width))
    cells = np.where((skin >= 0.5) & legible(pixels), numbered, 0)
    return Picture(pixels, skin, cells.astype(np.uint8))


def scar_boxes(collection: Collection, rated: Rated, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Where boxes of a whole photo mark scars, bool (h, w); of parts of photos none is known."""
    height, width = shape
    marked = np.zeros(shape, bool)
    least = SMALLEST_BOX * max(shape) / 2
    for box in collection.boxes if rated.cut is None else ():
        if box.file == rated.photo.file and box.cls == SCARRED:
            marked[
                _span(box.cy * height, box.h * height / 2, least), _span(box.cx * width, box.w * width / 2, least)
            ] = True
    return marked


def _span(middle: float, half: float, least: float) -> slice:
    reach = max(half, least)
    return slice(max(0, round(middle - reach)), max(0, round(middle + reach)))


def frame(collection: Collection, rated: Rated, finder: RegionEngine) -> Frame:
    """A rated photo as the network is served it."""
    return finder.frame(photo_pixels(collection, rated))


def fingerprint(rated: Sequence[Rated]) -> str:
    """SHA-256 over what a network is trained on: each photo's checksum, cut and readings, in any order."""
    lines = sorted(f"{r.key} {r.photo.sha256} {r.cut} {r.severity:.4f} {r.cells}" for r in rated)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
