"""Close-ups of clear cheeks: from clear faces alone, and of the cheek."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scarscore.datasets.photos import load
from scarscore.model.region_engine import RegionEngine
from scarscore.train.close_ups import close_ups
from scarscore.train.samples import photo_pixels, trainable


def test_only_whole_clear_faces_give_a_close_up_and_it_keeps_their_readings_and_group(data_root: Path) -> None:
    collection, finder = load(data_root), RegionEngine.load()
    rated = [r for r in trainable(collection, ("acne04", "london")) if r.key.startswith(("c", "r0"))]
    found = close_ups(collection, rated, 5.0, finder)
    origin = {f"{r.key}+": r for r in rated if r.cut is None and r.severity < 5.0}
    assert len(origin) > len(found) / 2 > 1
    for near in found:
        face = origin[near.key]
        assert (near.severity, near.photo.group) == (face.severity, face.photo.group)
        assert near.cut is not None
        assert 0 <= near.cut.x0 < near.cut.x1 <= face.photo.width
        assert 0 <= near.cut.y0 < near.cut.y1 <= face.photo.height


def test_a_close_up_is_nearly_all_skin(data_root: Path) -> None:
    collection, finder = load(data_root), RegionEngine.load()
    clear = [r for r in trainable(collection, ("london",)) if r.severity < 5.0][:6]
    shares = [
        finder.find_skin(photo_pixels(collection, near)).mean() for near in close_ups(collection, clear, 5.0, finder)
    ]
    assert np.median(shares) > 0.7
