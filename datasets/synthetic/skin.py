"""Clear cheek skin: its colour from a skin tone, and its fine relief of pores and lines.

The colour starts from an ITA (individual typology angle, the usual measure of skin tone) and is mottled,
reddened and freckled in CIE Lab; the fine relief is a height field in millimetres. Scars are not drawn here
but in `relief.py`, and nothing here is lit: that is `render.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise, smooth_noise

ITA_RANGE = (-50.0, 65.0)


@dataclass(frozen=True)
class SkinTone:
    """How the skin looks when it is clear.

    `ita` in degrees: over 55 very light, 41 light, 28 intermediate, 10 tan, -30 brown, below dark. `redness`
    is the mean CIE a* of the blood in the skin; `mottling` scales the unevenness of the colour; `pores` and
    `lines` scale the fine relief (1 is ordinary adult cheek skin).
    """

    ita: float = 36.0
    redness: float = 14.5
    mottling: float = 1.0
    pores: float = 1.0
    lines: float = 1.0


@dataclass(frozen=True)
class Skin:
    """A piece of clear skin: `albedo` (h, w, 3) linear RGB 0-1, and `fine` (h, w), its fine relief in mm."""

    albedo: Field
    fine: Field


def tone_lab(tone: SkinTone) -> tuple[float, float, float]:
    """The mean CIE Lab colour of a skin tone; ITA = atan((L* - 50) / b*), in degrees.

    Raises ValueError outside `ITA_RANGE`, beyond which no human skin was measured.
    """
    if not ITA_RANGE[0] <= tone.ita <= ITA_RANGE[1]:
        raise ValueError(f"an ITA of {tone.ita} degrees is outside {ITA_RANGE}")
    # b* is highest in tan skin and lower in very light and very dark skin; L* then follows from the ITA.
    yellow = 21.5 - 6.0 * (abs(tone.ita - 20.0) / 70.0) ** 1.5
    light = 50.0 + yellow * math.tan(math.radians(tone.ita))
    return light, tone.redness, yellow


def clear_skin(rng: np.random.Generator, shape: Shape, px_per_mm: float, tone: SkinTone) -> Skin:
    """Clear cheek skin of the given tone, `shape` pixels at `px_per_mm`."""
    pores = _pores(rng, shape, px_per_mm)
    lines = _lines(rng, shape, px_per_mm)
    rough = 0.012 * cloudy_noise(rng, shape, 1.2 * px_per_mm, octaves=3)
    fine = tone.lines * (lines + rough) - tone.pores * pores
    return Skin(_albedo(rng, shape, px_per_mm, tone, pores), np.asarray(fine, np.float32))


def _albedo(rng: np.random.Generator, shape: Shape, px_per_mm: float, tone: SkinTone, pores: Field) -> Field:
    """Base tone, then what makes skin uneven: pigment, blood, a few marks, and dark pore mouths."""
    light, red, yellow = tone_lab(tone)
    patches = 0.7 * cloudy_noise(rng, shape, 9 * px_per_mm)
    speckle = 0.5 * smooth_noise(rng, shape, 0.2 * px_per_mm) + 0.6 * cloudy_noise(rng, shape, 0.9 * px_per_mm)
    pigment = tone.mottling * (patches + speckle)
    blood = tone.mottling * cloudy_noise(rng, shape, 4 * px_per_mm, octaves=5)
    marks = _marks(rng, shape, px_per_mm)
    mouths = tone.pores * pores / 0.05
    lab = np.empty((*shape, 3), np.float32)
    lab[..., 0] = light - 1.1 * pigment - 1.0 * blood - 4.0 * marks - 2.2 * mouths
    lab[..., 1] = red + 1.3 * blood + 3.5 * marks + 0.6 * mouths
    lab[..., 2] = yellow + 0.7 * pigment + 0.4 * blood
    rgb = cv2.cvtColor(_recentred(lab, (light, red, yellow)), cv2.COLOR_Lab2LRGB)
    return np.asarray(np.clip(rgb, 0.004, 0.95), np.float32)


def _recentred(lab: Field, mean: tuple[float, float, float]) -> Field:
    """The Lab picture with its mean moved to the tone asked for: marks and pores must not darken the tone."""
    return np.asarray(lab - lab.reshape(-1, 3).mean(axis=0) + np.asarray(mean), np.float32)


def _marks(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Flat red-brown marks that acne leaves, 0-1; they stay while relief heals: colour is not severity."""
    marks = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(7, 13))):
        x, y = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        axes = tuple(int(v) for v in np.maximum(2, rng.uniform(0.5, 1.4, 2) * px_per_mm))
        strength = float(rng.uniform(0.3, 0.9))
        cv2.ellipse(marks, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, strength, -1)
    return blurred(marks, 0.45 * px_per_mm)


def _pores(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Depth of the pores in mm: round pits 0.1 to 0.3 mm across, denser in some patches than in others."""
    step = 0.85 * px_per_mm
    rows, cols = (int(side / step) for side in shape)
    y, x = np.mgrid[0:rows, 0:cols]
    y = (y.ravel() + rng.uniform(0.05, 0.95, rows * cols)) * step
    x = (x.ravel() + rng.uniform(0.05, 0.95, rows * cols)) * step
    crowd = smooth_noise(rng, shape, 7 * px_per_mm)[y.astype(int), x.astype(int)]
    depth = rng.gamma(2.0, 0.5, rows * cols) * np.clip(0.75 + 0.3 * crowd, 0.1, 1.6)
    total = np.zeros(shape, np.float32)
    for width, share in ((0.07, depth < 1.0), (0.11, depth >= 1.0)):
        points = np.zeros(shape, np.float32)
        np.add.at(points, (y[share].astype(int), x[share].astype(int)), depth[share])
        sigma = width * px_per_mm
        total += blurred(points, sigma) * np.float32(2 * math.pi * sigma**2 * 0.05)
    return total


def _lines(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Field:
    """Fine lines in mm: the net of shallow furrows around small plateaus that covers all skin."""
    seeds = np.full(shape, 255, np.uint8)
    count = int(shape[0] * shape[1] / (0.62 * px_per_mm) ** 2)
    seeds[rng.integers(0, shape[0], count), rng.integers(0, shape[1], count)] = 0
    distance = np.asarray(cv2.distanceTransform(seeds, cv2.DIST_L2, 5), np.float32) / px_per_mm
    plateaus = blurred(-(distance**2), 0.05 * px_per_mm)
    return np.asarray(0.16 * (plateaus - plateaus.mean()), np.float32)
