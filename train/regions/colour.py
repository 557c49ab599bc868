"""How a photo's colours and sharpness vary: light, white balance, skin tone, compression, what lies behind the head.

Few people with dark skin are in the data and each source has its own backdrop; neither may tell the network
anything. Changes colours alone: where a pixel lies, and so what it is called, stays.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import Floats, Pixels

# Optical density that more melanin adds to red, green and blue (sRGB-linear), relative to blue: rough, after the
# absorption spectrum of eumelanin, which falls as wavelength to the power of about -3.3 (Jacques, 2013).
_MELANIN = np.array([0.42, 0.68, 1.0], np.float32)
_GAMMA = 2.2


def recoloured(pixels: Pixels, skin: Floats, rng: np.random.Generator) -> Pixels:
    """Another light, another camera, another skin: uint8 RGB (h, w, 3), `skin` 0-1 (h, w)."""
    linear = (pixels.astype(np.float32) / 255) ** _GAMMA
    if rng.random() < 0.4:
        density = rng.uniform(0.2, 1.7) * _MELANIN
        linear = linear * np.exp(-density * skin[..., None])
    if rng.random() < 0.25:
        linear = linear * _uneven_light(linear.shape[:2], rng)[..., None]
    if rng.random() < 0.7:
        linear = linear * np.exp(rng.normal(0, 0.12, 3)).astype(np.float32)
    linear = linear * np.float32(np.exp(rng.normal(0, 0.35)))
    shaped = np.clip(linear, 0, 1) ** np.float32(rng.uniform(0.75, 1.35) / _GAMMA)
    if rng.random() < 0.15:  # little colour, or none
        grey = shaped.mean(axis=2, keepdims=True)
        shaped = grey + (shaped - grey) * np.float32(rng.uniform(0.2, 1.0))
    return np.asarray(np.clip(np.rint(shaped * 255), 0, 255), np.uint8)


def blemished(pixels: Pixels, skin: npt.NDArray[np.bool_], rng: np.random.Generator) -> Pixels:
    """Dark pits, red spots and gloss on the skin, which must all stay skin: uint8 RGB (h, w, 3), `skin` (h, w)."""
    places = np.argwhere(skin)
    if len(places) == 0:
        return pixels
    gain = np.ones(pixels.shape, np.float32)
    kinds = ((0.25, 0.22, 0.2), (0.5, 0.4, 0.35), (0.85, 0.5, 0.5), (1.7, 1.7, 1.7))
    colour = kinds[rng.integers(len(kinds))]
    for y, x in places[rng.integers(len(places), size=int(rng.integers(3, 40)))]:
        axes = tuple(int(v) for v in rng.integers(1, 7, 2))
        cv2.ellipse(gain, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
    soft = cv2.GaussianBlur(gain, (0, 0), float(rng.uniform(0.7, 2.0)))
    marked = np.clip(pixels * np.where(skin[..., None], soft, 1), 0, 255)
    return np.asarray(marked, np.uint8)


def degraded(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Less sharp, noisier and compressed, as photos from everywhere are."""
    side = pixels.shape[0]
    if rng.random() < 0.5:
        small = int(rng.uniform(0.35, 1.0) * side)
        less = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
        pixels = np.asarray(cv2.resize(less, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.3:
        noisy = pixels + rng.normal(0, rng.uniform(2, 12), pixels.shape).astype(np.float32)
        pixels = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))]
        pixels = np.asarray(cv2.imdecode(cv2.imencode(".jpg", pixels, quality)[1], cv2.IMREAD_COLOR), np.uint8)
    return pixels


def other_background(pixels: Pixels, skin: Floats, backdrop: Pixels, reach: float) -> Pixels:
    """The photo before another background: what lies further than `reach` pixels from skin is replaced.

    Hair lies within that reach and stays; the seam is soft.
    """
    away = cv2.distanceTransform((skin < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.clip((away - reach) / max(2.0, 0.1 * reach), 0, 1)[..., None].astype(np.float32)
    return np.asarray(pixels * (1 - share) + backdrop * share, np.uint8)


def made_up_backdrop(side: int, rng: np.random.Generator) -> Pixels:
    """A picture of nothing: flat, a gradient, noise of any grain, stripes or lines of text-like strokes."""
    kind = rng.integers(5)
    first, second = rng.integers(0, 256, (2, 3))
    if rng.random() < 0.3:
        first = np.full(3, rng.choice([0, 127, 255]))
    if kind == 0:
        return np.full((side, side, 3), first, np.uint8)
    if kind == 1:
        ramp = np.linspace(0, 1, side)[:, None, None] * np.ones((1, side, 1))
        turned = ramp if rng.random() < 0.5 else ramp.transpose(1, 0, 2)
        return np.asarray(first + (second - first) * turned, np.uint8)
    if kind == 2:
        grain = int(rng.integers(2, side))
        noise = rng.integers(0, 256, (grain, grain, 3)).astype(np.uint8)
        return np.asarray(cv2.resize(noise, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    if kind == 3:
        grain = int(rng.integers(4, side))
        mix = cv2.resize(rng.random((grain, grain)).astype(np.float32), (side, side))[..., None]
        return np.asarray(first + (second - first) * mix, np.uint8)
    page = np.full((side, side, 3), rng.integers(180, 256), np.uint8)
    for row in range(int(rng.integers(4, 12)), side, int(rng.integers(7, 20))):
        x = 5
        while x < side - 10:
            length = int(rng.integers(4, 30))
            cv2.line(page, (x, row), (x + length, row), (30, 30, 30), int(rng.integers(1, 4)))
            x += length + int(rng.integers(3, 8))
    return page


def _uneven_light(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """A lamp at one side: light falls across the photo by up to five times."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    along = (np.cos(turn) * columns / shape[1] + np.sin(turn) * rows / shape[0]).astype(np.float32)
    along -= along.mean()
    return np.asarray(np.exp(rng.uniform(0, 1.6) * along), np.float32)
