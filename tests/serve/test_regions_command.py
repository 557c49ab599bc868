"""`scarscore score --regions`: a row for each region of each scored photo, beside the rows of the photos."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from scarscore.datasets.photos import load
from scarscore.serve import cli
from scarscore.serve.batch.rows import REGION_COLUMNS

FACE = {"forehead", "left_cheek", "right_cheek", "nose", "chin"}


@pytest.fixture(scope="module")
def faces(data_root: Path) -> list[str]:
    """Three faces from the front, named as on the disk."""
    photos = [p for p in load(data_root).photos if p.source == "london"]
    return [str(data_root / p.file) for p in photos[::60][:3]]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def scored(faces: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("regions")
    assert cli.run(["score", *faces, "--out", str(folder / "s.csv"), "--regions", str(folder / "r.csv")]) == 0
    return folder


def test_a_face_from_the_front_has_its_five_regions_with_numbers_in_range(scored: Path, faces: list[str]) -> None:
    told = rows(scored / "r.csv")
    assert tuple(told[0]) == REGION_COLUMNS
    for face in faces:
        own = [row for row in told if row["path"] == face]
        assert {row["region"] for row in own} >= FACE
        assert 0.1 < sum(float(row["area"]) for row in own) < 1
        for row in own:
            assert row["view"] == "front"
            assert 0 <= float(row["judged"]) <= 1
            assert 0 <= float(row["severity"]) <= 100
            assert abs(float(row["redness"])) < 40


def test_the_left_cheek_less_the_right_one_stands_in_the_photos_row(scored: Path, faces: list[str]) -> None:
    told = {(row["path"], row["region"]): row for row in rows(scored / "r.csv")}
    for row in rows(scored / "s.csv"):
        left, right = (float(told[row["path"], f"{side}_cheek"]["severity"]) for side in ("left", "right"))
        assert float(row["left_minus_right"]) == pytest.approx(left - right, abs=0.011)


def test_another_format_and_a_resumed_run_tell_the_same(scored: Path, faces: list[str], tmp_path: Path) -> None:
    out, regions = tmp_path / "s.csv", tmp_path / "r.jsonl"
    assert cli.run(["score", *faces, "--out", str(out), "--regions", str(regions), "--resume"]) == 0
    told = [json.loads(line) for line in regions.read_text().splitlines()]
    assert [(r["path"], r["region"], f"{r['severity']:.2f}") for r in told] == [
        (r["path"], r["region"], r["severity"]) for r in rows(scored / "r.csv")
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--regions", "r.csv"], "--regions needs --out"),
        (["--out", "s.csv", "--regions", "s.csv"], "name the same file"),
        (["--out", "s.csv", "--regions", "r.txt"], "must end in"),
        (["--out", "s.csv", "--regions", "no/r.csv"], "does not exist"),
    ],
)
def test_a_wrong_use_is_refused_before_any_work(
    options: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jpg").write_bytes(b"x")
    assert cli.run(["score", "a.jpg", *options]) == 2
    assert complaint in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
