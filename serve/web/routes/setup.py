"""Setting up a clinic: once, by whoever holds the code that the terminal shows."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.setup import set_up
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Served

router = APIRouter(prefix="/api/v1", tags=["set-up"], max_body_size=SMALL)


class SetUp(Body):
    """The one-time code, the clinic's name, and the first admin."""

    code: str = Field(max_length=100)
    clinic: str = Field(max_length=200)
    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class SetUpDone(Answer):
    """The recovery key of the photo vault. It is shown this once, and kept nowhere."""

    recovery_key: str


@router.post(
    "/setup", status_code=201, summary="Set the clinic up", response_model=SetUpDone,
    responses=errors(403, 409, 413, 422, 429),
)  # fmt: skip
def setup(served: Served, body: SetUp) -> SetUpDone:
    """Make the clinic and its first admin, with the code from the terminal. Answers with the vault's recovery key.

    Only once: afterwards it is refused. Whoever loses both the data folder's key and this one loses the photos.
    """
    code = served.setup_code
    if code is None:
        raise Conflict("this clinic has been set up already: sign in")
    with code.lock:
        if served.clinic is not None:
            raise Conflict("this clinic has been set up already: sign in")
        code.check(body.code)
        served.clinic, recovery = set_up(served.place, body.clinic, body.login, body.password)
        served.setup_code = None
    return SetUpDone(recovery_key=recovery)
