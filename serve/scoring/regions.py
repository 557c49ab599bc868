"""What a photo's score says of each region of the face: severity, how much was judged, redness and pigment.

The severity of a region is the photo's function of the region's own skin, told by the photo's calibration. Colours
are differences from the same person's clear skin in the same photo, so that neither tone nor light is told as
redness or pigment; they never count toward severity. Nothing here looks for regions: that is the region network.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.model.engine import LocalMaps, types_of
from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.regions import Region, RegionMap
from scarscore.model.severity import Calibration, calibrated
from scarscore.serve.scoring.result import RegionScore
from scarscore.serve.scoring.spots import brown_spots

NAMED = tuple(region for region in Region if region is not Region.NOT_SKIN)
LEAST = 0.006  # share of the photo that a region's judged skin must take up to be told: about 3 x 3 positions
CLEAR_SHARE = 0.25  # of the judged skin: what is least scarred and least red stands for the person's clear skin
_LAB = (100.0 / 255.0, 1.0, 1.0)  # OpenCV's 8-bit CIELAB to its own units
_ZERO = (0.0, 128.0, 128.0)


@dataclass(frozen=True, eq=False)
class _Skin:
    """CIELAB of every position (3, rows, columns), the clear skin's (3,), and where brown spots are (rows, columns)."""

    lab: Floats
    clear: Floats
    spots: Floats


def region_scores(
    pixels: Pixels, maps: LocalMaps, regions: RegionMap, calibration: Calibration
) -> tuple[RegionScore, ...]:
    """A score for each region that the photo shows, in a fixed order; other skin last.

    `pixels` is uint8 RGB (h, w, 3); all maps cover exactly the photo.
    """
    rows, columns = maps.severity.shape
    # Whole positions: a power mean would carry a severe neighbour over a soft border.
    label = regions.resized(rows, columns).label
    shares = (label == np.arange(len(Region))[:, None, None]).astype(np.float32)
    skin = _skin(pixels, maps)
    order = [*(r for r in NAMED if r is not Region.OTHER_SKIN), Region.OTHER_SKIN]
    told = (_score(region, shares[region], maps, skin, calibration) for region in order)
    return tuple(score for score in told if score is not None)


def left_minus_right(scores: tuple[RegionScore, ...]) -> float | None:
    """Severity of the patient's left cheek less that of the right one; None unless both are told.

    For split-face work: both cheeks of one photo share its light and its camera.
    """
    told = {score.region: score.severity for score in scores}
    left, right = (told.get(region.name.lower()) for region in (Region.LEFT_CHEEK, Region.RIGHT_CHEEK))
    return None if left is None or right is None else left - right


def _score(region: Region, share: Floats, maps: LocalMaps, skin: _Skin, calibration: Calibration) -> RegionScore | None:
    """The region's score; None where it takes up too little of the photo to be named at all."""
    if share.mean() < LEAST:
        return None
    judged = share * maps.judged
    name, seen = region.name.lower(), float(judged.sum() / share.sum())
    if judged.mean() < LEAST:
        return RegionScore(name, float(share.mean()), seen)
    part = maps.within(share)
    severity = calibrated(part.pooled, calibration)
    grade_set = calibration.grades.told(severity.value, maps.redness)[1]
    types = types_of(part, calibration, grade_set)
    named = types.named if types else ()
    mean = (skin.lab * judged).sum((1, 2)) / judged.sum()
    lightness, redness, yellowness = (float(value) for value in mean - skin.clear)
    spots = float((skin.spots * judged).sum() / judged.sum())
    return RegionScore(name, float(share.mean()), seen, severity.value, named, redness, lightness, yellowness, spots)


def _skin(pixels: Pixels, maps: LocalMaps) -> _Skin:
    rows, columns = maps.severity.shape
    small = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
    levels = np.moveaxis(cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32), 2, 0)
    lab = (levels - np.array(_ZERO, np.float32)[:, None, None]) * np.array(_LAB, np.float32)[:, None, None]
    inside = maps.judged >= 0.5
    if not inside.any():
        return _Skin(lab, lab.mean((1, 2), dtype=np.float32), np.zeros_like(maps.judged))
    rank = _rank(maps.severity[inside]) + _rank(lab[1][inside])
    clear = rank <= np.quantile(rank, CLEAR_SHARE)
    told = np.median(lab[:, inside][:, clear], axis=1).astype(np.float32)
    return _Skin(lab, told, brown_spots(pixels, maps.judged))


def _rank(values: Floats) -> Floats:
    """Each value's place among them, 0 to 1."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float32) / np.float32(values.size)
