"""How near a face has to be looked at: what nearer looks of several sizes cost, and how well each ranks photos.

Each photo is asked of the network that has not seen it. Severities of every size are put on the readings' scale by a
curve that is fitted on these same photos, alike for all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.preprocess import NEAR_SIDE, Pixels
from scarscore.train.bench.subjects import bench_size
from scarscore.train.calibrate import severity_curve
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Estimate, Values, bootstrapped, mean_absolute_error, spearman
from scarscore.train.samples import photo_pixels
from scarscore.train.views import Say

TURNS = 3
FAR = 0  # px: no nearer look at all
SIDES = (FAR, 384, NEAR_SIDE, 512, 640)


@dataclass(frozen=True)
class Nearness:
    """Nearer looks whose long side has `side` px at most; 0 is none.

    `milliseconds` is the median time of a face, without decoding. Rank correlations and mean absolute errors, in
    points, are of whole faces (`faces`) and of all photos.
    """

    side: int
    milliseconds: float
    faces: Estimate
    faces_mae: Estimate
    every: Estimate
    every_mae: Estimate


def measure_nearness(
    panel: Panel, collection: Collection, whole: Sequence[Rated], faces: Sequence[Rated], source: str, say: Say
) -> tuple[Nearness, ...]:
    """Looks of every size at these whole photos, each by the network of its fold.

    `faces` are timed; `source` is the data set that shows such faces.
    """
    say(f"looking at {len(whole)} photos from {len(SIDES)} distances")
    asked: list[Rated] = []
    pooled: list[list[float]] = []
    for fold, engine in enumerate(panel.of_fold):
        for item in whole:
            if panel.folds.fold_of[item.key] == fold:
                pixels = photo_pixels(collection, item)
                regions = panel.finder.look(pixels)
                asked.append(item)
                pooled.append([engine.look(regions.frame(pixels, side)).pooled for side in SIDES])
    opened = [bench_size(photo_pixels(collection, face)) for face in faces]
    told = np.array(pooled).T
    return tuple(
        _nearness(asked, values, side, source, [seconds(partial(_score, panel, pixels, side)) for pixels in opened])
        for values, side in zip(told, SIDES, strict=True)
    )


def seconds(work: Callable[[], object]) -> float:
    """How long something takes, the shortest of some turns: what else runs on the machine only ever adds."""
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _score(panel: Panel, pixels: Pixels, side: int) -> float:
    """From pixels to severity: what is timed."""
    shown = panel.finder.look(pixels).frame(pixels, side)
    return panel.shipped.judge(panel.shipped.look(shown)).severity.value


def _nearness(rated: Sequence[Rated], pooled: Values, side: int, source: str, taken: Sequence[float]) -> Nearness:
    read = np.array([item.severity for item in rated])
    groups = np.array([item.photo.group for item in rated])
    curve = severity_curve(pooled, read)
    told = np.array([curve(value) for value in pooled])
    face = np.array([item.photo.source == source for item in rated])
    parts = ((part, statistic) for part in (face, np.ones_like(face)) for statistic in (spearman, mean_absolute_error))
    figures = (bootstrapped(how, told[part], read[part], groups[part].tolist()) for part, how in parts)
    return Nearness(side, 1000.0 * float(np.median(taken)), *figures)
