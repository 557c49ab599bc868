"""A healing course that never happened: one cheek at several dates, its scars a little shallower each time.

The skin, its marks and its scars stay the same; only the scars' depth falls, and each photo has its own
light, exposure, colour and framing, as in a clinic. It is made to show and to test the measuring of change.
It is no model of how real skin heals, and nothing about a treatment's effect may be read from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.camera import Camera, expose
from scarscore.datasets.synthetic.cheek import Cheek, cheek
from scarscore.datasets.synthetic.light import Light
from scarscore.datasets.synthetic.noise import Field, Shape
from scarscore.datasets.synthetic.relief import Relief, carve
from scarscore.datasets.synthetic.render import lit
from scarscore.datasets.synthetic.scars import ScarMix, scatter
from scarscore.datasets.synthetic.skin import Skin, clear_skin
from scarscore.datasets.synthetic.tone import SkinTone


@dataclass(frozen=True)
class CoursePlan:
    """Everything about a synthetic course that can be turned.

    `shape` is the photo's height and width in pixels at `px_per_mm`. `relief` is the share of the scars'
    depth at the first and the last visit; with a `pace` of 1 it falls evenly, above 1 faster at first, since
    deep scars differ less to the eye than shallow ones. The `*_jitter` values are how far the visits differ:
    in light (degrees), exposure and colour (share), turn (degrees), shift (mm) and zoom (share).
    """

    shape: Shape = (560, 640)
    px_per_mm: float = 11.5
    margin_mm: float = 3.0
    relief: tuple[float, float] = (1.0, 0.08)
    pace: float = 1.0
    first_visit: date = date(2026, 1, 12)
    days_between: int = 28
    ita: tuple[float, float] = (22.0, 46.0)
    scars: ScarMix = field(default_factory=lambda: ScarMix(icepick=6.0, boxcar=8.0, rolling=1.3, depth=1.15))
    light: Light = field(default_factory=Light)
    exposure: float = 1.15
    light_jitter: float = 4.0
    exposure_jitter: float = 0.06
    colour_jitter: float = 0.03
    turn_jitter: float = 2.5
    shift_jitter: float = 0.9
    zoom_jitter: float = 0.03


@dataclass(frozen=True)
class SyntheticVisit:
    """One visit: its date, the share of the scars' depth left (1 at the start), and the photo, uint8 RGB."""

    date: date
    relief: float
    pixels: npt.NDArray[np.uint8]


PLAN = CoursePlan()


def healing_course(seed: int, visits: int = 6, plan: CoursePlan = PLAN) -> tuple[SyntheticVisit, ...]:
    """The same synthetic cheek at `visits` dates while its scars fade; the same seed gives the same bytes.

    Raises ValueError for fewer than two visits.
    """
    if visits < 2:
        raise ValueError("a course has at least two visits")
    skin, scars = person(seed, plan)
    shape = cheek(scars.types.shape, plan.px_per_mm)
    start, end = plan.relief
    shares = [end + (start - end) * (1 - visit / (visits - 1)) ** plan.pace for visit in range(visits)]
    return tuple(
        SyntheticVisit(
            plan.first_visit + timedelta(days=plan.days_between * visit),
            share,
            _photo(np.random.default_rng([seed, visit]), skin, scars.faded(share), shape, plan),
        )
        for visit, share in enumerate(shares)
    )


def person(seed: int, plan: CoursePlan = PLAN) -> tuple[Skin, Relief]:
    """The skin and the scars of one synthetic person, with a margin around the picture."""
    rng = np.random.default_rng(seed)
    margin = 2 * round(plan.margin_mm * plan.px_per_mm)
    shape = (plan.shape[0] + margin, plan.shape[1] + margin)
    tone = SkinTone(
        ita=float(rng.uniform(*plan.ita)), redness=float(rng.uniform(11, 14.5)), mottling=0.75, pores=0.6, lines=0.6
    )
    skin = clear_skin(rng, shape, plan.px_per_mm, tone)
    scars = scatter(rng, (shape[0] / plan.px_per_mm, shape[1] / plan.px_per_mm), plan.scars)
    return skin, carve(rng, scars, shape, plan.px_per_mm)


def _photo(
    rng: np.random.Generator, skin: Skin, scars: Relief, ground: Cheek, plan: CoursePlan
) -> npt.NDArray[np.uint8]:
    """One visit's photo, with the small differences that no clinic avoids."""
    base = plan.light
    light = Light(
        azimuth=base.azimuth + plan.light_jitter * float(rng.uniform(-2, 2)),
        elevation=base.elevation + plan.light_jitter * float(rng.uniform(-1, 1)),
        ambient=base.ambient,
        gloss=base.gloss * float(rng.uniform(0.85, 1.15)),
        near=base.near,
        background=base.background,
    )
    camera = Camera(
        exposure=plan.exposure * (1 + plan.exposure_jitter * float(rng.uniform(-1, 1))),
        red_gain=1.0 + plan.colour_jitter * float(rng.uniform(-1, 1)),
        blue_gain=1.0 + plan.colour_jitter * float(rng.uniform(-1, 1)),
    )
    scene = lit(skin, scars, ground, plan.px_per_mm, light)
    return expose(_framed(rng, scene, plan), camera, rng)


def _framed(rng: np.random.Generator, scene: Field, plan: CoursePlan) -> Field:
    """The part of the scene that the camera frames, slightly turned, shifted and zoomed."""
    height, width = plan.shape
    turn = plan.turn_jitter * float(rng.uniform(-1, 1))
    zoom = 1.0 + plan.zoom_jitter * float(rng.uniform(-1, 1))
    shift = plan.shift_jitter * plan.px_per_mm * rng.uniform(-1, 1, 2)
    centre = (scene.shape[1] / 2 + float(shift[0]), scene.shape[0] / 2 + float(shift[1]))
    matrix = cv2.getRotationMatrix2D(centre, turn, zoom)
    matrix[:, 2] += (width / 2 - centre[0], height / 2 - centre[1])
    framed = cv2.warpAffine(scene, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(framed, np.float32)
