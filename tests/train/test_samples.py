"""What the network is taught from, on the real photos."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.errors import UseForbidden
from scarscore.datasets.photos import Collection, load
from scarscore.model.preprocess import STRIDE, fit
from scarscore.train.samples import fingerprint, photo_pixels, sample, trainable


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
    for rated in trainable(collection, ("scarnet",))[:3]:
        assert np.array_equal(sample(collection, rated).square, fit(photo_pixels(collection, rated)).square)


def test_cells_divide_the_photo_into_nine_and_leave_the_filling_out(collection: Collection) -> None:
    rated = next(r for r in trainable(collection, ("acne04",)) if r.cells)
    made = sample(collection, rated)
    frame = fit(photo_pixels(collection, rated))
    height, width = frame.rows * STRIDE, frame.columns * STRIDE
    assert (made.cells[height:] == 0).all()
    assert (made.cells[:, width:] == 0).all()
    inside = made.cells[:height, :width]
    counts = np.bincount(inside.ravel(), minlength=10)[1:]
    assert counts.min() > 0.9 * counts.max()
    assert (inside[0, 0], inside[0, -1], inside[-1, 0], inside[-1, -1]) == (1, 3, 7, 9)


def test_a_cell_without_skin_is_taught_as_such_and_an_unread_one_not_at_all(collection: Collection) -> None:
    rated = trainable(collection, ("scarnet", "acne04"))
    read = next(r for r in rated if r.cells and None in r.cells)
    unread = next(r for r in rated if r.cells is None)
    made = sample(collection, read)
    assert np.array_equal(made.cell_skin == 0, np.isnan(made.cell_severity))
    assert np.isnan(sample(collection, unread).cell_skin).all()


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
