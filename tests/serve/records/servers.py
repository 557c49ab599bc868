"""Real servers for the tests of the records: a PostgreSQL of our own, and an S3 that speaks HTTP. Nothing stays.

PostgreSQL runs from Debian's package in a folder of its own, reached by a socket there and by no network.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

NEEDED = "PostgreSQL's programs are not installed: apt-get install postgresql"
S3_KEYS = {"key": "testing", "secret": "testing"}
START = 30.0  # seconds


def programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL, None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def programs_or_skip() -> Path:
    """The same; without one the test is skipped, or fails where `SCARSCORE_REQUIRE_DATA=1` says that it must run."""
    found = programs()
    if found is None:
        if os.environ.get("SCARSCORE_REQUIRE_DATA") == "1":
            pytest.fail(NEEDED)
        pytest.skip(NEEDED)
    return found


@dataclass(frozen=True)
class PostgreSQL:
    """A running server: the folder of its socket."""

    folder: Path

    def new_database(self) -> str:
        """An empty database of a random name; its URL for SQLAlchemy."""
        name = f"clinic_{secrets.token_hex(6)}"
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"


@contextmanager
def postgresql(binaries: Path) -> Iterator[PostgreSQL]:
    """A server while the block runs; it refuses to run as root, so root starts it as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="scarscore-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
    somebody: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        somebody = {"user": "postgres", "group": "postgres", "extra_groups": []}
    try:
        made = [binaries / "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]
        subprocess.run(
            [*made, "--locale=C.UTF-8", folder / "data"], check=True, capture_output=True, cwd=folder, **somebody
        )
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=60")
        options = [part for setting in settings for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            command = [binaries / "postgres", "-D", folder / "data", *options]
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **somebody)
        try:
            _wait(folder, server)
            yield PostgreSQL(folder)
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait(START)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise AssertionError((folder / "log").read_text(errors="replace")) from None
            time.sleep(0.05)


@contextmanager
def s3() -> Iterator[str]:
    """The address of an S3 that speaks HTTP, on loopback, while the block runs."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def s3_settings(endpoint: str) -> dict[str, Any]:
    """fsspec's settings for it, as a clinic would write them into fsspec's configuration."""
    return {**S3_KEYS, "endpoint_url": endpoint, "client_kwargs": {"region_name": "us-east-1"}}
