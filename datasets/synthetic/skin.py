"""Clear cheek skin: its colour from a skin tone, and its fine relief of pores and lines.

The colour starts from an ITA and is made uneven by the two pigments that do it in skin, melanin and blood; the
fine relief is a height field in millimetres. Scars are not drawn here but in `relief.py`, hair in `hair.py`,
and nothing here is lit: that is `light.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise, smooth_noise
from scarscore.datasets.synthetic.relief import Relief
from scarscore.datasets.synthetic.tone import SkinTone, pigmented, tone_rgb


@dataclass(frozen=True)
class Skin:
    """A piece of skin: `albedo` (h, w, 3) linear RGB 0-1; `fine` (h, w), its fine relief in mm; `oil` (h, w), its
    shine, about 1."""

    albedo: Field
    fine: Field
    oil: Field


def clear_skin(rng: np.random.Generator, shape: Shape, px_per_mm: float, tone: SkinTone) -> Skin:
    """Clear cheek skin of the given tone, `shape` pixels at `px_per_mm`."""
    pores = _pores(rng, shape, px_per_mm)
    lines = _lines(rng, shape, px_per_mm)
    rough = 0.015 * cloudy_noise(rng, shape, 1.3 * px_per_mm, octaves=3)
    rough += 0.024 * smooth_noise(rng, shape, 2.6 * px_per_mm)
    fine = tone.lines * (lines + rough) - tone.pores * pores
    oil = tone.oil * np.exp(0.4 * cloudy_noise(rng, shape, 6 * px_per_mm, octaves=3))
    return Skin(_albedo(rng, shape, px_per_mm, tone, pores), np.asarray(fine, np.float32), np.asarray(oil, np.float32))


def scarred_skin(skin: Skin, scars: Relief) -> Skin:
    """The skin with its scars' colour; scar tissue has lost most of its pores and fine lines."""
    albedo = skin.albedo * pigmented(scars.melanin, scars.blood)
    return Skin(albedo, skin.fine * (1 - np.float32(0.65) * scars.scarred), skin.oil)


def _albedo(rng: np.random.Generator, shape: Shape, px_per_mm: float, tone: SkinTone, pores: Field) -> Field:
    """Base tone, then what makes skin uneven: pigment, blood, flat marks, and dark pore mouths."""
    base = tone_rgb(tone)
    # Melanin hides part of the blood below it: redness shows less in darker skin.
    shown = float(np.clip(0.55 + 0.45 * (tone.ita + 50) / 90, 0.5, 1.0))
    patches = 0.035 * cloudy_noise(rng, shape, 10 * px_per_mm)
    speckle = 0.028 * smooth_noise(rng, shape, 0.25 * px_per_mm) + 0.028 * cloudy_noise(rng, shape, 1.0 * px_per_mm)
    flush = 0.065 * cloudy_noise(rng, shape, 5 * px_per_mm, octaves=5) + 0.05 * smooth_noise(rng, shape, 14 * px_per_mm)
    red, brown = (tone.marks * _marks(rng, shape, px_per_mm) for _ in range(2))
    mouths = np.minimum(tone.pores * pores / np.float32(0.08), 2.5)
    # The more melanin there is, the more it varies from place to place.
    melanin = (
        tone.mottling * float(np.interp(tone.ita, (-30, 30), (1.8, 1.0))) * (patches + speckle)
        + 0.16 * brown
        + 0.07 * mouths
    )
    flush = flush + 0.05 * cloudy_noise(rng, shape, 1.6 * px_per_mm, octaves=3)
    blood = shown * (tone.mottling * flush + 0.24 * red) + 0.03 * mouths
    albedo = base * pigmented(np.asarray(melanin, np.float32), np.asarray(blood, np.float32))
    # Marks and pores must not darken the tone that was asked for.
    return np.asarray(np.clip(albedo * (base / albedo.reshape(-1, 3).mean(axis=0)), 0.004, 0.95), np.float32)


def _marks(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Flat marks that acne leaves, 0-1; they stay while relief heals: colour is not severity."""
    marks = np.zeros(shape, np.float32)
    area = shape[0] * shape[1] / px_per_mm**2 / 100
    for _ in range(int(rng.poisson(0.35 * area))):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        axes = tuple(int(v) for v in np.maximum(1, rng.uniform(0.4, 1.5, 2) * px_per_mm))
        strength = float(rng.uniform(0.2, 1.0))
        cv2.ellipse(marks, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, strength, -1)
    return blurred(marks, 0.5 * px_per_mm)


def _pores(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Depth of the pores in mm: pits 0.1 to 0.4 mm across, evenly spaced but never in rows, coarser in patches."""
    step = 0.95 * px_per_mm
    rows, cols = (int(side / step) + 2 for side in shape)
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    x += 0.5 * (np.arange(rows, dtype=np.float32)[:, None] % 2)
    y, x = (np.clip((v + rng.uniform(-0.42, 0.42, v.shape)) * step, 0, None).ravel() for v in (y, x))
    keep = (y < shape[0] - 1) & (x < shape[1] - 1) & (rng.uniform(0, 1, y.size) < 0.9)
    y, x = y[keep], x[keep]
    crowd = cloudy_noise(rng, shape, 9 * px_per_mm, octaves=2)[y.astype(int), x.astype(int)]
    depth = rng.gamma(1.6, 0.6, y.size) * np.clip(0.7 + 0.45 * crowd, 0.05, 2.0)
    total = np.zeros(shape, np.float32)
    for width, share in ((0.07, depth < 0.9), (0.11, (depth >= 0.9) & (depth < 2.0)), (0.16, depth >= 2.0)):
        sigma = width * px_per_mm
        # As a point spread over the pixels that it touches; a pore finer than a pixel grows fainter, not wider.
        points = _splat(y[share], x[share], depth[share].astype(np.float32), shape)
        total += blurred(points, sigma) * np.float32(2 * math.pi * max(sigma, 0.4) ** 2 * 0.07)
    return total


def _splat(y: Field, x: Field, value: Field, shape: Shape) -> Field:
    """Points at fractions of a pixel, each shared out among its four pixels."""
    total = np.zeros(shape, np.float32)
    rows, columns = y.astype(int), x.astype(int)
    down, right = (y - rows).astype(np.float32), (x - columns).astype(np.float32)
    for step_y, step_x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = (down if step_y else 1 - down) * (right if step_x else 1 - right)
        np.add.at(total, (rows + step_y, columns + step_x), value * share)
    return total


def _lines(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Fine lines in mm: the net of shallow furrows around small plateaus that covers all skin."""
    # The net is drawn out across the tension lines, so its cells are longer than wide.
    tall = (round(shape[0] * 1.25), shape[1])
    seeds = np.full(tall, 255, np.uint8)
    count = int(tall[0] * tall[1] / (0.62 * px_per_mm) ** 2)
    seeds[rng.integers(0, tall[0], count), rng.integers(0, tall[1], count)] = 0
    distance = np.asarray(cv2.distanceTransform(seeds, cv2.DIST_L2, 3), np.float32) / np.float32(px_per_mm)
    distance = np.asarray(cv2.resize(distance, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.float32)
    plateaus = blurred(-(distance**2), max(0.6, 0.05 * px_per_mm))
    return np.asarray(0.24 * (plateaus - plateaus.mean()), np.float32)
