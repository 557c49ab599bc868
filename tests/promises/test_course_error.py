"""The measurement error that verdicts rest on is the one that the bench measured with the shipped network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scarscore.model.bundle import load_bundle
from scarscore.model.measured import measured_sem
from scarscore.serve.course.error import BUNDLE_SEM, CAMERA_SEM, REDNESS_MOVE

CLOSE = 0.05  # points


@pytest.fixture(scope="module")
def documented() -> dict[str, Any]:
    path = Path(__file__).resolve().parents[2] / "docs" / "evaluation.json"
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def over_all(documented: dict[str, Any], name: str) -> float:
    rows = (row for row in documented["bench"]["repeats"] if row["source"] == "all")
    return float(next(row["sem"]["value"] for row in rows if row["name"] == name))


def test_the_figures_are_of_the_shipped_network(documented: dict[str, Any]) -> None:
    assert documented["sha256"] == load_bundle().sha256


def test_the_errors_of_a_shot_and_of_another_camera_are_the_measured_ones(documented: dict[str, Any]) -> None:
    assert pytest.approx(over_all(documented, "as a clinic's camera varies"), abs=CLOSE) == BUNDLE_SEM
    assert pytest.approx(over_all(documented, "tone curve with sharpening"), abs=CLOSE) == CAMERA_SEM
    assert measured_sem(load_bundle().metadata.base_sha256) == BUNDLE_SEM  # what stands beside a single photo


def test_what_redness_moves_is_the_measured_move(documented: dict[str, Any]) -> None:
    rows = [row for row in documented["bench"]["colours"] if row["name"] == "redness" and "20 or more" in row["where"]]
    assert [row["move"] for row in rows] == [pytest.approx(REDNESS_MOVE, abs=CLOSE)]
