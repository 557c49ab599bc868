"""Passwords: which are good enough, and how they are kept and compared. No password is ever logged or audited.

Kept is an Argon2id hash with OWASP's parameters (19 MiB, two passes). Hashing is bounded: a flood of sign-ins waits
or is turned away, and can take neither all memory nor all processors. Who may try how often is `throttle.py`'s.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from scarscore.serve.records.errors import Invalid, TooMany
from scarscore.serve.records.turns import turn

SHORTEST, LONGEST = 12, 200  # signs; NIST SP 800-63B asks for length and forbids rules about kinds of signs
MEMORY, PASSES, LANES = 19 * 1024, 2, 1  # KiB; the least that OWASP's Password Storage Cheat Sheet recommends
IN_LINE = 16  # sign-ins that may wait for a processor; the next one is turned away
BUSY = 5  # seconds after which somebody who was turned away may try again

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY, parallelism=LANES)
_DUMMY = _HASHER.hash("nobody has this password")
_AT_ONCE = BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))  # one processor stays for everybody else
_LINE = BoundedSemaphore(IN_LINE)


def check_password(login: str, password: str) -> None:
    """Raises `Invalid`, saying why, for a password that is too easily guessed."""
    if len(password) < SHORTEST:
        raise Invalid(f"the password needs at least {SHORTEST} signs: three or four words are good, and easy to keep")
    if len(password) > LONGEST:
        raise Invalid(f"the password may have at most {LONGEST} signs")
    if login.lower() in password.lower():
        raise Invalid("the password must not hold the account's name, which is the first thing that is tried")
    if len(set(password)) < 5:
        raise Invalid("the password repeats too few different signs")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _turn():
        return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password of which `kept` was kept. Takes as long where there is none to compare with."""
    with _turn():
        try:
            return _HASHER.verify(kept or _DUMMY, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def _turn() -> AbstractContextManager[None]:
    return turn(
        _LINE, _AT_ONCE, TooMany("too many people are signing in at this moment: try again in a few seconds", BUSY)
    )
