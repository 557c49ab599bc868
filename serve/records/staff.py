"""The clinic's people: who has an account, with which role, and what becomes of it. For admins and the command line.

An account is never deleted, since the audit log names it; it is closed. One active admin always remains. Whatever
changes what an account may do ends its sign-ins.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scarscore.serve.records import sign_ins, throttle, tokens
from scarscore.serve.records.accounts import Account, account_of
from scarscore.serve.records.audit import NOBODY, Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.find import any_row
from scarscore.serve.records.passwords import check_password, hashed, matches
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import AccountRow


def has_accounts(session: Session) -> bool:
    """Whether the clinic has been set up: from then on at least one admin can sign in."""
    return bool(session.scalar(select(func.count()).select_from(AccountRow)))


def staff(clinic: Clinic, who: Who | None) -> tuple[Account, ...]:
    """All accounts, by name. Raises `NotAllowed`."""
    with clinic.doing(Deed(_admin(who), "read", "accounts")) as session:
        return tuple(account_of(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.login)))


def named(clinic: Clinic, login: str) -> Account:
    """The account of that name, for the command line. Raises `NotFound`."""
    with clinic.database.read() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.login == login.strip().lower())).first()
        if row is None:
            raise NotFound("there is no account of that name; `scarscore users list` shows them")
        return account_of(row)


def change_role(clinic: Clinic, who: Who | None, account: str, role: Role) -> Account:
    """Give an account another role. Raises `NotAllowed`, `NotFound`, `Conflict` for the last admin's."""
    by = _admin(who)
    with clinic.database.write() as session:
        row = _row(session, account)
        if role is not Role.ADMIN:
            _keep_an_admin(session, row)
        record(session, Deed(by, "correct", f"account/{row.id}", {"role": {"from": row.role, "to": role}}))
        row.role = role
        sign_ins.end_all(session, row.id)
    return account_of(row)


def deactivate(clinic: Clinic, who: Who | None, account: str) -> Account:
    """Close an account: its sign-ins and tokens end at once. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    by = _admin(who)
    with clinic.database.write() as session:
        row = _row(session, account)
        _keep_an_admin(session, row)
        record(session, Deed(by, "deactivate", f"account/{row.id}"))
        row.active = False
        sign_ins.end_all(session, row.id)
        tokens.end_all(session, row.id)
    return account_of(row)


def reactivate(clinic: Clinic, who: Who | None, account: str) -> Account:
    """Open a closed account again, with its old password and no sign-in. Raises `NotAllowed`, `NotFound`."""
    by = _admin(who)
    with clinic.database.write() as session:
        row = _row(session, account)
        record(session, Deed(by, "reactivate", f"account/{row.id}"))
        row.active = True
    return account_of(row)


def reset_password(clinic: Clinic, who: Who | None, account: str, password: str) -> None:
    """Give an account another password; its sign-ins and tokens end. Raises `NotAllowed`, `NotFound`, `Invalid`."""
    by = _admin(who)
    with clinic.database.read() as session:
        login = _row(session, account).login
    check_password(login, password)
    kept = hashed(password)
    with clinic.doing(Deed(by, "reset-password", f"account/{account}")) as session:
        row = _row(session, account)
        row.password = kept
        sign_ins.end_all(session, row.id)
        tokens.end_all(session, row.id)


def change_own_password(clinic: Clinic, who: Who, old: str, new: str) -> None:
    """Change one's own password, knowing the old one; all one's sign-ins end.

    Raises `Invalid`, `TooMany`, and `Conflict` where the account was closed or its password reset meanwhile.
    """
    check_password(who.login, new)
    if old == new:
        raise Invalid("the new password is the old one")
    itself = f"account/{who.account}"  # in place of an address: whoever sits at this browser may not guess either
    with clinic.database.write() as session:
        throttle.begin(session, who.login, itself, now())
        kept = _row(session, who.account).password
    if not matches(kept, old):
        clinic.note(Deed(who.account, "password refused", itself))
        raise Invalid("the old password is wrong")
    fresh = hashed(new)
    with clinic.doing(Deed(who.account, "change-password", itself)) as session:
        row = _row(session, who.account, lock=True)
        if row.password != kept or not row.active:  # hashing takes long: what an admin did meanwhile must win
            raise Conflict("the account was closed, or its password reset, meanwhile: nothing was changed")
        throttle.succeeded(session, who.login, itself)
        row.password = fresh
        sign_ins.end_all(session, who.account)


def _admin(who: Who | None) -> str:
    """Who does it, for the audit log. Nobody is the command line: whoever may write the data folder."""
    if who is None:
        return NOBODY
    who.require(Role.ADMIN)
    return who.account


def _row(session: Session, account: str, *, lock: bool = False) -> AccountRow:
    return any_row(session, AccountRow, account, "account", lock=lock)


def _keep_an_admin(session: Session, row: AccountRow) -> None:
    if row.role != Role.ADMIN or not row.active:
        return
    # Locked, so that of two admins who close each other's account at the same moment one stays (PostgreSQL).
    admins = select(AccountRow).where(AccountRow.active, AccountRow.role == Role.ADMIN.value).with_for_update()
    if len(session.scalars(admins).all()) == 1:
        raise Conflict("this is the last admin: give the role to somebody else first")
