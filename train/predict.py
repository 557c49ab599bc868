"""What exported networks say of photos that they have not seen: the out-of-fold outcomes.

Everything that is reported rests on these: ONNX files run by the same engine that serves, each photo by the network
of the fold that it was held out of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scarscore.datasets.photos import Rated
from scarscore.model.engine import Engine, Judgement, LocalMaps
from scarscore.model.preprocess import Frame
from scarscore.model.severity import Severity, pool
from scarscore.train.samples import GRID


@dataclass(frozen=True)
class Outcome:
    """A network's answer to one rated photo or cut.

    `pooled` is the uncalibrated severity, `redness` the spread of the skin's redness; `told` is the calibrated
    severity with its reading interval, `judged` everything that the network says of the photo, `strange` whether it
    lies outside what the network was trained on; `cells` the
    uncalibrated severity of the nine cells, None where no reading of cells exists, or where
    the reader or the network saw no skin.
    """

    rated: Rated
    pooled: float
    redness: float
    cells: tuple[float | None, ...] | None
    judged: Judgement
    strange: bool

    @property
    def told(self) -> Severity:
        """The calibrated severity with its reading interval."""
        return self.judged.severity


def predict(engine: Engine, photos: Iterable[tuple[Rated, Frame]]) -> list[Outcome]:
    """The network's outcomes for these photos."""
    return [_outcome(engine, rated, engine.look(shown)) for rated, shown in photos]


def _outcome(engine: Engine, rated: Rated, maps: LocalMaps) -> Outcome:
    cells = _cells(maps, rated.cells) if rated.cells else None
    judged, heads = engine.judge(maps), engine.bundle.metadata.calibration.heads
    return Outcome(
        rated, maps.pooled, maps.redness, cells, judged, heads is not None and judged.distance > heads.farthest
    )


def _cells(maps: LocalMaps, read: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """The same pooling for each cell that has a reading."""
    down, across = (np.arange(n) * GRID // n for n in maps.severity.shape)
    home = down[:, np.newaxis] * GRID + across
    return tuple(
        None if value is None or not (home == cell).any() else pool(maps.severity, maps.weight * (home == cell))
        for cell, value in enumerate(read)
    )
