"""What the network is taught from, on the real photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.errors import UseForbidden
from scarscore.datasets.photos import Collection, Cut, load
from scarscore.model.preprocess import everywhere
from scarscore.model.region_engine import RegionEngine
from scarscore.train.augment import plain
from scarscore.train.samples import (
    SCAR_BOX,
    SCARRED,
    fingerprint,
    frame,
    photo_pixels,
    picture,
    sample,
    scar_boxes,
    trainable,
)


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    return load(data_root)


def test_training_on_a_card_that_forbids_it_is_refused_by_name(collection: Collection) -> None:
    with pytest.raises(UseForbidden, match="habibsatya"):
        trainable(collection, ("scarnet", "habibsatya"))


def test_only_usable_rated_photos_of_the_named_sources_are_taught(collection: Collection) -> None:
    rated = trainable(collection, ("scarnet", "london"))
    assert {r.photo.source for r in rated} == {"scarnet", "london"}
    assert all(r.usable for r in rated)
    assert len(rated) > 100


def test_the_square_taught_is_the_square_served(collection: Collection) -> None:
    finder = RegionEngine.load()
    for rated in trainable(collection, ("scarnet",))[:3]:
        taught = plain(picture(collection, rated, finder.find_skin))
        assert np.array_equal(taught.square, frame(collection, rated, finder).square)


def test_cells_divide_the_photo_into_nine_and_leave_out_what_is_no_skin(collection: Collection) -> None:
    rated = next(r for r in trainable(collection, ("acne_new",)) if r.cells)
    cells = picture(collection, rated, everywhere).cells % SCAR_BOX
    counts = np.bincount(cells.ravel(), minlength=10)[1:]
    assert counts.min() > 0.9 * counts.max()
    assert (cells[0, 0], cells[0, -1], cells[-1, 0], cells[-1, -1]) == (1, 3, 7, 9)
    none = picture(collection, rated, lambda pixels: 0 * everywhere(pixels))
    assert (none.cells == 0).all()


def test_the_boxes_of_scars_are_marked_on_a_photo_and_on_no_part_of_it(collection: Collection) -> None:
    boxed = {box.file for box in collection.boxes if box.cls == SCARRED}
    rated = next(r for r in trainable(collection, ("acne_new",)) if r.photo.file in boxed)
    box = next(box for box in collection.boxes if box.file == rated.photo.file and box.cls == SCARRED)
    marked = picture(collection, rated, everywhere).cells >= SCAR_BOX
    height, width = marked.shape
    assert marked[int(box.cy * height), int(box.cx * width)]
    assert 0.0 < marked.mean() < 0.2
    looked = plain(picture(collection, rated, everywhere)).cells[4::8, 4::8]
    assert (looked >= SCAR_BOX).any(), "a box is too small to be seen on the map"
    cut = Cut("x+", rated.photo.file, rated.photo.group, 0, 0, width, height)
    assert not scar_boxes(collection, replace(rated, cut=cut), marked.shape).any()


def test_a_cell_that_nobody_could_judge_teaches_no_severity(collection: Collection) -> None:
    rated = trainable(collection, ("scarnet", "acne04"))
    read = next(r for r in rated if r.cells and None in r.cells)
    assert read.cells is not None
    assert np.isnan(sample(read).cell_severity).tolist() == [value is None for value in read.cells]
    assert np.isnan(sample(next(r for r in rated if r.cells is None)).cell_severity).all()


def test_a_cut_shows_its_own_part_of_the_photo(collection: Collection) -> None:
    cut = next(r for r in trainable(collection, ("acne04",)) if r.cut)
    assert cut.cut is not None
    part, whole = photo_pixels(collection, cut), cut.photo
    shape = (cut.cut.y1 - cut.cut.y0) / (cut.cut.x1 - cut.cut.x0)
    assert part.shape[0] / part.shape[1] == pytest.approx(shape, rel=0.03)
    assert part.shape[0] < whole.height


def test_the_fingerprint_sees_a_changed_reading_and_not_the_order(collection: Collection) -> None:
    rated = trainable(collection, ("scarnet",))
    assert fingerprint(rated) == fingerprint(rated[::-1])
    assert fingerprint(rated) != fingerprint(rated[1:])
