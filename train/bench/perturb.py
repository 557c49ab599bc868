"""One photo taken again, as a clinic's camera varies: framing, light, colour, focus, noise, size, compression.

Nothing here touches the skin: whatever the score makes of these shots is measurement error. Every shot is drawn from
a seed, the same on every machine. It does not show what lay beyond the photo's edge: turned corners are filled with
the mirrored photo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.train.bench.light import to_linear, to_srgb, white_gains

EXPOSURE = 0.5  # EV, either way, in linear light
KELVIN = 800.0  # either way of 5,500 K
CROP = 0.10  # of each side, cut away and enlarged again
ROTATION = 5.0  # degrees, either way
PERSPECTIVE = 0.02  # of the long side, by which each corner moves
DEFOCUS = 0.0025  # radius of the blur disc, of the long side: 0.8 px of 320
NOISE = 0.02  # standard deviation at full light, in linear light; falls with the square root of light
SMALLEST = 0.7  # of the size, before it is shown again
QUALITY = (70, 95)  # JPEG


@dataclass(frozen=True)
class Shot:
    """How one shot differs from the photo: EV, kelvin from neutral, degrees, shares of the long side, JPEG quality.

    `corners` are eight shifts (x and y of each corner), `centre` is where the crop lies, -1 to 1.
    """

    exposure: float = 0.0
    kelvin: float = 0.0
    crop: float = 0.0
    centre: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    corners: tuple[float, ...] = (0.0,) * 8
    defocus: float = 0.0
    noise: float = 0.0
    size: float = 1.0
    quality: int | None = None


def draw(seed: str) -> Shot:
    """A shot with every condition drawn from its range."""
    chance = random_of(seed)
    return Shot(
        exposure=chance.uniform(-EXPOSURE, EXPOSURE),
        kelvin=chance.uniform(-KELVIN, KELVIN),
        crop=chance.uniform(0.0, CROP),
        centre=(chance.uniform(-1.0, 1.0), chance.uniform(-1.0, 1.0)),
        rotation=chance.uniform(-ROTATION, ROTATION),
        corners=tuple(chance.uniform(-PERSPECTIVE, PERSPECTIVE, 8).tolist()),
        defocus=chance.uniform(0.0, DEFOCUS),
        noise=chance.uniform(0.0, NOISE),
        size=chance.uniform(SMALLEST, 1.0),
        quality=int(chance.integers(QUALITY[0], QUALITY[1] + 1)),
    )


def taken_again(pixels: Pixels, seed: str) -> Pixels:
    """One more shot of a photo, uint8 RGB (h, w, 3), of about the same size; the same for the same seed."""
    return take(pixels, draw(seed), random_of(f"{seed} noise"))


def take(pixels: Pixels, shot: Shot, chance: np.random.Generator) -> Pixels:
    """The photo under these conditions: first the view, then light, lens, sensor, and last the file."""
    framed = _framed(pixels, shot)
    light = to_linear(framed) * (2.0**shot.exposure * white_gains(5500.0 + shot.kelvin))
    focused = defocused(light.astype(np.float32), shot.defocus * max(pixels.shape[:2]))
    seen = to_srgb(noisy(focused, shot.noise, chance))
    if shot.size < 1.0:
        seen = smaller(seen, shot.size)
    return seen if shot.quality is None else compressed(seen, shot.quality)


def random_of(seed: str) -> np.random.Generator:
    """Chance that is the same for the same words."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))


def defocused(light: Floats, radius: float) -> Floats:
    """Linear light blurred by a disc of this radius in px; its rim is soft, so that any radius counts."""
    if radius < 0.1:
        return light
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0.0, 1.0)
    lens = (disc / disc.sum()).astype(np.float32)
    return np.asarray(cv2.filter2D(light, -1, lens, borderType=cv2.BORDER_REFLECT_101), np.float32)


def noisy(light: Floats, amount: float, chance: np.random.Generator) -> Floats:
    """Linear light with the noise of a sensor: it grows with the root of the light, and some is there in the dark.

    Poisson noise by its normal limit (Foi et al. 2008), joined between neighbours as demosaicing joins them.
    """
    if amount <= 0.0:
        return light
    grain = cv2.GaussianBlur(chance.standard_normal(light.shape, np.float32), (0, 0), 0.6)
    spread = amount * np.sqrt(np.clip(light, 0.0, 1.0) + 0.01)
    return np.asarray(light + grain / max(float(grain.std()), 1e-6) * spread, np.float32)


def compressed(pixels: Pixels, quality: int) -> Pixels:
    """The photo after JPEG at this quality."""
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    again = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if again is None:
        raise ValueError("the photo cannot be compressed")
    return np.ascontiguousarray(again[..., ::-1], dtype=np.uint8)


def _framed(pixels: Pixels, shot: Shot) -> Pixels:
    """Crop, zoom, rotation and perspective in one resampling."""
    height, width = pixels.shape[:2]
    long = max(height, width)
    window = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    middle = window.mean(axis=0)
    turn = np.deg2rad(shot.rotation)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shift = np.array(shot.centre) * np.array([width, height]) * shot.crop / 2.0
    seen = (window - middle) * (1.0 - shot.crop) @ rotation.T + middle + shift
    seen += np.reshape(shot.corners, (4, 2)) * long
    if np.allclose(seen, window):
        return pixels
    carry = cv2.getPerspectiveTransform(seen.astype(np.float32), window.astype(np.float32))
    framed = cv2.warpPerspective(
        pixels, carry, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    return framed.astype(np.uint8)


def smaller(pixels: Pixels, size: float) -> Pixels:
    """The whole photo in fewer pixels: `size` (0-1) of each side."""
    height, width = (max(16, round(side * size)) for side in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


Change = Callable[[Pixels, str], Pixels]
"""A photo and a seed to the changed photo."""

ALONE: dict[str, tuple[Shot, ...]] = {
    "exposure": (Shot(exposure=-EXPOSURE), Shot(exposure=EXPOSURE)),
    "white balance": (Shot(kelvin=-KELVIN), Shot(kelvin=KELVIN)),
    "crop and zoom": (Shot(crop=CROP), Shot(crop=CROP, centre=(1.0, -1.0))),
    "rotation": (Shot(rotation=-ROTATION), Shot(rotation=ROTATION)),
    "defocus": (Shot(defocus=DEFOCUS),),
    "noise": (Shot(noise=NOISE),),
    "resize": (Shot(size=SMALLEST),),
    "JPEG": (Shot(quality=QUALITY[0]),),
}
"""Each condition alone, at the ends of its range: which of them moves a score."""
