"""The demo's table and chart in a terminal: one line a visit, the interval as a bar, the severity as a dot.

Plain characters where the terminal knows no others. Numbers only; pictures are in the page.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from scarscore.serve.demo.course import ScoredVisit

AXIS = (0, 20, 40, 60, 80, 100)
ROUND = {"bar": "─", "left": "├", "right": "┤", "dot": "●", "tick": "┴"}
PLAIN = {"bar": "-", "left": "|", "right": "|", "dot": "o", "tick": "+"}


def table(visits: Sequence[ScoredVisit]) -> Table:
    """The visits with their severity, interval, photo grade set and types."""
    told = Table(title="Severity of depressed scars, 0 to 100", title_justify="left", box=SIMPLE_HEAD)
    told.add_column("Visit", justify="right")
    told.add_column("Date", no_wrap=True)
    told.add_column("Depth left", justify="right", no_wrap=True)
    told.add_column("Severity (90 %)", no_wrap=True)
    told.add_column("Photo grade")
    told.add_column("Types", overflow="fold")
    for visit in visits:
        told.add_row(
            str(visit.number),
            visit.visit.date.isoformat(),
            f"{visit.visit.relief:.0%}",
            f"{visit.score.severity:4.1f} ({visit.interval})",
            visit.grades,
            visit.types,
        )
    return told


def chart(visits: Sequence[ScoredVisit], width: int, *, plain: bool = False) -> Text:
    """The severities over the visits on an axis from 0 to 100, at most `width` characters wide."""
    signs = PLAIN if plain else ROUND
    cells = max(20, min(width, 92) - 13)
    lines = [f"{visit.visit.date.isoformat()}  {''.join(_bar(visit, cells, signs))}".rstrip() for visit in visits]
    return Text("\n".join([*lines, *_axis(cells, signs)]))


def _bar(visit: ScoredVisit, cells: int, signs: dict[str, str]) -> list[str]:
    low, dot, high = (
        _cell(value, cells) for value in (visit.score.severity_low, visit.score.severity, visit.score.severity_high)
    )
    line = [" "] * cells
    line[low : high + 1] = signs["bar"] * (high + 1 - low)
    line[low], line[high] = signs["left"], signs["right"]
    line[dot] = signs["dot"]
    return line


def _axis(cells: int, signs: dict[str, str]) -> tuple[str, str]:
    """The axis line with its ticks, and the numbers under it."""
    rule, numbers = [signs["bar"]] * cells, [" "] * (cells + 3)
    for value in AXIS:
        at = _cell(value, cells)
        rule[at] = signs["tick"]
        label = str(value)
        start = max(0, at - len(label) // 2)
        numbers[start : start + len(label)] = label
    indent = " " * 12
    return indent + "".join(rule), (indent + "".join(numbers)).rstrip()


def _cell(value: float, cells: int) -> int:
    return round(value / 100 * (cells - 1))
