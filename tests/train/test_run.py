"""Whose network may see what: parts of a photo stay with its group, whoever read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Cut, Photo, Rated, Reading
from scarscore.datasets.split import grouped_folds
from scarscore.model.region_engine import RegionEngine
from scarscore.train.config import load_config
from scarscore.train.loop import Material
from scarscore.train.run import Run, held_out_of, train_run
from scarscore.train.samples import part_of, sample
from scarscore.train.views import Views

CONFIG = replace(load_config("quick"), folds=2)


def photo(number: int, group: int) -> Photo:
    return Photo(f"{number}.jpg", "scarnet", f"g{group}", "rolling", f"s{number}", 320, 320, "0" * 64)


def rated(number: int) -> Rated:
    reading = Reading(f"s{number}", "A", True, "closeup", number * 5, 0, 2, (), 0, 0, 0, 3)
    return Rated(f"s{number}", photo(number, number // 2), None, (reading,), None)  # two photos a group


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Twelve rated photos of six groups in two folds."""
    items = tuple(rated(number) for number in range(12))
    root = tmp_path_factory.mktemp("run")
    photos = tuple(item.photo for item in items)
    collection = Collection(root, photos, tuple(r for item in items for r in item.readings), (), (), ())
    return Run(collection, RegionEngine.load(), items, grouped_folds(items, 2, 1), CONFIG, root)


def test_a_part_of_a_photo_is_at_home_with_its_group_and_a_stranger_nowhere(run: Run) -> None:
    for item in run.rated:
        assert run.home(item) == run.folds.fold_of[item.key]
    unread = photo(99, 3)  # of a group of which other photos were read
    part = part_of(unread, Cut("99.jpg+", unread.file, unread.group, 0, 0, 9, 9), (), 6.0, at_most=True)
    assert run.home(part.rated) == run.home(run.rated[6]) == run.home(run.rated[7])
    stranger = Rated("x", photo(98, 77), None, (), None)
    assert run.home(stranger) is None


def test_what_a_network_must_not_see_holds_parts_of_unread_photos_of_its_groups(run: Run) -> None:
    parts = [
        part_of(p, Cut(f"{p.file}+", p.file, p.group, 0, 0, 9, 9), (), 6.0, at_most=True)
        for p in (photo(100 + group, group) for group in (*range(6), 77))
    ]
    nothing = Views(np.zeros((1, 0, 1, 1, 1), np.float16), np.zeros((1, 0, 1, 1), np.uint8))
    material = Material([*map(sample, run.rated), *parts], nothing)
    held = [held_out_of(run, material, fold) for fold in (0, 1)]
    assert held[0] | held[1] == {s.rated.key for s in material.samples} - {"177.jpg+"}
    assert not held[0] & held[1]
    for fold, keys in enumerate(held):
        assert {item.key for item in run.seen(fold)}.isdisjoint(keys)
        groups = {s.rated.photo.group for s in material.samples if s.rated.key in keys}
        assert groups.isdisjoint(item.photo.group for item in run.seen(fold))
        assert any(key.endswith("+") for key in keys)
    assert held_out_of(run, material, None) == frozenset()


def test_a_run_has_a_file_for_each_network(run: Run, tmp_path: Path) -> None:
    made = replace(run, folder=tmp_path)
    assert [made.file(fold).name for fold in made.networks] == [
        "severity-fold0.onnx", "severity-fold1.onnx", "severity.onnx",
    ]  # fmt: skip


def united(run: Run, number: int, group: str) -> Run:
    """The same run after it was found that a photo belongs to another group."""

    def moved(item: Photo) -> Photo:
        return replace(item, group=group) if item.file == f"{number}.jpg" else item

    items = tuple(replace(item, photo=moved(item.photo)) for item in run.rated)
    collection = replace(run.collection, photos=tuple(map(moved, run.collection.photos)))
    return replace(run, collection=collection, rated=items, folds=grouped_folds(items, 2, 1))


def test_a_folder_is_not_gone_on_from_with_other_groups_or_start_weights(run: Run, tmp_path: Path) -> None:
    unread = replace(run.collection, photos=(*run.collection.photos, photo(99, 9)))
    made, start = replace(run, collection=unread, folder=tmp_path), {"a": torch.zeros(2), "b": torch.ones(2)}
    for _ in range(2):
        assert not train_run(made, (), start, print)
    for other in (united(made, 3, "g4"), united(made, 99, "g4")):
        with pytest.raises(DataError, match="choose another --out"):
            train_run(other, (), start, print)
    for weights in (start | {"b": torch.zeros(2)}, {"a": start["a"], "c": start["b"]}):
        with pytest.raises(DataError, match="choose another --out"):
            train_run(made, (), weights, print)
    assert not train_run(made, (), start, print)
