"""What a run cost adds up over stops and restarts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scarscore.train.cost import GRAMS, WATTS, Cost, cost_of, counted


def busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def stopped(folder: Path) -> None:
    with counted(folder):
        busy(0.05)
        raise KeyboardInterrupt


def test_time_adds_up_also_where_a_run_is_stopped(tmp_path: Path) -> None:
    assert cost_of(tmp_path) is None
    with pytest.raises(KeyboardInterrupt):
        stopped(tmp_path)
    first = cost_of(tmp_path)
    assert first is not None
    assert first.processor >= 0.05
    with counted(tmp_path):
        busy(0.05)
    second = cost_of(tmp_path)
    assert second is not None
    assert second.processor >= first.processor + 0.05
    assert second.clock >= first.clock + 0.05


def test_energy_and_carbon_follow_from_processor_time() -> None:
    hour = Cost(clock=1800.0, processor=3600.0)
    assert hour.kilowatt_hours == pytest.approx(WATTS / 1000)
    assert hour.grams == pytest.approx(WATTS / 1000 * GRAMS)
