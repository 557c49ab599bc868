"""Augmentation: seeded, and the cells move with the skin."""

from __future__ import annotations

import numpy as np

from scarscore.model.preprocess import GREY
from scarscore.train.augment import augmented, pipeline


def halves() -> tuple[np.ndarray, np.ndarray]:
    """A photo that is dark on its left (cell 1) and bright on its right (cell 2), with nothing below."""
    square = np.full((320, 320, 3), GREY, np.uint8)
    cells = np.zeros((320, 320), np.uint8)
    square[:240, :160], square[:240, 160:] = 60, 200
    cells[:240, :160], cells[:240, 160:] = 1, 2
    return square, cells


def test_the_same_seed_gives_the_same_look_and_another_another() -> None:
    square, cells = halves()
    steps = pipeline()
    first, second = augmented(steps, square, cells, "a"), augmented(steps, square, cells, "b")
    again = augmented(pipeline(), square, cells, "a")
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], second[0])


def test_cells_stay_on_their_skin_in_every_look() -> None:
    square, cells = halves()
    steps = pipeline()
    for seed in range(40):
        image, moved = augmented(steps, square, cells, str(seed))
        assert image.shape == (320, 320, 3)
        assert set(np.unique(moved)) <= {0, 1, 2}
        dark, bright = image[moved == 1].mean(), image[moved == 2].mean()
        assert bright > dark + 30
