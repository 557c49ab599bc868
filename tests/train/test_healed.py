"""Photos whose scars were made to fade: what is healed, in which views, and that training tells them less."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from scarscore.datasets.photos import Cut, Rated, load
from scarscore.model.bundle import load_bundle
from scarscore.model.network import SeverityNetwork
from scarscore.model.preprocess import everywhere
from scarscore.train.augment import Variation
from scarscore.train.healed import NONE, Healed, faded, not_less, take_healed
from scarscore.train.loop import Material
from scarscore.train.losses import photo_severity
from scarscore.train.pairs import teach_pairs
from scarscore.train.samples import Picture, Sample, picture, sample, trainable
from scarscore.train.start import begun, start_of
from scarscore.train.views import Read, Views, take_views
from tests.train.tiny import TINY, made_sample, stripes

SCARRED = (40.0,) * 9


def scarred_sample(number: int) -> Sample:
    item = made_sample(number)
    return replace(item, rated=replace(item.rated, cells=SCARRED))


def test_the_relief_goes_where_cells_read_as_scarred_and_nowhere_else() -> None:
    item = replace(made_sample(6), rated=replace(made_sample(6).rated, cells=(60.0, *(0.0,) * 8)))
    shown = stripes(item)
    healed = faded(shown, item)
    change = np.abs(healed.pixels.astype(int) - shown.pixels).mean(axis=2)
    assert change[30:80, 30:80].mean() > 5.0
    assert change[200:, 200:].mean() < 0.5
    assert healed.pixels[30:80, 30:80].std() < shown.pixels[30:80, 30:80].std()
    assert np.array_equal(healed.pixels, faded(shown, item).pixels)
    assert healed.cells is shown.cells


def test_only_whole_photos_with_scarred_cells_are_healed(tmp_path: Path) -> None:
    scarred, clear = scarred_sample(3), made_sample(4)
    low = replace(made_sample(5), rated=replace(made_sample(5).rated, cells=(5.0,) * 9))
    part = replace(scarred, rated=replace(scarred.rated, cut=Cut("c", "3.jpg", "g3", 0, 0, 9, 9)))
    asked: list[list[str]] = []

    def take(chosen: Sequence[Sample], read: Read) -> Views:
        asked.append([item.rated.key for item in chosen])
        assert not np.array_equal(read(chosen[0]).pixels, stripes(chosen[0]).pixels)
        return Views(np.zeros((2, len(chosen), 32, 40, 40), np.float16), np.zeros((2, len(chosen), 40, 40), np.uint8))

    healed = take_healed([clear, low, part, scarred], stripes, take)
    assert healed is not None
    assert asked == [["s3"]]
    assert healed.row_of.tolist() == [NONE, NONE, NONE, 0]
    assert take_healed([clear, low, part], stripes, take) is None
    assert len(asked) == 1


def test_the_term_by_hand() -> None:
    whole = torch.tensor([30.0, 30.0])
    assert float(not_less(whole, whole)) == pytest.approx(math.log(2.0))
    assert float(not_less(whole - 10.0, whole)) == pytest.approx(math.log(1.0 + math.exp(-2.0)))


def test_healed_photos_are_told_less_where_they_count(data_root: Path, tmp_path: Path) -> None:
    """On the shipped network and real scars: one that was not trained tells all looks alike."""
    network = begun(start_of(load_bundle()), folded=True)
    collection = load(data_root)
    items = [sample(item) for item in trainable(collection, ("scarnet",)) if item.cells and min_of(item) > 20.0][:6]

    def read(item: Sample) -> Picture:
        return picture(collection, item.rated, everywhere)

    def taken(chosen: Sequence[Sample], how: Read, name: str) -> Views:
        return take_views(chosen, how, network.stem, 2, 1, "all", Variation(), tmp_path / name, lambda _: None)

    healed = take_healed(items, read, partial(taken, name="healed"))
    assert healed is not None
    material = Material(items, taken(items, read, "views"), healed=healed)
    assert (healed.row_of >= 0).all()
    config, falls = replace(TINY, pair_epochs=4, pair_mix=1.0), {}
    for weight in (0.0, 500.0):
        chosen = replace(config, healed_weight=weight)
        made = teach_pairs(
            copy.deepcopy(network), material, frozenset(), chosen, tmp_path / str(weight), lambda _: None
        )
        falls[weight] = fall(made, material, healed)
    assert falls[500.0] > 1.2 * falls[0.0] > 0.0


def min_of(item: Rated) -> float:
    """The lowest reading of a photo's cells."""
    return min(value for value in item.cells or () if value is not None)


def fall(network: SeverityNetwork, material: Material, healed: Healed) -> float:
    """How much less the healed photos are told, in points."""
    index = np.arange(len(material.samples))
    with torch.inference_mode():
        features, targets = material.batch(np.zeros_like(index), index)
        less = torch.from_numpy(healed.views.features[0].astype(np.float32))
        whole, faded_ones = (photo_severity(network, network.decode(each), targets.cells) for each in (features, less))
    return float((whole - faded_ones).mean())
