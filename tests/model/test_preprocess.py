"""From pixels to the network's input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scarscore.model.preprocess import GREY, INPUT_SIDE, STRIDE, fit, normalise


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700))
def test_every_size_fits_with_its_long_side_filled_and_grey_beside(height: int, width: int) -> None:
    frame = fit(np.full((height, width, 3), 200, np.uint8))
    assert frame.square.shape == (INPUT_SIDE, INPUT_SIDE, 3)
    assert max(frame.rows, frame.columns) == INPUT_SIDE // STRIDE
    covered = frame.square[: frame.rows * STRIDE, : frame.columns * STRIDE]
    assert (covered == 200).all()
    assert (frame.square[frame.rows * STRIDE :] == GREY).all()
    assert (frame.square[:, frame.columns * STRIDE :] == GREY).all()


def test_the_photo_is_stretched_by_less_than_one_map_position() -> None:
    for height, width in ((1024, 683), (300, 299), (160, 1024), (777, 1023)):
        frame = fit(np.zeros((height, width, 3), np.uint8))
        short = min(height, width) * INPUT_SIDE / max(height, width)
        assert abs(min(frame.rows, frame.columns) * STRIDE - short) <= STRIDE / 2


def test_shrinking_averages_so_that_fine_noise_does_not_alias() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1280, 1280, 3), dtype=np.uint8)
    assert fit(noise).square.std() < 0.4 * noise.std()


def test_normalised_values_are_those_of_the_start_weights() -> None:
    squares = np.zeros((1, INPUT_SIDE, INPUT_SIDE, 3), np.uint8)
    squares[0, 0, 0] = (0, 255, 51)
    told = normalise(squares)
    assert told.shape == (1, 3, INPUT_SIDE, INPUT_SIDE)
    assert told.dtype == np.float32
    assert told[0, :, 0, 0] == pytest.approx([-1.0, 1.0, 51 / 127.5 - 1])
