"""The audit log: every read, write, export, sign-in and failure, in one chain of hashes.

Each line's digest is the SHA-256 of the one before it and of its own content, so that a line that is changed, taken
out or moved is found by `verify`. Triggers forbid the application itself to change any. No name, no file name and no
password stands in it, and no text that somebody wrote about a patient, since it outlives the patient's erasure: only
ids, and old values of what was corrected, days, numbers and choices.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scarscore.serve.records.tables import AuditRow, Json

START = "0" * 64
NOBODY = "-"  # nobody was signed in; a command on the clinic's own machine
_LOCK = 7_266_927  # PostgreSQL's advisory lock for the chain's end; any number that is always the same


@dataclass(frozen=True)
class Deed:
    """What somebody did or tried. `account` is an account's id, or `NOBODY`.

    `action` is a word such as `read`, `create`, `correct`, `export`, `erase`, `sign-in`, `refused`; `object` the kind
    and id of what it was done to (`photo/3kf9…`).
    """

    account: str
    action: str
    object: str
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Broken:
    """The first line of the chain that is not as it was written, and what is wrong with it."""

    number: int
    why: str


def record(session: Session, deed: Deed, at: datetime | None = None) -> AuditRow:
    """Append a line, in this transaction: what is done and its line are kept together or not at all."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    last = session.scalars(select(AuditRow).order_by(AuditRow.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.digest) if last else (1, START)
    moment = (at or datetime.now(UTC)).replace(microsecond=0)
    row = AuditRow(
        number=number, at=moment, account=deed.account, action=deed.action, object=deed.object, detail=deed.detail,
        before=before, digest="",
    )  # fmt: skip
    row.digest = digest_of(row)
    session.add(row)
    session.flush()
    return row


def digest_of(row: AuditRow) -> str:
    """The digest that a line must have."""
    content: list[Any] = [
        *(row.number, row.at.astimezone(UTC).isoformat(), row.account, row.action, row.object, row.detail, row.before)
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def verify(session: Session) -> Broken | int:
    """The first line that is wrong, else how many lines there are."""
    before, expected = START, 1
    for row in _lines(session):
        if row.number != expected:
            return Broken(row.number, f"line {expected} is missing")
        if row.before != before:
            return Broken(row.number, "it does not follow the line before it")
        if row.digest != digest_of(row):
            return Broken(row.number, "its content was changed")
        before, expected = row.digest, expected + 1
    return expected - 1


def _lines(session: Session) -> Iterator[AuditRow]:
    return iter(session.scalars(select(AuditRow).order_by(AuditRow.number).execution_options(yield_per=1000)))
