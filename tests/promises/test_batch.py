"""What a batch promises: killed and resumed, or spread over processes, it writes the same bytes, and no photo ends it.

Real processes, really killed. The photos are small, so that a batch lasts long enough to be hit and no longer.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scarscore.serve.batch.rows import original_path
from scarscore.serve.batch.work import Pictures
from tests import make

PHOTOS = 30
POISONED = ["005-poison.jpg", "020-poison.jpg"]
PATIENCE = 300.0  # seconds; a test that waits so long has failed
POISON = """
import os
import signal
import scarscore.serve.scoring.files as files

read = files.read_file

def read_file(path):
    if "poison" in os.path.basename(path):
        os.kill(os.getpid(), signal.SIGKILL)
    return read(path)

files.read_file = read_file
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of thirty small photos, no two alike."""
    folder = tmp_path_factory.mktemp("batch") / "photos"
    folder.mkdir()
    for number in range(PHOTOS):
        (folder / f"{number:03}.jpg").write_bytes(make.jpeg(make.photo().crop((number, 0, 320 + number, 280))))
    return folder


@pytest.fixture(scope="module")
def whole(photos: Path) -> bytes:
    """The output of a batch that nothing disturbed."""
    out = photos.parent / "whole.csv"
    assert start(photos, out).wait(PATIENCE) == 0
    return out.read_bytes()


def start(
    photos: Path, out: Path, *options: str, hook: Path | None = None, log: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """A batch in a process group of its own, as a shell would start it. `hook` holds a `sitecustomize.py`."""
    command = [sys.executable, "-m", "scarscore.serve", "score", str(photos), "--out", str(out), *options]
    environment = os.environ | ({"PYTHONPATH": str(hook)} if hook else {})
    return subprocess.Popen(command, stderr=log, stdout=log, start_new_session=True, env=environment)


def journal_of(out: Path) -> Path:
    return out.with_name(out.name + ".journal")


def finished(out: Path) -> int:
    """How many photos the journal holds."""
    with contextlib.suppress(FileNotFoundError):
        return journal_of(out).read_bytes().count(b"\n") - 1
    return -1


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def stopped(
    photos: Path, out: Path, stop: Callable[[subprocess.Popen[bytes]], None], *options: str, enough: int = 4
) -> tuple[int, str]:
    """Start a batch, stop it when it has done `enough` photos; its exit status and what it said."""
    log = out.with_suffix(".log")
    with log.open("wb") as file:
        batch = start(photos, out, *options, log=file.fileno())
    wait_until(lambda: finished(out) >= enough or batch.poll() is not None)
    workers = children_of(batch.pid)
    stop(batch)
    status, told = batch.wait(PATIENCE), log.read_text()
    wait_until(lambda: not any(map(is_running, workers)))  # a batch that is killed takes its workers with it
    log.unlink()
    assert finished(out) >= enough
    assert not out.exists()
    return status, told


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def rows_of(out: Path) -> dict[str, dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def kill(batch: subprocess.Popen[bytes]) -> None:
    batch.kill()


def press_ctrl_c(batch: subprocess.Popen[bytes]) -> None:
    os.killpg(batch.pid, signal.SIGINT)  # a terminal tells the whole group


def end(batch: subprocess.Popen[bytes]) -> None:
    batch.terminate()


@pytest.mark.parametrize(
    ("stop", "status", "workers"), [(kill, -9, "1"), (kill, -9, "2"), (press_ctrl_c, 130, "2"), (end, 143, "1")]
)
def test_a_batch_that_is_stopped_goes_on_to_the_same_bytes(
    photos: Path,
    whole: bytes,
    tmp_path: Path,
    stop: Callable[[subprocess.Popen[bytes]], None],
    status: int,
    workers: str,
) -> None:
    out = tmp_path / "s.csv"
    ended, told = stopped(photos, out, stop, "--workers", workers)
    assert ended == status
    assert "Traceback" not in told
    assert ("Add --resume to go on from here." in told) == (stop is not kill)
    assert start(photos, out, "--resume").wait(PATIENCE) == 0
    assert out.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


def test_two_workers_write_the_bytes_of_one(photos: Path, whole: bytes, tmp_path: Path) -> None:
    assert start(photos, tmp_path / "s.csv", "--workers", "2").wait(PATIENCE) == 0
    assert (tmp_path / "s.csv").read_bytes() == whole


def test_a_worker_that_is_killed_from_outside_costs_nothing(photos: Path, whole: bytes, tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    batch = start(photos, out, "--workers", "2")
    wait_until(lambda: finished(out) >= 4)
    scoring = [pid for pid in children_of(batch.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    os.kill(scoring[0], signal.SIGKILL)
    assert batch.wait(PATIENCE) == 0
    assert out.read_bytes() == whole


@pytest.fixture
def poisoned(photos: Path, tmp_path: Path) -> Iterator[Path]:
    """A hook with which a photo called poison kills the process that reads it, as a fault in a codec can."""
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(POISON)
    for name in POISONED:
        (photos / name).write_bytes((photos / "000.jpg").read_bytes())
    yield tmp_path / "hook"
    for name in POISONED:
        (photos / name).unlink()


def assert_only_the_poisoned_crashed(out: Path, whole: bytes) -> None:
    crashed = [Path(path).name for path, row in rows_of(out).items() if row["reason"] == "crashed"]
    assert crashed == POISONED
    others = [line for line in out.read_bytes().splitlines(keepends=True) if b"poison" not in line]
    assert b"".join(others) == whole


def test_photos_that_kill_their_process_cost_a_row_each(
    photos: Path, whole: bytes, tmp_path: Path, poisoned: Path
) -> None:
    out = tmp_path / "s.csv"
    assert start(photos, out, "--workers", "2", hook=poisoned).wait(PATIENCE) == 1
    assert_only_the_poisoned_crashed(out, whole)


def test_a_photo_that_killed_the_only_process_is_refused_when_the_batch_goes_on(
    photos: Path, whole: bytes, tmp_path: Path, poisoned: Path
) -> None:
    out = tmp_path / "s.csv"
    for resume, status in ((), -signal.SIGKILL), (("--resume",), -signal.SIGKILL), (("--resume",), 1):
        assert start(photos, out, *resume, hook=poisoned).wait(PATIENCE) == status
    assert_only_the_poisoned_crashed(out, whole)


def test_going_on_does_again_what_changed_and_draws_again_what_is_gone(photos: Path, tmp_path: Path) -> None:
    own = tmp_path / "photos"
    own.mkdir()
    for number in range(10):
        (own / f"{number:03}.jpg").write_bytes((photos / f"{number:03}.jpg").read_bytes())
    out, heat = tmp_path / "s.csv", tmp_path / "heat"
    stopped(own, out, kill, "--overlays", str(heat), enough=2)
    (own / "000.jpg").write_bytes((own / "009.jpg").read_bytes())
    overlay = Pictures(heat).overlay_of(str(own / "001.jpg"))
    assert overlay is not None
    overlay.unlink()
    assert start(own, out, "--overlays", str(heat), "--resume").wait(PATIENCE) == 0
    assert len(list(heat.glob("*.png"))) == 10
    rows = rows_of(out)
    assert rows[str(own / "000.jpg")]["photo_sha256"] == rows[str(own / "009.jpg")]["photo_sha256"]


@pytest.fixture
def hostile(tmp_path: Path, photos: Path) -> Iterator[dict[bytes, str]]:
    """A folder of everything that should not be in one, with the reason expected of each; "" for a score."""
    folder = tmp_path / "hostile"
    (folder / "sub").mkdir(parents=True)
    photo = (photos / "000.jpg").read_bytes()
    contents = {
        b"empty.jpg": (b"", "empty"),
        b"text.jpg": (b"no photo", "not_an_image"),
        b"cut.jpg": (photo[: len(photo) // 3], "truncated"),
        b"plain": (photo, ""),  # what it holds counts, not what it is called
        b"photo.txt": (photo, ""),
        b"caf\xe9 \xff.jpg": (photo, ""),
        b"=cmd|'calc'!A1.jpg": (photo, ""),
        b"@at.jpg": (photo, ""),
        b"line\nfeed\x1b[2J.jpg": (photo, ""),
        b'quote",comma.jpg': (photo, ""),
    }
    for name, (data, _) in contents.items():
        (folder / os.fsdecode(name)).write_bytes(data)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder)
    (folder / "sub" / "self.jpg").symlink_to(folder / "sub" / "self.jpg")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        expected = {name: reason for name, (_, reason) in contents.items()}
        yield expected | dict.fromkeys((b"pipe.jpg", b"gone.jpg", b"self.jpg", b"socket"), "unreadable")


def test_nothing_in_a_folder_stops_a_batch_and_everything_gets_its_row(
    hostile: dict[bytes, str], tmp_path: Path
) -> None:
    out = tmp_path / "s.csv"
    assert start(tmp_path / "hostile", out, "--workers", "2").wait(PATIENCE) == 1
    rows = csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8", "strict"), newline=""))
    told = {os.fsencode(original_path(row["path"].removeprefix("'"))): row["reason"] for row in rows}
    assert {path.rpartition(b"/")[2]: reason for path, reason in told.items()} == hostile


def test_a_name_that_a_spreadsheet_would_run_is_harmless_in_the_output(
    hostile: dict[bytes, str], tmp_path: Path
) -> None:
    """Paths given relative, so that the names themselves begin the cells."""
    command = [sys.executable, "-m", "scarscore.serve", "score", "."]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path / "hostile", check=False, timeout=PATIENCE)
    cells = [row["path"] for row in csv.DictReader(io.StringIO(done.stdout.decode(), newline=""))]
    assert len(cells) == len(hostile)
    assert "'=cmd|'calc'!A1.jpg" in cells
    assert "'@at.jpg" in cells
    assert r"caf\xe9 \xff.jpg" in cells
    assert not any(cell.startswith(("=", "+", "-", "@")) or not cell.isprintable() for cell in cells)
