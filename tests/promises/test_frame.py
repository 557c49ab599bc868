"""The same skin is told alike from further off: how wide the frame about it is does not score.

The pixels of a photo are laid into the middle of a wider grey one, so that nothing but the frame changes. Every later
network and layout must pass this.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scarscore.datasets.photos import load
from scarscore.model.bundle import load_bundle
from scarscore.train.bench.measure import SCARRED
from scarscore.train.bench.subjects import bench_size, spread_out
from scarscore.train.evaluate.panel import open_panel
from scarscore.train.evaluate.sizes import framed
from scarscore.train.samples import photo_pixels, trainable

PHOTOS = 20
WIDER = (1.25, 1.5)
SHIFT = 1.5  # points on average: where the frame was shown, too, half as wide again was told 5 points less
MOVE = 3.5  # points on average: little more than a shot's SEM; it was 6


def test_a_wider_frame_about_the_same_skin_moves_the_severity_little(data_root: Path) -> None:
    collection = load(data_root)
    rated = trainable(collection, load_bundle().metadata.sources)
    panel = open_panel(rated)
    moves = []
    for item in spread_out([each for each in rated if each.cut is None and each.severity >= SCARRED], PHOTOS):
        pixels, engine = bench_size(photo_pixels(collection, item)), panel.engine(item.photo)
        shown = (pixels, *(framed(factor, pixels, np.empty(0)) for factor in WIDER))
        before, *after = (panel.severity(engine, each) for each in shown)
        moves.append(np.array(after) - before)
    assert len(moves) == PHOTOS
    assert (np.abs(np.mean(moves, axis=0)) <= SHIFT).all()
    assert (np.abs(moves).mean(axis=0) <= MOVE).all()
