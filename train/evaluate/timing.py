"""How long something takes: the shortest of some turns, since what else runs on the machine only ever adds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

TURNS = 3

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """The shortest of some turns."""
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def median_ms(works: Sequence[Work]) -> float:
    """The median over several works, in milliseconds."""
    return 1000.0 * float(np.median([seconds(work) for work in works]))
