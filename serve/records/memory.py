"""What was computed from patients' photos and is kept in memory for a while: few things, and none of anybody erased.

Laying photos over each other takes seconds, and the same question is asked several times in a row. Nothing of it is
ever written: pictures lie on the disk only sealed. Whoever erases calls `forget_all`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Told = TypeVar("Told")
_ALL: list[Memory[object]] = []


@dataclass
class Memory(Generic[Told]):
    """The last `most` answers, oldest first, by digest. One is computed at a time: it takes a core for seconds."""

    most: int
    told: OrderedDict[str, Told] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    computing: threading.Lock = field(default_factory=threading.Lock)
    forgotten: int = 0

    def __post_init__(self) -> None:
        _ALL.append(self)  # type: ignore[arg-type]  # only ever told to forget

    def get(self, digest: str, compute: Callable[[], Told]) -> Told:
        """The answer of this digest, computed if it is not here."""
        if (known := self._known(digest)) is not None:
            return known
        with self.computing:
            if (known := self._known(digest)) is not None:  # another asked for it meanwhile
                return known
            before, found = self.forgotten, compute()
            with self.lock:
                if before == self.forgotten:
                    self.told[digest] = found
                while len(self.told) > self.most:
                    self.told.popitem(last=False)
            return found

    def forget(self) -> None:
        """Let go of all of them, and of the pictures in them: somebody was erased."""
        with self.lock:
            self.told.clear()
            self.forgotten += 1

    def _known(self, digest: str) -> Told | None:
        with self.lock:
            if digest in self.told:
                self.told.move_to_end(digest)
            return self.told.get(digest)


def forget_all() -> None:
    """Every memory forgets."""
    for each in _ALL:
        each.forget()
