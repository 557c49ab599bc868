"""Seeded random fields on a pixel grid: the raw material of mottled colour and uneven relief.

Every field is a pure function of its generator and size, so that a seed always gives the same skin. It knows
nothing of skin; `skin.py` and `relief.py` give the fields their meaning and their units.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
Shape = tuple[int, int]


def smooth_noise(rng: np.random.Generator, shape: Shape, scale: float) -> Field:
    """Soft random patches about `scale` pixels across, mean 0 and standard deviation 1."""
    return cloudy_noise(rng, shape, scale, octaves=1)


def cloudy_noise(rng: np.random.Generator, shape: Shape, scale: float, octaves: int = 4) -> Field:
    """Patches with finer patches within them, the largest `scale` pixels across; mean 0, deviation 1."""
    while octaves > 1 and scale / 2 ** (octaves - 1) < 1.5:
        octaves -= 1
    rows, columns = (max(4, math.ceil(side / scale) + 3) for side in shape)
    total: Field = rng.standard_normal((rows, columns), dtype=np.float32)
    for octave in range(1, octaves):
        finer = cv2.resize(total, (columns * 2**octave, rows * 2**octave), interpolation=cv2.INTER_CUBIC)
        own = rng.standard_normal(finer.shape, dtype=np.float32)
        total = np.asarray(finer + np.float32(0.6**octave) * own, np.float32)
    return standardised(_cut(rng, total, shape, scale / 2 ** (octaves - 1)))


def _cut(rng: np.random.Generator, grid: Field, shape: Shape, scale: float) -> Field:
    """A piece of a grid whose cells are `scale` pixels, at a random place: the grid must not show at the borders."""
    # Only as many cells as are needed; resize, not warp, whose places are rounded and would leave steps in relief.
    needed = [min(side, math.ceil(pixels / scale) + 3) for side, pixels in zip(grid.shape, shape, strict=True)]
    first = [int(rng.integers(0, side - count + 1)) for side, count in zip(grid.shape, needed, strict=True)]
    part = grid[first[0] : first[0] + needed[0], first[1] : first[1] + needed[1]]
    size = (math.ceil(needed[1] * scale), math.ceil(needed[0] * scale))
    wide = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)
    edge = math.ceil(scale)
    top, left = (
        int(rng.integers(min(edge, room), max(edge, room - edge) + 1))
        for room in (wide.shape[0] - shape[0], wide.shape[1] - shape[1])
    )
    return np.asarray(wide[top : top + shape[0], left : left + shape[1]], np.float32)


def standardised(field: npt.ArrayLike) -> Field:
    """The field moved and stretched to mean 0 and standard deviation 1; a constant field becomes 0."""
    values = np.asarray(field, np.float32)
    mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(values))
    return np.asarray((values - np.float32(mean)) * np.float32(1 / spread if spread > 0 else 1.0), np.float32)


def blurred(field: npt.ArrayLike, sigma: float) -> Field:
    """The field under a Gaussian of `sigma` pixels; nothing is done below a tenth of a pixel."""
    values = np.asarray(field, np.float32)
    if sigma < 0.1:
        return values
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
