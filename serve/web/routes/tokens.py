"""Programs' keys to the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from scarscore.serve.records.people import Role
from scarscore.serve.records.tokens import create_token, tokens, withdraw_token
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"], max_body_size=SMALL)


class TokenSeen(Answer):
    """A token, without its text. `used` is when it was last used, to the minute."""

    id: str
    account: str
    name: str
    role: Role
    created: datetime
    used: datetime | None


class TokenMade(TokenSeen):
    """A new token with its text, which is shown this once."""

    token: str


class NewToken(Body):
    """What the program is called, and what it may do: at most what one may oneself."""

    name: str = Field(max_length=200)
    role: Role


@router.get("", summary="Tokens", response_model=list[TokenSeen], responses=errors(401, 403))
def all_tokens(
    clinic: Open, who: Asker, everybody: Annotated[bool, Query(description="Everybody's; for admins")] = False
) -> list[TokenSeen]:
    """One's own tokens, or everybody's for an admin, without their texts."""
    return [TokenSeen.model_validate(token) for token in tokens(clinic, who, of_all=everybody)]


@router.post("", status_code=201, summary="Make a token", response_model=TokenMade, responses=errors(401, 403, 422))
def make_token(clinic: Open, who: Asker, body: NewToken) -> TokenMade:
    """Make a token for a program: `Authorization: Bearer scarscore_…`. Its text is shown this once. Needs a sign-in:
    a token makes no tokens."""
    text, token = create_token(clinic, who, body.name, body.role)
    return TokenMade(token=text, **TokenSeen.model_validate(token).model_dump())


@router.delete("/{token}", status_code=204, summary="Withdraw a token", responses=errors(401, 403, 404))
def end_token(clinic: Open, who: Asker, token: str) -> None:
    """Withdraw a token of one's own, or anybody's for an admin. It stops working at once."""
    withdraw_token(clinic, who, token)
