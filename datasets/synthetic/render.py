"""Skin with relief, seen by a camera: light, shadow, the glow of skin, gloss, blur and sensor noise.

One distant light over an even surround. Light that enters skin comes out again a little further on, the red
most of all; so the shading is softened per colour, which is what makes shadows in skin reddish and not grey.
It renders one piece of cheek, never a face.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.cheek import Cheek, before_background
from scarscore.datasets.synthetic.noise import Field, blurred
from scarscore.datasets.synthetic.skin import Skin

# How far light spreads within skin, in mm, for red, green and blue.
SPREAD_MM = (0.36, 0.20, 0.14)
# Light that bounces about in a pit meets skin again and again, and grows redder: shadows are warm.
BOUNCE = (0.82, 1.0, 1.1)


@dataclass(frozen=True)
class Light:
    """The light of one photo.

    `azimuth` in degrees, where it comes from (0 right, 90 top); `elevation` in degrees above the skin (90
    frontal, below 30 raking); `ambient` 0-1, the share that comes from all around; `gloss` 0-1, the shine of
    the skin; `background` the linear RGB of the room behind.
    """

    azimuth: float = 125.0
    elevation: float = 42.0
    ambient: float = 0.34
    gloss: float = 0.4
    background: tuple[float, float, float] = (0.045, 0.055, 0.07)


@dataclass(frozen=True)
class Camera:
    """The camera of one photo: exposure factor, gains for red and blue, blur in pixels, noise 0-1."""

    exposure: float = 1.0
    red_gain: float = 1.0
    blue_gain: float = 1.0
    blur: float = 0.6
    noise: float = 0.008


def render(skin: Skin, scars: Field, shape: Cheek, px_per_mm: float, light: Light) -> Field:
    """The light that reaches the camera: (h, w, 3) linear RGB, about 0-1, with highlights above.

    `scars` is the height of the scars in mm (`relief.height_field`, times the share of their depth that is
    left).
    """
    coarse = shape.bulge + scars
    normals = _normals(coarse + skin.fine, px_per_mm)
    towards = _direction(light)
    direct = np.clip(normals @ towards, 0, None) * _sun(coarse, px_per_mm, light) / towards[2]
    # A pit sees less of the surround than flat skin does.
    open_sky = np.clip(1.0 + 0.9 * (scars - blurred(scars, 1.0 * px_per_mm)), 0.35, 1.08) * (
        0.5 + 0.5 * normals[..., 2]
    )
    shading = light.ambient * open_sky + (1 - light.ambient) * direct
    glow = np.stack([blurred(shading, mm * px_per_mm) for mm in SPREAD_MM], axis=-1)
    # Not all light enters the skin: the rest keeps the shading crisp.
    body = skin.albedo * np.power(0.6 * glow + 0.4 * shading[..., None], BOUNCE)
    seen = np.asarray(body + _gloss(normals, towards, light)[..., None], np.float32)
    return before_background(seen, shape, px_per_mm, light.background)


def expose(linear: Field, camera: Camera, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The photo that the camera makes of the light: uint8 RGB with its blur, colour cast and noise."""
    seen = linear + 0.5 * (linear - blurred(linear, 1.2))  # phones sharpen
    seen = blurred(seen, camera.blur) * camera.exposure * np.array([camera.red_gain, 1.0, camera.blue_gain])
    grain = rng.standard_normal(linear.shape).astype(np.float32)
    # Photon noise grows with the square root of the light; a camera smooths it, so it is never one pixel
    # fine.
    seen = seen + camera.noise * np.sqrt(np.clip(seen, 0.01, 1)) * 1.6 * blurred(grain, 0.6)
    seen = np.clip(seen, 0, None)
    rolled = np.where(seen > 0.7, 0.7 + 0.3 * (1 - np.exp(-(seen - 0.7) / 0.3)), seen)  # highlights roll off
    srgb = np.where(rolled <= 0.0031308, 12.92 * rolled, 1.055 * np.power(np.maximum(rolled, 1e-6), 1 / 2.4) - 0.055)
    return np.asarray(np.clip(np.rint(srgb * 255), 0, 255), np.uint8)


def _direction(light: Light) -> Field:
    """Unit vector towards the light, in picture axes: x right, y down, z towards the camera."""
    azimuth, elevation = math.radians(light.azimuth), math.radians(light.elevation)
    flat = math.cos(elevation)
    return np.array([flat * math.cos(azimuth), -flat * math.sin(azimuth), math.sin(elevation)], np.float32)


def _normals(height: Field, px_per_mm: float) -> Field:
    """Unit normals (h, w, 3) of a height field in mm."""
    slope_y, slope_x = np.gradient(height, 1.0 / px_per_mm)
    normals = np.stack([-slope_x, -slope_y, np.ones_like(height)], axis=-1)
    return np.asarray(normals / np.linalg.norm(normals, axis=-1, keepdims=True), np.float32)


def _sun(height: Field, px_per_mm: float, light: Light, reach_mm: float = 2.4, steps: int = 12) -> Field:
    """Share of the direct light that is not cut off by higher skin towards the light, 0-1."""
    rise = math.tan(math.radians(light.elevation))
    heading = _direction(light)[:2] / math.cos(math.radians(light.elevation)) * px_per_mm
    size = (height.shape[1], height.shape[0])
    lit = np.ones(height.shape, np.float32)
    for far in np.linspace(reach_mm / steps, reach_mm, steps):
        shift = np.array([[1, 0, heading[0] * far], [0, 1, heading[1] * far]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ahead = cv2.warpAffine(height, shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        # The light has a size, so that a shadow grows softer with its distance from what throws it.
        lit = np.minimum(lit, 0.5 - (ahead - height - far * rise) / (0.04 + 0.35 * far))
    return blurred(np.clip(lit, 0.12, 1), 0.05 * px_per_mm)


def _gloss(normals: Field, towards: Field, light: Light) -> Field:
    """Shine on the skin's surface: a broad sheen, and small highlights on rims and pores."""
    halfway = towards + np.array([0, 0, 1], np.float32)
    facing = np.clip(normals @ (halfway / np.linalg.norm(halfway)), 0, 1)
    return np.asarray(light.gloss * (0.08 * facing**12 + 0.22 * facing**60), np.float32)
