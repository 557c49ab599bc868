"""Only regular files of up to 25 MB are read; whatever else a folder holds is refused without waiting."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scarscore.serve.scoring.files import MAX_BYTES, read_file
from scarscore.serve.scoring.result import Reason, refusal

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything: where the tests run as root, be somebody for a while who may not."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_regular_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8 and more")
    assert read_file(path) == b"\xff\xd8 and more"
    assert read_file(str(path)) == b"\xff\xd8 and more"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to("photo")
    assert read_file(tmp_path / "link") == b"bytes"


def test_a_name_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9 \xff\xfe.jpg"
    Path(os.fsdecode(name)).write_bytes(b"bytes")
    assert read_file(os.fsdecode(name)) == b"bytes"


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert read_file(tmp_path / "empty.jpg") == refusal(Reason.EMPTY)


def test_the_limit_of_25_mb_holds_to_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES)
    read = read_file(path)
    assert isinstance(read, bytes)
    assert len(read) == MAX_BYTES
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert read_file(path) == refusal(Reason.FILE_TOO_LARGE)


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing, which takes no room
    assert read_file(path) == refusal(Reason.FILE_TOO_LARGE)


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    assert read_file(tmp_path / "absent.jpg") == refusal(Reason.UNREADABLE)


def test_a_folder_is_unreadable(tmp_path: Path) -> None:
    assert read_file(tmp_path) == refusal(Reason.UNREADABLE)


def test_a_pipe_without_a_writer_is_unreadable_and_does_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert read_file(tmp_path / "pipe.jpg") == refusal(Reason.UNREADABLE)


def test_a_pipe_that_took_the_place_of_a_file_does_not_wait_either(tmp_path: Path) -> None:
    """Between the first look at a path and its opening anything can happen to it."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"bytes")
    places = iter(["file", "pipe"])

    class Swapped(os.PathLike[str]):
        def __fspath__(self) -> str:
            return str(tmp_path / next(places))

    assert read_file(Swapped()) == refusal(Reason.UNREADABLE)
    assert next(places, None) is None


def test_a_socket_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may have about 100 characters
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.jpg")
        assert read_file("s.jpg") == refusal(Reason.UNREADABLE)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_unreadable(device: str) -> None:
    assert read_file(device) == refusal(Reason.UNREADABLE)


def test_a_loop_of_links_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to("b.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert read_file(tmp_path / "a.jpg") == refusal(Reason.UNREADABLE)


def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "private.jpg"
    path.write_bytes(b"bytes")
    path.chmod(0)
    with as_nobody():
        assert read_file(path) == refusal(Reason.UNREADABLE)


@pytest.mark.parametrize("path", ["with\0null.jpg", "x" * 5000, "", "a.jpg/b.jpg"])
def test_a_path_that_cannot_be_is_unreadable(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jpg").touch()
    assert read_file(path) == refusal(Reason.UNREADABLE)
