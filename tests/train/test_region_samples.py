"""What may be trained on, what is held out, and what nine cells say of single pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.photos import Collection, Photo, load
from scarscore.model.regions import Pose, Region
from scarscore.train.regions.labels import SOURCES, Entry
from scarscore.train.regions.samples import ANY_SKIN, SHORT, UNKNOWN, held_out, trained_on, unseen, weak_label

SKIN, BLUE = (205, 160, 138), (30, 60, 200)


def two_thirds_skin() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = np.full((90, 90, 3), SKIN, np.uint8) + np.random.default_rng(0).integers(-4, 5, (90, 90, 3))
    pixels[:, 60:] = BLUE
    return np.asarray(pixels, np.uint8)


def test_judged_cells_are_skin_where_the_colour_agrees_and_cells_left_out_are_not() -> None:
    label = weak_label(two_thirds_skin(), (True, True, False) * 3)
    assert (label[:, 5:55] == ANY_SKIN).mean() > 0.98
    assert (label[:, 65:] == Region.NOT_SKIN).mean() > 0.9


def test_where_readers_differ_nothing_is_taught() -> None:
    label = weak_label(two_thirds_skin(), (None,) * 9)
    assert (label == UNKNOWN).all()


def test_a_deep_pit_stays_skin() -> None:
    pixels = two_thirds_skin()
    pixels[40:43, 20:23] = (60, 35, 30)
    assert (weak_label(pixels, (True, True, False) * 3)[40:43, 20:23] == ANY_SKIN).all()


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    return load(data_root)


def made_entries(photos: tuple[Photo, ...]) -> dict[str, Entry]:
    pose = Pose(1, "front", 1.0, 0.0, 0.0, 100.0)
    return {p.file: Entry(p.file, p.sha256, pose, "") for p in photos if p.source in SOURCES}


def test_no_group_lies_on_both_sides_and_about_a_fifth_is_held_out(collection: Collection) -> None:
    entries = made_entries(collection.photos)
    seen = trained_on(collection, entries)
    faces = tuple(p for p in collection.photos if p.source in SOURCES)
    rest = unseen(collection, faces, [p.sha256[:SHORT] for p in seen])
    assert {p.group for p in seen}.isdisjoint(p.group for p in rest)
    assert len(faces) == len(rest) + sum(p.source in SOURCES for p in seen)
    for source in SOURCES:
        groups = {p.group for p in faces if p.source == source}
        assert 0.08 < sum(map(held_out, groups)) / len(groups) < 0.35, source


def test_the_set_without_a_permission_to_train_is_never_trained_on(collection: Collection) -> None:
    assert {p.source for p in trained_on(collection, made_entries(collection.photos))} == {*SOURCES, "scarnet"}
