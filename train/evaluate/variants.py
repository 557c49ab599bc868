"""Variants of the network side by side, from their own reports: what each part gave, and what was left out.

It reads `evaluation.json` as `scarscore evaluate` wrote it and computes nothing anew, so that a variant that lost
stays in the table with the figures that it lost by. Reports that tell different things are not put side by side.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scarscore.datasets.errors import DataError
from scarscore.train.bench.records import ALL
from scarscore.train.evaluate.nulls import with_nan

FILE = "variants.md"
HEAD = """# Variants of the severity network
Written by `scarscore evaluate --variants` from the reports of `scarscore evaluate --run`; no figure is typed by hand.
Each column is one report, under the name and in the order that it was given. A report's network was judged on photos
that it had not seen; a choice between columns is made on these photos, so the chosen one looks a little too good.
Up to 0.5.0 the bench took its photos at 480 px at most, since then at 896 px: there, its rows are not quite alike.
0.7.0 has the weights of 0.6.0; what they are shown changed (model/preprocess.py). Up to then networks were gone on from
more than once; 0.8.0 is one clean run, of more views, at lower rates, taught by labels of types, too. 0.9.0 has its
weights; a face is looked at again at 448 px instead of 640, that look counts half instead of a quarter, and types
are read by two paths (model/attach.py).
"""

Row = tuple[str, str]  # label and value


@dataclass(frozen=True)
class Variant:
    """A variant's name and its report, as JSON."""

    name: str
    report: dict[str, Any]


def named_variant(text: str) -> Variant:
    """The variant that `NAME=FOLDER` names. Raises `DataError` where it names none."""
    name, equals, folder = text.partition("=")
    if not (name and equals and folder):
        raise DataError(f"--variants {text}: write NAME=FOLDER, a name for the column and the folder of its report")
    return read_variant(name, folder)


def read_variant(name: str, folder: str) -> Variant:
    """The report in a folder. Raises `DataError` where there is none."""
    try:
        report = json.loads((Path(folder) / "evaluation.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"--variants {name}={folder}: no report can be read there: {error}") from None
    if not isinstance(report, dict):
        raise DataError(f"--variants {name}={folder}: no report can be read there: it is no table")
    return Variant(name, report)


def write_variants(variants: Sequence[Variant], out: Path) -> Path:
    """Write the table; its path. Raises `DataError` for a report that lacks something, or is of other photos."""
    columns = [_column(variant) for variant in variants]
    _check_alike(variants, columns)
    rows = [("", *(variant.name for variant in variants)), ("---", *("---" for _ in variants))]
    rows.extend((told[0][0], *(value for _, value in told)) for told in zip(*columns, strict=True))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(f"{HEAD}\n{table}\n", encoding="utf-8")
    return out / FILE


def _column(variant: Variant) -> list[Row]:
    try:
        return list(_figures(variant.report))
    except (LookupError, TypeError, ValueError) as error:
        raise DataError(
            f"the report of {variant.name} lacks a figure ({type(error).__name__}: {error}): evaluate it again"
        ) from None


def _check_alike(variants: Sequence[Variant], columns: Sequence[Sequence[Row]]) -> None:
    first = [label for label, _ in columns[0]]
    for variant, column in zip(variants, columns, strict=True):
        labels = [label for label, _ in column]
        odd = [label for label in (*first, *labels) if (label in first) != (label in labels)]
        if labels != first:
            raise DataError(
                f"{variant.name} and {variants[0].name} were not evaluated on the same things: "
                f"{', '.join(odd) or 'their order differs'}"
            )


def _figures(report: dict[str, Any]) -> Iterator[Row]:
    """Label and value of every row, in the order of the report."""
    for entry in with_nan(report["sources"]):
        source, methods = entry["source"], {method["name"]: method for method in entry["methods"]}
        network = methods["network"]
        rho, mae = network["rho"], network["mae"]["value"]
        yield f"{source}: photos", str(entry["photos"])
        yield f"{source}: Spearman", f"{rho['value']:.3f} [{rho['low']:.2f}, {rho['high']:.2f}]"
        yield f"{source}: MAE / slope", f"{mae:.1f} / {network['slope']:.2f}"
    cells = with_nan(report["cells"])
    yield "cells: Spearman pooled / within", f"{cells['pooled']['value']:.3f} / {cells['within']:.3f}"
    for aside in with_nan(report["asides"]):
        yield f"{aside['name']}: Spearman / MAE", f"{aside['rho']['value']:.2f} / {aside['mae']['value']:.1f}"
    yield from _bench(report["bench"])


def _bench(bench: dict[str, Any] | None) -> Iterator[Row]:
    if bench is None:
        raise DataError("a report without its bench cannot stand beside others: evaluate without --no-bench")
    bench = with_nan(bench)
    for repeat in bench["repeats"]:
        if repeat["source"] == ALL:
            yield f"{repeat['name']}: ICC", f"{repeat['icc']['value']:.3f}"
            yield f"{repeat['name']}: SDC95", f"{repeat['sdc95']['value']:.1f}"
    for healed in bench["healed"]:
        if healed["source"] == ALL:
            yield f"healing by {healed['name']}: in order", f"{100 * healed['ordered']:.0f}%"
    for colour in bench["colours"]:
        yield f"{colour['name']}, {colour['where']}: move", f"{colour['move']:.1f}"
    for alarm in bench["alarms"]:
        yield f"over 20: {alarm['name']}", f"{alarm['alarms']} of {alarm['photos']}"
