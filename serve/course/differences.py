"""What has changed on the skin between two aligned photos: severity, place by place, and scars that are new.

Severity is the network's, of both photos seen alike: the same frame, the same skin, the same calibration. New scars
are told by the photos themselves: relief that is there now and was not before, stronger than what differs between two
shots of unchanged skin. So they do not depend on how finely the network sees, no red mark counts, and few brown ones.
Where the face moved, new creases may be told: of 22 people at rest and smiling (london) 9 had one to three "scars".
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.engine import Engine
from scarscore.model.preprocess import Floats, Pixels, fit
from scarscore.serve.course.align import Alignment, Pair
from scarscore.serve.course.frame import Mask, blurred_on, shrunk

JUDGED = 0.5  # share of skin from which a position of the severity map is told, as in scoring
# Of 60 real photos shot again in another light (london, acne04, acne_new) none reached it on unchanged skin, and 57 of
# 58 scars of 3.5 to 5 mm did (`tests/serve/course/test_alignment_figures.py`).
NEW_FROM = 3.5
_GRAIN, _SHAPE = 1.0, 5.0  # px of 512: the band in which scars of 2 mm and more lie
_SPOT = 3.0  # px: over which evidence is gathered
_SHIFT = 0.35  # px: how far two photos may still lie apart where the alignment is good
_FAINT = 0.004  # of the logarithm of light: about half a grey level, below which nothing is told
_APPEARED = 0.4  # of the relief now: at least so much of it must be new
_AROUND = 24.0  # px: over which gain and usual difference are measured, much wider than a scar
_COLOURED = 0.85  # blue less red, of the difference's strength: 1.0 in red and brown marks
_BEYOND = 0.2  # how much of it must be more than JPEG leaves of relief
_BURNT = 235.0  # grey level from which red shows nothing any more
_LONG = 1.9  # times as long as wide: new scars reach 1.7, creases of a smile mostly more
_EDGE = 3  # px of the skin's edge in which nothing is told


@dataclass(frozen=True)
class NewScar:
    """A place where relief is seen now that was not at baseline: a scar, or what looks like one (an inflamed papule).

    `x`, `y` its middle and `size_px` its width in pixels of the baseline photo; `evidence` how many times it stands
    out of what differs anyway; `confidence` 0 to 1, half at the limit; severities 0 to 100 about it, None off the map.
    """

    x: float
    y: float
    size_px: float
    evidence: float
    confidence: float
    severity_before: float | None
    severity_now: float | None


@dataclass(frozen=True, eq=False)
class Changes:
    """What has changed from the first photo to the second.

    `before`, `now` and `difference` (now less before) are severities, 0 to 100 and -100 to 100, float32 (h, w), in the
    frame of `Alignment.pair`, NaN where either is not judged. `new_scars` are told apart from them, the surest first.
    """

    before: Floats
    now: Floats
    difference: Floats
    new_scars: tuple[NewScar, ...]


@dataclass(frozen=True)
class Spot:
    """A place that stands out: its middle and its width in px of the pair, its length over its width, its evidence."""

    x: float
    y: float
    width: float
    length: float
    evidence: float


def changes(alignment: Alignment, engine: Engine) -> Changes:
    """Severity of both photos place by place, and new scars."""
    pair = alignment.pair
    before, now = (_severity(each, pair.skin, engine) for each in (pair.before, pair.now))
    found = tuple(_told(spot, pair, before, now) for spot in new_spots(pair, alignment.residual_px))
    return Changes(before, now, np.asarray(now - before, np.float32), found)


def new_spots(pair: Pair, residual_px: float = 0.0) -> list[Spot]:
    """The places with new relief, the strongest first: round, as scars are and creases are not, and of no colour."""
    return [spot for spot in spots(evidence(pair, residual_px)) if spot.length <= _LONG and not _coloured(spot, pair)]


def evidence(pair: Pair, residual_px: float = 0.0) -> Floats:
    """How strongly each place tells of new relief, float32 (h, w), 0 where there is none.

    What the first photo explains is taken away from the second; what is left is measured against what differs about
    it anyway, and more where a shift by `residual_px` alone would make a difference. It must be mostly new.
    """
    skin = shrunk(pair.skin, _EDGE)
    if not skin.any():
        return np.zeros(skin.shape, np.float32)
    then, now = (_detail(_grey(each), pair.skin) for each in (pair.before, pair.now))
    left = _left(then, now, pair.skin)
    usual = np.maximum(_usual(left, pair.skin), _FAINT)
    shifted = _slope(then) * np.float32(max(_SHIFT, residual_px))
    noise = blurred_on(usual**2 + shifted**2, pair.skin, _SPOT)
    power, power_then, power_now = (blurred_on(each * each, pair.skin, _SPOT) for each in (left, then, now))
    told = skin & (power_now - power_then > _APPEARED * power_now)
    return np.asarray(np.where(told, np.sqrt(power / np.maximum(noise, 1e-9)), 0.0), np.float32)


def spots(strength: Floats, least: float = NEW_FROM) -> list[Spot]:
    """The places whose evidence reaches `least`, the strongest first. Each reaches as far as half of its evidence."""
    found, rest = [], strength.copy()
    while float(rest.max(initial=0.0)) >= least:
        row, column = (int(value) for value in np.unravel_index(int(rest.argmax()), rest.shape))
        top = float(rest[row, column])
        _, parts = cv2.connectedComponents((rest >= 0.5 * top).astype(np.uint8))
        whole = parts == parts[row, column]
        rows, columns = np.nonzero(whole)
        width = 2.0 * float(np.sqrt(rows.size / np.pi))
        found.append(Spot(float(columns.mean()), float(rows.mean()), width, _length(rows, columns), top))
        rest[cv2.dilate(whole.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0] = 0.0
    return found


def _length(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> float:
    """How many times as long as wide a set of pixels is; the 1/12 is a pixel's own spread."""
    if rows.size < 2:
        return 1.0
    narrow, long = np.linalg.eigvalsh(np.cov(np.stack([rows, columns]))) + 1.0 / 12.0
    return float(np.sqrt(long / narrow))


def _coloured(spot: Spot, pair: Pair) -> bool:
    """Whether a difference is one of colour: blood and melanin take blue and hardly red, a shadow takes both alike.

    Stamatas et al. 2004, 10.1111/j.1600-0749.2004.00204.x. Where red is burnt out it is taken for relief.
    """
    reach = max(4.0, spot.width / 2 + 2)
    y, x = np.ogrid[: pair.skin.shape[0], : pair.skin.shape[1]]
    about = np.asarray(((x - spot.x) ** 2 + (y - spot.y) ** 2 <= reach**2) & pair.skin)
    if float(np.maximum(pair.before[..., 0], pair.now[..., 0])[about].mean()) > _BURNT:
        return False
    grey, red, blue = (
        _left(_detail(then, pair.skin), _detail(now, pair.skin), pair.skin)[about]
        for then, now in (
            (_grey(pair.before), _grey(pair.now)),
            *((pair.before[..., channel], pair.now[..., channel]) for channel in (0, 2)),
        )
    )
    told = float(((blue - red) * grey).sum()) / max(1e-9, float((grey * grey).sum()))
    return told > max(_COLOURED, _of_jpeg(pair.now[about]) + _BEYOND)


def _of_jpeg(skin: Pixels) -> float:
    """Blue less red in relief that JPEG has taken the colour from: it adds as much to blue as to red; uint8 (n, 3).

    The logarithm tells the same step as larger where there is less light, as in the blue of skin in warm light.
    """
    red, green, blue = (float(level) + 8.0 for level in skin.mean(axis=0))
    return (0.299 * red + 0.587 * green + 0.114 * blue) * (1.0 / blue - 1.0 / red)


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _detail(levels: Pixels, skin: Mask) -> Floats:
    """Log of light between grain and the shape of the face, on the skin; `levels` is one channel, uint8 (h, w)."""
    light = np.log(levels.astype(np.float32) + np.float32(8.0))
    return np.asarray((blurred_on(light, skin, _GRAIN) - blurred_on(light, skin, _SHAPE)) * skin, np.float32)


def _left(then: Floats, now: Floats, skin: Mask) -> Floats:
    """What the first photo's relief does not explain, at the strength, 0.5 to 2, at which it is seen in the second."""
    shared, power = (blurred_on(each, skin, _AROUND) for each in (then * now, then * then))
    return np.asarray(now - np.clip(shared / np.maximum(power, 1e-6), 0.5, 2.0) * then, np.float32)


def _usual(left: Floats, skin: Mask) -> Floats:
    """How much differs anyway, as a standard deviation: about a place, and at least what it is all over the skin."""
    everywhere = 1.4826 * float(np.median(np.abs(left[skin])))
    return np.asarray(np.maximum(1.25 * blurred_on(np.abs(left), skin, _AROUND), everywhere), np.float32)


def _slope(detail: Floats) -> Floats:
    """How fast the detail changes from pixel to pixel."""
    x, y = (cv2.Sobel(detail, cv2.CV_32F, *step, ksize=3, scale=0.125) for step in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(x, y), np.float32)


def _severity(pixels: Pixels, skin: Mask, engine: Engine) -> Floats:
    """Local severities of one photo of the pair, calibrated as the photo's score, NaN where not judged.

    The pair is cut to the face already: no nearer look at it is taken.
    """
    maps = engine.look(fit(pixels, skin.astype(np.float32)))
    curve = engine.bundle.metadata.calibration.severity
    told = np.clip(np.interp(maps.severity, curve.x, curve.y), 0.0, 100.0).astype(np.float32)
    size = (pixels.shape[1], pixels.shape[0])
    wide = cv2.resize(told, size, interpolation=cv2.INTER_LINEAR)
    judged = cv2.resize(maps.judged, size, interpolation=cv2.INTER_LINEAR) >= JUDGED
    return np.asarray(np.where(judged & skin, wide, np.float32(np.nan)), np.float32)


def _told(spot: Spot, pair: Pair, before: Floats, now: Floats) -> NewScar:
    photo = cv2.perspectiveTransform(np.array([[[spot.x, spot.y]]], np.float64), np.linalg.inv(pair.from_photo))[0, 0]
    place = (round(spot.y), round(spot.x))
    return NewScar(
        x=float(photo[0]),
        y=float(photo[1]),
        size_px=spot.width / float(pair.from_photo[0, 0]),
        evidence=spot.evidence,
        confidence=confidence(spot.evidence),
        severity_before=_at(before, place),
        severity_now=_at(now, place),
    )


def _at(severities: Floats, place: tuple[int, int]) -> float | None:
    value = float(severities[place])
    return value if np.isfinite(value) else None


def confidence(strength: float) -> float:
    """From evidence to confidence, 0 to 1: even at the limit, rising with the evidence. An order, no frequency."""
    return float(1.0 / (1.0 + (NEW_FROM / max(strength, 1e-6)) ** 4))
