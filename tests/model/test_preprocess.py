"""From pixels to the network's input."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarscore.model.preprocess import (
    BESIDE,
    BLACK,
    GREY,
    INPUT_SIDE,
    NEAR_SIDE,
    STRIDE,
    SURE,
    WHITE,
    WHOLE,
    WIDEST,
    Floats,
    Frame,
    Nearer,
    Pixels,
    everywhere,
    fit,
    legible,
    normalise,
    only_skin,
)
from tests.make import patch


def all_of(pixels: Pixels) -> Frame:
    return fit(pixels, everywhere(pixels))


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


def test_a_photo_without_skin_is_shown_whole_and_grey_and_nothing_of_it_is_judged() -> None:
    frame = fit(np.full((300, 200, 3), 90, np.uint8), np.zeros((300, 200), np.float32))
    assert (frame.square == GREY).all()
    assert (frame.judged == 0).all()


def test_the_background_is_not_seen_whatever_it_is() -> None:
    skin = patch(400, 500, 50, 60, 300, 200)
    chance = np.random.default_rng(2)
    first, second = (chance.integers(0, 256, (400, 500, 3), dtype=np.uint8) for _ in range(2))
    second[50:350, 60:260] = first[50:350, 60:260]
    assert np.array_equal(fit(first, skin).square, fit(second, skin).square)


def seen_of(skin: Floats) -> tuple[Frame, Floats]:
    """A photo that is as bright as its skin is sure, and where its square shows skin: (h, w), 0 to 1."""
    frame = fit(np.full((*skin.shape, 3), 227, np.uint8), skin)
    return frame, (frame.square[..., 0].astype(np.float32) - GREY) / 100


@given(
    sides=st.tuples(st.integers(300, 1500), st.integers(300, 1500)),
    at=st.tuples(*[st.floats(0.0, 0.6)] * 2),
    size=st.tuples(*[st.floats(0.35, 0.4)] * 2),
)
@settings(max_examples=60, deadline=None)
def test_the_skin_fills_the_square_wherever_it_lies_in_however_wide_a_frame(
    sides: tuple[int, int], at: tuple[float, float], size: tuple[float, float]
) -> None:
    height, width = sides
    skin = patch(height, width, *(int(part * side) for part, side in zip((*at, *size), (*sides, *sides), strict=True)))
    frame, seen = seen_of(skin)
    down, across = (np.flatnonzero((seen > SURE).any(axis=axis)) for axis in (1, 0))
    long = max(down[-1] - down[0], across[-1] - across[0]) + 1
    assert INPUT_SIDE / (1 + 2 * BESIDE) - 2 * STRIDE < long <= INPUT_SIDE
    # All of it is there, in its own shape, and what is judged of the whole photo is where the skin is.
    drawn = cv2.resize(skin, (frame.columns * STRIDE, frame.rows * STRIDE), interpolation=cv2.INTER_AREA)
    assert seen.sum() == pytest.approx(drawn.sum(), rel=0.05)
    assert frame.judged.shape == (frame.rows, frame.columns)
    positions = cv2.resize(skin, (frame.columns, frame.rows), interpolation=cv2.INTER_AREA)
    assert np.abs(frame.judged - positions)[positions > 0].mean() < 0.05
    assert max(frame.part[0].stop - frame.part[0].start, frame.part[1].stop - frame.part[1].start) <= 40
    assert frame.picture.shape[:2] == tuple(STRIDE * (part.stop - part.start) for part in frame.part)


def test_a_photo_with_skin_from_side_to_side_keeps_its_scale() -> None:
    for skin in (patch(400, 300, 0, 0, 400, 300), patch(400, 300, 12, 40, 376, 200), patch(300, 400, 140, 10, 20, 380)):
        frame, _ = seen_of(skin)
        assert max(frame.rows, frame.columns) == INPUT_SIDE // STRIDE
        assert min(frame.top, frame.left) == 0
        assert np.shares_memory(frame.picture, frame.square)


def test_a_speck_of_skin_is_not_enlarged_without_limit() -> None:
    frame, seen = seen_of(patch(900, 900, 400, 500, 30, 30))
    assert max(frame.rows, frame.columns) == WIDEST * INPUT_SIDE / STRIDE
    assert np.flatnonzero((seen > SURE).any(axis=0)).size == pytest.approx(32, abs=2)
    assert frame.judged.sum() == pytest.approx(16, rel=0.05)


def test_a_shadow_of_skin_that_is_not_sure_widens_nothing() -> None:
    skin = patch(600, 600, 200, 200, 200, 200)
    sure = fit(np.full((600, 600, 3), 90, np.uint8), skin)
    skin[0, 0] = 0.4 * SURE
    assert fit(np.full((600, 600, 3), 90, np.uint8), skin).rows == sure.rows
    skin[0, 0] = 1.0
    assert fit(np.full((600, 600, 3), 90, np.uint8), skin).rows < sure.rows


@given(
    sides=st.tuples(st.integers(300, 1500), st.integers(300, 1500)),
    at=st.tuples(*[st.floats(0.0, 0.7)] * 2),
    size=st.tuples(*[st.floats(0.2, 0.6)] * 2),
)
@settings(max_examples=40, deadline=None)
def test_a_face_is_shown_a_second_time_nearer_and_cut_to_its_skin(
    sides: tuple[int, int], at: tuple[float, float], size: tuple[float, float]
) -> None:
    height, width = sides
    box = (int(at[0] * height), int(at[1] * width), int(size[0] * height), int(size[1] * width))
    skin, pixels = patch(height, width, *box), np.full((height, width, 3), 90, np.uint8)
    assert fit(pixels, skin).nearer is None
    frame = fit(pixels, skin, face=True)
    near, far = frame.nearer, max(frame.rows, frame.columns) * STRIDE
    side = int(min(NEAR_SIDE * far / INPUT_SIDE, max(sides)))
    if near is None:
        assert side < far + STRIDE * WHOLE
        return
    assert far - STRIDE < max(near.rows, near.columns) * STRIDE <= side + STRIDE
    assert all(part % 32 == 0 for part in (*near.picture.shape[:2], near.top * STRIDE, near.left * STRIDE))
    wide = np.full((2000, 2000), GREY, np.uint8)
    tall, across = near.picture.shape[:2]
    top, left = near.top * STRIDE, near.left * STRIDE
    wide[top : top + tall, left : left + across] = near.picture[..., 0]
    seen = only_skin(cv2.resize(pixels, (near.columns * STRIDE, near.rows * STRIDE)), wide_of(skin, near))[..., 0]
    shown = wide[: seen.shape[0], : seen.shape[1]]
    assert np.abs(shown.astype(int) - seen).max() <= 2  # all of the skin is there, where it was


def wide_of(skin: Floats, near: Nearer) -> Floats:
    size, shrinks = (near.columns * STRIDE, near.rows * STRIDE), max(skin.shape) > near.rows * STRIDE
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(skin, size, interpolation=how), np.float32)


def test_a_face_without_skin_is_not_looked_at_again() -> None:
    assert fit(np.full((900, 700, 3), 90, np.uint8), np.zeros((900, 700), np.float32), face=True).nearer is None


def test_burnt_out_and_black_skin_is_not_judged() -> None:
    pixels = np.full((320, 320, 3), 140, np.uint8)
    pixels[:80], pixels[80:160] = WHITE, BLACK
    assert legible(pixels).mean() == pytest.approx(0.5)
    assert all_of(pixels).judged[:20].max() == 0
    assert all_of(pixels).judged[20:].min() == 1
