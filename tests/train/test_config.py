"""A run's configuration: complete, typed, and nothing unknown in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scarscore.datasets.errors import DataError
from scarscore.train.config import PRESETS, load_config


@pytest.mark.parametrize("preset", ["severity", "evidence", "quick"])
def test_presets_load_by_name_and_by_path(preset: str) -> None:
    assert load_config(preset) == load_config(PRESETS / f"{preset}.toml")


@pytest.mark.parametrize("preset", ["severity", "evidence"])
def test_the_networks_leave_out_what_may_only_be_evaluated_on(preset: str) -> None:
    assert "habibsatya" not in load_config(preset).sources


def test_an_unknown_and_a_missing_key_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text((PRESETS / "quick.toml").read_text().replace("\nepochs =", "\nepoch ="))
    with pytest.raises(DataError, match=r"unknown keys \['epoch'\], missing keys \['epochs'\]"):
        load_config(path)


def test_a_preset_that_is_not_there_is_named() -> None:
    with pytest.raises(
        DataError, match="no training preset 'nosuch': there are evidence, own, quick, rights-clean, severity, or give"
    ):
        load_config("nosuch")


@pytest.mark.parametrize(
    "change",
    [
        {"folds": 1},
        {"epochs": 0},
        {"batch": 1},
        {"twice": ("acne04",)},
        {"scale": (1.1, 1.2)},
        {"sharp_to": 0},
        {"sharp_to": 321},
    ],
)
def test_a_run_that_cannot_work_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DataError):
        replace(load_config("quick"), **change)  # type: ignore[arg-type]  # one field each
