"""Files are on the disk when they are told to be, in the right order, whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scarscore.serve.records.durable import put_file
from scarscore.serve.records.errors import NoSpace, VaultError

CONTENT = b"sealed" * 50_000


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_file_is_whole_and_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    put_file(path, CONTENT)
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    put_file(path, b"another")
    assert path.read_bytes() == b"another"
    assert names(tmp_path) == ["photo"]


def test_the_content_is_synced_before_its_name_appears_and_the_name_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen, real = tmp_path / "photo", [], os.fsync

    def watched(handle: int) -> None:
        real(handle)
        status = os.fstat(handle)
        kind = "folder" if stat.S_ISDIR(status.st_mode) else "file"
        seen.append((kind, status.st_size if kind == "file" else None, path.exists()))

    monkeypatch.setattr(os, "fsync", watched)  # the real one runs; this only looks on
    put_file(path, CONTENT)
    assert seen == [("file", len(CONTENT), False), ("folder", None, True)]


@pytest.fixture(params=["a small disk", "a device that is full"])
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on which a file of 300 kB finds no room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "a device that is full":  # works without rights: what is written beside lands there
        (folder / ".photo.new").symlink_to("/dev/full")
        yield folder
        return
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a small disk; the device that is full is tried instead")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_on_a_full_disk_nothing_changes_and_it_says_so(full: Path) -> None:
    path = full / "photo"
    path.write_bytes(b"as it was")
    with pytest.raises(NoSpace, match="the disk is full: nothing was stored"):
        put_file(path, CONTENT)
    assert names(full) == ["photo"]
    assert path.read_bytes() == b"as it was"
    put_file(path, b"small again")
    assert path.read_bytes() == b"small again"


@pytest.mark.parametrize("limit", [0, 1, 4096, len(CONTENT) - 1])
def test_wherever_the_writing_fails_nothing_changes(tmp_path: Path, limit: int) -> None:
    """The operating system itself stops the write after so many bytes."""
    (tmp_path / "photo").write_bytes(b"as it was")
    program = (
        "import resource, signal, pathlib\n"
        "from scarscore.serve.records.durable import put_file\n"
        "from scarscore.serve.records.errors import VaultError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "try:\n"
        f"    put_file(pathlib.Path('photo'), b'x' * {len(CONTENT)})\n"
        "except VaultError:\n"
        "    raise SystemExit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    assert done.returncode == 7
    assert names(tmp_path) == ["photo"]
    assert (tmp_path / "photo").read_bytes() == b"as it was"


def test_where_no_folder_is_it_says_that_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be written to the data folder: No such file") as error:
        put_file(tmp_path / "P-SECRET" / "photo", CONTENT)
    assert "SECRET" not in str(error.value)


def test_what_a_crash_left_beside_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".photo.new").write_bytes(b"half" * 500_000)
    put_file(tmp_path / "photo", CONTENT)
    assert (tmp_path / "photo").read_bytes() == CONTENT
    assert names(tmp_path) == ["photo"]
