"""Scars that fade, and colours that change, on real photos: what a score must follow, and what it must not.

Healing takes the relief of scars away by degrees: the shading of mid size, between the pores and the shape of the
face, inside cells that were read as scarred. Colour paints red and brown marks, which leave the relief as it is.
Neither is what skin really does in a course; both are known exactly, which real courses are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.train.bench.light import LUMINANCE, to_linear, to_srgb
from scarscore.train.bench.perturb import random_of

STEPS = (0.0, 0.2, 0.4, 0.6, 0.8)  # share of the relief that is taken away; all of it looks airbrushed
SCARRED = 20.0  # a cell that reads so high is healed
FINEST, COARSEST = 0.0035, 0.05  # of the long side: pores below (about 1 px of 320), the shape of the face above
ROUGH = 0.25  # variance of log luminance under which the guided filter smooths: shading of up to a half
TINT = 0.8  # of the colour that goes with the shading: a pit's shadow is redder, and would stay as a red spot
DARKEST = 0.004  # added to linear light before its logarithm, so that black stays finite
GRID = 3

Healing = Callable[[Pixels, Floats, float], Pixels]
"""A photo (h, w, 3), where its scars are (h, w, 0-1) and the share (0-1) of relief that goes, to the healed photo."""


def scarred_cells(cells: Sequence[float | None], shape: tuple[int, int]) -> Floats:
    """Where the readings of nine cells say that scars are, float32 (h, w) 0 to 1, fading over a tenth of a cell."""
    high = np.array([1.0 if value is not None and value >= SCARRED else 0.0 for value in cells], np.float32)
    height, width = shape
    down, across = (np.arange(n) * GRID // n for n in (height, width))
    mask = high.reshape(GRID, GRID)[down[:, None], across[None, :]]
    return _floats(cv2.GaussianBlur(mask, (0, 0), 0.1 * max(shape) / GRID))


def softened_band(pixels: Pixels, where: Floats, share: float) -> Pixels:
    """Relief as a band of frequencies: the difference of two Gaussians of log luminance, made smaller."""
    light, brightness = luminance(pixels)
    return relit(light, -_band(brightness, max(pixels.shape[:2])), share * where)


def smoothed_base(pixels: Pixels, where: Floats, share: float) -> Pixels:
    """Relief as what an edge-keeping filter takes away: shallow undulation goes first, the face's own edges stay.

    Guided filter (He, Sun and Tang 2013) of log luminance, with itself for a guide; the grain of pores is kept apart.
    """
    light, brightness = luminance(pixels)
    long = max(pixels.shape[:2])
    fine = _floats(cv2.GaussianBlur(brightness, (0, 0), FINEST * long))
    base = _guided(fine, max(2, round(COARSEST * long)), ROUGH)
    return relit(light, base - fine, share * where)


def shrunk_levels(pixels: Pixels, where: Floats, share: float) -> Pixels:
    """Relief as levels of a Laplacian pyramid (Burt and Adelson 1983), each made smaller, the middle ones most."""
    light, brightness = luminance(pixels)
    long = max(pixels.shape[:2])
    change = np.zeros_like(brightness)
    sigma = FINEST * long
    finer = _floats(cv2.GaussianBlur(brightness, (0, 0), sigma))
    while sigma < COARSEST * long:
        sigma *= 2.0
        coarser = _floats(cv2.GaussianBlur(finer, (0, 0), sigma * 0.75**0.5))
        change += np.float32(min(1.0, 1.6 * COARSEST * long / (sigma + COARSEST * long))) * (coarser - finer)
        finer = coarser
    return relit(light, change, share * where)


HEALING: dict[str, Healing] = {
    "softened band": softened_band,
    "smoothed base": smoothed_base,
    "shrunk levels": shrunk_levels,
}


def redness(pixels: Pixels, where: Floats, seed: str) -> Pixels:
    """Red marks and a red blush, painted: blood takes green and blue from the light, hardly red (haemoglobin)."""
    return _stained(pixels, where, seed, np.array([0.08, 0.80, 0.65], np.float32), 0.35)


def brown_marks(pixels: Pixels, where: Floats, seed: str) -> Pixels:
    """Brown marks, painted: melanin takes blue most, then green, then red."""
    return _stained(pixels, where, seed, np.array([0.45, 0.80, 1.15], np.float32), 0.0)


Paint = Callable[[Pixels, Floats, str], Pixels]
"""A photo (h, w, 3), its skin (h, w, 0-1) and a seed to the painted photo."""

COLOURS: dict[str, Paint] = {"redness": redness, "brown marks": brown_marks}


def _stained(pixels: Pixels, where: Floats, seed: str, absorbs: Floats, blush: float) -> Pixels:
    """Light absorbed (Beer and Lambert) in soft spots on the skin `where` (h, w, 0-1), and evenly by `blush`."""
    chance = random_of(f"{seed} stain")
    stain = where * (spots(where, chance) + np.float32(blush))
    return to_srgb((to_linear(pixels) * np.exp(-stain[..., None] * absorbs)).astype(np.float32))


def spots(where: Floats, chance: np.random.Generator) -> Floats:
    """Eight to sixteen soft-edged blots on the skin, 1 to 4 % of the long side in radius, strength 0.4 to 1."""
    height, width = where.shape
    long = max(height, width)
    skin = np.argwhere(where > 0.5)
    laid = np.zeros(where.shape, np.float32)
    if not len(skin):
        return laid
    for _ in range(int(chance.integers(8, 17))):
        y, x = skin[int(chance.integers(len(skin)))]
        axes = [max(1, round(long * chance.uniform(0.01, 0.04))) for _ in range(2)]
        blot = np.zeros(where.shape, np.float32)
        cv2.ellipse(
            blot, (int(x), int(y)), axes, float(chance.uniform(0, 180)), 0, 360, float(chance.uniform(0.4, 1)), -1
        )
        laid = np.maximum(laid, blot)
    return _floats(cv2.GaussianBlur(laid, (0, 0), 0.008 * long))


def luminance(pixels: Pixels) -> tuple[Floats, Floats]:
    """Linear light (h, w, 3), and the logarithm of its luminance (h, w), in which shading is a sum."""
    light = to_linear(pixels)
    return light, _floats(np.log(light @ LUMINANCE + DARKEST))


def relit(light: Floats, change: Floats, share: Floats) -> Pixels:
    """Linear light with its shading changed, in logarithms, by `share` (h, w, 0-1) of `change`.

    The colour of the shadows goes with them, at the same sizes; colours as wide as a cheek stay.
    """
    colour = np.log(light + DARKEST)
    tint = _floats(colour - colour.mean(axis=2, keepdims=True))
    settled = change[..., None] - TINT * _band(tint, max(light.shape[:2]))
    return to_srgb(_floats(light * np.exp(share[..., None] * settled)))


def _band(values: Floats, long: int) -> Floats:
    """What lies between the pores and the shape of the face, in size."""
    fine, coarse = (cv2.GaussianBlur(values, (0, 0), sigma * long) for sigma in (FINEST, COARSEST / 2.0))
    return _floats(fine - coarse)


def _guided(image: Floats, radius: int, roughness: float) -> Floats:
    """The guided filter of an image with itself; what varies less than `roughness` is smoothed."""
    size = (2 * radius + 1, 2 * radius + 1)
    mean = cv2.blur(image, size)
    variance = np.maximum(cv2.blur(image * image, size) - mean * mean, 0.0)
    gain = variance / (variance + roughness)
    return _floats(cv2.blur(gain, size) * image + cv2.blur(mean * (1.0 - gain), size))


def _floats(values: object) -> Floats:
    return np.asarray(values, np.float32)
