"""Whether two photos show the same skin, and how one is laid over the other.

    answer = align(before, now, finder)
    if isinstance(answer, Alignment): answer.pair.before, answer.pair.now

Everything is seen from the frame of `before` (`frame.py`): the photo taken first, so that a whole course can be laid
over its baseline. What does not align is an answer with a reason, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.frame import Frame, Mask, Matrix, frame, relief_of, shrunk
from scarscore.serve.course.register import by_points, by_regions, drift, refined

# Of 40 pairs of different people in one view, laid over each other as well as can be, none had a residual under 1.7 px
# or a likeness over 0.61; of 22 people at rest and smiling (london), none one over 0.91 px or under 0.72.
MOST_RESIDUAL = 1.3  # px of 512
LEAST_LIKENESS = 0.5
LEAST_OVERLAP = 0.4  # of the smaller skin of the two
_SURE_LIKENESS = 0.7  # where too few points of the skin were found in both, only the likeness says that it is the same
_EDGE = 4  # px of the skin's edge that are left out of what is compared
_PATCH, _STEP = 48, 32  # px: the patches whose shift is the residual, and their distance
_SHARE = 0.8  # of a patch that must be skin


class Method(StrEnum):
    """What the alignment started from."""

    POINTS = "points"
    REGIONS = "regions"


class Mismatch(StrEnum):
    """Why two photos are not comparable. The list is closed; each has a hint in `HINTS`."""

    NO_SKIN = "no_skin"
    OTHER_VIEW = "other_view"
    OTHER_SKIN = "other_skin"
    LITTLE_OVERLAP = "little_overlap"
    NOT_REGISTERED = "not_registered"


HINTS: dict[Mismatch, str] = {
    Mismatch.NO_SKIN: "One of the photos shows too little skin. Fill the frame with the area to be measured.",
    Mismatch.OTHER_VIEW: "The head is turned differently in the two photos. Compare photos of the same view.",
    Mismatch.OTHER_SKIN: "The two photos do not seem to show the same skin. Check person, side and area.",
    Mismatch.LITTLE_OVERLAP: "The two photos share too little skin. Frame the second photo like the first.",
    Mismatch.NOT_REGISTERED: "The two photos do not lie on each other. Use the same distance, pose and expression.",
}


@dataclass(frozen=True, eq=False)
class Pair:
    """Two photos, one laid over the other: uint8 RGB (h, w, 3), long side 512, in the frame of the first.

    `skin` bool (h, w): skin that both show, without its edge. `from_photo` (3, 3) carries pixels of the first photo
    to pixels of the pair.
    """

    before: Pixels
    now: Pixels
    skin: Mask
    from_photo: Matrix


@dataclass(frozen=True, eq=False)
class Alignment:
    """How one photo lies on another of the same view.

    `transform` (3, 3) carries pixels of the photo `now` to pixels of the photo `before`; `drift` float32 (h, w, 2),
    px of the pair, is what no transform holds: where each place of the pair is found beyond it (x, y). `residual_px`
    is the median shift of small patches that is left, px of the pair, whose long side is 512; `likeness` the
    correlation of relief on the shared skin, -1 to 1; `overlap` the shared skin as a share of the smaller of both,
    0 to 1.
    """

    transform: Matrix
    drift: Floats
    residual_px: float
    likeness: float
    overlap: float
    method: Method
    pair: Pair
    frames: tuple[Frame, Frame]


@dataclass(frozen=True)
class NotComparable:
    """Two photos that do not show the same skin, or not so that it can be compared; what was measured, if it was.

    All numbers are finite. `residual_px` is None where no patch of skin of the one lies on the other's.
    """

    reason: Mismatch
    hint: str
    residual_px: float | None = None
    likeness: float | None = None
    overlap: float | None = None


def align(before: Pixels, now: Pixels, finder: RegionEngine) -> Alignment | NotComparable:
    """Lay the photo `now` over `before`: uint8 RGB (h, w, 3) each, of any size. Never raises for photos of any kind."""
    frames = frame(before, finder), frame(now, finder)
    first, second = frames
    if first is None or second is None:
        return _no(Mismatch.NO_SKIN)
    if {first.regions.pose.view, second.regions.pose.view} == {"left", "right"}:
        return _no(Mismatch.OTHER_VIEW)
    carry, method = by_points(first, second), Method.POINTS
    if carry is None:
        carry, method = by_regions(first, second), Method.REGIONS
    carry = refined(first, second, carry, coarse=method is Method.REGIONS)
    return judged(_laid(first, second, carry, method))


def judged(found: Alignment) -> Alignment | NotComparable:
    """The alignment where it keeps the limits of overlap, likeness and residual; else which it does not keep first."""
    residual_px = found.residual_px if np.isfinite(found.residual_px) else None  # no patch of skin lies on another
    measured = {"residual_px": residual_px, "likeness": found.likeness, "overlap": found.overlap}
    if found.overlap < LEAST_OVERLAP:
        return _no(Mismatch.LITTLE_OVERLAP, **measured)
    if found.likeness < (LEAST_LIKENESS if found.method is Method.POINTS else _SURE_LIKENESS):
        return _no(Mismatch.OTHER_SKIN, **measured)
    if not found.residual_px <= MOST_RESIDUAL:
        return _no(Mismatch.NOT_REGISTERED, **measured)
    return found


def _no(reason: Mismatch, **measured: float | None) -> NotComparable:
    return NotComparable(reason, HINTS[reason], **measured)


def _laid(first: Frame, second: Frame, carry: Matrix, method: Method) -> Alignment:
    """The alignment by this homography between the frames, and by what drifts beyond it."""
    rough = warped(second, carry, first, None)
    flow = drift(first.pixels, rough.now, rough.skin)
    pair = warped(second, carry, first, flow)
    second_area = np.count_nonzero(second.skin) * abs(float(np.linalg.det(carry)))
    smaller = max(1.0, min(float(np.count_nonzero(first.skin)), second_area))
    return Alignment(
        transform=np.linalg.inv(first.from_photo) @ carry @ second.from_photo,
        drift=flow,
        residual_px=residual(pair),
        likeness=likeness(pair),
        overlap=min(1.0, float(np.count_nonzero(pair.skin)) / smaller),
        method=method,
        pair=pair,
        frames=(first, second),
    )


def warped(second: Frame, carry: Matrix, first: Frame, flow: Floats | None) -> Pair:
    """The second frame laid over the first, in one resampling."""
    height, width = first.skin.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    places = np.stack([x, y], axis=-1) + (0 if flow is None else flow)
    there = cv2.perspectiveTransform(places.astype(np.float32), np.linalg.inv(carry))
    x, y = (np.ascontiguousarray(there[..., axis], np.float32) for axis in (0, 1))
    now = cv2.remap(second.pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    skin = cv2.remap(second.skin.astype(np.uint8), x, y, cv2.INTER_NEAREST) > 0
    shared = shrunk(np.asarray(first.skin & skin), _EDGE)
    return Pair(first.pixels, np.asarray(now, np.uint8), shared, first.from_photo)


def likeness(pair: Pair) -> float:
    """Correlation of relief on the shared skin, -1 to 1; 0 where there is next to none."""
    if np.count_nonzero(pair.skin) < _PATCH * _PATCH:
        return 0.0
    a, b = (relief_of(each, pair.skin)[pair.skin] for each in (pair.before, pair.now))
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def residual(pair: Pair) -> float:
    """The median shift of patches of skin by phase correlation (Kuglin and Hines 1975), px; infinite without any."""
    a, b = (relief_of(each, pair.skin) for each in (pair.before, pair.now))
    window = cv2.createHanningWindow((_PATCH, _PATCH), cv2.CV_32F)
    shifts = []
    for top in range(0, pair.skin.shape[0] - _PATCH + 1, _STEP):
        for left in range(0, pair.skin.shape[1] - _PATCH + 1, _STEP):
            part = (slice(top, top + _PATCH), slice(left, left + _PATCH))
            if pair.skin[part].mean() >= _SHARE:
                (x, y), _ = cv2.phaseCorrelate(np.ascontiguousarray(a[part]), np.ascontiguousarray(b[part]), window)
                shifts.append(float(np.hypot(x, y)))
    return float(np.median(shifts)) if shifts else float("inf")
