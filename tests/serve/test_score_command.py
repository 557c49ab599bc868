"""`scarscore score` as it is typed: rows, pictures, exit status, and what it refuses to begin."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scarscore.serve import cli
from scarscore.serve.batch import progress
from scarscore.serve.batch.progress import Pace, duration
from scarscore.serve.batch.work import Pictures, picture_name
from scarscore.serve.scoring.result import DISCLAIMER
from tests import make


@dataclass(frozen=True)
class Ran:
    status: int
    out: bytes
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        return rows_of(self.out)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of four photos, no two alike."""
    folder = tmp_path / "photos"
    (folder / "later").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.JPG", "later/a.jpg", "c.png")):
        make.photo().crop((number, 0, 320 + number, 280)).save(folder / name, quality=95)
    return folder


@pytest.fixture
def score(capsysbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ran]:
    def run(*arguments: Path | str) -> Ran:
        status = cli.run(["score", *map(str, arguments)])
        out, err = capsysbinary.readouterr()
        return Ran(status, out, err.decode())

    return run


def test_every_photo_gets_a_score_in_a_fixed_order_and_the_exit_status_is_0(
    photos: Path, score: Callable[..., Ran]
) -> None:
    ran = score(photos)
    assert ran.status == 0
    assert [row["path"] for row in ran.rows] == [
        str(photos / name) for name in ("a.jpg", "b.JPG", "c.png", "later/a.jpg")
    ]
    for row in ran.rows:
        assert row["status"] == "scored"
        low, value, high = (float(row[name]) for name in ("severity_low", "severity", "severity_high"))
        assert 0 <= low <= value <= high <= 100
    assert "4 scored, 0 refused" in ran.err
    assert ran.err.endswith(f"{DISCLAIMER}\n")


def test_a_file_that_is_no_photo_gets_a_row_and_the_exit_status_is_1(photos: Path, score: Callable[..., Ran]) -> None:
    (photos / "notes.txt").write_text("red on the left cheek")
    (photos / "empty.jpg").touch()
    (photos / ".DS_Store").write_bytes(b"x")
    ran = score(photos)
    assert ran.status == 1
    refused = {Path(row["path"]).name: row["reason"] for row in ran.rows if row["status"] == "refused"}
    assert refused == {"notes.txt": "not_an_image", "empty.jpg": "empty"}
    assert len(ran.rows) == 6
    assert "1 not_an_image: This is not a photo." in ran.err


def test_a_file_gives_the_bytes_that_standard_output_gives(
    photos: Path, score: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = score(photos, "--out", tmp_path / "s.csv")
    assert ran.out == b""
    assert f"Scores: {tmp_path / 's.csv'}" in ran.err
    assert (tmp_path / "s.csv").read_bytes() == score(photos).out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos", "s.csv"]  # no journal is left


def test_an_output_inside_the_folder_is_not_taken_for_photos(photos: Path, score: Callable[..., Ran]) -> None:
    options = ("--out", photos / "s.csv", "--overlays", photos / "heat", "--maps", photos / "maps")
    first = score(photos, *options)
    rows = (photos / "s.csv").read_bytes()
    assert (first.status, len(rows_of(rows))) == (0, 4)
    assert score(photos, *options).status == 0
    assert (photos / "s.csv").read_bytes() == rows


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_the_other_formats_hold_the_same_rows(
    photos: Path, score: Callable[..., Ran], tmp_path: Path, suffix: str
) -> None:
    import pyarrow.parquet as pq

    out = tmp_path / f"s.{suffix}"
    assert score(photos, "--out", out).status == 0
    if suffix == "jsonl":
        table = [json.loads(line) for line in out.read_text().splitlines()]
    else:
        table = pq.read_table(out).to_pylist()
    expected = score(photos).rows
    assert [row["path"] for row in table] == [row["path"] for row in expected]
    assert [f"{row['severity']:.2f}" for row in table] == [row["severity"] for row in expected]
    assert [" ".join(map(str, row["grade_set"])) for row in table] == [row["grade_set"] for row in expected]


def test_each_scored_photo_has_its_overlay_and_its_map_and_nothing_else_has(
    photos: Path, score: Callable[..., Ran], tmp_path: Path
) -> None:
    (photos / "notes.txt").write_text("no photo")
    heat, maps = tmp_path / "new" / "heat", tmp_path / "maps"
    ran = score(photos, "--overlays", heat, "--maps", maps)
    scored = [row["path"] for row in ran.rows if row["status"] == "scored"]
    assert len(scored) == 4
    pictures = Pictures(heat, maps)
    assert sorted(heat.iterdir()) == sorted(filter(None, map(pictures.overlay_of, scored)))
    grids = [Path(str(pictures.map_of(path))) for path in scored]
    assert sorted(maps.iterdir()) == sorted([*grids, *(grid.with_suffix(".types.npy") for grid in grids)])
    for path in scored:
        with Image.open(str(pictures.overlay_of(path))) as overlay:
            assert overlay.format == "PNG"
            assert overlay.width >= 300
        grid = np.load(str(pictures.map_of(path)))
        assert (grid.dtype, grid.ndim) == (np.float32, 2)
        assert np.isfinite(grid).any()
        assert np.nanmin(grid) >= 0
        assert np.nanmax(grid) <= 100
        types = np.load(Path(str(pictures.map_of(path))).with_suffix(".types.npy"))
        assert (types.dtype, types.shape) == (np.float32, (5, *grid.shape))
        assert np.array_equal(np.isnan(types[0]), np.isnan(grid))
        np.testing.assert_allclose(types.sum(axis=0)[np.isfinite(grid)], 1.0, atol=1e-5)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1), unique=True))
def test_picture_names_are_plain_distinct_and_never_lead_out_of_the_folder(paths: list[str]) -> None:
    names = [picture_name(path) for path in paths]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isascii()
        assert Path(name).name == name
        assert not name.startswith((".", "-")) or len(name) == 17  # nothing readable: a dash and the digest
        assert len(name) < 100


def test_a_path_that_climbs_gets_a_picture_in_the_folder() -> None:
    overlay = Pictures(Path("heat")).overlay_of("../../etc/passwd.jpg")
    assert overlay is not None
    assert overlay.parent == Path("heat")
    assert overlay.name.startswith("etc__passwd.jpg-")


def test_pictures_that_cannot_be_written_stop_the_batch_and_keep_what_is_done(
    photos: Path, score: Callable[..., Ran], tmp_path: Path
) -> None:
    overlay = Pictures(tmp_path / "heat").overlay_of(str(photos / "b.JPG"))
    assert overlay is not None
    overlay.mkdir(parents=True)  # a folder stands where the second overlay must go
    ran = score(photos, "--out", tmp_path / "s.csv", "--overlays", tmp_path / "heat")
    assert ran.status == 2
    assert "cannot be written" in ran.err
    assert len((tmp_path / "s.csv.journal").read_bytes().splitlines()) == 2  # the job and the first photo
    assert not (tmp_path / "s.csv").exists()


def test_a_batch_that_fails_before_its_first_photo_leaves_no_journal(
    photos: Path, score: Callable[..., Ran], tmp_path: Path
) -> None:
    overlay = Pictures(tmp_path / "heat").overlay_of(str(photos / "a.jpg"))
    assert overlay is not None
    overlay.mkdir(parents=True)
    assert score(photos, "--out", tmp_path / "s.csv", "--overlays", tmp_path / "heat").status == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["heat", "photos"]


def test_shards_together_are_the_rows_of_the_whole(photos: Path, score: Callable[..., Ran], tmp_path: Path) -> None:
    whole = score(photos).rows
    parts = [score(photos, "--shard", f"{number}/3").rows for number in (1, 2, 3)]
    assert [len(part) for part in parts] == [2, 1, 1]
    assert sorted((row for part in parts for row in part), key=lambda row: row["path"]) == whole


def test_a_shard_without_photos_writes_a_header_alone(photos: Path, score: Callable[..., Ran]) -> None:
    ran = score(photos, "--shard", "5/5")
    assert (ran.status, ran.rows) == (0, [])
    assert ran.out.startswith(b"path,status,")


def test_paths_come_from_standard_input_and_from_a_manifest(
    photos: Path, score: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{photos}/a.jpg\n".encode())))
    listed = score("-").rows
    (photos / "list.csv").write_text("path,patient\na.jpg,7\n")
    assert score(photos / "list.csv").rows == listed
    assert [row["path"] for row in listed] == [str(photos / "a.jpg")]


WRONG_USAGE: list[tuple[list[str], str]] = [
    (["photos", "--out", "s.txt"], "must end in"),
    (["photos", "--out", "no/s.csv"], "does not exist"),
    (["photos", "no.jpg"], "no.jpg' does not exist"),
    (["photos/a.jpg", "--out", "photos/../photos/a.jpg"], "must end in"),
    (["photos/list.csv", "--out", "photos/../photos/list.csv"], "would be overwritten"),
    (["photos", "--resume"], "--resume needs --out"),
    (["photos", "--workers", "0"], "--workers"),
    (["photos", "--shard", "0/2"], "not like 2/8"),
    (["photos", "--shard", "3/2"], "not like 2/8"),
    (["photos", "--shard", "2"], "not like 2/8"),
    (["photos", "--shard", "1/2", "--out", "photos/s.csv"], "must lie outside"),
    (["photos", "--shard", "1/2", "--overlays", "photos/heat"], "must lie outside"),
    (["photos", "--overlays", "photos/a.jpg"], "is a file"),
    (["photos", "--overlays", "photos/."], "is one of PATHS"),
    (["photos", "--maps", "photos"], "is one of PATHS"),
    (["photos", "--out", "left.csv"], "delete that file"),
    (["empty"], "no files were found"),
    ([], "Missing argument"),
]


@pytest.mark.parametrize(("arguments", "complaint"), WRONG_USAGE)
def test_wrong_usage_ends_with_status_2_a_reason_and_nothing_written(
    photos: Path,
    score: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(photos.parent)
    Path("empty").mkdir()
    Path("left.csv.journal").write_text("{}\n")
    Path("photos/list.csv").write_text("path\na.jpg\n")
    before = sorted(Path().rglob("*"))
    ran = score(*arguments)
    assert (ran.status, ran.out) == (2, b"")
    assert complaint in " ".join(ran.err.split())
    assert sorted(Path().rglob("*")) == before


def test_parquet_without_pyarrow_says_what_to_install(
    photos: Path, score: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # what Python finds where it is not installed
    ran = score(photos, "--out", tmp_path / "s.parquet")
    assert ran.status == 2
    assert 'pip install "scarscore[parquet]"' in ran.err


def test_elsewhere_than_on_a_terminal_progress_is_plain_lines(
    photos: Path, score: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    lines = score(photos, "--out", tmp_path / "s.csv").err.splitlines()
    assert lines[1].startswith("2 of 4 photos, ")
    assert lines[1].endswith(" left")
    assert "\x1b" not in "".join(lines)


def read_terminal(terminal: int) -> str:
    try:
        return os.read(terminal, 100_000).decode("utf-8", "replace")
    except OSError:  # what a terminal without a writer answers
        return ""


def test_on_a_terminal_there_is_a_bar_and_the_rows_stay_clean(photos: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "scarscore.serve", "score", str(photos)]
    terminal = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    with (tmp_path / "s.csv").open("wb") as out:
        batch = subprocess.Popen(command, stdout=out, stderr=theirs, env=terminal)
    os.close(theirs)
    shown = "".join(iter(lambda: read_terminal(ours), ""))
    os.close(ours)
    assert batch.wait(timeout=300) == 0
    assert "of 4 photos, " in shown
    assert "━" in shown
    assert "4 scored" in shown
    assert len(rows_of((tmp_path / "s.csv").read_bytes())) == 4


def test_a_pace_tells_rate_and_time_left_of_this_run_alone() -> None:
    pace = Pace(total=1000, done=400)
    pace.began -= 10
    assert str(pace) == "400 of 1,000 photos, 0.0 a second"
    for _ in range(100):
        pace.step()
    assert str(pace) == "500 of 1,000 photos, 10.0 a second, 50 s left"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 00 s"), (192, "3 min 12 s"), (65_100, "18 h 05 min")]
)
def test_a_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
