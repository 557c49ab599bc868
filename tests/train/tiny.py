"""A run so small that it takes seconds: eight made photos of stripes, the coarser the worse they read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scarscore.datasets.photos import Photo, Rated, Reading
from scarscore.model.preprocess import everywhere
from scarscore.train.config import Config, load_config
from scarscore.train.samples import Picture, Sample, sample

TINY: Config = replace(load_config("quick"), epochs=2, batch=4, fold_norms=False, pair_epochs=0)


def made_sample(number: int) -> Sample:
    severity = number * 10
    reading = Reading(f"s{number}", "A", True, "closeup", severity, 0, 2, (), 0, 0, 0, 3)
    photo = Photo(f"{number}.jpg", "scarnet", f"g{number}", "rolling", f"s{number}", 320, 320, "0" * 64)
    return sample(Rated(f"s{number}", photo, None, (reading,), None))


def stripes(item: Sample) -> Picture:
    """A square of stripes, the coarser the worse it reads."""
    lines = (np.arange(320) // (int(item.rated.key[1:]) + 2) % 2 * 120 + 60).astype(np.uint8)
    pixels = np.broadcast_to(lines[:, None, None], (320, 320, 3)).copy()
    return Picture(pixels, everywhere(pixels), np.ones((320, 320), np.uint8))
