"""What several routes answer: files, and a photo's score, never without its uncertainty and what it is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from scarscore.serve.course.records import ErrorSource, MeasurementError
from scarscore.serve.records.scores import RecordedScore
from scarscore.serve.scoring.result import DISCLAIMER, PhotoScore, Refusal, View
from scarscore.serve.web.schema import Answer

JPEG, PNG, PDF, ZIP = "image/jpeg", "image/png", "application/pdf", "application/zip"


def file_body(media_type: str, words: str) -> dict[str, Any]:
    """For a route whose body is a file itself: what the OpenAPI document says of it."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content, "description": words}}


PHOTO_BODY = file_body("image/*", "The photo's file: JPEG, PNG, WebP or HEIC, up to 25 MB. Not a form.")


def file_answer(words: str, *media_types: str) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of a route that answers with a file."""
    return {200: {"content": {each: {} for each in media_types}, "description": words}}


def shown(content: bytes, media_type: str, name: str) -> Response:
    """A picture or a document that a browser shows."""
    return Response(content, media_type=media_type, headers=named(name, "inline"))


def zipped(pieces: Iterator[bytes], name: str) -> Response:
    """A zip, piece by piece, that a browser stores."""
    return StreamingResponse(pieces, media_type=ZIP, headers=named(name))


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
