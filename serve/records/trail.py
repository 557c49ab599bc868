"""Reading the audit log, page by page, newest first, and proving that it is whole. Reading it is audited too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, select

from scarscore.serve.records.audit import NOBODY, START, Broken, Deed, verify
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import AuditRow, Json

LONGEST_PAGE = 500  # lines


@dataclass(frozen=True)
class Line:
    """One line of the log. `detail` holds ids and old values."""

    number: int
    at: datetime
    account: str
    action: str
    object: str
    detail: Json
    digest: str


@dataclass(frozen=True)
class Asked:
    """Which lines are asked for: those of an account, an action, an object (its beginning), a time; None is any.

    `before` is a line's number: only older lines. `limit` is at most 500.
    """

    account: str | None = None
    action: str | None = None
    object: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True)
class Whole:
    """The chain is as it was written: how many lines there are, and the digest of the last one."""

    lines: int
    last: str


def lines(clinic: Clinic, who: Who, asked: Asked) -> tuple[Line, ...]:
    """The lines that are asked for, newest first. Raises `NotAllowed`."""
    who.require(Role.ADMIN)
    with clinic.doing(Deed(who.account, "read", "audit")) as session:
        rows = session.scalars(_chosen(asked).order_by(AuditRow.number.desc()).limit(min(asked.limit, LONGEST_PAGE)))
        return tuple(
            Line(row.number, row.at, row.account, row.action, row.object, row.detail, row.digest) for row in rows
        )


def proven(clinic: Clinic, who: Who | None) -> Whole | Broken:
    """Go through the whole chain; by nobody (None) from the command line. Raises `NotAllowed`."""
    if who is not None:
        who.require(Role.ADMIN)
    with clinic.database.read() as session:
        found = verify(session)
        last = None if isinstance(found, Broken) else session.get(AuditRow, found)
        digest = last.digest if last else START
    clinic.note(Deed(who.account if who else NOBODY, "verify", "audit"))
    return found if isinstance(found, Broken) else Whole(found, digest)


def _chosen(asked: Asked) -> Select[AuditRow]:
    chosen = select(AuditRow)
    if any(not (text or "").isprintable() for text in (asked.account, asked.action, asked.object)):
        return chosen.where(false())  # no line holds such text, and PostgreSQL would fail over a NUL
    if asked.account is not None:
        chosen = chosen.where(AuditRow.account == asked.account)
    if asked.action is not None:
        chosen = chosen.where(AuditRow.action == asked.action)
    if asked.object is not None:
        chosen = chosen.where(AuditRow.object.startswith(asked.object, autoescape=True))
    if asked.since is not None:
        chosen = chosen.where(AuditRow.at >= asked.since)
    if asked.until is not None:
        chosen = chosen.where(AuditRow.at < asked.until)
    if asked.before is not None:
        chosen = chosen.where(AuditRow.number < asked.before)
    return chosen
