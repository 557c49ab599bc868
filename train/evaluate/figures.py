"""Turns the evidence into figures, per source and over all. Every one is written into the report; none is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from scarscore.model.severity import TYPES
from scarscore.train.bench.records import ALL, Bench
from scarscore.train.evaluate.evaluation import Evidence
from scarscore.train.evaluate.statistics import (
    Agreement,
    Estimate,
    Values,
    auc,
    bootstrapped,
    calibration_slope,
    mean_absolute_error,
    readers_agreement,
    spearman,
)
from scarscore.train.losses import TYPES_FROM
from scarscore.train.predict import Outcome

MILD = 30.0  # the reading of mild scars: "clear, visible when looked for"


@dataclass(frozen=True)
class Method:
    """How one way of scoring agrees with the mean reading.

    Rank correlation, mean absolute error, slope, and the area under the ROC curve for mild scars or worse (30).
    """

    name: str
    rho: Estimate
    mae: Estimate
    slope: float
    auc: float


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
class TypeFigures:
    """One scar type among photos that read 10 or more: how many readers' majority saw, and the network's AUC."""

    name: str
    seen: int
    photos: int
    auc: float


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
    """The whole report in numbers."""

    model: str
    version: str
    sha256: str
    licence_class: str
    sources: tuple[SourceFigures, ...]
    cells: CellFigures
    coverage: tuple[Coverage, ...]
    types: tuple[TypeFigures, ...]
    asides: tuple[Aside, ...]
    refused: dict[str, int]
    bench: Bench | None


def figures(evidence: Evidence) -> Figures:
    """Compute everything."""
    metadata = evidence.bundle.metadata
    names = [*metadata.sources, ALL]
    reasons = sorted(evidence.refused.values())
    return Figures(
        model=metadata.name,
        version=metadata.version,
        sha256=evidence.bundle.sha256,
        licence_class=metadata.licence_class,
        sources=tuple(_source(evidence, name) for name in names),
        cells=_cells(evidence.outcomes),
        coverage=tuple(_coverage(name, _of(evidence.outcomes, name)) for name in names),
        types=tuple(_type(evidence.outcomes, i) for i in range(len(TYPES))),
        asides=(
            _aside("close-up cuts of acne04, out of fold", evidence.cuts),
            _aside("habibsatya, never trained on", evidence.unseen),
        ),
        refused={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        bench=evidence.bench,
    )


def _of(outcomes: Sequence[Outcome], source: str) -> list[Outcome]:
    return [o for o in outcomes if source in (ALL, o.rated.photo.source)]


def _source(evidence: Evidence, source: str) -> SourceFigures:
    index = np.array([i for i, o in enumerate(evidence.outcomes) if source in (ALL, o.rated.photo.source)])
    rated = [evidence.outcomes[i].rated for i in index]
    read = np.array([item.severity for item in rated])
    groups = [item.photo.group for item in rated]
    told = {
        "network": evidence.network,
        "ridge on frozen features": evidence.ridge,
        "source mean": evidence.means,
    }
    methods = tuple(_method(name, values[index], read, groups) for name, values in told.items())
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


def _cells(outcomes: Sequence[Outcome]) -> CellFigures:
    """Told against read, cell by cell, where every reader could judge the cell."""
    told: list[float] = []
    read: list[float] = []
    groups: list[str] = []
    within: list[float] = []
    for outcome in outcomes:
        if outcome.cells is None or outcome.rated.cells is None:
            continue
        pairs = [
            (t, r) for t, r in zip(outcome.cells, outcome.rated.cells, strict=True) if t is not None and r is not None
        ]
        a, b = np.array(pairs).reshape(-1, 2).T
        told.extend(a)
        read.extend(b)
        groups.extend([outcome.rated.photo.group] * len(pairs))
        if len(pairs) >= 5:
            within.append(spearman(a, b))
    pooled = bootstrapped(spearman, np.array(told), np.array(read), groups)
    return CellFigures(len(told), len(within), pooled, float(np.nanmean(within)))


def _coverage(source: str, outcomes: Sequence[Outcome]) -> Coverage:
    inside = [o.told.low <= o.rated.severity <= o.told.high for o in outcomes]
    width = [o.told.high - o.told.low for o in outcomes]
    right = [o.rated.grade in o.told.grade_set for o in outcomes]
    size = [len(o.told.grade_set) for o in outcomes]
    return Coverage(source, len(outcomes), *(float(np.mean(v)) for v in (inside, width, right, size)))


def _type(outcomes: Sequence[Outcome], which: int) -> TypeFigures:
    scarred = [o for o in outcomes if o.rated.severity >= TYPES_FROM]
    seen = np.array([o.rated.type_share(TYPES[which]) >= 0.5 for o in scarred])
    probability = np.array([o.type_probabilities[which] for o in scarred])
    return TypeFigures(TYPES[which], int(seen.sum()), len(scarred), float(roc_auc_score(seen, probability)))


def _aside(name: str, outcomes: Sequence[Outcome]) -> Aside:
    told = np.array([o.told.value for o in outcomes])
    read = np.array([o.rated.severity for o in outcomes])
    groups = [o.rated.photo.group for o in outcomes]
    rho, mae = (bootstrapped(s, told, read, groups) for s in (spearman, mean_absolute_error))
    return Aside(name, len(outcomes), rho, mae, readers_agreement([o.rated for o in outcomes]))
