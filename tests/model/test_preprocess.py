"""From pixels to the network's input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarscore.model.preprocess import (
    BLACK,
    GREY,
    INPUT_SIDE,
    STRIDE,
    WHITE,
    Floats,
    Frame,
    Pixels,
    about_skin,
    everywhere,
    fit,
    legible,
    normalise,
    over_photo,
)


def all_of(pixels: Pixels) -> Frame:
    return fit(pixels, everywhere(pixels))


def patch(height: int, width: int, top: int, left: int, tall: int, wide: int) -> Floats:
    """Skin in one rectangle of a photo."""
    skin = np.zeros((height, width), np.float32)
    skin[top : top + tall, left : left + wide] = 1.0
    return skin


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700))
def test_every_size_fits_with_its_long_side_filled_and_grey_beside(height: int, width: int) -> None:
    frame = all_of(np.full((height, width, 3), 200, np.uint8))
    assert frame.square.shape == (INPUT_SIDE, INPUT_SIDE, 3)
    assert max(frame.rows, frame.columns) == INPUT_SIDE // STRIDE
    covered = frame.square[: frame.rows * STRIDE, : frame.columns * STRIDE]
    assert (covered == 200).all()
    assert (frame.square[frame.rows * STRIDE :] == GREY).all()
    assert (frame.square[:, frame.columns * STRIDE :] == GREY).all()


def test_the_photo_is_stretched_by_less_than_one_map_position() -> None:
    for height, width in ((1024, 683), (300, 299), (160, 1024), (777, 1023)):
        frame = all_of(np.zeros((height, width, 3), np.uint8))
        short = min(height, width) * INPUT_SIDE / max(height, width)
        assert abs(min(frame.rows, frame.columns) * STRIDE - short) <= STRIDE / 2


def test_shrinking_averages_so_that_fine_noise_does_not_alias() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1280, 1280, 3), dtype=np.uint8)
    assert all_of(noise).square.std() < 0.4 * noise.std()


def test_normalised_values_are_those_of_the_start_weights() -> None:
    squares = np.zeros((1, INPUT_SIDE, INPUT_SIDE, 3), np.uint8)
    squares[0, 0, 0] = (0, 255, 51)
    told = normalise(squares)
    assert told.shape == (1, 3, INPUT_SIDE, INPUT_SIDE)
    assert told.dtype == np.float32
    assert told[0, :, 0, 0] == pytest.approx([-1.0, 1.0, 51 / 127.5 - 1])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_window_holds_the_skin_and_little_else(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(100, 600)), data.draw(st.integers(100, 600))
    tall, wide = data.draw(st.integers(40, height)), data.draw(st.integers(40, width))
    top, left = data.draw(st.integers(0, height - tall)), data.draw(st.integers(0, width - wide))
    window = about_skin(patch(height, width, top, left, tall, wide))
    assert abs(window.top - max(0, top)) <= max(0.10 * tall, (0.25 * height - tall) / 2) + 2
    assert window.top <= top + 0.01 * tall
    assert window.top + window.height >= top + 0.99 * tall
    assert window.left <= left + 0.01 * wide
    assert window.left + window.width >= left + 0.99 * wide
    assert window.height <= max(1.20 * tall, 0.25 * height) + 3
    assert window.photo == (height, width)


def test_a_stray_patch_neither_moves_nor_widens_the_window() -> None:
    skin = patch(600, 600, 200, 200, 200, 200)
    alone = about_skin(skin)
    skin[0:8, 590:598] = 1.0
    strayed = about_skin(skin)
    for name in ("top", "left", "height", "width"):
        assert abs(getattr(alone, name) - getattr(strayed, name)) <= 4


def test_a_photo_without_skin_is_shown_whole_and_grey_and_nothing_of_it_is_judged() -> None:
    frame = fit(np.full((300, 200, 3), 90, np.uint8), np.zeros((300, 200), np.float32))
    assert (frame.square == GREY).all()
    assert (frame.judged == 0).all()
    assert (frame.window.height, frame.window.width) == (300, 200)


def test_the_background_is_not_seen_whatever_it_is() -> None:
    skin = patch(400, 500, 50, 60, 300, 200)
    chance = np.random.default_rng(2)
    first, second = (chance.integers(0, 256, (400, 500, 3), dtype=np.uint8) for _ in range(2))
    second[50:350, 60:260] = first[50:350, 60:260]
    assert np.array_equal(fit(first, skin).square, fit(second, skin).square)


def test_a_face_far_away_is_shown_as_large_as_one_that_fills_the_photo() -> None:
    chance = np.random.default_rng(3)
    face = chance.integers(0, 256, (300, 240, 3), dtype=np.uint8)
    far = np.zeros((900, 900, 3), np.uint8)
    far[200:500, 300:540] = face
    near, shown = fit(face, everywhere(face)), fit(far, patch(900, 900, 200, 300, 300, 240))
    assert abs(near.rows - shown.rows) <= 1
    assert abs(near.columns - shown.columns) <= 2


def test_burnt_out_and_black_skin_is_not_judged() -> None:
    pixels = np.full((320, 320, 3), 140, np.uint8)
    pixels[:80], pixels[80:160] = WHITE, BLACK
    assert legible(pixels).mean() == pytest.approx(0.5)
    assert all_of(pixels).judged[:20].max() == 0
    assert all_of(pixels).judged[20:].min() == 1


def test_a_map_of_a_window_lies_at_its_place_in_the_photo() -> None:
    skin = patch(800, 600, 400, 100, 300, 300)
    frame = fit(np.full((800, 600, 3), 140, np.uint8), skin)
    told = over_photo(np.ones((frame.rows, frame.columns), np.float32), frame.window)
    down, across = np.nonzero(~np.isnan(told))
    assert told.shape[0] / told.shape[1] == pytest.approx(800 / 600, rel=0.03)
    scale = 800 / told.shape[0]
    assert down.min() * scale == pytest.approx(frame.window.top, abs=scale)
    assert (down.max() + 1) * scale == pytest.approx(frame.window.top + frame.window.height, abs=scale)
    assert across.min() * scale == pytest.approx(frame.window.left, abs=scale)
