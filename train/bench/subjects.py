"""The photos on the bench, at bench size, each with the network that has not seen it; and their scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import cv2
import numpy as np

from scarscore.datasets.photos import Collection, Rated
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Values
from scarscore.train.samples import photo_pixels

SIDE = 896  # px: of it, and of 70 % of it, the networks see less

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Subject:
    """A photo or cut, its pixels (at most `SIDE`), and its judge: pixels to the severity that the product tells."""

    rated: Rated
    pixels: Pixels
    judge: Callable[[Pixels], float]

    @property
    def key(self) -> str:
        """The seed of everything that is done to it."""
        return self.rated.key


Shot = Callable[[Subject], Pixels]


def subject(collection: Collection, panel: Panel, rated: Rated) -> Subject:
    """Put a rated photo on the bench."""
    return Subject(rated, bench_size(photo_pixels(collection, rated)), judge(panel, panel.engine(rated.photo)))


def judge(panel: Panel, engine: Engine) -> Callable[[Pixels], float]:
    """What this network tells of a photo's pixels."""
    return partial(panel.severity, engine)


def bench_size(pixels: Pixels) -> Pixels:
    """A photo, uint8 RGB (h, w, 3), reduced to at most `SIDE` on its long side."""
    scale = SIDE / max(pixels.shape[:2])
    if scale >= 1.0:
        return pixels
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def scores(subjects: Sequence[Subject], shots: Sequence[Shot]) -> Values:
    """The severity of every shot of every subject: (subjects, shots)."""
    return np.array([[each.judge(shot(each)) for shot in shots] for each in subjects]).reshape(-1, len(shots))


def as_is(item: Subject) -> Pixels:
    """The photo as it is."""
    return item.pixels


def spread_out(items: Sequence[Item], count: int) -> list[Item]:
    """So many of the items, evenly from first to last; all, where there are no more."""
    if len(items) <= count:
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]
