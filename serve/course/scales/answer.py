"""What a scale answers: its points, from where each of them came, and who entered it.

Where an input is missing that a photo cannot show, the answer is a range. No scale here says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scarscore.serve.course.records import Finding
from scarscore.serve.course.scales.items import current

NOBODY = ""  # `Part.by` of what nobody told


@dataclass(frozen=True)
class Part:
    """One line of the audit trail: an item, its value (None: not told), the points it brings, and who told it.

    `low` and `high` are points; they differ where something is missing. `replaced` are earlier findings of the item,
    oldest first, that a later or a person's own replaced.
    """

    item: str
    value: float | None
    low: float
    high: float
    by: str = NOBODY
    replaced: tuple[Finding, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Scale:
    """A scale's answer: `low` to `high` points of `of`; one number where both are the same.

    `parts` is the audit trail; `missing` are the items whose want makes it a range; `source` is the publication.
    """

    name: str
    low: float
    high: float
    of: float
    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    source: str
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The points where they are certain, else None."""
        return self.low if self.low == self.high else None

    @property
    def text(self) -> str:
        """The points as they are written: `11`, or `30 to 120`."""
        return f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"


def part(findings: Sequence[Finding], item: str, low: float, high: float, note: str = "") -> Part:
    """The audit line of an item that brings these points."""
    used = current(findings, item)
    if used is None:
        return Part(item, None, low, high, note=note)
    replaced = tuple(finding for finding in findings if finding.item == item and finding is not used)
    return Part(item, used.value, low, high, used.by, replaced, note)


def summed(name: str, of: float, parts: Iterable[Part], source: str, notes: tuple[str, ...] = ()) -> Scale:
    """A scale that is the sum of its parts."""
    lines = tuple(parts)
    missing = tuple(line.item for line in lines if line.low != line.high)
    low, high = sum(line.low for line in lines), sum(line.high for line in lines)
    return Scale(name, low, high, of, lines, missing, source, notes)


def value_of(findings: Sequence[Finding], item: str) -> float | None:
    """The value that counts of an item; None where nobody told it."""
    used = current(findings, item)
    return None if used is None else used.value
