"""From a path to the file's bytes, or the reason why there are none. It judges the file, never its content.

A batch meets every kind of thing in a folder: this reads regular files up to 25 MB and nothing else, never waits
(a named pipe without a writer would block for ever), and answers with a `Refusal` where others would raise.
"""

from __future__ import annotations

import os
import stat

from scarscore.serve.scoring.result import Reason, Refusal, refusal

MAX_BYTES = 25_000_000


def read_file(path: str | os.PathLike[str]) -> bytes | Refusal:
    """The file's bytes, at most 25 MB, or why it cannot be read: `unreadable`, `empty` or `file_too_large`.

    `path` may hold bytes that are not UTF-8, in Python's surrogate escapes. Links are followed; a loop of links,
    a folder, a pipe, a socket or a device is `unreadable`. Never raises OSError.
    """
    try:
        # Asked before opening, since opening alone can act on a device (a tape rewinds, a watchdog starts).
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a file name, not a Path
            return refusal(Reason.UNREADABLE)
        return _read_regular(path)
    except (OSError, ValueError):  # ValueError: a null byte, or a character that no file name can hold
        return refusal(Reason.UNREADABLE)


def _read_regular(path: str | os.PathLike[str]) -> bytes | Refusal:
    # Without waiting, and asked again once open: the file may have been swapped for a pipe in between.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - opens a descriptor
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return refusal(Reason.UNREADABLE)
        if status.st_size > MAX_BYTES:
            return refusal(Reason.FILE_TOO_LARGE)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:  # it grew while it was read
        return refusal(Reason.FILE_TOO_LARGE)
    return data or refusal(Reason.EMPTY)
