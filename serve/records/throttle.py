"""How often somebody may try to sign in: what makes guessing a password hopeless.

Counted twice: per account name and address, so that one person's mistakes lock out nobody else, and per address, so
that trying one password on many names does not help. An attempt is counted before the password is compared, so that a
thousand at the same moment get no further than a thousand one after another. Names and addresses are kept as digests.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from scarscore.serve.records.errors import TooMany
from scarscore.serve.records.tables import AttemptRow

WINDOW = timedelta(minutes=15)  # failures longer ago are forgotten, once any wait is over
FOR_LOGIN, FOR_ADDRESS = 5, 20  # failures that are free; a whole clinic may stand behind one address
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60  # seconds; each further failure doubles the wait
_LOCK = 7_266_928  # PostgreSQL's advisory lock for counting; any number that is always the same


def begin(session: Session, login: str, address: str, at: datetime) -> None:
    """Count an attempt, as failed until `succeeded`. Raises `TooMany` where this one may not be made yet."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite only one transaction writes at a time anyway
        session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    rows = [(session.get(AttemptRow, digest), digest, free) for digest, free in _keys(login, address)]
    for row, _, free in rows:
        left = _wait_left(row, free, at) if row else 0
        if left > 0:
            raise TooMany(f"too many failed sign-ins: try again in {said(left)}", left)
    for row, digest, free in rows:
        if row is None:
            session.add(AttemptRow(digest=digest, failures=1, first=at, last=at))
        elif _forgotten(row, free, at):
            row.failures, row.first, row.last = 1, at, at
        else:
            row.failures, row.last = row.failures + 1, at
    session.execute(delete(AttemptRow).where(AttemptRow.last < at - timedelta(days=1)))


def succeeded(session: Session, login: str, address: str) -> None:
    """The attempt was none of guessing: forget what failed before for this name, but not what its address tried."""
    own, whole = (session.get(AttemptRow, digest) for digest, _ in _keys(login, address))
    if own is not None:
        session.delete(own)
    if whole is not None and whole.failures > 0:
        whole.failures -= 1


def locks(session: Session, login: str, address: str) -> bool:
    """Whether the attempt that was just counted is one after which the next must wait."""
    rows = ((session.get(AttemptRow, digest), free) for digest, free in _keys(login, address))
    return any(row is not None and row.failures >= free for row, free in rows)


def said(seconds: int) -> str:
    """A wait in words."""
    return f"{seconds} seconds" if seconds < 100 else f"{-(-seconds // 60)} minutes"


def wait_after(failures: int, free: int) -> int:
    """Seconds to wait after so many failures, of which the first `free` cost nothing but the last begins the wait."""
    over = failures - free
    return 0 if over < 0 else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 10))


def _wait_left(row: AttemptRow, free: int, at: datetime) -> int:
    until = row.last + timedelta(seconds=wait_after(row.failures, free))
    return max(0, -int((at - until).total_seconds() // 1))


def _forgotten(row: AttemptRow, free: int, at: datetime) -> bool:
    since = row.last if row.failures >= free else row.first
    return at - since > WINDOW


def _keys(login: str, address: str) -> Iterator[tuple[str, int]]:
    block = _block(address)
    yield _digest(f"{login}\0{block}"), FOR_LOGIN
    yield _digest(f"\0{block}"), FOR_ADDRESS


def _block(address: str) -> str:
    """An address as one machine has it: of IPv6 the /64, within which a machine can take any it likes."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
