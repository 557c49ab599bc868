"""Whether two photos show the same picture: the same points in the same places, and the same skin where they overlap.

One affine map (crop, stretch, turn) must carry many points of one photo onto their counterparts (RANSAC), and the
skin carried over by it must be like the other's, pore by pore: a retouched, recompressed, brightened, cropped or
mirrored copy passes. Two people in one pose fail; one person in two shots mostly, so who passes is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.datasets.duplicates.fingerprint import Fingerprint, Floats, Grey

RATIO = 0.85  # Lowe's test: the best counterpart is so much nearer than the second
TOLERANCE = 3.0  # px, in photos of at most 480 px
LEAST_POINTS = 8
LEAST_OVERLAP = 0.08  # of the smaller photo
SAME_FROM = 6.5  # evidence; the strongest of 15,000 pairs of different people in london's studio reaches 6.2
ITERATIONS = 2000


@dataclass(frozen=True)
class Match:
    """How two photos fit: points on one map, likeness (-1 to 1) of the skin in the overlap, its share (0-1)."""

    points: int
    likeness: float
    overlap: float

    @property
    def evidence(self) -> float:
        """Points weighted by likeness: a few points that fit perfectly count like many that fit roughly."""
        return self.points * max(0.0, self.likeness)

    @property
    def same(self) -> bool:
        """Whether they show the same picture, or parts of it."""
        return self.points >= LEAST_POINTS and self.overlap >= LEAST_OVERLAP and self.evidence >= SAME_FROM


NONE = Match(0, 0.0, 0.0)


def compare(a: Fingerprint, b: Fingerprint, mirrored: bool) -> Match:
    """How photo `a`, or its mirror image, fits onto photo `b`."""
    places = a.mirrored_places if mirrored else a.places
    points = a.mirrored_points if mirrored else a.points
    first, second = _counterparts(points, b.points)
    if len(first) < LEAST_POINTS:
        return NONE
    cv2.setRNGSeed(0)
    fitted, inliers = cv2.estimateAffine2D(
        places[first], b.places[second], method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE, maxIters=ITERATIONS
    )
    if fitted is None:
        return NONE
    carry = fitted.astype(np.float32)
    if not _plausible(carry):
        return NONE
    held = _apart(b.places[second[np.flatnonzero(inliers.ravel())]])
    if held < LEAST_POINTS:
        return NONE
    grey = np.ascontiguousarray(a.grey[:, ::-1]) if mirrored else a.grey
    return Match(held, *_likeness(grey, b.grey, carry))


def _counterparts(a: Floats, b: Floats) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """Points of both photos that are each other's likest, and clearly so."""
    if len(a) < 2 or len(b) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    distance = np.sqrt(np.maximum(2.0 - 2.0 * (a @ b.T), 0.0))
    near = distance.argmin(axis=1)
    row = np.arange(len(a))
    best, second = np.partition(distance, 1, axis=1)[:, :2].T
    mutual = distance.argmin(axis=0)[near] == row
    keep = np.flatnonzero(mutual & (best < RATIO * second))
    return keep, near[keep]


def _apart(places: Floats) -> int:
    """Points counted once where SIFT gives one place several directions."""
    return len(np.unique(np.round(places / 2.0), axis=0))


def _plausible(carry: Floats) -> bool:
    """An enlargement of no more than 6, little stretched, and not turned inside out."""
    long, short = np.linalg.svd(carry[:, :2], compute_uv=False)
    return bool(np.linalg.det(carry[:, :2]) > 0 and long < 6.0 and short > 1.0 / 6.0 and long / short < 2.0)


def _likeness(a: Grey, b: Grey, carry: Floats) -> tuple[float, float]:
    """Correlation of relief where `a`, carried over, covers `b`; and the overlap as a share of the smaller one."""
    size = (b.shape[1], b.shape[0])
    over = cv2.warpAffine(a, carry, size, flags=cv2.INTER_AREA).astype(np.uint8)
    cover = cv2.warpAffine(np.full(a.shape, 255, np.uint8), carry, size) > 250
    area = abs(float(np.linalg.det(carry[:, :2]))) * a.size
    overlap = float(cover.sum()) / min(area, float(b.size))
    if cover.sum() < 100:
        return 0.0, overlap
    x, y = (_relief(image)[cover] for image in (over, b))
    spread = x.std() * y.std()
    return (float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0), overlap


def _relief(grey: Grey) -> Floats:
    """Grey levels about their local mean, at even local contrast: pores and marks without light, pose and backdrop."""
    fine = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.5)
    detail = fine - cv2.blur(fine, (21, 21))
    power = np.maximum(cv2.blur(detail * detail, (41, 41)), 0.0)  # a running sum may end just under zero
    return (detail / (np.sqrt(power) + 2.0)).astype(np.float32)
