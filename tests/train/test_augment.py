"""Augmentation: seeded, the cells move with the skin, and no background is shown."""

from __future__ import annotations

import albumentations as alb
import numpy as np

from scarscore.model.preprocess import GREY, STRIDE, fit
from scarscore.train.augment import Variation, augmented, pipeline, plain
from scarscore.train.samples import Picture


def halves() -> Picture:
    """Skin that is dark on its left (cell 1) and bright on its right (cell 2), with a red wall below."""
    pixels = np.full((600, 640, 3), (250, 0, 0), np.uint8)
    skin, cells = np.zeros((600, 640), np.float32), np.zeros((600, 640), np.uint8)
    pixels[:480, :320], pixels[:480, 320:], skin[:480] = 60, 200, 1.0
    cells[:480, :320], cells[:480, 320:] = 1, 2
    return Picture(pixels, skin, cells)


def test_the_same_seed_gives_the_same_look_and_another_another() -> None:
    first, again, second = (augmented(pipeline(Variation()), plain(halves()), seed) for seed in ("a", "a", "b"))
    assert np.array_equal(first.square, again.square)
    assert np.array_equal(first.cells, again.cells)
    assert not np.array_equal(first.square, second.square)


def test_cells_stay_on_their_skin_in_every_look_and_no_background_is_shown() -> None:
    steps = pipeline(Variation())
    for seed in range(40):
        look = augmented(steps, plain(halves()), str(seed))
        assert look.square.shape == (320, 320, 3)
        assert set(np.unique(look.cells)) <= {0, 1, 2}
        dark, bright = look.square[look.cells == 1].mean(), look.square[look.cells == 2].mean()
        assert bright > dark + 30
        red, green, _ = np.moveaxis(look.square.astype(int), 2, 0)
        assert (red - green > 120).mean() < 0.02


def test_painted_marks_colour_the_skin_as_often_as_asked_and_leave_its_cells_and_the_background() -> None:
    still = alb.Compose([])
    look = plain(halves())
    seen = [augmented(still, look, str(seed), marks=0.5) for seed in range(40)]
    painted = [not np.array_equal(each.square, look.square) for each in seen]
    assert 10 < sum(painted) < 30
    for each in seen:
        assert np.array_equal(each.cells, look.cells)
        beside = look.cells == 0
        assert np.array_equal(each.square[beside], look.square[beside])


def test_the_plain_look_is_the_skin_of_the_photo_and_grey_beside_it() -> None:
    look = plain(halves())
    frame = fit(halves().pixels, halves().skin)
    assert np.array_equal(look.square, frame.square)
    height, width = frame.rows * STRIDE, frame.columns * STRIDE
    assert (look.square[20:200, 20 : width // 2 - 20] == 60).all()
    assert (look.cells[20:200, 20 : width // 2 - 20] == 1).all()
    assert (look.square[height:] == GREY).all()
    assert (look.cells[height:] == 0).all()
