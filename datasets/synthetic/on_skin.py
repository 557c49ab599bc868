"""`scar_on`: made-up scars on a photo of real clear skin, shaded with the photo's own light.

    scarred = scar_on(pixels, skin_mask, seed=3, severity=40.0, px_per_mm=6.0)

The photo comes in as an array and goes out as one; nothing is read from or written to a disk here. Pixels without a
scar keep their bytes. It takes the skin for clear: what scars the photo already shows are not in its truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from scarscore.datasets.synthetic.camera import to_linear, to_srgb
from scarscore.datasets.synthetic.light import Light, shade
from scarscore.datasets.synthetic.noise import Field, blurred
from scarscore.datasets.synthetic.picture import Pixels, Synthetic, described
from scarscore.datasets.synthetic.relief import Relief, carve
from scarscore.datasets.synthetic.render import drawn_mix
from scarscore.datasets.synthetic.scars import ScarMix, planned
from scarscore.datasets.synthetic.severity import Mask
from scarscore.datasets.synthetic.tone import ita_of, pigmented

# What a photo shows on its short side where no scale is given: a cheek and its surroundings, in mm.
CHEEK_MM = 65.0
# How far beyond a scar the skin may change, in mm: the round of its rim and the glow of its shadow.
EDGE_MM = 0.9
# A cheek's radius in mm, which turns a change of brightness into the height of the light.
ROUND_MM = 70.0
# What skin of middling tone returns of the light: how strong a highlight is beside the skin's own colour.
RETURNED = 0.35
_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)


@dataclass(frozen=True)
class Lighting:
    """What a photo's own shading tells of its light: the light, `level` (h, w), its brightness on the skin, low
    frequencies only (linear, 0-1), and `softness`, the photo's blur in pixels."""

    light: Light
    level: Field
    softness: float


def scar_on(
    pixels: Pixels,
    skin_mask: Mask,
    seed: int,
    severity: float,
    px_per_mm: float | None = None,
    mix: ScarMix | None = None,
    light: Light | None = None,
) -> Synthetic:
    """The photo (uint8 sRGB, (h, w, 3)) with scars on the skin of `skin_mask` (bool, (h, w)).

    `severity` 0-100 is aimed at; the answer's own `severity` is the truth. `px_per_mm` is the photo's scale; by
    default its short side is taken for 65 mm. `light` replaces the estimate of the photo's light. The same photo
    and seed give the same bytes. Raises ValueError where the mask does not fit the photo or holds no skin.
    """
    if skin_mask.shape != pixels.shape[:2] or skin_mask.dtype != np.bool_:
        raise ValueError(f"a mask of {skin_mask.shape}, {skin_mask.dtype} does not fit a photo of {pixels.shape}")
    if not skin_mask.any():
        raise ValueError("the mask holds no skin")
    rng = np.random.default_rng(seed)
    height, width = skin_mask.shape
    scale = px_per_mm or min(height, width) / CHEEK_MM
    tone = ita_of(pixels, skin_mask)
    scars = planned(rng, (height / scale, width / scale), mix or drawn_mix(rng, severity, tone), severity, skin_mask)
    relief = _within(carve(rng, scars, (height, width), scale), skin_mask, scale)
    if not relief.scarred.any():
        return described(pixels.copy(), relief, skin_mask, scale, tone)
    lighting = lighting_of(pixels, skin_mask, scale)
    if light is not None:
        lighting = replace(lighting, light=light)
    return described(_lit(pixels, relief, lighting, scale), relief, skin_mask, scale, tone)


def lighting_of(pixels: Pixels, skin_mask: Mask, px_per_mm: float) -> Lighting:
    """The light of a photo, estimated from the low frequencies of its shading on the skin.

    A cheek bulges, so the side that faces the light is brighter: the direction of rising brightness is where the
    light comes from, and how fast it rises says how low the light stands. It assumes one light and a convex piece
    of skin, and knows neither colour of the skin nor exposure.
    """
    luma = np.asarray(cv2.transform(to_linear(pixels), _LUMA), np.float32)
    level = _masked_blur(luma, skin_mask, 4.0 * px_per_mm)
    right, down = _rise(np.log(np.maximum(level, 1e-3)), skin_mask, px_per_mm)
    # d log(n.l) / dx = cot(elevation) / radius where the skin faces the camera.
    cotangent = min(1.5, max(0.35, math.hypot(right, down) * ROUND_MM))
    detail = (luma / np.maximum(level, 1e-3))[skin_mask]
    light = Light(
        azimuth=math.degrees(math.atan2(-down, right)),
        elevation=math.degrees(math.atan(1.0 / cotangent)),
        ambient=0.62 - 0.16 * cotangent,
        gloss=float(np.clip((np.percentile(detail[::7], 98) - 1.05) / 0.35, 0.25, 1.6)),
        near=0.0,
    )
    return Lighting(light, level, _softness(luma, skin_mask))


def _lit(pixels: Pixels, scars: Relief, lighting: Lighting, px_per_mm: float) -> Pixels:
    """The photo with the scars' shading, gloss and colour; nothing else of it changes."""
    flat = np.zeros_like(scars.height)
    light = lighting.light
    shading = shade(scars.height, flat, scars.height, px_per_mm, light)
    clear = shade(flat[:4, :4], flat[:4, :4], flat[:4, :4], px_per_mm, light)
    linear = to_linear(pixels)
    smooth = blurred(linear, 0.35 * px_per_mm)
    # Scar tissue has lost part of its pores and lines; what is left breaks up the highlight.
    seen = linear + np.float32(0.5) * scars.scarred[..., None] * (smooth - linear)
    grain = np.clip(1 + 4 * (cv2.transform(linear / np.maximum(smooth, 1e-3), _LUMA) - 1), 0, 2.5)
    body = blurred(shading.body / clear.body[0, 0] * pigmented(scars.melanin, scars.blood), lighting.softness)
    shine = blurred(shading.gloss - clear.gloss[0, 0], lighting.softness)
    shine = np.maximum(shine, 0) * grain * lighting.level / np.float32(RETURNED)
    shown = to_srgb(np.asarray(seen * body + shine[..., None], np.float32))
    share = _edge(scars, px_per_mm)[..., None]
    return np.asarray(np.rint(pixels + share * (shown - pixels)), np.uint8)


def _within(scars: Relief, skin_mask: Mask, px_per_mm: float) -> Relief:
    """The scars as far as they lie on the skin; they run out towards its border, so that nothing is cut off."""
    away = cv2.distanceTransform(np.pad(skin_mask, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1] / px_per_mm
    share = np.clip((away - EDGE_MM) / 1.0, 0, 1).astype(np.float32)
    return Relief(
        height=scars.height * share,
        burden=scars.burden * share,
        types=np.where(share > 0, scars.types, 0).astype(np.uint8),
        scarred=scars.scarred * share,
        blood=scars.blood * share,
        melanin=scars.melanin * share,
    )


def _edge(scars: Relief, px_per_mm: float) -> Field:
    """1 on scars and papules, falling to exactly 0 within `EDGE_MM` beyond them."""
    away = cv2.distanceTransform((scars.scarred == 0).astype(np.uint8), cv2.DIST_L2, 3) / px_per_mm
    share = np.clip(1 - away / EDGE_MM, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _masked_blur(field: Field, mask: Mask, sigma: float) -> Field:
    """A blur that takes nothing from beyond the mask; on a small copy, since little is left of it anyway."""
    step = max(1, int(sigma / 4))
    size = (max(2, field.shape[1] // step), max(2, field.shape[0] // step))
    inside = mask.astype(np.float32)
    small, share = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (field * inside, inside))
    mean = blurred(small, sigma / step) / np.maximum(blurred(share, sigma / step), 1e-3)
    return np.asarray(cv2.resize(mean, field.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _rise(field: Field, mask: Mask, px_per_mm: float) -> tuple[float, float]:
    """How fast a field rises to the right and downwards over the mask, per mm: a plane fitted by least squares."""
    step = max(1, round(px_per_mm))
    rows, columns = np.nonzero(mask[::step, ::step])
    places = np.stack([columns, rows, np.ones_like(rows)], axis=-1).astype(np.float64)
    plane, *_ = np.linalg.lstsq(places, field[::step, ::step][rows, columns].astype(np.float64), rcond=None)
    return float(plane[0]) * px_per_mm / step, float(plane[1]) * px_per_mm / step


def _softness(luma: Field, mask: Mask) -> float:
    """The blur of a photo in pixels, 0.2 to 2: soft photos hold little in their finest detail."""
    fine, coarse = luma - blurred(luma, 0.8), blurred(luma, 0.8) - blurred(luma, 2.4)
    share = float(fine[mask].std()) / max(1e-6, float(coarse[mask].std()))
    return float(np.clip(1.6 - 1.9 * share, 0.2, 2.0))
