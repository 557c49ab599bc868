"""What a run cost: time by the clock and by the processor, kept in its folder over every stop and restart.

Energy and carbon are estimates from processor time by the assumptions below, no measurement; a card says so.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "cost.json"
WATTS = 15.0  # of one busy core with its share of the machine: assumed, about that of a server of the 2020s
GRAMS = 445.0  # of CO2 a kWh: world average of 2024 (IEA, Electricity 2025)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and seconds of processor time over all threads, of every process that worked on a run."""

    clock: float
    processor: float

    @property
    def kilowatt_hours(self) -> float:
        """Energy, by `WATTS`."""
        return self.processor / 3600 * WATTS / 1000

    @property
    def grams(self) -> float:
        """CO2, by `GRAMS`."""
        return self.kilowatt_hours * GRAMS


@contextmanager
def counted(folder: Path) -> Iterator[None]:
    """Add what is done inside to the folder's cost, also where it is stopped; a kill alone is not counted."""
    folder.mkdir(parents=True, exist_ok=True)
    clock, processor = time.monotonic(), time.process_time()
    try:
        yield
    finally:
        before = cost_of(folder) or Cost(0.0, 0.0)
        now = Cost(before.clock + time.monotonic() - clock, before.processor + time.process_time() - processor)
        (folder / FILE).write_text(json.dumps(asdict(now)) + "\n", encoding="utf-8")


def cost_of(folder: Path) -> Cost | None:
    """What a run has cost so far; None where it was not recorded."""
    file = folder / FILE
    return Cost(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None
