"""How many depressed scars of any kind there are, as far as somebody told: at least so many, at most so many.

The network proposes a lower bound alone (`serve/course/counts.py`); a person who counted may enter both, or the kinds
one by one. Both bounds are of what the photos show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.answer import Part, part, value_of
from scarscore.serve.course.scales.items import current

LEAST, MOST = "depressed_at_least", "depressed_at_most"
KINDS = ("icepick", "boxcar", "rolling")


@dataclass(frozen=True)
class Total:
    """From `low` to `high` scars, both included; `high` is infinite where nobody told a most."""

    low: float
    high: float


def total_of(told: Sequence[Finding]) -> Total | None:
    """The range that was told; None where nothing was. What a person entered bounds what the network proposed.

    Kinds that were counted add up: all three are the total, fewer are its least. Of two people who contradict each
    other neither is preferred: both numbers are in the range.
    """
    counts = [value for kind in KINDS if (value := value_of(told, kind)) is not None]
    least, most = (current(told, item) for item in (LEAST, MOST))
    if len(counts) == len(KINDS):
        return Total(sum(counts), sum(counts))
    if least is None and most is None and not counts:
        return None
    low = max(sum(counts), least.value if least else 0.0)
    high = most.value if most else inf
    if low <= high:
        return Total(low, high)
    if least is not None and least.by == MODEL and sum(counts) <= high:
        return Total(sum(counts), high)
    return Total(high, low)


def least_part(told: Sequence[Finding], points: float) -> Part:
    """The audit line of the least number, which brings these points: it names the kinds' counts where they decide."""
    counts = [found for kind in KINDS if (found := current(told, kind)) is not None]
    added = sum(found.value for found in counts)
    if not counts or added < (value_of(told, LEAST) or 0.0):
        return part(told, LEAST, points, points)
    return Part("kinds_counted", added, points, points, ", ".join(dict.fromkeys(found.by for found in counts)))
