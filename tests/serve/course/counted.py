"""Made-up close-ups whose number of depressed scars is known, and goes neither with their depth nor with the skin.

The synthetic renderer adds scars until a severity is reached, so that in its pictures number, depth and rough skin go
together. Here each is drawn for itself: what can be told of the number must be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scarscore.datasets.synthetic.camera import expose
from scarscore.datasets.synthetic.cheek import close_up
from scarscore.datasets.synthetic.noise import Shape
from scarscore.datasets.synthetic.relief import carve
from scarscore.datasets.synthetic.render import (
    SCALES_PX_PER_MM,
    drawn_camera,
    drawn_light,
    drawn_mix,
    drawn_tone,
    haired,
    lit,
    metered,
)
from scarscore.datasets.synthetic.scars import Scar, ScarMix, scatter
from scarscore.datasets.synthetic.skin import clear_skin
from scarscore.model.preprocess import Pixels

SIDE = 320  # px
MOST, PER_CM2 = 150, 12  # scars in a picture, and on a square centimetre


@dataclass(frozen=True, eq=False)
class Counted:
    """A picture, uint8 RGB (320, 320, 3), and how many depressed scars have their middle in it."""

    pixels: Pixels
    scars: int


def counted(seed: int, *, clear: bool = False) -> Counted:
    """A cheek of 3 to 9 cm with 1 to 150 scars of any depth, on skin of any tone and roughness; or with none."""
    rng = np.random.default_rng([seed, 23])
    scale = float(np.exp(rng.uniform(*np.log(SCALES_PX_PER_MM))))
    side_mm, shape = SIDE / scale, (SIDE, SIDE)
    wanted = round(float(np.exp(rng.uniform(0, np.log(MOST)))))
    person = drawn_tone(rng, None, float(rng.uniform(0, 80)))
    mix = drawn_mix(rng, float(rng.uniform(10, 80)), person.ita)
    number = 0 if clear else min(wanted, int(PER_CM2 * side_mm**2 / 100))
    scars = scatter(rng, (side_mm, side_mm), _numbered(rng, mix, number, side_mm**2 / 100))
    skin, ground = clear_skin(rng, shape, scale, person), close_up(rng, shape, scale)
    scene = lit(skin, carve(rng, scars, shape, scale), ground, scale, drawn_light(rng))
    scene = metered(haired(rng, scene, scale, person.stubble), skin, np.ones(shape, bool))
    return Counted(expose(scene, drawn_camera(rng, person.ita), rng), _within(scars, shape, scale))


def _numbered(rng: np.random.Generator, mix: ScarMix, number: int, cm2: float) -> ScarMix:
    """The mix with as many scars on so much skin, of the kinds by chance in its proportions."""
    shares = np.array([mix.icepick, mix.boxcar, mix.rolling])
    icepick, boxcar, rolling = (float(n) / cm2 for n in rng.multinomial(number, shares / shares.sum()))
    return replace(mix, icepick=icepick, boxcar=boxcar, rolling=rolling)


def _within(scars: tuple[Scar, ...], shape: Shape, scale: float) -> int:
    return sum(0 <= scar.y * scale < shape[0] and 0 <= scar.x * scale < shape[1] for scar in scars)
