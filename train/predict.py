"""What exported networks say of photos that they have not seen: the out-of-fold outcomes.

Everything that is reported rests on these: ONNX files run by the same engine that serves, each photo by the network
of the fold that it was held out of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scarscore.datasets.photos import Rated
from scarscore.model.engine import Engine, LocalMaps
from scarscore.model.preprocess import Frame
from scarscore.model.severity import Severity, pool
from scarscore.train.samples import GRID


@dataclass(frozen=True)
class Outcome:
    """A network's answer to one rated photo or cut.

    `pooled` is the uncalibrated severity, `told` the calibrated one with interval, grades and types; `cells` the
    uncalibrated severity of the nine cells, None where no reading of cells exists, or where
    the reader or the network saw no skin.
    """

    rated: Rated
    pooled: float
    type_probabilities: tuple[float, ...]
    cells: tuple[float | None, ...] | None
    told: Severity


def predict(engine: Engine, photos: Iterable[tuple[Rated, Frame]]) -> list[Outcome]:
    """The network's outcomes for these photos."""
    return [_outcome(engine, rated, engine.look(shown)) for rated, shown in photos]


def _outcome(engine: Engine, rated: Rated, maps: LocalMaps) -> Outcome:
    cells = _cells(maps, rated.cells) if rated.cells else None
    return Outcome(rated, maps.pooled, maps.type_probabilities, cells, engine.judge(maps))


def _cells(maps: LocalMaps, read: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """The same pooling for each cell that has a reading."""
    down, across = (np.arange(n) * GRID // n for n in maps.severity.shape)
    home = down[:, np.newaxis] * GRID + across
    return tuple(
        None if value is None or not (home == cell).any() else pool(maps.severity, maps.weight * (home == cell))
        for cell, value in enumerate(read)
    )
