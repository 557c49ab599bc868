"""Keys with which programs use the API. A token is shown once; only its SHA-256 is kept.

It may do what it was made for and never more than its account may at that time. It ends when it is withdrawn, when its
account is closed, and when an admin resets the account's password, since somebody else may have known that.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Invalid, NotAllowed, NotFound
from scarscore.serve.records.find import any_row, short_text
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.sign_ins import digest
from scarscore.serve.records.tables import TokenRow, new_id

PREFIX = "scarscore_"  # so that a scanner for secrets knows one when it finds it in a script
LONGEST_NAME = 80


@dataclass(frozen=True)
class Token:
    """A program's key, without the key. `used` is when it was last used, to the minute; None for never."""

    id: str
    account: str
    name: str
    role: Role
    created: datetime
    used: datetime | None


def create_token(clinic: Clinic, who: Who, name: str, role: Role) -> tuple[str, Token]:
    """A token for one's own account: its text, shown once, and what is kept. Raises `NotAllowed`, `Invalid`.

    Nobody makes one by a token: whoever got hold of that would keep others when it is withdrawn.
    """
    if who.by_token:
        raise NotAllowed("a token makes no tokens: sign in with your password, and make it there")
    who.require(role)
    called = short_text(name, "a token's name", LONGEST_NAME)
    if not called:
        raise Invalid("a token needs a name, to know it by when it is to be withdrawn")
    text = PREFIX + secrets.token_urlsafe(32)
    row = TokenRow(
        id=new_id(), digest=digest(text), account_id=who.account, name=called, role=role, created=now(), used=None
    )
    with clinic.doing(Deed(who.account, "create", f"token/{row.id}", {"role": role})) as session:
        session.add(row)
    return text, _token(row)


def tokens(clinic: Clinic, who: Who, *, of_all: bool = False) -> tuple[Token, ...]:
    """One's own tokens, or (an admin) everybody's, the oldest first. Raises `NotAllowed`."""
    if of_all:
        who.require(Role.ADMIN)
    with clinic.doing(Deed(who.account, "read", "tokens")) as session:
        chosen = select(TokenRow).order_by(TokenRow.created, TokenRow.id)
        if not of_all:
            chosen = chosen.where(TokenRow.account_id == who.account)
        return tuple(_token(row) for row in session.scalars(chosen))


def withdraw_token(clinic: Clinic, who: Who, token: str) -> None:
    """End a token of one's own, or (an admin) anybody's. Raises `NotFound`, as for another's that one may not know."""
    with clinic.doing(Deed(who.account, "withdraw", f"token/{token[:16]}")) as session:
        row = any_row(session, TokenRow, token, "token")
        if row.account_id != who.account and not who.may(Role.ADMIN):
            raise NotFound("there is no such token here")
        session.delete(row)


def find(session: Session, text: str) -> TokenRow | None:
    """The token of that text."""
    return session.scalars(select(TokenRow).where(TokenRow.digest == digest(text))).first()


def end_all(session: Session, account: str) -> None:
    """Withdraw every token of an account."""
    session.execute(delete(TokenRow).where(TokenRow.account_id == account))


def lesser(one: Role, other: Role) -> Role:
    """The one of two roles that may do less."""
    order = tuple(Role)
    return min(one, other, key=order.index)


def _token(row: TokenRow) -> Token:
    return Token(row.id, row.account_id, row.name, Role(row.role), row.created, row.used)
