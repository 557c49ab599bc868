"""The weak points of a network in plain words, worst first, made from the figures: each against its yardstick.

A yardstick says what would be good enough: the readers' own agreement, a baseline, a step of the rubric. A point is
listed when it misses its yardstick, and the points stand in order of how often over they miss it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scarscore.model.severity import COVERAGE
from scarscore.train.bench.alarms import ALARM
from scarscore.train.bench.records import ALL, Bench
from scarscore.train.bench.repeat import CAMERA
from scarscore.train.evaluate.figures import Figures, Method, SourceFigures
from scarscore.train.evaluate.statistics import shown

STEP = 15.0  # points between two anchors of the rubric: a change that a reader would put into words
FEW_ALARMS = 0.05
DISORDER = 0.10  # share of healing series that may be out of order
SLOPE = 0.20  # how far from 1 a slope may lie
LOST_COVERAGE = 0.05
FAIR = 1.3  # times the mean error of all photos: as far as a band of skin tone may lie above it


@dataclass(frozen=True)
class WeakPoint:
    """A sentence, and how many times over its yardstick is missed (above 1)."""

    text: str
    over: float


def weak_points(figures: Figures) -> tuple[WeakPoint, ...]:
    """Every point that misses its yardstick, worst first."""
    points = [point for source in figures.sources if source.source != ALL for point in _source(source)]
    points += _tones(figures)
    points += _coverage(figures)
    if figures.bench:
        points += _bench(figures.bench)
    return tuple(sorted((point for point in points if point.over > 1.0), key=lambda point: -point.over))


def _source(figures: SourceFigures) -> Iterator[WeakPoint]:
    network, mean = _method(figures, "network"), _method(figures, "source mean")
    readers, source = figures.readers, figures.source
    rho = network.rho.value
    yield WeakPoint(
        f"{source}: ranks photos with a rank correlation of {rho:.2f}; readers agree with each other by "
        f"{readers.spearman:.2f}.",
        (1.0 - rho) / max(1.0 - readers.spearman, 0.01),
    )
    yield WeakPoint(
        f"{source}: errs by {network.mae.value:.1f} points on average; readers differ by {readers.mae:.1f}.",
        network.mae.value / max(readers.mae, 0.1),
    )
    yield WeakPoint(
        f"{source}: always telling the source's mean would err less, by {mean.mae.value:.1f} points instead of "
        f"{network.mae.value:.1f}.",
        network.mae.value / max(mean.mae.value, 0.1),
    )
    how = "exaggerates" if network.slope < 1.0 else "plays down"
    yield WeakPoint(
        f"{source}: {how} differences between photos (calibration slope {network.slope:.2f}).",
        abs(network.slope - 1.0) / SLOPE,
    )


def _tones(figures: Figures) -> Iterator[WeakPoint]:
    for tone in figures.tones:
        if tone.mae is not None and tone.over_all is not None:
            yield WeakPoint(
                f"Skin tone {tone.band}: errs by {tone.mae.value:.1f} points on average, {tone.over_all:.1f} times as "
                f"much as over all photos; its mix of data sets alone would give {shown(tone.mix, 1)}.",
                tone.over_all / FAIR,
            )


def _coverage(figures: Figures) -> Iterator[WeakPoint]:
    for row in figures.coverage:
        if row.source != ALL:
            yield WeakPoint(
                f"{row.source}: the interval holds the reading on {row.interval:.0%} of photos, not {COVERAGE:.0%}.",
                (COVERAGE - row.interval) / LOST_COVERAGE,
            )


def _bench(bench: Bench) -> Iterator[WeakPoint]:
    usual = {row.source: row for row in bench.repeats if row.name == CAMERA}
    for source, row in usual.items():
        yield WeakPoint(
            f"{'All sources' if source == ALL else source}: between two single photos only a change of "
            f"{row.sdc95.value:.0f} points or more is no chance (SDC95); a step of the rubric is {STEP:.0f}.",
            row.sdc95.value / STEP,
        )
    for row in bench.repeats:
        if row.name != CAMERA and row.source == ALL:
            yield WeakPoint(
                f"Under {row.name}, which it never practised, the error of one photo is {row.sem.value:.1f} points; "
                f"as cameras usually vary, {usual[ALL].sem.value:.1f}.",
                row.sem.value / max(usual[ALL].sem.value, 0.1),
            )
    for healed in bench.healed:
        if healed.source == ALL:
            yield WeakPoint(
                f"Scars that fade ({healed.name}): the score falls at every step in {healed.ordered:.0%} of photos.",
                (1.0 - healed.ordered) / DISORDER,
            )
    for paint in bench.colours:
        yield WeakPoint(
            f"Painted {paint.name} on {paint.where} moves the score by {paint.move:.1f} points, "
            f"{paint.of_sem:.1f} times the measurement error.",
            paint.of_sem,
        )
    for alarm in bench.alarms:
        yield WeakPoint(
            f"False alarms: {alarm.alarms} of {alarm.photos} ({alarm.name}) are told over {ALARM:g}.",
            alarm.share.value / FEW_ALARMS,
        )


def _method(figures: SourceFigures, name: str) -> Method:
    return next(method for method in figures.methods if method.name == name)
