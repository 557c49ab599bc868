"""How well the scarred share that the network proposes agrees with readings of cells, with SCARSCORE_BENCH=1.

    SCARSCORE_BENCH=1 python -m pytest -s -n 0 tests/serve/course/test_area_figures.py

Every photo whose cells were read, seen by the network of the fold that has not seen it. A cell counts as scarred from a
reading of 20, between "a few shallow scars, easily overlooked" (15) and "several clear but shallow scars" (30).
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from scarscore.datasets.photos import Rated, load
from scarscore.model.bundle import load_bundle
from scarscore.model.pixels import rgb_pixels
from scarscore.serve.course.proposals import Seen, scarred_share
from scarscore.serve.scoring.result import View
from scarscore.train.evaluate.evaluation import trainable
from scarscore.train.evaluate.panel import Panel, open_panel

pytestmark = pytest.mark.skipif(
    os.environ.get("SCARSCORE_BENCH") != "1", reason="the whole measurement is made with SCARSCORE_BENCH=1"
)
READ = 20.0  # of a cell


@pytest.fixture(scope="module")
def shares(data_root: Path) -> np.ndarray:
    """Share of scarred cells as read, and as proposed: (photos, 2)."""
    rated = trainable(load(data_root), load_bundle().metadata.sources)
    panel = open_panel(rated)
    read = [item for item in rated if item.cells is not None and item.cut is None]
    told = np.array([(_read(item), _proposed(item, panel, data_root)) for item in read])
    off = told[:, 1] - told[:, 0]
    rho = stats.spearmanr(*told.T).statistic
    print(f"\n{len(told)} photos: rho {rho:.2f}, off by {np.abs(off).mean():.2f}, on average {off.mean():+.2f}")
    return told


def _read(item: Rated) -> float:
    assert item.cells is not None
    return float(np.mean([cell >= READ for cell in item.cells if cell is not None]))


def _proposed(item: Rated, panel: Panel, root: Path) -> float:
    pixels = rgb_pixels(Image.open(root / item.photo.file))
    engine = panel.engine(item.photo)
    maps = engine.look(panel.finder.frame(pixels))
    curve = engine.bundle.metadata.calibration.severity
    local = np.where(maps.judged >= 0.5, np.interp(maps.severity, curve.x, curve.y), np.nan).astype(np.float32)
    share = scarred_share([(Seen(View.CLOSEUP, local, np.zeros(local.shape, np.uint8)), np.ones(local.shape, bool))])
    return share or 0.0


def test_the_proposed_share_orders_photos_as_the_readers_do(shares: np.ndarray) -> None:
    assert len(shares) > 100
    assert stats.spearmanr(*shares.T).statistic >= 0.8


def test_the_proposed_share_is_off_by_a_sixth_at_most_on_average(shares: np.ndarray) -> None:
    off = shares[:, 1] - shares[:, 0]
    assert float(np.abs(off).mean()) <= 1 / 6
    assert abs(float(off.mean())) <= 0.1
