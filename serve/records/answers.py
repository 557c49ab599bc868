"""Scores as the records keep them: the whole answer of a photo as JSON, and back, checked field by field.

A row says everything that was said at the time, so that an old score can be read long after its network is gone.
"""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from scarscore.serve.records.errors import RecordsError
from scarscore.serve.records.tables import Json, ScoreRow, new_id
from scarscore.serve.scoring.result import PhotoScore, Refusal, View

_SCORE, _REFUSAL = TypeAdapter(PhotoScore), TypeAdapter(Refusal)


def score_row(photo_id: str, view: View, model: str, answer: PhotoScore | Refusal) -> ScoreRow:
    """The row of an answer; `created` is left to whoever stores it."""
    scored = isinstance(answer, PhotoScore)
    return ScoreRow(
        id=new_id(),
        photo_id=photo_id,
        view=view.value,
        model=model,
        scored=scored,
        severity=answer.severity if isinstance(answer, PhotoScore) else None,
        answer=json_of(answer),
    )


def json_of(answer: PhotoScore | Refusal) -> Json:
    """The answer as JSON values."""
    dumped: Json = (
        _SCORE.dump_python(answer, mode="json")
        if isinstance(answer, PhotoScore)
        else _REFUSAL.dump_python(answer, mode="json")
    )
    return dumped


def answer_of(row: ScoreRow) -> PhotoScore | Refusal:
    """The answer that a row holds. Raises `RecordsError` where it is not one."""
    try:
        return (_SCORE if row.scored else _REFUSAL).validate_python(row.answer)
    except ValidationError as error:
        raise RecordsError(f"the score {row.id} is not what was written: {error.error_count()} fields") from None
