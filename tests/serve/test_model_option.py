"""`--model` takes a bundle by name or path wherever photos are scored, and every row says whose networks it was."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scarscore.model.bundle import open_bundle, write_metadata
from scarscore.model.bundles import ModelBundle, open_model, pack_bundle
from scarscore.serve import cli
from scarscore.serve.demo.course import made_up_skin


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped networks under another name, version and licence class, in one file."""
    shipped = open_model()
    metadata = replace(shipped.severity.metadata, name="mine", version="7.1", licence_class="evaluation")
    severity = open_bundle(write_metadata(shipped.severity.data, metadata))
    mine = ModelBundle("mine", "7.1", severity, shipped.regions, "# mine\n")
    return pack_bundle(mine, tmp_path_factory.mktemp("bundles") / "mine.zip")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "skin.png"
    Image.fromarray(made_up_skin()).save(path)
    return path


def rows(out: Path) -> list[dict[str, str]]:
    with out.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bundle_by_path_scores_and_is_named_in_every_row(
    workers: str, packed: Path, photo: Path, tmp_path: Path
) -> None:
    out, regions = tmp_path / "scores.csv", tmp_path / "regions.csv"
    command = ["score", str(photo), "--out", str(out), "--regions", str(regions), "--workers", workers]
    assert cli.run([*command, "--model", str(packed)]) == 0
    (row,) = rows(out)
    assert row["model"].startswith("mine 7.1 ")
    assert row["licence_class"] == "evaluation"
    assert {part["licence_class"] for part in rows(regions)} == {"evaluation"}
    assert cli.run(["score", str(photo), "--out", str(tmp_path / "default.csv")]) == 0
    (usual,) = rows(tmp_path / "default.csv")
    assert (usual["severity"], usual["licence_class"]) == (row["severity"], "research")
    assert usual["model"] != row["model"]


def test_check_proves_the_bundle_that_is_named(packed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "--model", str(packed)]) == 0
    assert "networks: mine: mine 7.1, SHA-256 " in capsys.readouterr().out


def test_a_course_is_told_by_the_bundle_that_is_named(packed: Path, tmp_path: Path) -> None:
    for number, visit in enumerate(("2026-01-05", "2026-03-02")):
        folder = tmp_path / "course" / visit
        folder.mkdir(parents=True)
        Image.fromarray(made_up_skin() - np.uint8(number)).save(folder / "closeup.png")
    out = tmp_path / "course.json"
    cli.run(["course", str(tmp_path / "course"), "--on", "2026-04-01", "--out", str(out), "--model", str(packed)])
    told = json.loads(out.read_text())
    assert (told["model"]["name"], told["model"]["licence_class"]) == ("mine", "evaluation")


@pytest.mark.parametrize("command", [["score", "PHOTO"], ["check"]])
def test_an_unknown_name_ends_the_command_with_what_there_is(
    command: list[str], photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [str(photo) if word == "PHOTO" else word for word in command]
    assert cli.run([*named, "--model", "deflaut"]) in (1, 2)
    told = capsys.readouterr()
    assert "no model named 'deflaut': there are default" in told.err + told.out
