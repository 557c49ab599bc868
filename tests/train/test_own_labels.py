"""A user's own labels against the product: real photos, real answers, and tables that are wrong."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Rated, load
from scarscore.train.evaluate.own import OwnFigures, _seen, as_markdown, evaluate_labels, read_labels
from scarscore.train.evaluate.statistics import bootstrapped, mean_absolute_error, spearman
from scarscore.train.samples import trainable

TRAINED_ON = ("scarnet", "acne_new", "acne04", "london")


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    return load(data_root)


@pytest.fixture(scope="module")
def photos(collection: Collection) -> list[Rated]:
    """Fourteen photos of several severities that the network was trained on, read in place."""
    rated = sorted((r for r in trainable(collection, TRAINED_ON) if r.cut is None), key=lambda r: r.severity)
    return rated[20 :: len(rated) // 14]


def table(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "mine.csv"
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def rows_of(collection: Collection, photos: list[Rated]) -> list[dict[str, object]]:
    files = [(collection.root / item.photo.file).resolve() for item in photos]
    return [
        {"path": str(file), "severity": item.severity, "group": item.photo.group}
        for file, item in zip(files, photos, strict=True)
    ]


def test_the_command_tells_the_agreement_with_own_labels(
    collection: Collection, photos: list[Rated], tmp_path: Path
) -> None:
    labels = table(tmp_path, rows_of(collection, photos))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "scarscore.serve", "evaluate", "--labels", str(labels), "--out", str(out)]
    done = subprocess.run([*command, "--data", str(collection.root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((out / "own.json").read_text())
    assert told["photos"] + sum(told["refused"].values()) == len(photos)
    assert told["seen"] == told["photos"]
    assert told["rho"]["value"] > 0.7
    assert told["rho"]["low"] <= told["rho"]["value"] <= told["rho"]["high"]
    assert "these figures flatter the network" in done.stdout
    assert {path.name for path in out.iterdir()} >= {"own.md", "scatter.svg", "bland-altman.svg", "calibration.svg"}
    assert str(collection.root.resolve()) not in done.stdout  # no photo is named


def test_of_a_set_that_is_never_trained_on_only_repeats_of_trained_pictures_count_as_seen(
    collection: Collection, tmp_path: Path
) -> None:
    unseen = [r for r in collection.rated() if r.photo.source == "habibsatya" and r.usable]
    groups = {r.photo.group for r in trainable(collection, TRAINED_ON)}
    repeats = [r for r in unseen if r.photo.group in groups]
    figures, _ = evaluate_labels(read_labels(table(tmp_path, rows_of(collection, unseen))), collection)
    assert (figures.seen, figures.photos + sum(figures.refused.values())) == (len(repeats), len(unseen))
    assert len(repeats) == 2
    assert "flatter" not in as_markdown(replace(figures, seen=0))


def test_other_photos_of_people_who_were_trained_on_count_as_seen_and_a_part_of_the_sets_tells_nothing(
    collection: Collection,
) -> None:
    trained = trainable(collection, TRAINED_ON)
    known, groups = {r.photo.sha256 for r in trained}, {r.photo.group for r in trained}
    others = [p for p in collection.photos if p.group in groups and p.sha256 not in known][:3]
    paths = [collection.root / p.file for p in others]
    assert _seen(paths, collection, "default") == 3
    part = replace(collection, photos=tuple(p for p in collection.photos if p.source == "london"), cuts=())
    assert _seen(paths, part, "default") is None


def test_photos_nobody_trained_on_are_said_to_be_unchecked_without_a_data_folder(
    collection: Collection, photos: list[Rated], tmp_path: Path
) -> None:
    figures, points = evaluate_labels(read_labels(table(tmp_path, rows_of(collection, photos))), None)
    assert figures.seen is None
    assert "was not checked" in as_markdown(figures)
    assert figures.bias.value == pytest.approx(float((points.told - points.read).mean()))


def test_of_one_patient_alone_no_interval_is_told() -> None:
    """Twelve photos of one person say nothing of others."""
    told, read = np.arange(12.0), np.arange(12.0) + 3.0
    rho, mae = (bootstrapped(each, told, read, ["P1"] * 12) for each in (spearman, mean_absolute_error))
    text = as_markdown(OwnFigures("default", 12, 1, {}, 0, rho, mae, mae, math.nan, math.nan, 1.0))
    assert "| Spearman | 1.00 |" in text
    assert "| MAE, points | 3.0 |" in text
    assert "| calibration slope | - |" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "101"}, "mine.csv line 3: severity is 101, outside 0 to 100"),
        ({"severity": "mild"}, "mine.csv line 3: severity is 'mild', not a number"),
        ({"path": "nowhere.jpg"}, "mine.csv line 3: there is no photo 'nowhere.jpg'"),
        ({"path": "FIRST", "group": "FIRST"}, "mine.csv line 3: the same photo as in line 2"),
        ({"path": "FIRST"}, "mine.csv line 3: the photo is of patient"),
    ],
)
def test_a_wrong_line_is_named(
    change: dict[str, str], message: str, collection: Collection, photos: list[Rated], tmp_path: Path
) -> None:
    rows = rows_of(collection, photos[:3])
    rows[1] |= {name: str(rows[0][name]) if value == "FIRST" else value for name, value in change.items()}
    with pytest.raises(DataError, match=message.replace("(", r"\(")):
        read_labels(table(tmp_path, rows))


def test_a_table_without_the_columns_or_the_photos_is_refused(
    collection: Collection, photos: list[Rated], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="no rows with the columns severity"):
        read_labels(table(tmp_path, [{"path": "a.jpg"}]))
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / "of").mkdir()
    (table(tmp_path, [{"path": "a.jpg", "severity": 3.0}])).rename(tmp_path / "of" / "own.csv")
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    assert read_labels(tmp_path / "of" / "own.csv", tmp_path)[0].path == tmp_path / "a.jpg"
    few = read_labels(table(tmp_path, rows_of(collection, photos[:3])))
    with pytest.raises(DataError, match="at least 10 are needed"):
        evaluate_labels(few, None)
