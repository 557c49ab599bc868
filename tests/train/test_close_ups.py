"""Close-ups without scars: what they are cut from, how they read, and whose they stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.photos import Collection, load
from scarscore.model.region_engine import RegionEngine
from scarscore.train.close_ups import BOUND, CELL_SOURCES, acne, clear_cheeks, close_ups, low_cells
from scarscore.train.config import Config, load_config
from scarscore.train.samples import Sample, photo_pixels, trainable


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    return load(data_root)


def lies_in_its_photo(near: Sample) -> bool:
    cut, photo = near.rated.cut, near.rated.photo
    assert cut is not None
    return 0 <= cut.x0 < cut.x1 <= photo.width and 0 <= cut.y0 < cut.y1 <= photo.height


def test_only_whole_clear_faces_give_a_cheek_and_it_keeps_their_reading_and_group(collection: Collection) -> None:
    rated = [r for r in trainable(collection, ("acne04", "london")) if r.key.startswith(("c", "r0"))]
    found = list(clear_cheeks(collection, rated, 5.0, RegionEngine.load()))
    origin = {f"{r.key}+": r for r in rated if r.cut is None and r.severity < 5.0}
    assert len(origin) > len(found) / 2 > 1
    for near in found:
        face = origin[near.rated.key]
        assert (near.severity, near.rated.photo.group) == (face.severity, face.photo.group)
        assert lies_in_its_photo(near)


def test_a_cheek_is_nearly_all_skin(collection: Collection) -> None:
    finder = RegionEngine.load()
    clear = [r for r in trainable(collection, ("london",)) if r.severity < 5.0][:6]
    near = clear_cheeks(collection, clear, 5.0, finder)
    assert np.median([finder.find_skin(photo_pixels(collection, each.rated)).mean() for each in near]) > 0.7


def test_cells_that_read_low_become_close_ups_with_the_cells_own_reading(collection: Collection) -> None:
    rated = trainable(collection, ("acne04", "acne_new", "scarnet"))
    cells = {r.key: r.cells for r in rated}
    found = list(low_cells(rated, 12.0))
    assert len(found) > 50
    for near in found:
        key, _, number = near.rated.key.partition("+")
        read = cells[key]
        assert read is not None
        assert near.severity == read[int(number) - 1] < 12.0
        assert near.rated.photo.source in CELL_SOURCES
        assert not near.at_most
        assert lies_in_its_photo(near)


def test_acne_close_ups_show_a_lesion_of_an_unread_face_without_scar_boxes(collection: Collection) -> None:
    found = acne(collection, 100)
    scarred = {box.file for box in collection.boxes if box.cls == "scar"}
    assert len({near.rated.photo.file for near in found}) == 100
    for near in found:
        assert (near.severity, near.at_most, near.rated.photo.rating_id) == (BOUND, True, "")
        assert near.rated.photo.file not in scarred
        assert lies_in_its_photo(near)
        own = [b for b in collection.boxes if b.file == near.rated.photo.file and b.cls in ("acne", "pimple")]
        assert any(shown(near, box.cx, box.cy) for box in own)


def shown(near: Sample, cx: float, cy: float) -> bool:
    cut, photo = near.rated.cut, near.rated.photo
    assert cut is not None
    return cut.x0 <= cx * photo.width <= cut.x1 and cut.y0 <= cy * photo.height <= cut.y1


def test_the_bound_is_what_such_faces_read_where_they_were_read(collection: Collection) -> None:
    boxed = {box.file for box in collection.boxes if box.cls in ("acne", "pimple")}
    scarred = {box.file for box in collection.boxes if box.cls == "scar"}
    faces = [r for r in trainable(collection, ("acne_new",)) if r.photo.file in boxed - scarred]
    assert np.quantile([face.severity for face in faces], 0.95) < BOUND


NONE: Config = replace(load_config("evidence"), close_ups_below=0.0, low_cells_below=0.0, acne_close_ups=0)


@pytest.mark.parametrize(
    ("asked", "marks"),
    [
        (NONE, set()),
        (replace(NONE, close_ups_below=5.0), {"cheek"}),
        (replace(NONE, low_cells_below=12.0), {"cell"}),
        (replace(NONE, acne_close_ups=7), {"acne"}),
        (replace(NONE, acne_close_ups=7, sources=("acne04", "london"), twice=()), set()),
        (replace(NONE, close_ups_below=5.0, low_cells_below=12.0, acne_close_ups=7), {"cheek", "cell", "acne"}),
    ],
    ids=["none", "cheeks", "cells", "acne", "acne without its source", "all"],
)
def test_each_kind_of_close_up_is_cut_when_it_is_asked_for(
    collection: Collection, asked: Config, marks: set[str]
) -> None:
    some = [
        *[r for r in trainable(collection, ("london",)) if r.severity < 5.0][:4],
        *trainable(collection, ("acne04",))[:30],
    ]
    found = close_ups(collection, some, asked, RegionEngine.load())
    assert {_kind(each) for each in found} == marks
    assert sum(each.at_most for each in found) == (7 if "acne" in marks else 0)


def _kind(near: Sample) -> str:
    if near.at_most:
        return "acne"
    return "cheek" if near.rated.key.endswith("+") else "cell"
