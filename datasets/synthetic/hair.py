"""Hair on a cheek: the shadow and the ends of a shaved beard, and the down that covers all skin.

It is a veil over the picture: how much of the light each pixel loses to hair. Long hair is not drawn.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise

# Follicles of a man's beard per square centimetre of cheek; the down is as dense but hardly seen.
BEARD_PER_CM2, DOWN_PER_CM2 = 30.0, 25.0


def hair_veil(rng: np.random.Generator, shape: Shape, px_per_mm: float, stubble: float) -> Field:
    """The share of light (h, w), 0-1, that hair takes away: `stubble` 0-1 of a beard, and always a little down."""
    veil = 0.10 * _strands(rng, shape, px_per_mm, DOWN_PER_CM2, (1.0, 3.0))
    if stubble > 0:
        # A beard begins somewhere on the cheek and thickens towards the jaw.
        rows = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
        edge = 0.35 + 0.12 * cloudy_noise(rng, shape, 15 * px_per_mm)
        beard = np.clip((rows - edge) / 0.25, 0, 1)
        strands = _strands(rng, shape, px_per_mm, BEARD_PER_CM2, (0.15, 0.7))
        shadow = blurred(strands, 0.5 * px_per_mm)
        veil = veil + stubble * beard * (0.75 * strands + 0.35 * shadow)
    return np.asarray(np.clip(veil, 0, 0.85), np.float32)


def _strands(
    rng: np.random.Generator, shape: Shape, px_per_mm: float, per_cm2: float, lengths_mm: tuple[float, float]
) -> Field:
    """Short strands 0-1, all growing about the same way, 0.1 mm thick."""
    count = int(per_cm2 * shape[0] * shape[1] / px_per_mm**2 / 100)
    y, x = rng.uniform(0, shape[0], count), rng.uniform(0, shape[1], count)
    turn = rng.normal(math.radians(rng.uniform(60, 120)), 0.35, count)
    length = rng.uniform(*lengths_mm, count) * px_per_mm
    starts = np.stack([x, y], axis=-1)
    ends = starts + length[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    # Fixed-point coordinates: 16ths of a pixel.
    segments = (np.stack([starts, ends], axis=1) * 16).round().astype(np.int32)
    drawn = np.zeros(shape, np.uint8)
    cv2.polylines(drawn, list(segments), False, 255, 1, cv2.LINE_AA, shift=4)
    return blurred(drawn.astype(np.float32) / 255, 0.4) * np.float32(min(1.0, 0.16 * px_per_mm))
