"""The plain regression network: a fair baseline, trained by fold, and the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from scarscore.datasets.photos import load
from scarscore.datasets.split import grouped_folds
from scarscore.model.preprocess import everywhere, fit
from scarscore.train.evaluate import plain
from scarscore.train.options import DEFAULT_START
from scarscore.train.run import read_start_weights
from scarscore.train.samples import photo_pixels, trainable


def test_it_ranks_photos_that_it_has_not_seen_and_repeats(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "EPOCHS", 4)
    collection = load(data_root)
    photos = [item for item in trainable(collection, ("scarnet", "acne_new")) if item.cut is None]
    rated = sorted(photos, key=lambda item: item.severity)[::4]
    seen = [photo_pixels(collection, item) for item in rated]
    frames = [fit(pixels, everywhere(pixels)) for pixels in seen]
    start = read_start_weights(DEFAULT_START)
    told, again = (
        plain.plain_network(frames, rated, grouped_folds(rated, 2), start, 0, lambda _: None) for _ in range(2)
    )
    assert np.array_equal(told, again)
    assert spearmanr(told, [item.severity for item in rated]).statistic > 0.5
