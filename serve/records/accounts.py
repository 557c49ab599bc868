"""Who is asking, and how somebody signs in. The clinic's people are looked after in `staff.py`.

A sign-in that fails says the same, and takes as long, whether the name is known or not. What failed is audited without
the name that was typed: people type passwords into the wrong field.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scarscore.serve.records import sign_ins, throttle, tokens
from scarscore.serve.records.audit import NOBODY, Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotSignedIn
from scarscore.serve.records.passwords import check_password, hashed, matches
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import AccountRow, SignInRow, TokenRow, new_id

LONGEST_LOGIN = 80
_WRONG = "the name or the password is wrong"


@dataclass(frozen=True)
class Account:
    """Somebody of the clinic who signs in. `login` is in lower case; an account that is not `active` is closed."""

    id: str
    login: str
    role: Role
    active: bool
    created: datetime


def create_account(clinic: Clinic, who: Who | None, login: str, password: str, role: Role) -> Account:
    """Make an account; by nobody (`who` None) at set-up and from the command line.

    Raises `NotAllowed`, `Invalid` for a name or a password that will not do, `Conflict` where the name is taken.
    """
    if who is not None:
        who.require(Role.ADMIN)
    row = new_account(login, password, role)
    try:
        with clinic.doing(
            Deed(who.account if who else NOBODY, "create", f"account/{row.id}", {"role": role})
        ) as session:
            session.add(row)
    except IntegrityError:
        raise Conflict("there is an account of that name already") from None
    return account_of(row)


def new_account(login: str, password: str, role: Role) -> AccountRow:
    """A row that is ready to be added. Raises `Invalid`."""
    name = checked_login(login)
    check_password(name, password)
    return AccountRow(id=new_id(), login=name, role=role, password=hashed(password), active=True, created=now())


def account_of(row: AccountRow) -> Account:
    """An account without its password."""
    return Account(row.id, row.login, Role(row.role), row.active, row.created)


def checked_login(login: str) -> str:
    """An account's name as it is kept. Raises `Invalid`."""
    name = login.strip().lower()
    if not 1 <= len(name) <= LONGEST_LOGIN or not name.isprintable() or any(sign.isspace() for sign in name):
        raise Invalid(f"an account's name has 1 to {LONGEST_LOGIN} signs and no blanks")
    return name


def sign_in(clinic: Clinic, login: str, password: str, address: str) -> tuple[str, Who]:
    """The value for the browser's cookie, and who this is. Raises `NotSignedIn`, or `TooMany` after failures."""
    name, at = login.strip().lower()[:LONGEST_LOGIN], now()
    with clinic.database.write() as session:
        throttle.begin(session, name, address, at)
        known = select(AccountRow).where(AccountRow.login == name)
        row = session.scalars(known).first() if name.isprintable() else None  # PostgreSQL would fail over a NUL
    right = matches(row.password if row else None, password)
    if row is None or not right or not row.active:
        _failed(clinic, row, name, address)
    with clinic.doing(Deed(row.id, "sign-in", f"account/{row.id}")) as session:
        throttle.succeeded(session, name, address)
        _unchanged(session, row)
        return sign_ins.start(session, row.id, at), _who(row)


def sign_out(clinic: Clinic, cookie: str) -> None:
    """End this browser's sign-in, if there is one."""
    with clinic.database.write() as session:
        account = sign_ins.end(session, cookie)
        if account is not None:
            record(session, Deed(account, "sign-out", f"account/{account}"))


def identify(clinic: Clinic, *, token: str | None = None, cookie: str | None = None) -> Who | None:
    """Who this token or this cookie belongs to; None where it is wrong, over, withdrawn, or its account is closed."""
    at = now()
    with clinic.database.read() as session:
        row = tokens.find(session, token) if token is not None else sign_ins.find(session, cookie or "", at)
        account = session.get(AccountRow, row.account_id) if row else None
        if row is None or account is None or not account.active:
            return None
        who, last = _who(account), row.used if isinstance(row, TokenRow) else row.seen
        if isinstance(row, TokenRow):
            who = replace(who, role=tokens.lesser(Role(row.role), who.role), by_token=True)
        digest = row.digest
    if last is None or at - last >= sign_ins.SEEN_EVERY:
        _note_use(clinic, digest, at)
    return who


def _note_use(clinic: Clinic, digest: str, at: datetime) -> None:
    """Note that a token or a sign-in was used; what was ended meanwhile stays ended."""
    with clinic.database.write() as session:
        session.execute(update(TokenRow).where(TokenRow.digest == digest).values(used=at))
        session.execute(update(SignInRow).where(SignInRow.digest == digest).values(seen=at))


def _failed(clinic: Clinic, row: AccountRow | None, name: str, address: str) -> NoReturn:
    account = f"account/{row.id}" if row else f"account/{NOBODY}"
    with clinic.doing(Deed(NOBODY, "sign-in refused", account)) as session:
        if throttle.locks(session, name, address):
            record(session, Deed(NOBODY, "sign-in locked", account))
    raise NotSignedIn(_WRONG)


def _unchanged(session: Session, row: AccountRow) -> None:
    """The account as it is now must be the one whose password was compared: it may have been closed since."""
    found = session.get(AccountRow, row.id, with_for_update=True)
    if found is None or not found.active or found.password != row.password:
        raise NotSignedIn(_WRONG)


def _who(row: AccountRow) -> Who:
    return Who(row.id, row.login, Role(row.role))
