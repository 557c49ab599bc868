"""A user's own labels: how far the product agrees with them, photo by photo as `scarscore score` tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from scarscore.datasets.errors import DataError
from scarscore.datasets.own import read_own
from scarscore.datasets.photos import Collection
from scarscore.model.bundle import DEFAULT
from scarscore.model.bundles import open_model
from scarscore.train.evaluate.figures import MILD
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.plots import Points
from scarscore.train.evaluate.statistics import (
    RESAMPLES,
    Estimate,
    auc,
    bias,
    bootstrapped,
    calibration_slope,
    mean_absolute_error,
    shown,
    spearman,
)
from scarscore.train.product import Answer, answers, refused
from scarscore.train.seen import count_seen

FEWEST = 10  # photos, below which no agreement is told


@dataclass(frozen=True)
class Label:
    """A photo and what its owner read: severity 0-100; photos of one `group` (a patient) are drawn together."""

    path: Path
    severity: float
    group: str


@dataclass(frozen=True)
class OwnFigures:
    """How the product agrees with the labels of `photos` photos, those that it refuses left out.

    `seen` photos are among those that the network was trained on, or of the same groups; None where nobody can tell:
    not all of its data sets are at hand, or it went on with somebody's own photos.
    `bias` is what is told less what was read, in points; `interval` the share of labels inside the 90 % interval.
    """

    model: str
    photos: int
    groups: int
    refused: dict[str, int]
    seen: int | None
    rho: Estimate
    mae: Estimate
    bias: Estimate
    slope: float
    auc: float
    interval: float


def read_labels(table: Path, folder: Path | None = None) -> tuple[Label, ...]:
    """The photos of a table of own readings (docs/own-data.md), in `folder`, by default its own; no patient is needed.

    Raises `DataError` naming every line that is wrong.
    """
    return tuple(Label(photo.path, photo.severity, photo.patient) for photo in read_own(table, folder, patients=False))


def evaluate_labels(
    labels: Sequence[Label], collection: Collection | None, model: str = DEFAULT
) -> tuple[OwnFigures, Points]:
    """Ask the product, with a bundle, about every photo. Raises `DataError` where fewer than ten are scored."""
    asked = answers([label.path for label in labels], model)
    reasons = sorted(answer["reason"] for answer in asked if refused(answer))
    pairs = [(label, answer) for label, answer in zip(labels, asked, strict=True) if not refused(answer)]
    if len(pairs) < FEWEST:
        raise DataError(f"{len(pairs)} of {len(labels)} photos were scored: at least {FEWEST} are needed")
    told = np.array([float(answer["severity"]) for _, answer in pairs])
    read = np.array([label.severity for label, _ in pairs])
    groups = [label.group for label, _ in pairs]
    figures = OwnFigures(
        model=pairs[0][1]["model"],
        photos=len(pairs),
        groups=len(set(groups)),
        refused={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        seen=None if collection is None else _seen([label.path for label, _ in pairs], collection, model),
        rho=bootstrapped(spearman, told, read, groups),
        mae=bootstrapped(mean_absolute_error, told, read, groups),
        bias=bootstrapped(bias, told, read, groups),
        slope=calibration_slope(told, read),
        auc=auc(told, read, MILD),
        interval=float(np.mean([_inside(label, answer) for label, answer in pairs])),
    )
    return figures, Points("own labels", told, read)


def _inside(label: Label, answer: Answer) -> bool:
    return float(answer["severity_low"]) <= label.severity <= float(answer["severity_high"])


def _seen(paths: Sequence[Path], collection: Collection, model: str) -> int | None:
    """How many of the files are, byte for byte, photos of the groups that the severity network was trained on.

    None where none is, but not all that it learnt from is at hand.
    """
    checksums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return count_seen(checksums, open_model(model).severity.metadata, collection)


def write_own(figures: OwnFigures, folder: Path) -> tuple[Path, Path]:
    """Write `own.md` and `own.json` into the folder."""
    return write_both(folder, "own", as_markdown(figures), asdict(figures))


def as_markdown(figures: OwnFigures) -> str:
    """The report as a text; photos and people are counted, never named."""
    told = ", ".join(f"{reason} {count}" for reason, count in figures.refused.items()) or "none"
    seen = {None: "Whether the network was trained on some of them was not checked.", 0: ""}.get(
        figures.seen,
        f"**{figures.seen} of them, or others of their groups, were trained on: these figures flatter the network.**",
    )
    lines = [
        "# Evaluation on own labels",
        "Written by `scarscore evaluate --labels`; in brackets 95 % intervals, from "
        f"{RESAMPLES} resamples of whole groups.",
        "",
        f"Networks: {figures.model}",
        "",
        f"{figures.photos} photos of {figures.groups} groups; refused: {told}. {seen}".rstrip(),
        "",
        "| figure | value |",
        "| --- | --- |",
        f"| Spearman | {figures.rho.text(2)} |",
        f"| MAE, points | {figures.mae.text(1)} |",
        f"| bias (told less read), points | {figures.bias.text(1)} |",
        f"| calibration slope | {shown(figures.slope, 2)} |",
        f"| AUC at {MILD:g} | {shown(figures.auc, 2)} |",
        f"| labels inside the 90 % interval | {figures.interval:.0%} |",
    ]
    return "\n".join(lines) + "\n"
