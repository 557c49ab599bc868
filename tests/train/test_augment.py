"""Augmentation: seeded, the cells move with the skin, and no background is shown."""

from __future__ import annotations

from dataclasses import replace

import albumentations as alb
import numpy as np
import pytest

from scarscore.model.preprocess import GREY, STRIDE, fit
from scarscore.train.augment import Variation, augmented, pipeline, plain, toned
from scarscore.train.bench.light import to_linear
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
    seen = [augmented(still, look, str(seed), Variation(marks=0.5)) for seed in range(40)]
    painted = [not np.array_equal(each.square, look.square) for each in seen]
    assert 10 < sum(painted) < 30
    for each in seen:
        assert np.array_equal(each.cells, look.cells)
        beside = look.cells == 0
        assert np.array_equal(each.square[beside], look.square[beside])


def test_skin_of_another_tone_keeps_its_relief_and_its_background() -> None:
    look = plain(halves())
    skin = (look.cells > 0).astype(np.float32)
    darker, lighter = (toned(look.square, skin, melanin, 0.0) for melanin in (0.6, -0.2))
    for cell in (1, 2):
        before, dark, light = (each[look.cells == cell].mean(axis=0) for each in (look.square, darker, lighter))
        assert (dark < before).all()
        assert (light > before).all()
        assert dark[0] / before[0] > dark[2] / before[2]  # melanin takes blue away more than red
    # Light is multiplied: what was half as bright as its neighbour still is.
    halves_before, halves_after = (
        np.array([to_linear(each)[look.cells == cell].mean() for cell in (1, 2)]) for each in (look.square, darker)
    )
    assert halves_after[0] / halves_after[1] == pytest.approx(halves_before[0] / halves_before[1], rel=0.05)
    assert np.array_equal(darker[look.cells == 0], look.square[look.cells == 0])


def test_tones_and_greys_come_as_often_as_asked() -> None:
    look, seeds = plain(halves()), [str(seed) for seed in range(40)]
    still = alb.Compose([])
    toned_looks = [augmented(still, look, seed, Variation(tones=0.5)) for seed in seeds]
    assert 10 < sum(not np.array_equal(each.square, look.square) for each in toned_looks) < 30
    grey = Variation(greys=0.5)
    red = replace(look, square=(look.square * np.array([1.0, 0.8, 0.6])).astype(np.uint8))
    seen = [augmented(pipeline(grey), red, seed, grey).square for seed in seeds]
    skin = [each[100:140, 100:140].reshape(-1, 3).astype(int) for each in seen]
    colourless = [abs(part[:, 0].mean() - part[:, 2].mean()) < 6 for part in skin]
    assert 8 < sum(colourless) < 32


def test_close_ups_are_turned_as_often_as_asked_with_their_cells_and_faces_never() -> None:
    still, turned, seeds = alb.Compose([]), Variation(turns=0.75), [str(seed) for seed in range(60)]
    face, close_up = plain(halves()), plain(replace(halves(), upright=False))
    for seed in seeds:
        assert np.array_equal(augmented(still, face, seed, turned).square, face.square)
        assert np.array_equal(augmented(still, close_up, seed, Variation()).square, close_up.square)
    seen = [augmented(still, close_up, seed, turned) for seed in seeds]
    ways = [[np.array_equal(np.rot90(close_up.square, k), each.square) for k in range(4)].index(True) for each in seen]
    assert min(np.bincount(ways, minlength=4)) >= 6
    for way, each in zip(ways, seen, strict=True):
        assert np.array_equal(each.cells, np.rot90(close_up.cells, way))


def test_the_plain_look_is_the_skin_of_the_photo_and_grey_beside_it() -> None:
    look = plain(halves())
    frame = fit(halves().pixels, halves().skin)
    assert np.array_equal(look.square, frame.square)
    height, width = frame.rows * STRIDE, frame.columns * STRIDE
    assert (look.square[20:200, 20 : width // 2 - 20] == 60).all()
    assert (look.cells[20:200, 20 : width // 2 - 20] == 1).all()
    assert (look.square[height:] == GREY).all()
    assert (look.cells[height:] == 0).all()
