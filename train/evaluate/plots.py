"""The report's plots as SVG: the same bytes for the same figures, text that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scarscore.train.evaluate.evaluation import Evidence
from scarscore.train.evaluate.figures import cell_pairs
from scarscore.train.evaluate.statistics import Values

LIMITS_OF_AGREEMENT = 1.96  # standard deviations either side of the bias: 95 % (Bland and Altman 1986)
BINS = 8  # of equal counts
# Okabe and Ito's palette (2008), which colour-blind readers can tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
# Any: the type of the keys is another one in each version of Matplotlib.
STYLE: Any = {"svg.hashsalt": "scarscore", "svg.fonttype": "none", "font.size": 9, "axes.spines.top": False}
STYLE |= {"axes.spines.right": False, "axes.titlesize": 10, "figure.constrained_layout.use": True}
READ, TOLD = "mean reading", "severity told"


@dataclass(frozen=True, eq=False)
class Points:
    """What was told and what was read, both 0 to 100, of the photos (or cells) of one name."""

    name: str
    told: Values
    read: Values


def points_of(evidence: Evidence) -> tuple[list[Points], Points]:
    """What the network told and what was read, for each source, and for the cells of all of them."""
    read = np.array([o.rated.severity for o in evidence.outcomes])
    source = np.array([o.rated.photo.source for o in evidence.outcomes])
    named = {name: source == name for name in dict.fromkeys(source.tolist())}
    own = [Points(name, evidence.network[where], read[where]) for name, where in named.items()]
    pairs = [cell_pairs(outcome) for outcome in evidence.outcomes]
    return own, Points("cells", *(np.concatenate([pair[side] for pair in pairs]) for side in (0, 1)))


def write_plots(sources: Sequence[Points], cells: Points | None, folder: Path) -> tuple[Path, ...]:
    """`scatter.svg`, `bland-altman.svg`, `calibration.svg`, and `cells.svg` where cells were read."""
    with mpl.rc_context(STYLE):
        drawn = {"scatter": _scatter(sources), "bland-altman": _bland_altman(sources)}
        drawn["calibration"] = _calibration(sources)
        if cells is not None:
            drawn["cells"] = _cells(cells)
        return tuple(_written(figure, folder / f"{name}.svg") for name, figure in drawn.items())


def _written(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    # Matplotlib ends some lines with a blank.
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")
    return path


def _panels(count: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(2.6 * count, 2.9))
    return figure, [figure.add_subplot(1, count, number + 1) for number in range(count)]


def _scatter(sources: Sequence[Points]) -> Figure:
    figure, panels = _panels(len(sources))
    for panel, points, colour in zip(panels, sources, COLOURS, strict=False):
        panel.plot([0, 100], [0, 100], color="0.7", linewidth=1, zorder=0)
        panel.scatter(points.told, points.read, s=9, color=colour, alpha=0.6, linewidths=0)
        panel.set(title=f"{points.name} ({len(points.told)})", xlim=(0, 100), ylim=(0, 100), xlabel=TOLD, ylabel=READ)
    return figure


def _bland_altman(sources: Sequence[Points]) -> Figure:
    figure, panels = _panels(len(sources))
    for panel, points, colour in zip(panels, sources, COLOURS, strict=False):
        away = points.told - points.read
        bias, spread = float(away.mean()), float(away.std(ddof=1)) if len(away) > 1 else 0.0
        panel.scatter((points.told + points.read) / 2, away, s=9, color=colour, alpha=0.6, linewidths=0)
        for line in (bias - LIMITS_OF_AGREEMENT * spread, bias, bias + LIMITS_OF_AGREEMENT * spread):
            panel.axhline(line, color="0.4", linewidth=1, linestyle="-" if line == bias else "--")
            panel.annotate(f"{line:+.1f}", (100, line), ha="right", va="bottom", fontsize=8)
        panel.set(title=points.name, xlim=(0, 100), ylim=(-60, 60), xlabel="mean of both", ylabel="told less read")
    return figure


def _calibration(sources: Sequence[Points]) -> Figure:
    figure, (panel,) = _panels(1)
    figure.set_size_inches(4.2, 3.6)
    panel.plot([0, 100], [0, 100], color="0.7", linewidth=1, zorder=0)
    for points, colour in zip(sources, COLOURS, strict=False):
        parts = np.array_split(np.argsort(points.told, kind="stable"), min(BINS, max(1, len(points.told) // 5)))
        told, read = ([float(values[part].mean()) for part in parts] for values in (points.told, points.read))
        panel.plot(told, read, marker="o", markersize=4, linewidth=1.2, color=colour, label=points.name)
    panel.set(xlim=(0, 100), ylim=(0, 100), xlabel=f"{TOLD}, mean of a bin", ylabel=f"{READ}, mean of the bin")
    panel.legend(frameon=False)
    return figure


def _cells(cells: Points) -> Figure:
    figure, (panel,) = _panels(1)
    figure.set_size_inches(4.2, 3.6)
    panel.scatter(cells.told, cells.read, s=7, color=COLOURS[0], alpha=0.35, linewidths=0)
    panel.set(title=f"{len(cells.told)} cells", ylim=(0, 100))
    panel.set(xlabel="map, pooled over the cell", ylabel="mean reading of the cell")
    return figure
