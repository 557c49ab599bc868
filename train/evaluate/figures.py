"""Turns the evidence into figures, per source and over all. Every one is written into the report; none is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scarscore.datasets.synthetic.tone import BANDS
from scarscore.train.bench.records import ALL, Bench
from scarscore.train.evaluate.evaluation import Evidence
from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.said import Said, of_source, said
from scarscore.train.evaluate.statistics import (
    Agreement,
    Estimate,
    Values,
    auc,
    bias,
    bootstrapped,
    calibration_slope,
    mean_absolute_error,
    readers_agreement,
    spearman,
)
from scarscore.train.predict import Outcome

ENOUGH_OF_A_TONE = 20  # photos: fewer, and a skin tone is told as untested
PLAIN = "plain regression network"  # as the report calls it
MILD = 30.0  # the reading of mild scars: "clear, visible when looked for"


@dataclass(frozen=True)
class Method:
    """How one way of scoring agrees with the mean reading.

    Rank correlation, mean absolute error, slope, and the area under the ROC curve for mild scars or worse (30).
    """

    name: str
    rho: Estimate
    mae: Estimate
    slope: Number
    auc: Number


@dataclass(frozen=True)
class SourceFigures:
    """The figures of one source: its photos, its refusals, the network, the baselines, the readers."""

    source: str
    photos: int
    groups: int
    refused: int
    methods: tuple[Method, ...]
    readers: Agreement


@dataclass(frozen=True)
class CellFigures:
    """Cells of read photos: rank correlation over all cells, and within photos (mean of those with five or more)."""

    cells: int
    photos: int
    pooled: Estimate
    within: float


@dataclass(frozen=True)
class Coverage:
    """How often the 90 % statements hold: reading in the interval, grade in the set; and how wide they are."""

    source: str
    photos: int
    interval: float
    width: float
    grade_set: float
    set_size: float


@dataclass(frozen=True)
class ToneFigures:
    """One band of skin tone, by the individual typology angle as photographed; None where it is untested.

    `mae` and `bias` (told less read) in points; `over_all` is `mae` over the mean absolute error of all photos. To
    compare with, in points: `readers`, how far two readers of these photos differ on average, and `mix`, the mean
    absolute error that the band's mix of data sets alone would give.
    """

    band: str
    photos: int
    people: int
    mae: Estimate | None
    bias: float | None
    over_all: float | None
    readers: Number
    mix: Number


@dataclass(frozen=True)
class Aside:
    """Agreement on photos that are not among the rated photos trained on."""

    name: str
    photos: int
    rho: Estimate
    mae: Estimate
    readers: Agreement


@dataclass(frozen=True)
class Figures:
    """The whole report in numbers.

    `carried` names the network on which the bench and the plain network were measured, where they were taken over.
    """

    model: str
    version: str
    sha256: str
    base_sha256: str
    licence_class: str
    sources: tuple[SourceFigures, ...]
    tones: tuple[ToneFigures, ...]
    cells: CellFigures
    coverage: tuple[Coverage, ...]
    said: Said
    asides: tuple[Aside, ...]
    refused: dict[str, int]
    bench: Bench | None
    carried: str | None = None


def figures(evidence: Evidence) -> Figures:
    """Compute everything."""
    metadata = evidence.bundle.metadata
    names = [*metadata.sources, ALL]
    reasons = sorted(evidence.refused.values())
    sources = tuple(_source(evidence, name) for name in names)
    return Figures(
        model=metadata.name,
        version=metadata.version,
        sha256=evidence.bundle.sha256,
        base_sha256=metadata.base_sha256,
        licence_class=metadata.licence_class,
        sources=sources,
        tones=_tones(evidence),
        cells=cell_figures(evidence.outcomes),
        coverage=tuple(_coverage(name, of_source(evidence.outcomes, name)) for name in names),
        said=said(evidence.outcomes, evidence.labels, evidence.bundle, {s.source: s.readers.kappa for s in sources}),
        asides=asides(
            {
                "close-up cuts of acne04, out of fold": evidence.cuts,
                "habibsatya, never trained on": evidence.unseen,
            }
        ),
        refused={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        bench=evidence.bench,
    )


def _source(evidence: Evidence, source: str) -> SourceFigures:
    index = np.array([i for i, o in enumerate(evidence.outcomes) if source in (ALL, o.rated.photo.source)])
    rated = [evidence.outcomes[i].rated for i in index]
    read = np.array([item.severity for item in rated])
    groups = [item.photo.group for item in rated]
    told = {
        "network": evidence.network,
        PLAIN: evidence.plain,
        "ridge on frozen features": evidence.ridge,
        "source mean": evidence.means,
    }
    methods = tuple(_method(name, values[index], read, groups) for name, values in told.items() if values is not None)
    refused = sum(item.key in evidence.refused for item in rated)
    return SourceFigures(source, len(rated), len(set(groups)), refused, methods, readers_agreement(rated))


def _method(name: str, told: Values, read: Values, groups: list[str]) -> Method:
    return Method(
        name,
        bootstrapped(spearman, told, read, groups),
        bootstrapped(mean_absolute_error, told, read, groups),
        calibration_slope(told, read),
        auc(told, read, MILD),
    )


def _tones(evidence: Evidence) -> tuple[ToneFigures, ...]:
    """Bands of skin tone, those with too few photos first."""
    told = [_tone(evidence, band) for band in BANDS]
    return tuple(sorted(told, key=lambda tone: tone.mae is not None))


def _tone(evidence: Evidence, band: str) -> ToneFigures:
    read = np.array([o.rated.severity for o in evidence.outcomes])
    index = np.array([i for i, tone in enumerate(evidence.tones) if tone == band], dtype=np.int64)
    rated = [evidence.outcomes[i].rated for i in index]
    groups = [item.photo.group for item in rated]
    if len(index) < ENOUGH_OF_A_TONE:
        return ToneFigures(band, len(index), len(set(groups)), None, None, None, float("nan"), float("nan"))
    mae = bootstrapped(mean_absolute_error, evidence.network[index], read[index], groups)
    return ToneFigures(
        band,
        len(index),
        len(set(groups)),
        mae,
        bias(evidence.network[index], read[index]),
        mae.value / mean_absolute_error(evidence.network, read),
        readers_agreement(rated).mae,
        _mixed(evidence, [item.photo.source for item in rated]),
    )


def _mixed(evidence: Evidence, sources: Sequence[str]) -> float:
    """The mean absolute error, in points, of photos of these data sets if each errs as its data set does."""
    of = np.array([o.rated.photo.source for o in evidence.outcomes])
    error = np.abs(evidence.network - np.array([o.rated.severity for o in evidence.outcomes]))
    means = {source: float(error[of == source].mean()) for source in set(sources)}
    return float(np.mean([means[source] for source in sources]))


def cell_figures(outcomes: Sequence[Outcome]) -> CellFigures:
    """Told against read, cell by cell, where every reader could judge the cell."""
    photos = [(outcome, *cell_pairs(outcome)) for outcome in outcomes]
    told, read = (np.concatenate([photo[side] for photo in photos]) for side in (1, 2))
    groups = [outcome.rated.photo.group for outcome, own, _ in photos for _ in own]
    within = [spearman(a, b) for _, a, b in photos if len(a) >= 5]
    return CellFigures(len(told), len(within), bootstrapped(spearman, told, read, groups), float(np.nanmean(within)))


def cell_pairs(outcome: Outcome) -> tuple[Values, Values]:
    """What the network tells and what was read of the cells of a photo; empty where none was read."""
    both = zip(outcome.cells or (), outcome.rated.cells or (), strict=False)
    pairs = [(told, read) for told, read in both if told is not None and read is not None]
    told, read = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return told, read


def _coverage(source: str, outcomes: Sequence[Outcome]) -> Coverage:
    inside = [o.told.low <= o.rated.severity <= o.told.high for o in outcomes]
    width = [o.told.high - o.told.low for o in outcomes]
    right = [o.rated.grade in o.judged.grade_set for o in outcomes]
    size = [len(o.judged.grade_set) for o in outcomes]
    return Coverage(source, len(outcomes), *(float(np.mean(v)) for v in (inside, width, right, size)))


def asides(others: Mapping[str, Sequence[Outcome]]) -> tuple[Aside, ...]:
    """The figures of other photos by name; a data folder without them tells nothing of them."""
    return tuple(_aside(name, outcomes) for name, outcomes in others.items() if outcomes)


def _aside(name: str, outcomes: Sequence[Outcome]) -> Aside:
    told = np.array([o.told.value for o in outcomes])
    read = np.array([o.rated.severity for o in outcomes])
    groups = [o.rated.photo.group for o in outcomes]
    rho, mae = (bootstrapped(s, told, read, groups) for s in (spearman, mean_absolute_error))
    return Aside(name, len(outcomes), rho, mae, readers_agreement([o.rated for o in outcomes]))
