"""The one-time code that shows that whoever sets a clinic up can see the terminal in which the server was started.

There is no default password. The code lives in memory alone, until the set-up is done or the server stops.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from scarscore.serve.records.errors import NotAllowed, TooMany
from scarscore.serve.records.keys import letters
from scarscore.serve.records.throttle import FOR_LOGIN, said, wait_after

_GROUPS = (3, 4)  # 12 letters: 60 bits, with five tries and then ever longer waits


@dataclass
class OneTimeCode:
    """A code, and how often it was guessed wrongly. `lock` is held by the one set-up that runs."""

    text: str = field(repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)
    _failures: int = 0
    _last: float = 0.0

    @classmethod
    def new(cls) -> OneTimeCode:
        """A random one, in groups that can be read out."""
        return cls(letters(*_GROUPS))

    def check(self, given: str) -> None:
        """Raises `NotAllowed` where it is another one, `TooMany` after too many of those. Hold `lock`."""
        left = round(self._last + wait_after(self._failures, FOR_LOGIN) - monotonic())
        if left > 0:
            raise TooMany(f"too many wrong codes: try again in {said(left)}", left)
        if not hmac.compare_digest(_plain(given).encode(), _plain(self.text).encode()):
            self._failures, self._last = self._failures + 1, monotonic()
            raise NotAllowed("this is not the code: it stands in the terminal where `scarscore serve` was started")


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())
