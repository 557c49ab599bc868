"""What the score must follow and what it must not: scars that fade, and colours that change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.train.bench import held_back
from scarscore.train.bench.healing import COLOURS, HEALING, STEPS, Healing, Paint, scarred_cells
from scarscore.train.bench.records import ALL, Colour, Healed
from scarscore.train.bench.repeat import FEWEST
from scarscore.train.bench.subjects import Shot, Subject, as_is, scores, spread_out
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import Values

PART = 70  # photos, evenly from all that have scarred cells
TENTHS = 10.0


def healing(panel: Panel, subjects: Sequence[Subject]) -> Iterator[Healed]:
    """Every method on photos with scarred cells; the one that is held back from training last, and named so."""
    fading = spread_out([item for item in subjects if _relief(item)], PART)
    where = {item.key: _scars(panel, item) for item in fading}
    plain = scores(fading, [as_is])
    methods = {**HEALING, **{f"{name} (held back)": method for name, method in held_back.HEALING.items()}}
    for name, method in methods.items():
        series = np.hstack([plain, scores(fading, [_healed(method, where, step) for step in STEPS[1:]])])
        sources = dict.fromkeys(item.rated.photo.source for item in fading)
        for source in [*sources, ALL]:
            index = [i for i, item in enumerate(fading) if source in (ALL, item.rated.photo.source)]
            if len(index) >= FEWEST:
                yield summed(name, source, series[index])


def summed(name: str, source: str, series: Values) -> Healed:
    """What series of scores (photos, steps), from untouched to most healed, say together."""
    falls = np.diff(series, axis=1) < 0.0
    first, last = series[:, 0], series[:, -1]
    relief = np.array(STEPS)
    slopes = ((series - series.mean(axis=1, keepdims=True)) @ (relief - relief.mean())) / (
        (relief - relief.mean()) ** 2
    ).sum()
    return Healed(
        name=name,
        source=source,
        photos=len(series),
        ordered=float(falls.all(axis=1).mean()),
        pairs=float(falls.mean()),
        fall=float(((first - last) / np.maximum(first, 1.0)).mean()),
        slope=float(-slopes.mean() / TENTHS),
    )


def colour(panel: Panel, subjects: Sequence[Subject], what: str, sem: float) -> Iterator[Colour]:
    """Each paint on the skin of these photos; `sem` is the measurement error beside which the move is set."""
    where = {item.key: panel.finder.find_skin(item.pixels) for item in subjects}
    plain = scores(subjects, [as_is])
    for name, paint in COLOURS.items():
        moved = scores(subjects, [_painted(paint, where)]) - plain
        move = float(np.abs(moved).mean())
        yield Colour(name, what, len(subjects), float(moved.mean()), move, move / sem if sem > 0 else float("nan"))


def _relief(item: Subject) -> bool:
    """Whether there are cells to heal."""
    return item.rated.cells is not None and bool(scarred_cells(item.rated.cells, (30, 30)).any())


def _scars(panel: Panel, item: Subject) -> Floats:
    cells = item.rated.cells or ()
    found = scarred_cells(cells, item.pixels.shape[:2]) * panel.finder.find_skin(item.pixels)
    return np.asarray(found, np.float32)


def _healed(method: Healing, where: dict[str, Floats], step: float) -> Shot:
    def shot(item: Subject) -> Pixels:
        return method(item.pixels, where[item.key], step)

    return shot


def _painted(paint: Paint, where: dict[str, Floats]) -> Shot:
    def shot(item: Subject) -> Pixels:
        return paint(item.pixels, where[item.key], item.key)

    return shot
