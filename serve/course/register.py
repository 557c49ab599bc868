"""The transform that lays one frame over another: by points of the skin that both show, refined by correlation.

SIFT points (Lowe 2004) found in relief and matched, MAGSAC++ (Barath et al. 2020) for the homography, ECC (Evangelidis
and Psarakis 2008) to refine it on the skin, DIS optical flow (Kroeger et al. 2016), smoothed, for what no homography
holds: a face is not flat, and no two expressions are the same.
"""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.regions import Region
from scarscore.serve.course.frame import SIDE, Frame, Mask, Matrix, blurred_on, relief_of, shrunk

RATIO = 0.8  # Lowe's test: the best counterpart is so much nearer than the second
TOLERANCE = 4.0  # px of the frame: what a homography may be off by on a face that is not flat
LEAST_POINTS = 12
_POINTS = 4000
_ROUNDS = 60
_SMOOTH = 12.0  # px: nothing smaller than this moves by itself; scars are smaller and must stay what they are
_NAMED = (Region.FOREHEAD, Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.NOSE, Region.CHIN)
_LEAST_REGION = 60  # positions of the region map


def by_points(before: Frame, now: Frame) -> Matrix | None:
    """The homography that carries places of `now` to `before`, by points of the skin; None where too few fit."""
    (places, points), (others, counterparts) = _points(before), _points(now)
    first, second = _matched(points, counterparts)
    if len(first) < LEAST_POINTS:
        return None
    cv2.setRNGSeed(0)
    carry, held = cv2.findHomography(others[second], places[first], cv2.USAC_MAGSAC, TOLERANCE, maxIters=5000)
    if carry is None or int(held.sum()) < LEAST_POINTS:
        return None
    matrix = np.asarray(carry, np.float64)
    return matrix if plausible(matrix) else None


def by_regions(before: Frame, now: Frame) -> Matrix:
    """The similarity that carries `now` to `before` by the middles of the regions that both show.

    Rough: a start for `refined`. Where no three regions are told in both, the frames are taken as they are.
    """
    middles = [_middles(each) for each in (now, before)]
    both = [region for region in _NAMED if all(region in each for each in middles)]
    if len(both) < 3:
        return np.eye(3)
    ends = [np.array([each[region] for region in both], np.float32) for each in middles]
    carry, _ = cv2.estimateAffinePartial2D(ends[0], ends[1], method=cv2.LMEDS)
    matrix = np.eye(3) if carry is None else np.vstack([carry, [0.0, 0.0, 1.0]])
    return matrix if plausible(matrix) else np.eye(3)


def refined(before: Frame, now: Frame, start: Matrix, coarse: bool) -> Matrix:
    """The homography after ECC on the relief of the skin; the start itself where ECC does not converge.

    `coarse` begins with wide blurs, for a start that is off by many pixels.
    """
    reliefs = [relief_of(each.pixels, each.skin) for each in (before, now)]
    carry = np.asarray(np.linalg.inv(start), np.float64)
    for sigma in (33, 17, 5) if coarse else (5,):
        carry = _ecc(reliefs[0], reliefs[1], now.skin, carry, sigma)
    back = np.asarray(np.linalg.inv(carry), np.float64)
    return back if plausible(back) else start


def drift(before: Pixels, now: Pixels, skin: Mask) -> Floats:
    """How far each place of `before` has moved in the aligned `now`, px, float32 (h, w, 2); smooth, 0 off the skin."""
    levels = [np.clip(relief_of(each, skin) * 40 + 128, 0, 255).astype(np.uint8) for each in (before, now)]
    start = np.zeros((*skin.shape, 2), np.float32)
    flow = np.asarray(cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(levels[0], levels[1], start))
    told = shrunk(skin, 4)
    # A median first, over four times five pixels: a scar that is new must not drag the skin about it along.
    smooth = np.stack(
        [blurred_on(_steady(np.asarray(flow[..., axis], np.float32)), told, _SMOOTH) for axis in (0, 1)], axis=-1
    )
    return np.asarray(np.where(skin[..., np.newaxis], smooth, 0.0), np.float32)


def _steady(shift: Floats) -> Floats:
    """One component of the flow without its outliers, float32 (h, w)."""
    height, width = shift.shape
    small = cv2.resize(shift, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    middle = cv2.medianBlur(np.ascontiguousarray(small, np.float32), 5)
    return np.asarray(cv2.resize(middle, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def plausible(carry: Matrix) -> bool:
    """Whether two photos of one view can lie so: scaled by at most 2.5, turned by at most 60 degrees, hardly bent."""
    corners = np.array([[[0, 0]], [[SIDE, 0]], [[SIDE, SIDE]], [[0, SIDE]]], np.float32)
    ends = cv2.perspectiveTransform(corners, carry)[:, 0]
    sides = np.linalg.norm(np.roll(ends, -1, axis=0) - ends, axis=1) / SIDE
    along = ends[1] - ends[0]
    turned = abs(float(np.degrees(np.arctan2(along[1], along[0]))))
    convex = bool(cv2.isContourConvex(ends.astype(np.float32))) and cv2.contourArea(ends, oriented=True) > 0
    return convex and turned < 60 and sides.min() > 0.4 and sides.max() < 2.5 and sides.max() < 1.6 * sides.min()


def _points(each: Frame) -> tuple[Floats, Floats]:
    """Places (n, 2) and descriptors (n, 128) of the skin's points; RootSIFT (Arandjelovic and Zisserman 2012)."""
    relief = relief_of(each.pixels, each.skin)
    levels = np.clip(relief * 40 + 128, 0, 255).astype(np.uint8)
    sift = cv2.SIFT.create(nfeatures=_POINTS, contrastThreshold=0.03)
    found, told = sift.detectAndCompute(levels, shrunk(each.skin, 4).astype(np.uint8))
    if told is None or len(found) < LEAST_POINTS:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    places = np.array([point.pt for point in found], np.float32)
    return places, np.sqrt(told / np.maximum(told.sum(axis=1, keepdims=True), 1e-6))


def _matched(a: Floats, b: Floats) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Points of both that are each other's likest, and clearly so."""
    if len(a) < 2 or len(b) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    alike = a @ b.T
    near = alike.argmax(axis=1)
    mutual = alike.argmax(axis=0)[near] == np.arange(len(a))
    second, best = np.partition(alike, -2, axis=1)[:, -2:].T
    distance, next_best = (np.sqrt(np.maximum(2 - 2 * each, 0)) for each in (best, second))
    keep = np.flatnonzero(mutual & (distance < RATIO * next_best))
    return keep, near[keep]


def _middles(each: Frame) -> dict[Region, tuple[float, float]]:
    """The middle of each region that is well seen, in pixels of the frame."""
    label, middles = each.regions.label, {}
    for region in _NAMED:
        rows, columns = np.nonzero(label == region)
        if rows.size >= _LEAST_REGION:
            middles[region] = (float(columns.mean() + 0.5), float(rows.mean() + 0.5))
    return {region: _placed(each, *place) for region, place in middles.items()}


def _placed(each: Frame, column: float, row: float) -> tuple[float, float]:
    """A place of the region map in pixels of the frame."""
    step = each.photo_side / max(each.regions.label.shape)
    x, y, _ = each.from_photo @ (column * step - 0.5, row * step - 0.5, 1.0)
    return float(x), float(y)


def _ecc(before: Floats, now: Floats, skin: Mask, carry: Matrix, blur: int) -> Matrix:
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ROUNDS, 1e-5)
    start = (carry / carry[2, 2]).astype(np.float32)
    try:
        _, found = cv2.findTransformECC(before, now, start, cv2.MOTION_HOMOGRAPHY, stop, skin.astype(np.uint8), blur)
    except cv2.error:  # it did not converge: the two are not alike enough
        return carry
    return np.asarray(found, np.float64)
