"""A camera: from the light that arrives to the pixels of a photo, with what every camera and the web do to it.

Blur, grain, white balance, a tone curve, sharpening and JPEG. It knows nothing of skin.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.noise import Field, blurred

_STEPS, _BRIGHTEST = 2048, 2.0


@dataclass(frozen=True)
class Camera:
    """The camera of one photo.

    `exposure` a factor; `red_gain` and `blue_gain` its white balance; `blur` in pixels; `noise` 0-1, the grain
    at white; `contrast` about 0, how much its tone curve steepens the middle; `sharpen` the strength of its
    unsharp mask; `saturation` about 1; `shrunk` 0-1, the share of its size that a web copy was reduced to before
    it was enlarged again; `jpeg` 1-100, None for no compression.
    """

    exposure: float = 1.0
    red_gain: float = 1.0
    blue_gain: float = 1.0
    blur: float = 0.6
    noise: float = 0.008
    contrast: float = 0.0
    sharpen: float = 0.4
    saturation: float = 1.0
    shrunk: float = 1.0
    jpeg: int | None = None


def expose(linear: Field, camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The photo (h, w, 3), uint8 sRGB, that the camera makes of linear RGB light (h, w, 3), about 0-1."""
    gains = camera.exposure * np.diag([camera.red_gain, 1.0, camera.blue_gain])
    seen = np.asarray(cv2.transform(blurred(linear, camera.blur), gains), np.float32)
    # Photon noise grows with the square root of the light; a camera smooths it, so it is never one pixel fine.
    grain = blurred(rng.standard_normal(linear.shape, dtype=np.float32), 0.6)
    seen += np.float32(1.6 * camera.noise) * grain * np.sqrt(np.maximum(seen, np.float32(0.01)))
    shown = np.take(_curve(camera.contrast), (seen * np.float32(_STEPS / _BRIGHTEST)).astype(np.int32), mode="clip")
    return _finished(shown, camera)


def to_linear(pixels: npt.NDArray[np.uint8]) -> Field:
    """sRGB pixels (uint8) as linear light, 0-1."""
    return _LINEAR[pixels]


def to_srgb(linear: Field) -> Field:
    """Linear light as sRGB values, 0-255, not rounded."""
    light = np.clip(linear, 0, 1)
    return np.asarray(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055), np.float32)


def _curve(contrast: float) -> Field:
    """sRGB 0-255 by light: highlights roll off, and the middle is steepened, as cameras do."""
    light = (np.arange(_STEPS, dtype=np.float32) + 0.5) * np.float32(_BRIGHTEST / _STEPS)
    rolled = np.where(light > 0.7, 0.7 + 0.3 * (1 - np.exp(-(light - 0.7) / 0.3)), light).astype(np.float32)
    shown = to_srgb(rolled) / 255
    steeper = shown * shown * (3 - 2 * shown)
    return np.asarray(255 * (shown + np.float32(contrast) * (steeper - shown)), np.float32)


def _finished(shown: Field, camera: Camera) -> npt.NDArray[np.uint8]:
    """Sharpened, coloured, reduced and packed, as phones and web pages do."""
    if camera.sharpen:
        shown = shown + np.float32(camera.sharpen) * (shown - blurred(shown, 1.1))
    if camera.saturation != 1.0:
        own, other = (1 + 2 * camera.saturation) / 3, (1 - camera.saturation) / 3
        mixed = np.full((3, 3), other) + (own - other) * np.eye(3)
        shown = np.asarray(cv2.transform(shown, mixed), np.float32)
    pixels = cv2.convertScaleAbs(np.maximum(shown, 0))
    height, width = pixels.shape[:2]
    if camera.shrunk < 1:
        small = (max(8, round(width * camera.shrunk)), max(8, round(height * camera.shrunk)))
        pixels = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
    if camera.jpeg is not None:
        _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg])
        pixels = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)
    if camera.shrunk < 1:
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(pixels, np.uint8)


def _decoding_table() -> Field:
    shown = np.arange(256, dtype=np.float64) / 255
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _decoding_table()
