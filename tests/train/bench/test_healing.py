"""Healing takes relief away step by step and nothing else; paint changes colour and leaves relief."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from scarscore.model.preprocess import Floats, Pixels
from scarscore.train.bench import held_back
from scarscore.train.bench.healing import COLOURS, HEALING, STEPS, luminance, scarred_cells, spots
from scarscore.train.bench.perturb import random_of

METHODS = {**HEALING, **held_back.HEALING}
SIDE = 240


def pitted() -> Pixels:
    """Even skin with pits of 9 px, fine grain, and a cheek's slow shading."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    shade = 1.0 - 0.3 * (x / SIDE)
    for _ in range(50):
        cy, cx = random.integers(10, SIDE - 10, 2)
        shade = shade * (1.0 - 0.45 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 4.5**2)))
    grain = 1.0 + random.normal(0, 0.01, (SIDE, SIDE))
    return np.clip(np.array([200, 150, 125]) * (shade * grain)[..., None], 0, 255).astype(np.uint8)


def relief(pixels: Pixels) -> float:
    """Spread of the shading of mid size, away from the edge."""
    _, bright = luminance(pixels)
    middle = cv2.GaussianBlur(bright, (0, 0), 2) - cv2.GaussianBlur(bright, (0, 0), 10)
    return float(middle[20:-20, 20:-20].std())


def everywhere() -> Floats:
    return np.ones((SIDE, SIDE), np.float32)


@pytest.mark.parametrize("name", METHODS)
def test_relief_falls_at_every_step_and_nothing_happens_at_the_first(name: str) -> None:
    left = [relief(METHODS[name](pitted(), everywhere(), step)) for step in STEPS]
    assert left[0] == pytest.approx(relief(pitted()), rel=0.01)
    assert all(b < a for a, b in pairwise(left))
    assert left[-1] < 0.65 * left[0]


@pytest.mark.parametrize("name", METHODS)
def test_what_lies_off_the_scars_stays_and_so_does_the_shape_of_the_face(name: str) -> None:
    where = everywhere()
    where[:, : SIDE // 2] = 0.0
    healed = METHODS[name](pitted(), where, STEPS[-1])
    assert np.abs(healed[:, : SIDE // 2].astype(int) - pitted()[:, : SIDE // 2]).max() <= 1
    _, before = luminance(pitted())
    _, after = luminance(METHODS[name](pitted(), everywhere(), STEPS[-1]))
    wide = [cv2.GaussianBlur(b, (0, 0), 30) for b in (before, after)]
    assert np.abs(wide[0] - wide[1]).max() < 0.12


def test_only_cells_that_read_as_scarred_are_healed() -> None:
    where = scarred_cells([0, 30, None, 0, 0, 0, 0, 0, 90], (90, 90))
    centres = where[15::30, 15::30]
    assert np.round(centres).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(("name", "channel"), [("redness", 0), ("brown marks", 0)])
def test_paint_is_seeded_takes_light_of_its_colour_and_stays_on_the_skin(name: str, channel: int) -> None:
    where = everywhere()
    where[:, : SIDE // 2] = 0.0
    painted = COLOURS[name](pitted(), where, "a")
    assert np.array_equal(painted, COLOURS[name](pitted(), where, "a"))
    assert not np.array_equal(painted, COLOURS[name](pitted(), where, "b"))
    assert np.abs(painted[:, : SIDE // 2].astype(int) - pitted()[:, : SIDE // 2]).max() <= 1
    share = painted.astype(float).mean((0, 1)) / pitted().mean((0, 1))
    assert share[channel] > share[1]
    assert share[channel] > share[2]


@pytest.mark.parametrize("name", COLOURS)
def test_paint_adds_hardly_any_relief_in_red_light(name: str) -> None:
    """Pits show in every colour of light; marks of blood hardly in red, of melanin less than in blue."""
    smooth = np.full((SIDE, SIDE, 3), (200, 150, 125), np.uint8)
    painted = COLOURS[name](smooth, everywhere(), "a").astype(float)
    spread = painted.std((0, 1)) / painted.mean((0, 1))
    assert spread[0] < 0.65 * spread[2]


def test_there_are_no_spots_where_there_is_no_skin() -> None:
    assert not spots(np.zeros((50, 50), np.float32), random_of("a")).any()
    assert spots(np.ones((50, 50), np.float32), random_of("a")).max() > 0.2
