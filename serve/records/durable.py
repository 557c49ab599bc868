"""Files that are on the disk when the function returns, whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from scarscore.serve.batch.write import sync_folder
from scarscore.serve.records.errors import NoSpace, VaultError

BESIDE = ".new"  # behind a dot and the file's name: a file that is being written, or that a crash left so


def put_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file in place of what is there: written beside it, synced, renamed, the folder synced.

    Raises `NoSpace`, or `VaultError` for another failure; then nothing has changed.
    """
    beside = path.with_name(f".{path.name}{BESIDE}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):  # the folder itself may be gone
            beside.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace("the disk is full: nothing was stored") from None
        raise VaultError(f"a file cannot be written to the data folder: {error.strerror}") from None
