"""A photo's score as the API answers it: never a severity without its uncertainty, its networks and what it is not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from scarscore.serve.course.records import ErrorSource, MeasurementError
from scarscore.serve.records.scores import RecordedScore
from scarscore.serve.scoring.result import DISCLAIMER, PhotoScore, Refusal, View
from scarscore.serve.web.schema import Answer

# For a route that takes a photo: its body is the file itself, of whatever type.
PHOTO_BODY = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The photo's file: JPEG, PNG, WebP or HEIC, up to 25 MB. Not a form.",
    }
}


def named(name: str, kind: str = "attachment") -> dict[str, str]:
    """The header that gives a file its name, made of ids: what a client called a file is never kept."""
    return {"Content-Disposition": f'{kind}; filename="{name}"'}


async def _read(request: Request) -> bytes:
    return await request.body()


Photo = Annotated[bytes, Depends(_read)]  # the request's body, whatever type it says it is


class ErrorSeen(Answer):
    """How far a severity strays when the same skin is photographed again, in points (0 to 100).

    `sem` is the standard error of measurement of one photo, `sdc95` the smallest detectable change between two. A
    `source` of `bundle` is a lower bound: the clinic has not measured its own camera.
    """

    sem: float
    sdc95: float
    source: ErrorSource


class ScoreSeen(Answer):
    """What was said of a photo: `score`, or `refusal` with reason and hint where it cannot be judged.

    `score` names both networks with version, SHA-256 and licence class, and holds the bounds between which the
    reference reading lies with 90 % probability; `error` is its measurement error. Both are null for a refusal.
    """

    id: str
    view: View
    networks: str
    created: datetime
    score: PhotoScore | None
    refusal: Refusal | None
    error: ErrorSeen | None
    disclaimer: str = DISCLAIMER


class Judged(Answer):
    """The score of a photo of which nothing was stored; see `ScoreSeen`."""

    score: PhotoScore
    error: ErrorSeen
    disclaimer: str = DISCLAIMER


def score_seen(recorded: RecordedScore) -> ScoreSeen:
    """A recorded score as it is answered."""
    scored = recorded.answer if isinstance(recorded.answer, PhotoScore) else None
    return ScoreSeen(
        id=recorded.id, view=recorded.view, networks=recorded.model, created=recorded.created, score=scored,
        refusal=recorded.answer if isinstance(recorded.answer, Refusal) else None,
        error=error_seen(recorded.error) if scored else None,
    )  # fmt: skip


def error_seen(error: MeasurementError) -> ErrorSeen:
    """A measurement error as it is answered."""
    return ErrorSeen(sem=error.sem, sdc95=error.sdc95, source=error.source)
