"""What waits to be done: sessions and photos that were planned, and visits to be photographed again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from scarscore.serve.course.due import Kind
from scarscore.serve.records.clinic import today
from scarscore.serve.records.due import due
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open

router = APIRouter(prefix="/api/v1", tags=["due"])


class TaskSeen(Answer):
    """What waits, since or from `due` on, and `why` in words; of a `retake` the refusals' hints and the visit."""

    kind: Kind
    due: date
    why: str
    hints: tuple[str, ...]
    visit_id: str | None


class WaitingSeen(Answer):
    """A task with the patient and the course that it is of. Recorded, never recommended."""

    patient_id: str
    pseudonym: str
    course_id: str
    task: TaskSeen


@router.get("/due", summary="What waits to be done", response_model=list[WaitingSeen], responses=errors(401, 403, 422))
def waiting(
    clinic: Open,
    who: Asker,
    until: Annotated[date | None, Query(description="What waits by that day. Default: today.")] = None,
) -> list[WaitingSeen]:
    """Visits to be photographed again first, then the longest due, over all patients' courses."""
    return [WaitingSeen.model_validate(each) for each in due(clinic, who, until or today())]
