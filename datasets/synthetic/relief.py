"""Depressed acne scars as a height field: icepick, boxcar and rolling, at true size.

Sizes follow the definitions that the ECCA scale uses: icepick narrower than 2 mm, deep and pointed; boxcar
1.5 to 4 mm with sheer edges and a flat base (shallow 0.1 to 0.5 mm, deep from 0.5 mm); rolling wider than 4
to 5 mm, a soft undulation. Raised scars are not made here: they do not count toward severity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise

Kind = Literal["icepick", "boxcar", "rolling"]


@dataclass(frozen=True)
class Scar:
    """One depressed scar: its centre, width and depth in mm, its elongation, and its direction in radians.

    `wall` is the width of its side wall as a share of its radius: small is sheer, large is worn.
    """

    kind: Kind
    x: float
    y: float
    width: float
    depth: float
    elongation: float
    angle: float
    wall: float


@dataclass(frozen=True)
class ScarMix:
    """How scarred a cheek is: scars of each kind per square centimetre, and a factor on their depth."""

    icepick: float = 4.5
    boxcar: float = 7.0
    rolling: float = 1.2
    depth: float = 0.75


# Width and depth in mm, smallest and largest, of each kind.
SIZES: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    "icepick": ((0.5, 1.8), (0.4, 0.9)),
    "boxcar": ((1.5, 3.8), (0.15, 0.6)),
    "rolling": ((4.5, 9.0), (0.35, 0.9)),
}


def scatter(rng: np.random.Generator, size_mm: tuple[float, float], mix: ScarMix) -> tuple[Scar, ...]:
    """Scars over a cheek of `size_mm` (height, width), crowded towards its middle as acne leaves them."""
    area = size_mm[0] * size_mm[1] / 100.0
    density: dict[Kind, float] = {"rolling": mix.rolling, "boxcar": mix.boxcar, "icepick": mix.icepick}
    return tuple(
        _one_scar(rng, kind, size_mm, mix.depth)
        for kind, per_cm2 in density.items()
        for _ in range(round(per_cm2 * area))
    )


def _one_scar(rng: np.random.Generator, kind: Kind, size_mm: tuple[float, float], depth_factor: float) -> Scar:
    (narrow, wide), (shallow, deep) = SIZES[kind]
    # Small scars are common and large ones rare; beta(1.5, 2.5) has that lean within the definition's bounds.
    width = narrow + (wide - narrow) * float(rng.beta(1.1, 4.0))
    depth = shallow + (deep - shallow) * float(rng.beta(1.6, 2.2))
    y, x = (side * float(rng.beta(1.35, 1.35)) for side in size_mm)
    elongation = float(rng.uniform(1.0, 1.6 if kind == "icepick" else 1.8))
    # Along the tension lines of the cheek, which run down and outwards.
    angle = float(rng.normal(math.radians(65), math.radians(28)))
    wall = float(rng.uniform(0.5, 1.0))
    return Scar(kind, x, y, width, depth * depth_factor, elongation, angle, wall)


def height_field(rng: np.random.Generator, scars: Sequence[Scar], shape: Shape, px_per_mm: float) -> Field:
    """The scars' relief in mm, 0 on clear skin and negative within scars, `shape` pixels at `px_per_mm`.

    Soft scars add up; sheer ones do not dig deeper where they meet but merge, as coalescing scars do.
    """
    warp_x, warp_y = (0.20 * cloudy_noise(rng, shape, 1.8 * px_per_mm, octaves=3) for _ in range(2))
    # Walls are steep here and worn there; bases are uneven: no scar is stamped out.
    uneven = np.clip(0.85 + 0.35 * cloudy_noise(rng, shape, 2.2 * px_per_mm, octaves=3), 0.15, 1.7)
    soft = np.zeros(shape, np.float32)
    sheer = np.zeros(shape, np.float32)
    for scar in scars:
        reach = scar.width * scar.elongation * 0.5 * 1.25 + 0.6
        window = _window(scar, reach, shape, px_per_mm)
        if window is None:
            continue
        rows, cols = window
        y, x = np.mgrid[rows, cols].astype(np.float32) / np.float32(px_per_mm)
        strength = min(1.0, scar.width / 2.0)  # a narrow pit keeps more of its round mouth
        radius = _radius(scar, x + strength * warp_x[window] - scar.x, y + strength * warp_y[window] - scar.y)
        pit = np.float32(scar.depth) * _profile(scar, radius)
        target = soft if scar.kind == "rolling" else sheer
        target[window] = target[window] + pit if scar.kind == "rolling" else np.maximum(target[window], pit)
    return -blurred(soft + sheer * uneven, 0.05 * px_per_mm)


def _window(scar: Scar, reach: float, shape: Shape, px_per_mm: float) -> tuple[slice, slice] | None:
    """The pixels that a scar can touch, or None where it lies outside the picture."""
    spans = []
    for centre, side in ((scar.y, shape[0]), (scar.x, shape[1])):
        low, high = int((centre - reach) * px_per_mm), int((centre + reach) * px_per_mm) + 1
        spans.append(slice(max(0, low), min(side, high)))
    return (spans[0], spans[1]) if all(span.start < span.stop for span in spans) else None


def _radius(scar: Scar, x: Field, y: Field) -> Field:
    """Distance from the scar's centre, 1 on its edge, in the scar's own stretched and turned frame."""
    along = (x * math.cos(scar.angle) + y * math.sin(scar.angle)) / scar.elongation
    across = -x * math.sin(scar.angle) + y * math.cos(scar.angle)
    return np.asarray(np.hypot(along, across) / (0.5 * scar.width), np.float32)


def _profile(scar: Scar, radius: Field) -> Field:
    """Depth from 0 to 1 over the distance from the centre: V-shaped, U-shaped or M-shaped."""
    if scar.kind == "icepick":
        return np.asarray(np.clip(1.1 - radius, 0, 1) ** 1.5, np.float32)
    if scar.kind == "boxcar":
        rim = np.clip((1 + 0.4 * scar.wall - radius) / scar.wall, 0, 1)
        return np.asarray(rim * rim * (3 - 2 * rim), np.float32)
    return np.asarray(np.exp(-1.8 * radius**2), np.float32)
