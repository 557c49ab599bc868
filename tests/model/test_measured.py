"""What was measured of finished networks: kept by their severities, so that heads and calibration do not lose it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scarscore.model.bundle import load_bundle
from scarscore.model.measured import measured_sem, write_sem

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "evaluation.json"


def test_the_shipped_networks_error_is_the_one_that_the_bench_measured() -> None:
    told = json.loads(DOCUMENTED.read_text())
    sem = next(row["sem"]["value"] for row in told["bench"]["repeats"] if row["source"] == "all")
    assert measured_sem(load_bundle().metadata.base_sha256) == pytest.approx(sem, abs=0.001)


def test_of_a_network_that_nobody_measured_nothing_is_told() -> None:
    assert measured_sem("0" * 64) is None


def test_what_is_measured_is_kept_beside_what_was(tmp_path: Path) -> None:
    write_sem("b" * 64, 2.34567, tmp_path)
    file = write_sem("a" * 64, 4.0, tmp_path)
    first = file.read_bytes()
    assert file.read_text().splitlines()[2:] == [f'"{"a" * 64}" = 4.0', f'"{"b" * 64}" = 2.346']
    write_sem("b" * 64, 2.34567, tmp_path)
    assert file.read_bytes() == first
