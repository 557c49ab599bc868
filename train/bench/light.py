"""Linear light: where exposure, white balance, shading and noise add up as they do in front of a lens."""

from __future__ import annotations

import numpy as np

from scarscore.model.preprocess import Floats, Pixels

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB (ITU-R BT.709)

_STEPS = np.arange(256) / 255.0
_LINEAR = np.where(_STEPS <= 0.04045, _STEPS / 12.92, ((_STEPS + 0.055) / 1.055) ** 2.4).astype(np.float32)
_LEVELS = 4096
_LIGHT = np.linspace(0.0, 1.0, _LEVELS)
_CODE = np.where(_LIGHT <= 0.0031308, _LIGHT * 12.92, 1.055 * _LIGHT ** (1 / 2.4) - 0.055).astype(np.float32) * 255


def to_linear(pixels: Pixels) -> Floats:
    """sRGB, uint8 (h, w, 3), as linear light 0 to 1 (IEC 61966-2-1)."""
    light: Floats = _LINEAR[pixels]
    return light


def to_srgb(light: Floats) -> Pixels:
    """Linear light as sRGB, uint8; what is over 1 is burnt out."""
    return np.rint(_CODE[(np.clip(light, 0.0, 1.0) * (_LEVELS - 1) + 0.5).astype(np.int32)]).astype(np.uint8)


def white_gains(kelvin: float, neutral: float = 5500.0) -> Floats:
    """Gains of red, green and blue when a camera set to `neutral` kelvin photographs under `kelvin`; green stays 1.

    Colours of black bodies, 1,667 to 25,000 K, by the cubic fit of Kim et al. 2002 (US patent 7024034).
    """
    gains = _black_body(kelvin) / _black_body(neutral)
    return np.asarray(gains / gains[1], np.float32)


def _black_body(kelvin: float) -> Floats:
    """Linear sRGB of a black body, of luminance 1."""
    t = 1000.0 / kelvin
    if kelvin <= 4000.0:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222.0:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000.0:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1.0 - x - y) / y])
    to_rgb = np.array(
        [[3.2404542, -1.5371385, -0.4985314], [-0.9692660, 1.8760108, 0.0415560], [0.0556434, -0.2040259, 1.0572252]]
    )
    return np.asarray(to_rgb @ xyz, np.float32)
