"""Light on relief: direct light and its shadow, an even surround, the glow of skin, and gloss.

Light that enters skin comes out again a little further on, the red most of all; so the shading is softened per
colour, which is what makes shadows in skin reddish and not grey. Light that does not enter is thrown back by the
oily surface: a microfacet highlight (Cook and Torrance 1982, with the GGX distribution of Walter 2007), as skin's
gloss was measured to behave (Weyrich 2006). One light and a surround: no studio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.datasets.synthetic.noise import Field, blurred

# How far light spreads within skin, in mm, for red, green and blue, and the share of it that enters at all.
SPREAD_MM, ENTERS = (0.36, 0.20, 0.14), 0.6
# Light that bounces about in a pit meets skin again and again, and grows redder: shadows are warm.
BOUNCE = (0.80, 1.0, 1.12)
# Reflectance at normal incidence of a surface of refractive index 1.4: ((1.4 - 1) / (1.4 + 1))^2.
F0 = 0.028
# Two lobes, (roughness, weight): the dull sheen of skin and the shine of its oil. Set by eye beside photos.
LOBES = ((0.45, 0.6), (0.24, 0.4))


@dataclass(frozen=True)
class Light:
    """The light of one photo.

    `azimuth` in degrees, where it comes from (0 right, 90 top); `elevation` in degrees above the skin (90
    frontal, below 30 raking); `ambient` 0-1, the share that comes from all around; `gloss` about 1, a factor on
    the shine of the skin; `near` 0-1, how much brighter the side towards the light is, as with a close flash;
    `background` the linear RGB of the room behind.
    """

    azimuth: float = 125.0
    elevation: float = 42.0
    ambient: float = 0.36
    gloss: float = 1.0
    near: float = 0.1
    background: tuple[float, float, float] = (0.045, 0.055, 0.07)

    @property
    def towards(self) -> Field:
        """Unit vector towards the light, in picture axes: x right, y down, z towards the camera."""
        azimuth, elevation = math.radians(self.azimuth), math.radians(self.elevation)
        flat = math.cos(elevation)
        return np.array([flat * math.cos(azimuth), -flat * math.sin(azimuth), math.sin(elevation)], np.float32)


@dataclass(frozen=True)
class Shading:
    """What light does to white skin: `body` (h, w, 3), about 1 where it is flat, and `gloss` (h, w), light added."""

    body: Field
    gloss: Field


def shade(coarse: Field, fine: Field, scars: Field, px_per_mm: float, light: Light) -> Shading:
    """The shading of a relief, each field (h, w) in mm.

    `coarse` is what throws shadows (the cheek with its scars), `fine` lies on it, `scars` alone says what is a pit.
    """
    normals = _normals(coarse + fine, px_per_mm)
    towards = light.towards
    facing = np.maximum(normals[0] * towards[0] + normals[1] * towards[1] + normals[2] * towards[2], 0)
    sun = _sun(coarse, px_per_mm, light) * _falloff(coarse.shape, light) / towards[2]
    direct = np.float32(1 - light.ambient) * sun
    # A pit sees less of the surround than flat skin does.
    open_sky = np.clip(1.0 + 0.9 * (scars - blurred(scars, 1.0 * px_per_mm)), 0.35, 1.08) * (0.5 + 0.5 * normals[2])
    shading = np.asarray(light.ambient * open_sky + direct * facing, np.float32)
    body = np.empty((*coarse.shape, 3), np.float32)
    for channel, (spread, bounce) in enumerate(zip(SPREAD_MM, BOUNCE, strict=True)):
        glow = ENTERS * blurred(shading, spread * px_per_mm) + (1 - ENTERS) * shading
        body[..., channel] = glow if bounce == 1.0 else cv2.pow(glow, bounce)
    return Shading(body, np.asarray(direct * _highlight(normals, facing, towards) * light.gloss, np.float32))


def _normals(height: Field, px_per_mm: float) -> tuple[Field, Field, Field]:
    """The unit normals of a height field in mm, as x, y and z."""
    slope_x, slope_y = (
        np.asarray(cv2.Sobel(height, cv2.CV_32F, dx, 1 - dx, ksize=1, scale=0.5 * px_per_mm), np.float32)
        for dx in (1, 0)
    )
    # A filter knows no height beyond the border: there the slope is that of the pixel beside it.
    slope_x[:, [0, -1]], slope_y[[0, -1]] = slope_x[:, [1, -2]], slope_y[[1, -2]]
    z = np.asarray(1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y), np.float32)
    return -slope_x * z, -slope_y * z, z


def _falloff(shape: tuple[int, ...], light: Light) -> Field:
    """How the direct light changes over the picture, 1 at its centre."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)
    flat = light.towards[:2] / max(1e-6, math.hypot(light.towards[0], light.towards[1]))
    return np.asarray(np.exp(np.float32(light.near) * (x * flat[0] + y * flat[1])), np.float32)


def _sun(height: Field, px_per_mm: float, light: Light, reach_mm: float = 2.0, steps: int = 7) -> Field:
    """Share of the direct light that is not cut off by higher skin towards the light, 0-1."""
    rise = math.tan(math.radians(light.elevation))
    heading = light.towards[:2] / math.cos(math.radians(light.elevation)) * px_per_mm
    size = (height.shape[1], height.shape[0])
    lit = np.ones(height.shape, np.float32)
    for far in np.linspace(0.6, 1.0, steps) ** 3.5 * reach_mm:
        shift = np.array([[1, 0, heading[0] * far], [0, 1, heading[1] * far]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ahead = cv2.warpAffine(height, shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        # The light has a size, so that a shadow grows softer with its distance from what throws it.
        np.minimum(lit, 0.75 - (ahead - height - np.float32(far * rise)) / np.float32(0.05 + 0.35 * far), out=lit)
    return blurred(np.clip(lit, 0.15, 1), 0.05 * px_per_mm)


def _highlight(normals: tuple[Field, Field, Field], facing: Field, towards: Field) -> Field:
    """Light thrown back at the surface, as a share of what a white matt surface that faces the light returns."""
    halfway = towards + np.array([0, 0, 1], np.float32)
    halfway /= np.float32(np.linalg.norm(halfway))
    fresnel = F0 + (1 - F0) * (1 - float(halfway[2])) ** 5
    aligned = normals[0] * halfway[0] + normals[1] * halfway[1] + normals[2] * halfway[2]
    square = np.clip(aligned, 0, 1) ** 2
    total = np.zeros_like(facing)
    for rough, weight in LOBES:
        spread = np.float32(rough * rough)
        # D of GGX without its 1/pi, which the matt surface has as well; G by Hammon's approximation.
        peaks = spread / (square * (spread - 1) + 1) ** 2
        hidden = 0.5 / ((1 - rough) * 2 * facing * normals[2] + rough * (facing + normals[2]) + np.float32(1e-3))
        total += np.float32(weight * fresnel) * peaks * hidden
    return np.asarray(total * facing, np.float32)
