"""One photo at several sizes and crops: how far the same skin is told alike when the camera stood nearer or further.

There is no scale in a photo. A close-up and a half-profile differ tenfold in pixels per millimetre, and the network is
not told which it sees: every photo is brought to one size, its skin alone is shown, and a face is looked at a second
time, nearer (`model/preprocess.py`). Here that is put to the test, each photo by the network that has not seen it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.measured import measured_sem
from scarscore.model.preprocess import GREY, Floats, Pixels
from scarscore.model.repeatability import icc
from scarscore.train.bench.measure import SCARRED
from scarscore.train.bench.perturb import smaller
from scarscore.train.bench.repeat import FEWEST
from scarscore.train.bench.subjects import subject
from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Values
from scarscore.train.views import Say

SMALLEST = 160  # px: photos with a shorter side are refused, and not asked about
MARGIN = 0.04  # of the long side: left about the skin when a photo is cut to it

Changed = Callable[[Pixels, Floats], Pixels]
"""A photo, uint8 RGB (h, w, 3), and its skin, float32 (h, w) 0 to 1, to the photo that is shown instead."""


def resized(share: float, pixels: Pixels, _: Floats) -> Pixels:
    """The whole photo in fewer pixels: `share` of each side."""
    return smaller(pixels, share)


def framed(factor: float, pixels: Pixels, _: Floats) -> Pixels:
    """The photo in a wider frame, `factor` times each side, grey about it: as from further away, the same pixels."""
    down, right = (round(side * (factor - 1.0) / 2.0) for side in pixels.shape[:2])
    grey = (GREY, GREY, GREY)
    return np.asarray(cv2.copyMakeBorder(pixels, down, down, right, right, cv2.BORDER_CONSTANT, value=grey), np.uint8)


def cut_to_skin(pixels: Pixels, skin: Floats) -> Pixels:
    """The photo without what lies beyond its skin; itself where it shows none."""
    sure = skin >= 0.5
    if not sure.any():
        return pixels
    margin = round(MARGIN * max(sure.shape))
    (top, bottom), (left, right) = (_span(np.asarray(sure.any(axis=axis)), margin) for axis in (1, 0))
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def cut_within(share: float, pixels: Pixels, skin: Floats) -> Pixels:
    """A part of the photo about the middle of its skin, `share` of each side: nearer, and less of the skin."""
    (top, bottom), (left, right) = (_about(skin.sum(axis=axis), share) for axis in (1, 0))
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def _about(weight: Floats, share: float) -> tuple[int, int]:
    """First and last of a share of the positions, as near about their weighted middle as fits."""
    size, length = len(weight), round(len(weight) * share)
    middle = float(np.average(np.arange(size) + 0.5, weights=weight + 1e-6))
    first = min(max(0, round(middle - length / 2.0)), size - length)
    return first, first + length


LOOKS: dict[str, Changed] = {
    "75% of its size": partial(resized, 0.75),
    "50% of its size": partial(resized, 0.5),
    "35% of its size": partial(resized, 0.35),
    "cut to its skin": cut_to_skin,
    "in a frame 1.25 times as wide": partial(framed, 1.25),
    "in a frame 1.5 times as wide": partial(framed, 1.5),
    "the middle 90% of each side": partial(cut_within, 0.9),
    "the middle 75% of each side": partial(cut_within, 0.75),
    "the middle 60% of each side": partial(cut_within, 0.6),
}


@dataclass(frozen=True)
class Looked:
    """Photos told again at another size or crop, beside themselves.

    `shift` is what they are told more on average, `move` the mean distance, both in points; `icc` is ICC(2,1) of both.
    `moves` is the move by data set, NaN where it has too few photos that are still large enough.
    """

    name: str
    photos: int
    shift: Number
    move: Number
    icc: Number
    moves: tuple[Number, ...]


@dataclass(frozen=True)
class Sizes:
    """The report: the network, `photos` that read 20 or more, their data sets, the SEM of a shot, and the figures."""

    version: str
    sha256: str
    photos: int
    sources: tuple[str, ...]
    sem: float | None
    looks: tuple[Looked, ...]


def measure_sizes(panel: Panel, collection: Collection, rated: Sequence[Rated], say: Say) -> Sizes:
    """Tell every whole photo that reads 20 or more as it is, and at every other size and crop."""
    subjects = [subject(collection, panel, item) for item in rated if item.cut is None and item.severity >= SCARRED]
    say(f"asking about {len(subjects)} photos at {len(LOOKS)} other sizes and crops")
    rows = []
    for each in subjects:
        skin = panel.finder.find_skin(each.pixels)
        shown = [each.pixels, *(change(each.pixels, skin) for change in LOOKS.values())]
        rows.append([each.judge(one) if min(one.shape[:2]) >= SMALLEST else np.nan for one in shown])
    told = np.array(rows).reshape(-1, len(LOOKS) + 1)
    of = np.array([each.rated.photo.source for each in subjects])
    sources = tuple(dict.fromkeys(of.tolist()))
    looks = tuple(_looked(name, told[:, [0, n]], of, sources) for n, name in enumerate(LOOKS, start=1))
    metadata = panel.shipped.bundle.metadata
    return Sizes(
        metadata.version, panel.shipped.bundle.sha256, len(subjects), sources, measured_sem(metadata.base_sha256), looks
    )


def _looked(name: str, both: Values, of: Values, sources: Sequence[str]) -> Looked:
    there = ~np.isnan(both).any(axis=1)
    apart = both[:, 1] - both[:, 0]
    moves = tuple(_mean(np.abs(apart[there & (of == source)])) for source in sources)
    enough = there.sum() >= FEWEST
    return Looked(
        name,
        int(there.sum()),
        _mean(apart[there]),
        _mean(np.abs(apart[there])),
        icc(both[there]) if enough else float("nan"),
        moves,
    )


def _mean(values: Values) -> float:
    return float(values.mean()) if len(values) >= FEWEST else float("nan")


def _span(there: npt.NDArray[np.bool_], margin: int) -> tuple[int, int]:
    found = np.flatnonzero(there)
    return max(0, int(found[0]) - margin), min(len(there), int(found[-1]) + 1 + margin)
