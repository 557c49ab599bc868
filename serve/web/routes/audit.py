"""The audit log, for admins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime, Field

from scarscore.serve.records.audit import Broken
from scarscore.serve.records.trail import LONGEST_PAGE, Asked, lines, proven
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import Asker, Open

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])


def _in_utc(value: datetime) -> datetime:
    """The moment as the log has it; in the first and the last hours of the calendar there is none."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such moment in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class LineSeen(Answer):
    """One line: who (an account's id, or `-`) did what to which object. `detail` holds ids and old values."""

    number: int
    at: AwareDatetime
    account: str
    action: str
    object: str
    detail: dict[str, Any]
    digest: str


class Wanted(Body):
    """Which lines: of an account, an action, an object (its beginning), a time; `before` a number, to turn a page."""

    account: str | None = Field(None, max_length=80)
    action: str | None = Field(None, max_length=40)
    object: str | None = Field(None, max_length=120)
    since: Moment | None = None
    until: Moment | None = None
    before: int | None = Field(None, ge=1, le=2**31 - 1)
    limit: int = Field(100, ge=1, le=LONGEST_PAGE)


class Verified(Answer):
    """Whether the chain is whole: how many lines and the last digest, or the first wrong line and what is wrong."""

    whole: bool
    lines: int | None = None
    last: str | None = None
    broken_at: int | None = None
    why: str | None = None


@router.get("", summary="Read the audit log", response_model=list[LineSeen], responses=errors(401, 403, 422))
def read(clinic: Open, who: Asker, wanted: Annotated[Wanted, Query()]) -> list[LineSeen]:
    """Lines of the log, newest first. To turn a page, ask for those `before` the last number."""
    return [LineSeen.model_validate(line) for line in lines(clinic, who, Asked(**wanted.model_dump()))]


@router.get("/verify", summary="Prove that the log is whole", response_model=Verified, responses=errors(401, 403))
def verify(clinic: Open, who: Asker) -> Verified:
    """Go through the chain of hashes: a line that was changed, taken out or moved is found."""
    found = proven(clinic, who)
    if isinstance(found, Broken):
        return Verified(whole=False, broken_at=found.number, why=found.why)
    return Verified(whole=True, lines=found.lines, last=found.last)
