"""Signing in and out, and one's own account."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from scarscore.serve.records.accounts import sign_in, sign_out
from scarscore.serve.records.people import Role
from scarscore.serve.records.sign_ins import ABSOLUTE
from scarscore.serve.records.staff import change_own_password
from scarscore.serve.web.hosts import peer_of
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served, Service

router = APIRouter(prefix="/api/v1", tags=["sign-in"], max_body_size=SMALL)


class SignIn(Body):
    """An account's name and password."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class Me(Answer):
    """Who is signed in."""

    account: str
    login: str
    role: Role


class NewPassword(Body):
    """One's old password, and the new one: at least 12 signs, without the account's name."""

    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


@router.post("/sign-in", summary="Sign in", response_model=Me, responses=errors(401, 413, 422, 429, 503))
def sign_in_here(served: Served, clinic: Open, request: Request, response: Response, body: SignIn) -> Me:
    """Sign this browser in, by a cookie: for 12 hours at most, and until it was not used for 30 minutes.

    After five failures in 15 minutes the next attempts must wait, ever longer. Programs use a token instead.
    """
    if planted := request.cookies.get(served.cookie):
        sign_out(clinic, planted)
    cookie, who = sign_in(clinic, body.login, body.password, peer_of(request.scope))
    response.set_cookie(
        served.cookie, cookie, max_age=int(ABSOLUTE.total_seconds()), path="/", secure=served.secure, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return Me.model_validate(who)


@router.post("/sign-out", status_code=204, summary="Sign out", responses=errors(401, 403))
def sign_out_here(served: Served, clinic: Open, request: Request, response: Response, _: Asker) -> None:
    """End this browser's sign-in, here and on the server."""
    if cookie := request.cookies.get(served.cookie):
        sign_out(clinic, cookie)
    _forget(response, served)


@router.get("/me", summary="Who is signed in", response_model=Me, responses=errors(401))
def me(who: Asker) -> Me:
    """The account and the role of whoever asks."""
    return Me.model_validate(who)


@router.put(
    "/me/password", status_code=204, summary="Change one's own password", responses=errors(401, 403, 413, 422, 429)
)
def own_password(served: Served, clinic: Open, response: Response, who: Asker, body: NewPassword) -> None:
    """Change one's own password. All one's sign-ins end, this one too; tokens stay."""
    change_own_password(clinic, who, body.old, body.new)
    _forget(response, served)


def _forget(response: Response, served: Service) -> None:
    response.delete_cookie(served.cookie, path="/", secure=served.secure, httponly=True, samesite="lax")
