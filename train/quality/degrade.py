"""What goes wrong with photos, step by step: the ailments that the quality checks are to find, made on real photos.

Each ailment is one function of a photo, its skin and a strength, deterministic, and each has the steps at which the
report tries it. They imitate the physics where that is simple (light is scaled as light, not as grey levels); they
do not invent skin. Nothing here is used in training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.model.preprocess import GREY, Floats, Pixels

_AT = 512  # px on the long side: strengths in pixels are told at this size
_LAMP = np.array((244, 242, 240), np.float32)  # a highlight: nearly white, not burnt out
_ROOM = 60  # grey level of a wall, for what is not the face


@dataclass(frozen=True)
class Ailment:
    """One way in which a photo goes wrong.

    `check` is the column of the product's answer that is to find it, `unit` the unit of its `steps`, mildest first.
    """

    name: str
    check: str
    unit: str
    steps: tuple[float, ...]
    make: Callable[[Pixels, Floats, float], Pixels]


def exposed(pixels: Pixels, _: Floats, stops: float) -> Pixels:
    """The photo as if exposed by so many stops more, or fewer: light times 2 ** stops, clipped at the sensor's end."""
    return _coded(_light(pixels) * np.float32(2.0**stops))


def burnt(pixels: Pixels, skin: Floats, share: float) -> Pixels:
    """Three stops of lamp on a disc that covers this share of the skin: it burns out, with its colour."""
    spot = _disc(skin, share)[..., None]
    return _coded(_light(pixels) * (1 + 7 * spot))


def glossy(pixels: Pixels, skin: Floats, share: float) -> Pixels:
    """Highlights of white light over this share of the skin, in soft patches as sweat and grease make them.

    They add light to what is there, so that relief shows through, and do not burn out.
    """
    height, width = skin.shape
    unit = max(height, width) / _AT
    noise = np.random.default_rng(0).standard_normal((height, width)).astype(np.float32)
    patches = cv2.GaussianBlur(noise, (0, 0), 12 * unit)
    wet = np.asarray(patches > np.quantile(patches[skin >= 0.5], 1 - share), np.float32)
    wet = cv2.GaussianBlur(wet, (0, 0), 3 * unit) * skin
    return np.asarray(np.rint(pixels + (_LAMP - pixels) * 0.75 * wet[..., None]), np.uint8)


def shaded(pixels: Pixels, skin: Floats, stops: float) -> Pixels:
    """One side of the skin in shadow by so many stops, with a soft edge through the skin's middle."""
    across = np.cumsum(skin.sum(axis=0))
    middle = float(np.searchsorted(across, across[-1] / 2))
    x = np.arange(skin.shape[1], dtype=np.float32)
    dark = 1 / (1 + np.exp(-(x - middle) / (0.04 * skin.shape[1])))
    return _coded(_light(pixels) * (2.0 ** (-stops * dark[None, :, None])).astype(np.float32))


def coloured(light: tuple[float, float, float]) -> Callable[[Pixels, Floats, float], Pixels]:
    """Light of a colour (stops of red, green, blue at strength 1) falls on all that is seen."""

    def cast(pixels: Pixels, _: Floats, strength: float) -> Pixels:
        return _coded(_light(pixels) * (2.0 ** (strength * np.array(light))).astype(np.float32))

    return cast


def blurred(pixels: Pixels, _: Floats, sigma: float) -> Pixels:
    """Out of focus: Gaussian blur, sigma in pixels of a photo of 512 px."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma * max(pixels.shape[:2]) / _AT), np.uint8)


def shrunk(pixels: Pixels, _: Floats, side: float) -> Pixels:
    """A thumbnail: the short side so many pixels. Never enlarged."""
    scale = min(1.0, side / min(pixels.shape[:2]))
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def far(pixels: Pixels, _: Floats, part: float) -> Pixels:
    """Taken from further away: the photo takes up this part of each side, a wall the rest."""
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
    canvas = np.full_like(pixels, _ROOM)
    y, x = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def covered(pixels: Pixels, skin: Floats, share: float) -> Pixels:
    """A grey cloth over this share of the skin, from below, as a mask or a scarf lies."""
    down = np.cumsum(skin.sum(axis=1))
    first = int(np.searchsorted(down, down[-1] * (1 - share)))
    out = pixels.copy()
    out[first:] = GREY
    return out


def grainy(pixels: Pixels, _: Floats, sigma: float) -> Pixels:
    """Noise of a sensor in the dark, grey, so many levels of 255 strong, at 512 px."""
    return _noisy(pixels, sigma, 1)


def mottled(pixels: Pixels, _: Floats, sigma: float) -> Pixels:
    """Noise of a sensor in the dark, in colour, so many levels of 255 strong, at 512 px."""
    return _noisy(pixels, sigma, 3)


# After `resolution` and what hides skin, light by light. The steps reach well beyond each limit.
AILMENTS = (
    Ailment("thumbnail", "resolution", "px, short side", (320, 240, 200, 160, 110), shrunk),
    Ailment("far away", "skin_share", "part of each side", (0.8, 0.6, 0.45, 0.3), far),
    Ailment("covered from below", "skin_share", "share of the skin", (0.3, 0.5, 0.7, 0.9), covered),
    Ailment("underexposed", "brightness_low", "stops", (-1, -2, -3, -4), exposed),
    Ailment("overexposed", "brightness_high", "stops", (0.5, 1, 2, 3), exposed),
    Ailment("burnt by a lamp", "clipping", "share of the skin", (0.05, 0.1, 0.2, 0.4), burnt),
    Ailment("glossy", "glare", "share of the skin", (0.1, 0.2, 0.35, 0.5), glossy),
    Ailment("one side in shadow", "shadow", "stops", (1, 2, 3, 5), shaded),
    Ailment("warm light", "cast", "stops, red to blue", (0.5, 1, 2), coloured((0.5, 0.0, -0.5))),
    Ailment("blue light", "cast", "stops, red to blue", (0.5, 1, 2), coloured((-0.5, 0.0, 0.5))),
    Ailment("green light", "cast", "stops", (0.3, 0.7, 1.5), coloured((-0.5, 0.5, -0.5))),
    Ailment("blurred", "sharpness", "px, sigma", (1, 2, 3, 4, 6), blurred),
    Ailment("grey noise", "certainty", "levels", (10, 20, 40), grainy),
    Ailment("coloured noise", "certainty", "levels", (10, 20, 40), mottled),
)


def _light(pixels: Pixels) -> Floats:
    """Linear light, 0 to 1, of sRGB (IEC 61966-2-1)."""
    levels = np.arange(256, dtype=np.float64) / 255
    table = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return table.astype(np.float32)[pixels]


def _coded(light: Floats) -> Pixels:
    clipped = np.clip(light, 0, 1)
    coded = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** np.float32(1 / 2.4) - 0.055)
    return np.asarray(np.rint(coded * 255), np.uint8)


def _disc(skin: Floats, share: float) -> Floats:
    """A disc around the skin's middle that holds this share of it, with a soft edge."""
    y, x = np.mgrid[: skin.shape[0], : skin.shape[1]].astype(np.float32)
    total = max(float(skin.sum()), 1.0)
    away = np.hypot(y - float((y * skin).sum()) / total, x - float((x * skin).sum()) / total)
    inside = away[skin >= 0.5]
    radius = float(np.quantile(inside, share)) if inside.size else 0.0
    soft = 0.02 * max(skin.shape)
    return np.asarray(np.clip((radius - away) / soft + 0.5, 0, 1), np.float32)


def _noisy(pixels: Pixels, sigma: float, channels: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = min(1.0, _AT / max(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)), channels)
    noise = np.random.default_rng(0).standard_normal(shape).astype(np.float32) * np.float32(sigma)
    large = cv2.resize(noise, (width, height), interpolation=cv2.INTER_NEAREST).reshape(height, width, channels)
    return np.asarray(np.clip(np.rint(pixels + large), 0, 255), np.uint8)
