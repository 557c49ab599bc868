"""The clinic's accounts, for its admins."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.records.accounts import create_account
from scarscore.serve.records.people import Role
from scarscore.serve.records.staff import change_role, deactivate, reactivate, reset_password, staff
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/accounts", tags=["accounts"], max_body_size=SMALL)


class AccountSeen(Answer):
    """An account, without its password."""

    id: str
    login: str
    role: Role
    active: bool
    created: datetime


class NewAccount(Body):
    """A name (kept in lower case, no blanks), a first password (at least 12 signs), a role."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    role: Role


class NewRole(Body):
    """Another role."""

    role: Role


class ResetPassword(Body):
    """Another password: at least 12 signs, without the account's name."""

    password: str = Field(max_length=1000)


@router.get("", summary="All accounts", response_model=list[AccountSeen], responses=errors(401, 403))
def all_accounts(clinic: Open, who: Asker) -> list[AccountSeen]:
    """Everybody who has, or had, an account here."""
    return [AccountSeen.model_validate(account) for account in staff(clinic, who)]


@router.post(
    "", status_code=201, summary="Make an account", response_model=AccountSeen, responses=errors(401, 403, 409, 422)
)
def make_account(clinic: Open, who: Asker, body: NewAccount) -> AccountSeen:
    """Make an account for somebody of the clinic, who should change the password after the first sign-in."""
    return AccountSeen.model_validate(create_account(clinic, who, body.login, body.password, body.role))


@router.put(
    "/{account}/role", summary="Change a role", response_model=AccountSeen, responses=errors(401, 403, 404, 409, 422)
)
def set_role(clinic: Open, who: Asker, account: str, body: NewRole) -> AccountSeen:
    """Give an account another role; its sign-ins end. The last admin stays one."""
    return AccountSeen.model_validate(change_role(clinic, who, account, body.role))


@router.put("/{account}/password", status_code=204, summary="Reset a password", responses=errors(401, 403, 404, 422))
def set_password(clinic: Open, who: Asker, account: str, body: ResetPassword) -> None:
    """Give an account another password, where the old one is forgotten or known to others.

    Its sign-ins and its tokens end.
    """
    reset_password(clinic, who, account, body.password)


@router.post(
    "/{account}/deactivate",
    summary="Close an account",
    response_model=AccountSeen,
    responses=errors(401, 403, 404, 409),
)
def close_account(clinic: Open, who: Asker, account: str) -> AccountSeen:
    """Close an account: nobody can sign in with it, and its sign-ins and tokens end. It stays in the audit log."""
    return AccountSeen.model_validate(deactivate(clinic, who, account))


@router.post(
    "/{account}/reactivate", summary="Open a closed account", response_model=AccountSeen,
    responses=errors(401, 403, 404),
)  # fmt: skip
def reopen_account(clinic: Open, who: Asker, account: str) -> AccountSeen:
    """Open a closed account again, with the password and the role that it had."""
    return AccountSeen.model_validate(reactivate(clinic, who, account))
