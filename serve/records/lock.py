"""One server for a data folder: a second one would hold other sign-ins' attempts and other photos in its memory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scarscore.serve.errors import UsageError

FILE = "serving.lock"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder while the block runs. The system lets go of it however the process ends.

    Raises `UsageError` where another process holds it, or the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(f"the data folder {folder} cannot be used: {error.strerror}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            by = os.read(handle, 20).decode(errors="replace").strip()
            raise UsageError(
                f"another `scarscore serve` (process {by}) works on {folder}: end that one first"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
