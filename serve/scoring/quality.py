"""Whether a photo can be judged at all: first checks of resolution, light, skin and sharpness, in milliseconds.

Each check is one number against one limit; the limits were set on the rated photos of the five public sources (99 %
of the usable ones pass) and on the same photos blurred and wrongly exposed (refused). They keep out what no network
should answer for; they do not grade photos, and a photo that passes may still be a poor one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.serve.scoring.decode import Decoded
from scarscore.serve.scoring.header import MIN_SIDE
from scarscore.serve.scoring.result import Check, Reason

_SIDE = 512  # px, the scale at which everything is measured; smaller photos are measured as they are
_GRID = 64  # cells along the long side in which skin is looked for
# Ranges of hue (degrees) and chroma in CIELAB: skin, and pale skin in bluish light. And of lightness.
_COLOURS = (((-20.0, 95.0), (3.0, 70.0)), ((-60.0, -20.0), (3.0, 30.0)))
_LIGHTNESS = (4.0, 97.0)
_PATCH = np.ones((3, 3), np.uint8)  # cells: the smallest patch that counts as skin

_LIMITS = {
    "resolution": float(MIN_SIDE),
    "brightness_low": 28.0,
    "skin_share": 0.10,
    "brightness_high": 86.0,
    "clipping": 0.08,
    "sharpness": 0.17,
}
NAMES = tuple(_LIMITS)  # of the checks, in their fixed order: the columns of a batch
_AT_MOST = ("brightness_high", "clipping")
_REASONS = {
    "resolution": Reason.TOO_SMALL,
    "brightness_low": Reason.TOO_DARK,
    "skin_share": Reason.NO_SKIN,
    "brightness_high": Reason.OVEREXPOSED,
    "clipping": Reason.CLIPPED,
    "sharpness": Reason.BLURRED,
}


@dataclass(frozen=True, eq=False)
class Quality:
    """A photo's checks in their fixed order, and where its skin is: bool (h, w), over the decoded pixels."""

    checks: tuple[Check, ...]
    skin: npt.NDArray[np.bool_]


def measure(decoded: Decoded) -> Quality:
    """The photo's quality, each check with its value, its limit and whether it passed.

    `resolution`: short side of the judged picture (long side at most 1024) in px, at least 160.
    `brightness_low`: CIE L* (0-100) that the brightest 5 % of the skin exceed, at least 28.
    `skin_share`: share of the picture that is skin, 0 to 1, at least 0.10.
    `brightness_high`: median CIE L* of the skin, at most 86.
    `clipping`: share of the skin where a colour channel is at 255 or all are at 0, 0 to 1, at most 0.08.
    `sharpness`: energy of the finest detail over that of coarser detail, about 0.05 to 1, at least 0.17.
    Without skin the light is measured over the whole picture, so that a black photo is called dark.
    """
    height, width = decoded.pixels.shape[:2]
    small = _reduced(decoded.pixels)
    found = _skin(small)
    share = float(found.mean())
    judged = found if share >= _LIMITS["skin_share"] else np.ones_like(found)
    median, bright = _lightness(small, judged)
    values = {
        "resolution": float(min(height, width)),
        "brightness_low": bright,
        "skin_share": share,
        "brightness_high": median,
        "clipping": _clipped(small, judged),
        "sharpness": _sharpness(small, judged),
    }
    mask = cv2.resize(found.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return Quality(tuple(_check(name, values[name]) for name in _LIMITS), mask.astype(np.bool_))


def failed(quality: Quality) -> Reason | None:
    """Why the photo cannot be judged: the first check in the fixed order that it fails, or None."""
    return next((_REASONS[check.name] for check in quality.checks if not check.passed), None)


def _check(name: str, value: float) -> Check:
    value, limit = round(value, 4), _LIMITS[name]
    return Check(name, value, limit, value <= limit if name in _AT_MOST else value >= limit)


def _reduced(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    scale = _SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _skin(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Where the picture is skin-coloured over a patch of at least 3 x 3 cells of the 64-cell grid.

    The gate is a range of CIELAB hue and chroma. Skin of all tones is orange, and tones differ mostly in lightness
    and yellowness (Weatherall and Coombs 1992, 10.1111/1523-1747.ep12616156; Xiao et al. 2017, 10.1111/srt.12295);
    the range was widened for redness and odd white balance until all usable rated photos passed. Judging cells
    instead of pixels keeps pits, gloss and stubble inside and colour noise, which averages to grey, outside. Its
    limits: wood, sand, cardboard and brown hair pass; grey and strongly blue- or green-lit photos do not. A learnt
    region network is to replace it.
    """
    height, width = small.shape[:2]
    scale = _GRID / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    cells = cv2.resize(small, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lightness, a, b = np.moveaxis(np.asarray(cv2.cvtColor(cells, cv2.COLOR_RGB2LAB), np.float32), 2, 0)
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a))
    coloured = [_within(hue, hues) & _within(chroma, chromas) for hues, chromas in _COLOURS]
    gate = np.logical_or.reduce(coloured) & _within(lightness, _LIGHTNESS)
    patches = cv2.morphologyEx(gate.astype(np.uint8), cv2.MORPH_OPEN, _PATCH, borderType=cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(patches, cv2.MORPH_CLOSE, _PATCH, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(closed, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.bool_)


def _within(values: npt.NDArray[np.float32], limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (values >= limits[0]) & (values < limits[1])


def _lightness(small: npt.NDArray[np.uint8], judged: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """CIE L*, 0 to 100, that half and that 5 % of the judged pixels exceed."""
    levels = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 0][judged]
    upto = np.cumsum(np.bincount(levels, minlength=256)) / levels.size
    median, bright = np.searchsorted(upto, (0.50, 0.95)) * (100 / 255)
    return float(median), float(bright)


def _clipped(small: npt.NDArray[np.uint8], judged: npt.NDArray[np.bool_]) -> float:
    red, green, blue = cv2.split(small)
    brightest = np.asarray(cv2.max(cv2.max(red, green), blue))[judged]
    return float(((brightest == 255) | (brightest == 0)).mean())


def _sharpness(small: npt.NDArray[np.uint8], judged: npt.NDArray[np.bool_]) -> float:
    """Root of the energy of the Laplacian of Gaussian (sigma 1 px) over that of the band from 1 to 8 px.

    A ratio, so that neither contrast nor skin tone tells: sharp photos have 0.2 to 0.9 of it, blur of sigma 6 px at
    512 px leaves less than 0.16. Normalised Laplacian energy as a focus measure: Pertuz et al. 2013,
    10.1016/j.patcog.2012.11.011.
    """
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), 1.0)
    mask = judged.astype(np.uint8)
    detail = cv2.norm(cv2.Laplacian(fine, cv2.CV_32F), cv2.NORM_L2SQR, mask)
    band = cv2.norm(fine - _blurred_by_8(grey), cv2.NORM_L2SQR, mask)
    # One squared grey level more below: rounding to whole levels is no detail.
    return float(np.sqrt(detail / (band + np.count_nonzero(mask))))


def _blurred_by_8(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Gaussian blur of sigma 8 px, by way of a quarter of the size: a tenth of the time, no visible difference."""
    height, width = grey.shape
    quarter = cv2.resize(grey, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(quarter, (0, 0), 2.0)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
