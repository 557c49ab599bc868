"""How many more shots or visits it would take to detect a change of ten points.

Detected here means: with 80 % probability, a true change of that size exceeds SDC95 in one comparison of baseline and
end. The verdict's rule asks for a little more, since it looks repeatedly. The baseline cannot be photographed again,
so its error stays: where it alone is too large, no number of later photos helps, and the answer is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

from scarscore.serve.course.change import levelled, more_variance
from scarscore.serve.course.error import sdc95
from scarscore.serve.course.records import ViewScore, VisitScore
from scarscore.serve.course.visit import pooled

TARGET = 10.0  # points of severity
FACTOR = 1.96 + 0.84  # normal quantiles: 5 % two-sided, 80 % power
MOST_SHOTS, MOST_VISITS = 20, 12  # nobody takes more


@dataclass(frozen=True)
class Needed:
    """What would detect a change of `target` points, given the baseline as it is.

    `sdc95` is that of the two visits as photographed, over the views that both have, as the verdict's; `detected` the
    smallest true change that they find with 80 % probability; both in points. `shots` are of each view at the visit to
    come, `visits` so many alike, averaged (0 more would do: the number that there is). None where none up to 20 and 12
    would do.
    """

    target: float
    sdc95: float
    detected: float
    shots: int | None
    visits: int | None


def needed(baseline: VisitScore, now: VisitScore, target: float = TARGET) -> Needed:
    """Shots or visits that a change of `target` points (above 0) takes, for visits photographed like `now`."""
    then, after = levelled(baseline, now) or (baseline, now)
    # What another camera or redness adds stays, however many photos are taken with it.
    rest = then.sem**2 + more_variance(then, after)
    detected = FACTOR * sqrt(rest + after.sem**2)
    shots = next((n for n in range(1, MOST_SHOTS + 1) if _finds(rest, _with(after.views, n), target)), None)
    visits = next((n for n in range(1, MOST_VISITS + 1) if _finds(rest, after.sem / sqrt(n), target)), None)
    return Needed(target, sdc95(then.sem, after.sem, more_variance(then, after)), detected, shots, visits)


def _with(views: Sequence[ViewScore], shots: int) -> float:
    """SEM of a visit with so many shots of each view."""
    return pooled([replace(view, shots=shots) for view in views])[1]


def _finds(rest: float, sem: float, target: float) -> bool:
    """Whether a visit with this SEM finds the change, beside what else its difference varies by (points squared)."""
    return FACTOR * sqrt(rest + sem * sem) <= target
