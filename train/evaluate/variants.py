"""Variants of the network side by side, from their own reports: what each part gave, and what was left out.

It reads `evaluation.json` as `scarscore evaluate` wrote it and computes nothing anew, so that a variant that lost
stays in the table with the figures that it lost by.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scarscore.datasets.errors import DataError
from scarscore.train.bench.records import ALL

FILE = "variants.md"
SOURCES = ("scarnet", "acne04", "acne_new", "london", ALL)
HEAD = """# Variants of the severity network
Written by `scarscore evaluate --variants` from the reports of `scarscore evaluate --run`; no figure is typed by hand.
Each column is one variant, trained on the same folds and judged on photos that it had not seen. What is shipped stands
last. Every choice was made on these same folds, so the shipped column is a little too good.
"""


@dataclass(frozen=True)
class Variant:
    """A variant's name and its report, as JSON."""

    name: str
    report: dict[str, Any]


def read_variant(name: str, folder: str) -> Variant:
    """The report in a folder. Raises `DataError` where there is none."""
    try:
        return Variant(name, json.loads((Path(folder) / "evaluation.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise DataError(f"--variants {name}={folder}: no report can be read there: {error}") from None


def write_variants(variants: Sequence[Variant], out: Path) -> Path:
    """Write the table; its path."""
    rows = [("", *(variant.name for variant in variants)), ("---", *("---" for _ in variants))]
    columns = [list(_figures(variant.report)) for variant in variants]
    rows.extend((told[0][0], *(value for _, value in told)) for told in zip(*columns, strict=True))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(f"{HEAD}\n{table}\n", encoding="utf-8")
    return out / FILE


def _figures(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and value of every row, in one order for all variants."""
    sources = {entry["source"]: entry for entry in report["sources"]}
    for source in SOURCES:
        network = next(method for method in sources[source]["methods"] if method["name"] == "network")
        rho, mae = network["rho"], network["mae"]["value"]
        yield f"{source}: Spearman", f"{rho['value']:.3f} [{rho['low']:.2f}, {rho['high']:.2f}]"
        yield f"{source}: MAE / slope", f"{mae:.1f} / {network['slope']:.2f}"
    cells = report["cells"]
    yield "cells: Spearman pooled / within", f"{cells['pooled']['value']:.3f} / {cells['within']:.3f}"
    for aside in report["asides"]:
        yield f"{aside['name']}: Spearman / MAE", f"{aside['rho']['value']:.2f} / {aside['mae']['value']:.1f}"
    yield from _bench(report["bench"])


def _bench(bench: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if bench is None:
        raise DataError("a report without its bench cannot stand beside others: evaluate without --no-bench")
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
