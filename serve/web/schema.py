"""What all bodies and answers of the API share: strictness, and how an error looks in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What a request brings. A field that is not known is a mistake, most likely a known one misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What is answered; built from a dataclass of the records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class What(BaseModel):
    """Why: `reason` is a word for programs, `message` a sentence for people."""

    reason: str
    message: str


class Problem(BaseModel):
    """Any error."""

    error: What


_SAID = {
    401: "Nobody is signed in, or the token is wrong",
    403: "This role may not do that, or another website asked",
    404: "There is no such thing",
    409: "It contradicts what is recorded",
    413: "The body is too large",
    422: "What was sent cannot be",
    429: "Too many attempts; see Retry-After",
    500: "The server failed; its log names the kind of error",
    503: "Not now; see the message",
    507: "No room on the disk; nothing was stored",
}
_ALWAYS = (500, 503, 507)  # whatever reads the records writes a line of the audit log


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors that a route may answer with, for its `responses`; those that every route may are added."""
    return {status: {"model": Problem, "description": _SAID[status]} for status in sorted({*statuses, *_ALWAYS})}
