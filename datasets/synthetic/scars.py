"""Which scars a made-up cheek bears: kinds, sizes, places. The list only; `relief.py` gives them their shape.

Sizes are published ones (Jacob 2001, as in table 1 of Fabbrocini 2010, doi 10.1155/2010/893080): icepick narrower
than 2 mm and deep; boxcar 1.5 to 4 mm with sheer edges, shallow 0.1 to 0.5 mm, deep from 0.5 mm; rolling wider
than 4 to 5 mm, a soft undulation. Published sizes end there: the depths of icepick and rolling scars and all
measures of raised scars are ours, chosen so that pictures look right. Raised scars and inflamed papules, which are
no scars at all, never count toward severity.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from scarscore.datasets.synthetic.noise import Field, cloudy_noise
from scarscore.datasets.synthetic.severity import Mask, judged, means, overall, seen_depth

Kind = Literal["icepick", "boxcar", "rolling", "hypertrophic", "keloid", "papule"]
# What stands in a type map: 0 is skin without a scar. An inflamed papule is no scar and has no code.
CODES: dict[Kind, int] = {"icepick": 1, "boxcar": 2, "rolling": 3, "hypertrophic": 4, "keloid": 5}
RAISED: frozenset[Kind] = frozenset({"hypertrophic", "keloid", "papule"})
# More blood than in a scar: the mean change of it in an inflamed papule.
INFLAMED = 0.45
# Width and depth (height, where raised) in mm, smallest and largest, of each kind.
SIZES: dict[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    "icepick": ((0.6, 1.95), (0.2, 1.1)),
    "boxcar": ((1.5, 4.0), (0.1, 0.8)),
    "rolling": ((4.2, 9.5), (0.15, 0.9)),
    "hypertrophic": ((2.0, 7.0), (0.3, 1.2)),
    "keloid": ((8.0, 18.0), (1.2, 3.0)),
    "papule": ((1.2, 4.5), (0.1, 0.6)),
}
MOST_SCARS = 2000
# Scars are planned on a coarse grid: enough to know how severe they will be.
_PLAN_PX_PER_MM = 2.0


@dataclass(frozen=True)
class Scar:
    """One scar: its centre, mean width and depth in mm, its elongation, and its direction in radians.

    `wall` is the width of its side wall as a share of its radius: small is sheer, large is worn. `lean` 0-1 says
    how much deeper and steeper it is towards `lean_angle` (radians). `blood` and `melanin` are the change of
    those pigments in its base (`tone.pigmented`).
    """

    kind: Kind
    x: float
    y: float
    width: float
    depth: float
    elongation: float = 1.0
    angle: float = 0.0
    wall: float = 0.6
    lean: float = 0.0
    lean_angle: float = 0.0
    blood: float = 0.0
    melanin: float = 0.0


@dataclass(frozen=True)
class ScarMix:
    """How a cheek is scarred: scars of each kind per square centimetre, a factor on their depth, and their colour.

    `redness` and `brownness` are the mean change of blood and melanin in their bases; `crowding` is 0 for
    scars spread evenly and 1 for scars in groups, as acne leaves them.
    """

    icepick: float = 4.5
    boxcar: float = 5.0
    rolling: float = 1.2
    hypertrophic: float = 0.0
    keloid: float = 0.0
    papule: float = 0.0
    depth: float = 0.8
    redness: float = 0.04
    brownness: float = 0.0
    crowding: float = 0.8

    @property
    def densities(self) -> dict[Kind, float]:
        """Scars per square centimetre by kind, the widest first."""
        return {
            "keloid": self.keloid,
            "rolling": self.rolling,
            "hypertrophic": self.hypertrophic,
            "papule": self.papule,
            "boxcar": self.boxcar,
            "icepick": self.icepick,
        }


def scatter(rng: np.random.Generator, size_mm: tuple[float, float], mix: ScarMix) -> tuple[Scar, ...]:
    """Scars over a cheek of `size_mm` (height, width), as many of each kind as the mix says."""
    area = size_mm[0] * size_mm[1] / 100.0
    kinds: list[Kind] = [kind for kind, per_cm2 in mix.densities.items() for _ in range(round(per_cm2 * area))]
    return tuple(_drawn(rng, kinds, size_mm, mix))


def planned(
    rng: np.random.Generator, size_mm: tuple[float, float], mix: ScarMix, severity: float, skin: Mask | None = None
) -> tuple[Scar, ...]:
    """Scars of the mix's kinds, as many as make the cheek as severe (0-100) as asked, or nearly so.

    Depressed kinds come in the mix's proportions, raised scars and papules as many as the mix says. `skin` is the
    mask of the picture that they fall into, of any size. The severity reached is known only when they are carved:
    rely on that, never on the one that was asked for.
    """
    standing = scatter(rng, size_mm, replace(mix, icepick=0.0, boxcar=0.0, rolling=0.0))
    kinds = [kind for kind in mix.densities if kind not in RAISED]
    weights = np.array([mix.densities[kind] for kind in kinds])
    if severity <= 0 or not weights.any():
        return standing
    chosen = [kinds[index] for index in rng.choice(len(kinds), MOST_SCARS, p=weights / weights.sum())]
    return (*standing, *_until(severity, _drawn(rng, chosen, size_mm, mix), size_mm, skin))


def _until(severity: float, scars: Iterator[Scar], size_mm: tuple[float, float], skin: Mask | None) -> Iterator[Scar]:
    """The scars, from the first, up to the one with which the severity is reached."""
    shape = (math.ceil(size_mm[0] * _PLAN_PX_PER_MM), math.ceil(size_mm[1] * _PLAN_PX_PER_MM))
    where = np.ones(shape, bool) if skin is None else _resized(skin, shape)
    share, burden = means(where.astype(np.float32)), np.zeros(shape, np.float32)
    y, x = (np.arange(side, dtype=np.float32) / _PLAN_PX_PER_MM for side in shape)
    look = 1
    for number, scar in enumerate(scars, start=1):
        yield scar
        reach = 0.5 * scar.width
        rows, columns = (
            slice(max(0, math.ceil((place - reach) * _PLAN_PX_PER_MM)), math.ceil((place + reach) * _PLAN_PX_PER_MM))
            for place in (scar.y, scar.x)
        )
        within = (y[rows, None] - scar.y) ** 2 + (x[columns] - scar.x) ** 2 < reach**2
        np.maximum(burden[rows, columns], within * seen_depth(scar.depth, scar.width), out=burden[rows, columns])
        # Looking costs more than drawing: the more scars there are, the less each one adds.
        if number >= look:
            look = number + 1 + number // 16
            if overall(judged(means(burden * where), share)) >= severity:
                return


def _resized(skin: Mask, shape: tuple[int, int]) -> Mask:
    rows = np.arange(shape[0]) * skin.shape[0] // shape[0]
    columns = np.arange(shape[1]) * skin.shape[1] // shape[1]
    return np.asarray(skin[np.ix_(rows, columns)])


def _drawn(rng: np.random.Generator, kinds: list[Kind], size_mm: tuple[float, float], mix: ScarMix) -> Iterator[Scar]:
    """One scar of each kind in the list, where scars are likely."""
    count = len(kinds)
    y, x = _places(rng, count, size_mm, mix.crowding)
    width, depth = _sizes(rng, kinds, mix.depth)
    stretch, wall, lean = rng.beta(1.2, 2.0, count), rng.uniform(0.6, 1.0, count), rng.uniform(0.1, 0.75, count)
    # Along the tension lines of the cheek, which run down and outwards.
    angle = rng.normal(math.radians(65), math.radians(35), count)
    lean_angle = rng.uniform(0, 2 * math.pi, count)
    inflamed = np.array([kind == "papule" for kind in kinds])
    blood = np.where(inflamed, INFLAMED, mix.redness) * rng.gamma(2.0, 0.5, count) - 0.02
    melanin = mix.brownness * rng.gamma(2.0, 0.5, count) - 0.015
    columns = (x, y, width, depth, 1 + 0.9 * stretch, angle, wall, lean, lean_angle, blood, melanin)
    for kind, values in zip(kinds, np.stack(columns, axis=-1).tolist(), strict=True):
        yield Scar(kind, *values)


def _sizes(rng: np.random.Generator, kinds: list[Kind], depth_factor: float) -> tuple[Field, Field]:
    """Widths and depths in mm, within the published sizes. Small scars are common and large ones rare."""
    bounds = np.array([SIZES[kind] for kind in kinds]).reshape(-1, 2, 2)
    (narrow, wide), (shallow, deep) = bounds[:, 0].T, bounds[:, 1].T
    width = narrow + (wide - narrow) * rng.beta(1.3, 2.6, len(kinds))
    # A narrow icepick cannot be as deep as a wide one, or it would be a needle.
    room = np.where([kind == "icepick" for kind in kinds], np.minimum(deep, 0.6 * width), deep)
    depth = (shallow + (room - shallow) * rng.beta(1.4, 2.4, len(kinds))) * depth_factor
    return width.astype(np.float32), np.clip(depth, shallow, room).astype(np.float32)


def _places(rng: np.random.Generator, count: int, size_mm: tuple[float, float], crowding: float) -> tuple[Field, Field]:
    """Places in mm: acne comes in groups and in some parts of a cheek more than in others."""
    shape = (max(4, round(size_mm[0])), max(4, round(size_mm[1])))
    likely = np.exp(1.1 * crowding * cloudy_noise(rng, shape, 11.0, octaves=3)).ravel().astype(np.float64)
    picked = rng.choice(likely.size, count, p=likely / likely.sum())
    y = (picked // shape[1] + rng.uniform(0, 1, count)) * size_mm[0] / shape[0]
    x = (picked % shape[1] + rng.uniform(0, 1, count)) * size_mm[1] / shape[1]
    return y.astype(np.float32), x.astype(np.float32)
