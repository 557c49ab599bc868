"""`render`: a picture of a made-up cheek from a seed, with the truth about its scars.

    picture = render(seed=7, tone=-20.0, severity=45.0)
    picture.pixels, picture.severity_map, picture.cells()

What is not asked for is drawn from the seed: tone, severity, kinds of scar, scale, light, gloss, beard, camera.
It renders one piece of cheek, never a face, and no real person's skin went into it.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from scarscore.datasets.synthetic.camera import Camera, expose
from scarscore.datasets.synthetic.cheek import Cheek, before_background, cheek, close_up
from scarscore.datasets.synthetic.hair import hair_veil
from scarscore.datasets.synthetic.light import Light, shade
from scarscore.datasets.synthetic.noise import Field, Shape
from scarscore.datasets.synthetic.picture import Synthetic, described
from scarscore.datasets.synthetic.relief import Relief, carve
from scarscore.datasets.synthetic.scars import Kind, ScarMix, planned
from scarscore.datasets.synthetic.severity import Mask
from scarscore.datasets.synthetic.skin import Skin, clear_skin, scarred_skin
from scarscore.datasets.synthetic.tone import ITA_RANGE, SkinTone

# Severities are drawn up to this; beyond it the scars would have to cover all skin.
WORST = 88.0
# Close-ups of cheeks at 320 pixels show 3 to 9 cm.
SCALES_PX_PER_MM = (3.6, 10.5)
HAIR_COLOUR = (0.035, 0.028, 0.024)
# How often each kind is seen among depressed scars (Fabbrocini 2010: icepick 60 to 70 %, boxcar 20 to 30 %,
# rolling 15 to 25 %); how much it varies between people is ours.
SHARES: dict[Kind, float] = {"icepick": 0.58, "boxcar": 0.27, "rolling": 0.15}


def render(
    seed: int,
    tone: float | None = None,
    severity: float | None = None,
    size: int = 320,
    px_per_mm: float | None = None,
    raised: float = 0.0,
    inflamed: float = 0.0,
    light: Light | None = None,
    camera: Camera | None = None,
) -> Synthetic:
    """A made-up cheek with scars, `size` x `size` pixels; the same seed gives the same bytes.

    `tone` is an ITA in degrees, -50 to 65. `severity` 0-100 is aimed at, not met exactly: the picture's own
    `severity` is the truth. `px_per_mm` is the scale; `raised` and `inflamed` are the numbers of raised scars and of
    red papules per square centimetre, and neither counts toward severity. Raises ValueError for a tone, size or
    severity that cannot be.
    """
    if size < 64:
        raise ValueError(f"a picture of {size} pixels is too small to show skin")
    if severity is not None and not 0 <= severity <= 100:
        raise ValueError(f"a severity of {severity} is outside 0 to 100")
    rng = np.random.default_rng(seed)
    scale = px_per_mm or size / 320 * float(np.exp(rng.uniform(*np.log(SCALES_PX_PER_MM))))
    aim = _drawn_severity(rng) if severity is None else severity
    person = drawn_tone(rng, tone, aim)
    shape = (size, size)
    ground = cheek(shape, scale) if rng.uniform() < 0.12 else close_up(rng, shape, scale)
    mask = ground.inside > 0
    mix = replace(drawn_mix(rng, aim, person.ita), hypertrophic=raised, papule=inflamed)
    scars = carve(rng, planned(rng, (size / scale, size / scale), mix, aim, mask), shape, scale)
    skin = clear_skin(rng, shape, scale, person)
    scene = lit(skin, scars, ground, scale, light or drawn_light(rng))
    scene = haired(rng, scene, scale, person.stubble)
    pixels = expose(metered(scene, skin, mask), camera or drawn_camera(rng, person.ita), rng)
    return described(pixels, scars, mask, scale, person.ita)


def lit(skin: Skin, scars: Relief, ground: Cheek, px_per_mm: float, light: Light) -> Field:
    """The light that reaches the camera from scarred skin: (h, w, 3) linear RGB, about 0-1, highlights above."""
    height = scars.height * ground.facing
    seen = scarred_skin(skin, scars)
    shading = shade(ground.bulge + height, seen.fine, height, px_per_mm, light)
    scene = seen.albedo * shading.body + (shading.gloss * seen.oil)[..., None]
    return before_background(np.asarray(scene, np.float32), ground, px_per_mm, light.background)


def metered(scene: Field, skin: Skin, mask: Mask) -> Field:
    """The scene as bright as its skin is: a camera that meters the skin shows its tone, whatever the light."""
    where = mask.view(np.uint8)
    seen, own = (sum(cv2.mean(field, mask=where)) for field in (scene, skin.albedo))
    return np.asarray(scene * np.float32(own / max(seen, 1e-4)), np.float32)


def haired(rng: np.random.Generator, scene: Field, px_per_mm: float, stubble: float) -> Field:
    """The scene behind its hair."""
    shape: Shape = (scene.shape[0], scene.shape[1])
    veil = hair_veil(rng, shape, px_per_mm, stubble)[..., None]
    return np.asarray(scene * (1 - veil) + veil * np.asarray(HAIR_COLOUR, np.float32), np.float32)


def drawn_tone(rng: np.random.Generator, ita: float | None = None, severity: float = 0.0) -> SkinTone:
    """A person's skin: every tone as likely as any other, unless one is given.

    Skin that has scarred is coarser and more mottled than clear skin, as the photos show; both vary widely, so that
    neither tells the severity.
    """
    worn = severity / 100.0
    return SkinTone(
        ita=float(rng.uniform(*ITA_RANGE)) if ita is None else ita,
        redness=float(rng.uniform(9.5, 15.5)),
        mottling=min(1.5, float(np.exp(rng.normal(-0.7 + 1.0 * worn, 0.35)))),
        marks=float(rng.gamma(1.5, 0.5)),
        pores=float(np.exp(rng.normal(-0.85 + 0.85 * worn, 0.5))),
        lines=float(np.exp(rng.normal(-0.9 + 0.75 * worn, 0.4))),
        oil=float(np.exp(rng.normal(-0.1, 0.45))),
        stubble=float(rng.uniform(0.2, 1.0)) if rng.uniform() < 0.3 else 0.0,
    )


def drawn_mix(rng: np.random.Generator, severity: float, ita: float) -> ScarMix:
    """Kinds, depth and colour of a person's scars: the more severe, the deeper; in darker skin, browner."""
    icepick, boxcar, rolling = (share * float(rng.gamma(1.5, 1.0)) + 0.01 for share in SHARES.values())
    total = (icepick + boxcar + rolling) / 10.0
    return ScarMix(
        icepick=icepick / total,
        boxcar=boxcar / total,
        rolling=rolling / total,
        depth=float((0.3 + 0.009 * severity) * np.exp(rng.normal(0, 0.15))),
        redness=float(rng.gamma(1.3, 0.05)),
        brownness=float(rng.gamma(1.2, 0.04 if ita < 28 else 0.02)),
        crowding=float(rng.uniform(0.15, 0.75)),
    )


def drawn_light(rng: np.random.Generator) -> Light:
    """Window, lamp or flash, from any side; mostly from above."""
    flash = rng.uniform() < 0.25
    return Light(
        azimuth=float(rng.normal(90, 50)),
        elevation=float(rng.uniform(55, 75) if flash else rng.uniform(22, 52)),
        ambient=float(rng.uniform(0.15, 0.35) if flash else rng.uniform(0.12, 0.45)),
        gloss=float(np.exp(rng.normal(0.3, 0.55))),
        near=float(rng.uniform(0.0, 0.5)),
    )


def drawn_camera(rng: np.random.Generator, ita: float) -> Camera:
    """A clinic's camera, a phone, or a copy from the web; dark skin is often lit more than it is dark."""
    web, warmth = rng.uniform() < 0.5, float(rng.normal(0.02, 0.06))
    return Camera(
        exposure=float(2.0 ** rng.uniform(-0.5, np.interp(ita, (0, 50), (0.8, 0.3)))),
        red_gain=float(np.exp(warmth + rng.normal(0.0, 0.035))),
        blue_gain=float(np.exp(-1.4 * warmth + rng.normal(0.0, 0.03))),
        blur=float(rng.uniform(0.4, 1.0)),
        noise=float(rng.uniform(0.003, 0.016)),
        contrast=float(rng.uniform(0.1, 1.2)),
        sharpen=float(rng.uniform(0.0, 0.9)),
        saturation=float(rng.uniform(0.75, 1.25)),
        shrunk=float(rng.uniform(0.6, 1.0)) if web else 1.0,
        jpeg=int(rng.integers(60, 86)) if web else int(rng.integers(82, 97)),
    )


def _drawn_severity(rng: np.random.Generator) -> float:
    """Clear skin as often as one time in six, else any severity as likely as any other."""
    return 0.0 if rng.uniform() < 1 / 6 else float(rng.uniform(3.0, WORST))
