"""Close-ups of clear cheeks, cut out of clear faces, so that a close-up is not always a scarred one.

In the rated photos nearly every close-up shows scars, and a network would learn the distance. A part of a face that
reads near nothing reads near nothing too; parts of scarred faces are not cut, for nobody has read them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scarscore.datasets.photos import Collection, Cut, Rated
from scarscore.model.region_engine import RegionEngine
from scarscore.model.regions import Region, RegionMap
from scarscore.train.samples import photo_pixels

CHEEKS = (Region.LEFT_CHEEK, Region.RIGHT_CHEEK)
LEAST = 0.02  # share of the photo that a cheek must take up
SPREAD = 1.6  # half the side of a cut, in standard deviations of the cheek's positions: about the cheek


def close_ups(collection: Collection, rated: Sequence[Rated], below: float, finder: RegionEngine) -> tuple[Rated, ...]:
    """A cut of the larger cheek of each whole photo that reads below this severity, with the photo's readings.

    Photos on which no cheek is found give none. The key is the photo's with `+` after it.
    """
    found = []
    for item in rated:
        if item.cut is None and item.severity < below:
            cut = _cheek(item, finder.look(photo_pixels(collection, item)))
            if cut is not None:
                found.append(Rated(cut.rating_id, item.photo, cut, item.readings, None))
    return tuple(found)


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
