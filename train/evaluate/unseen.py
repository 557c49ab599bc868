"""A bundle on the data sets that it was not trained on: what the product says of their rated photos, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Rated
from scarscore.model.bundles import ModelBundle
from scarscore.model.severity import COVERAGE
from scarscore.train.evaluate.card_parts import table
from scarscore.train.evaluate.figures import MILD
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.statistics import (
    RESAMPLES,
    Agreement,
    Estimate,
    auc,
    bias,
    bootstrapped,
    calibration_slope,
    mean_absolute_error,
    readers_agreement,
    shown,
    spearman,
)
from scarscore.train.product import answers, refused
from scarscore.train.seen import all_known, seen_checksums

NOTE = f"""A photo that the product refuses counts as its set's mean reading. *Mean alone* is the error of telling every
photo of a set that set's own mean reading, which nobody knows beforehand. In brackets: 95 % intervals, from {RESAMPLES}
resamples of whole groups. A calibration slope below 1 says that differences come out too large, above 1 too small.
The share of readings in the interval is of the photos that are scored.
"""


@dataclass(frozen=True)
class SetFigures:
    """One set: agreement with the mean reading, beside the set's mean alone and the readers among themselves.

    `bias` is what is told less what was read, in points; `inside` the share (0-1) of readings in the 90 % interval and
    `width` its mean width in points, both of the photos that are scored.
    """

    source: str
    photos: int
    groups: int
    refused: int
    rho: Estimate
    mae: Estimate
    bias: Estimate
    slope: Number
    auc: Number
    inside: Number
    width: Number
    mean_alone: Number
    readers: Agreement


@dataclass(frozen=True)
class Unseen:
    """What the report is written from: which bundle it is of, and the figures of each set."""

    name: str
    version: str
    licence_class: str
    sha256: str
    regions_sha256: str
    sets: tuple[SetFigures, ...]


def evaluate_unseen(bundle: ModelBundle, model: str, collection: Collection) -> Unseen:
    """Ask the product, with the bundle of that name or path, about every usable rated photo of the other sets.

    Photos that repeat one that it was trained on are left out. Raises `DataError` where it was trained on all sets, or
    on photos of which nobody can tell whether they are of these.
    """
    metadata = bundle.severity.metadata
    if not all_known(metadata):
        raise DataError(
            f"{model} went on with photos that are of no data set: nobody can tell which of these sets' it has seen. "
            "Measure it on photos of your own that it has not seen, by --labels"
        )
    seen = seen_checksums(metadata, collection)
    others = [r for r in collection.rated() if r.usable and r.cut is None and r.photo.source not in metadata.sources]
    rated = [r for r in others if r.photo.sha256 not in seen]
    if not rated:
        raise DataError(f"{model} was trained on every set that has readings: nothing is left to measure it on")
    of_source = {name: [r for r in rated if r.photo.source == name] for name in (r.photo.source for r in rated)}
    sets = [set_figures(source, items, collection, model) for source, items in of_source.items()]
    severity, regions = bundle.severity.sha256, bundle.regions.sha256
    return Unseen(bundle.name, bundle.version, bundle.licence_class, severity, regions, tuple(sets))


def set_figures(source: str, rated: Sequence[Rated], collection: Collection, model: str) -> SetFigures:
    """What the product says, with the bundle of that name or path, of these rated photos of one set."""
    rows = answers([collection.root / item.photo.file for item in rated], model)
    read = np.array([item.severity for item in rated])
    mean = float(read.mean())
    told = np.array([mean if refused(row) else float(row["severity"]) for row in rows])
    groups = [item.photo.group for item in rated]
    scored = [
        (value, float(row["severity_low"]), float(row["severity_high"]))
        for value, row in zip(read, rows, strict=True)
        if not refused(row)
    ]
    return SetFigures(
        source=source,
        photos=len(rated),
        groups=len(set(groups)),
        refused=len(rated) - len(scored),
        rho=bootstrapped(spearman, told, read, groups),
        mae=bootstrapped(mean_absolute_error, told, read, groups),
        bias=bootstrapped(bias, told, read, groups),
        slope=calibration_slope(told, read),
        auc=auc(told, read, MILD),
        inside=float(np.mean([low <= value <= high for value, low, high in scored])) if scored else float("nan"),
        width=float(np.mean([high - low for _, low, high in scored])) if scored else float("nan"),
        mean_alone=float(np.abs(read - mean).mean()),
        readers=readers_agreement(rated),
    )


def write_unseen(figures: Unseen, folder: Path) -> tuple[Path, Path]:
    """Write `NAME.md` and `NAME.json` into the folder, by the bundle's name."""
    return write_both(folder, figures.name, as_markdown(figures), asdict(figures))


def as_markdown(figures: Unseen) -> str:
    """The report as a text."""
    head = (
        f"# Evaluation of {figures.name} on sets that it was not trained on\n"
        f"Written by `scarscore evaluate --model {figures.name}`; no figure here is typed by hand.\n\n"
        f"Bundle: {figures.name} {figures.version}, licence class *{figures.licence_class}*, severity SHA-256 "
        f"`{figures.sha256}`, regions SHA-256 `{figures.regions_sha256}`.\n"
    )
    poor = told_badly(figures.sets)
    said = f"\n**{poor}** A bundle that does is not shipped with scarscore.\n" if poor else ""
    return head + said + "\n" + sets_table(figures.sets) + "\n" + NOTE


def read_sets(values: Sequence[dict[str, Any]]) -> tuple[SetFigures, ...]:
    """The figures of each set, from their JSON values."""
    return TypeAdapter(tuple[SetFigures, ...]).validate_python(values)


def told_badly(sets: Sequence[SetFigures]) -> str:
    """On which sets it errs more than their mean alone, where the whole interval says so; empty where on none."""
    worse = [each.source for each in sets if each.mae.low > each.mean_alone]
    return f"On {', '.join(worse)} it errs more than telling every photo the set's mean would." if worse else ""


def sets_table(sets: Sequence[SetFigures]) -> str:
    """The figures of each set as a table."""
    titles = (
        *("data set", "photos (groups)", "refused", "Spearman", "MAE, points", "bias, points", "slope"),
        *(f"AUC at {MILD:g}", f"readings in the {COVERAGE:.0%} interval", "mean alone, MAE", "readers: Spearman / MAE"),
    )
    return table(titles, [_row(each) for each in sets])


def _row(told: SetFigures) -> tuple[str, ...]:
    return (
        *(told.source, f"{told.photos} ({told.groups})", str(told.refused), told.rho.text(2), told.mae.text(1)),
        *(told.bias.text(1), shown(told.slope, 2), shown(told.auc, 2), f"{told.inside:.0%}", f"{told.mean_alone:.1f}"),
        told.readers.text(),
    )
