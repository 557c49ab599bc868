"""Work that takes a processor: so much at once, a few in line behind it, and the next is turned away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from scarscore.serve.records.errors import RecordsError


@contextmanager
def turn(line: BoundedSemaphore, at_once: BoundedSemaphore, full: RecordsError) -> Iterator[None]:
    """Wait in line for a turn. Raises `full` where the line is as long as it may be."""
    if not line.acquire(blocking=False):
        raise full
    try:
        with at_once:
            yield
    finally:
        line.release()
