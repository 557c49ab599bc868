"""Close-ups cut out of faces, so that a close-up is not always a scarred one.

In the rated photos nearly every close-up shows scars, and a network would learn the distance. Three kinds are cut:
cheeks of faces that read near nothing; cells that read low, of faces that may have scars elsewhere (pores,
creases, beard, marks); and lesions that a data set marked as acne on faces without scar boxes, which nobody read: there
a severity is only known not to be high. Each belongs to its photo's group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from scarscore.datasets.photos import Box, Collection, Cut, Photo, Rated
from scarscore.model.region_engine import RegionEngine
from scarscore.model.regions import Region, RegionMap
from scarscore.train.config import Config
from scarscore.train.samples import GRID, SCARRED, Sample, part_of, photo_pixels

CHEEKS = (Region.LEFT_CHEEK, Region.RIGHT_CHEEK)
LEAST = 0.02  # share of the photo that a cheek must take up
SPREAD = 1.6  # half the side of a cut, in standard deviations of the cheek's positions: about the cheek
CELL_SOURCES = ("acne04", "acne_new")  # whose photos show faces: a cell of a close-up is none
INFLAMED = ("acne", "pimple")  # boxes that show acne, not marks or moles
BOUND = 6.0  # points: of 52 such faces that were read half read under 2.3, and 19 of 20 under 5.5
SIDES = (0.16, 0.40)  # of the photo's long side: from one lesion with its surroundings to most of a cheek


def close_ups(collection: Collection, rated: Sequence[Rated], config: Config, finder: RegionEngine) -> list[Sample]:
    """All close-ups that the configuration asks for."""
    return [
        *clear_cheeks(collection, rated, config.close_ups_below, finder),
        *low_cells(rated, config.low_cells_below),
        *acne(collection, config.acne_close_ups if "acne_new" in config.sources else 0),
    ]


def clear_cheeks(
    collection: Collection, rated: Sequence[Rated], below: float, finder: RegionEngine
) -> Iterator[Sample]:
    """A cut of the larger cheek of each whole photo that reads below this severity, with the photo's reading.

    Photos on which no cheek is found give none. The key is the photo's with `+` after it.
    """
    for item in rated:
        if item.cut is None and item.severity < below:
            cut = _cheek(item, finder.look(photo_pixels(collection, item)))
            if cut is not None:
                yield part_of(item.photo, cut, item.readings, item.severity)


def low_cells(rated: Sequence[Rated], below: float) -> Iterator[Sample]:
    """The cells of faces that read below this severity, each as a photo of its own: the rubric reads them so.

    The key is the photo's with `+` and the cell's number, 1 to 9.
    """
    for item in rated:
        if item.cut is not None or item.cells is None or item.photo.source not in CELL_SOURCES:
            continue
        for cell, severity in enumerate(item.cells):
            if severity is not None and severity < below:
                yield part_of(item.photo, _cell(item, cell), item.readings, severity)


def acne(collection: Collection, count: int) -> list[Sample]:
    """Squares about one acne box of each of so many unread photos that have such boxes and none of a scar.

    Which box, and how large a square, is drawn by the photo's checksum. The key is the photo's file with `+`.
    """
    boxes: dict[str, list[Box]] = {}
    for box in collection.boxes:
        boxes.setdefault(box.file, []).append(box)
    unread = [p for p in collection.photos if not p.rating_id and p.file in boxes]
    shown = [(p, [b for b in boxes[p.file] if b.cls in INFLAMED]) for p in unread if not _scarred(boxes[p.file])]
    inflamed = sorted(((p, b) for p, b in shown if b), key=lambda pair: pair[0].sha256)[:count]
    return [part_of(photo, _square(photo, own), (), BOUND, at_most=True) for photo, own in inflamed]


def _scarred(boxes: Sequence[Box]) -> bool:
    return any(box.cls == SCARRED for box in boxes)


def _square(photo: Photo, boxes: Sequence[Box]) -> Cut:
    chance = np.random.default_rng(int.from_bytes(hashlib.sha256(photo.sha256.encode()).digest()[:8]))
    box = boxes[int(chance.integers(len(boxes)))]
    side = round(float(chance.uniform(*SIDES)) * max(photo.width, photo.height))
    x = min(max(0, round(box.cx * photo.width) - side // 2), photo.width - side)
    y = min(max(0, round(box.cy * photo.height) - side // 2), photo.height - side)
    return Cut(f"{photo.file}+", photo.file, photo.group, x, y, x + side, y + side)


def _cell(item: Rated, cell: int) -> Cut:
    width, height = item.photo.width, item.photo.height
    x, y = cell % GRID, cell // GRID
    corners = (x * width // GRID, y * height // GRID, (x + 1) * width // GRID, (y + 1) * height // GRID)
    return Cut(f"{item.key}+{cell + 1}", item.photo.file, item.photo.group, *corners)


def _cheek(item: Rated, regions: RegionMap) -> Cut | None:
    """A square about the larger cheek, in pixels of the photo's file."""
    # By the most probable region, not by `label`, whose weights give a cheek's rim away to other skin.
    likely = regions.probability.argmax(axis=0)
    region = max(CHEEKS, key=lambda cheek: np.count_nonzero(likely == cheek))
    if np.mean(likely == region) < LEAST:
        return None
    rows, columns = np.nonzero(likely == region)
    scale = max(item.photo.width, item.photo.height) / max(likely.shape)
    half = SPREAD * max(float(rows.std()), float(columns.std()))
    y, x = float(rows.mean()), float(columns.mean())
    x0, y0 = (max(0, round((middle - half) * scale)) for middle in (x, y))
    x1 = min(item.photo.width, round((x + half) * scale))
    y1 = min(item.photo.height, round((y + half) * scale))
    return Cut(f"{item.key}+", item.photo.file, item.photo.group, x0, y0, x1, y1)
