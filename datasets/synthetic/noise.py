"""Seeded random fields on a pixel grid: the raw material of mottled colour and uneven relief.

Every field is a pure function of its generator and size, so that a seed always gives the same skin. It knows
nothing of skin; `skin.py` and `relief.py` give the fields their meaning and their units.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
Shape = tuple[int, int]


def smooth_noise(rng: np.random.Generator, shape: Shape, scale: float) -> Field:
    """Soft random patches about `scale` pixels across, mean 0 and standard deviation 1."""
    rows, cols = (max(4, round(side / scale) + 3) for side in shape)
    coarse = rng.standard_normal((rows, cols)).astype(np.float32)
    # Enlarged generously and cut at a random place: the coarse grid must not show at the borders.
    wide = cv2.resize(coarse, (round(cols * scale) + 1, round(rows * scale) + 1), interpolation=cv2.INTER_CUBIC)
    top = int(rng.integers(0, wide.shape[0] - shape[0] + 1))
    left = int(rng.integers(0, wide.shape[1] - shape[1] + 1))
    return standardised(wide[top : top + shape[0], left : left + shape[1]])


def cloudy_noise(rng: np.random.Generator, shape: Shape, scale: float, octaves: int = 4) -> Field:
    """Patches with finer patches within them, the largest `scale` pixels across; mean 0, deviation 1."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        total += smooth_noise(rng, shape, max(1.5, scale / 2**octave)) * np.float32(0.6**octave)
    return standardised(total)


def standardised(field: npt.ArrayLike) -> Field:
    """The field moved and stretched to mean 0 and standard deviation 1; a constant field becomes 0."""
    values = np.asarray(field, np.float32)
    spread = float(values.std())
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0), np.float32)


def blurred(field: npt.ArrayLike, sigma: float) -> Field:
    """The field under a Gaussian of `sigma` pixels; nothing is done below a tenth of a pixel."""
    values = np.asarray(field, np.float32)
    if sigma < 0.1:
        return values
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
