"""Erasing a patient, and whose records have been kept long enough."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.retention import due_for_erasure
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open

router = APIRouter(prefix="/api/v1", tags=["patients"])


class TombstoneSeen(Answer):
    """What is left of a patient: the pseudonym, when it was erased, and how much."""

    id: str
    pseudonym: str
    erased: datetime
    courses: int
    photos: int


class DueSeen(Answer):
    """A patient whose last visit or session (`last`) is older than records are kept: `due` since that day."""

    patient_id: str
    pseudonym: str
    last: date
    due: date


@router.delete(
    "/patients/{patient_id}", summary="Erase a patient", response_model=TombstoneSeen,
    responses=errors(401, 403, 404, 503),
)  # fmt: skip
def erase(clinic: Open, who: Asker, patient_id: str) -> TombstoneSeen:
    """Erase a patient for good: name, photos and their keys, courses, scores, findings, consents.

    A tombstone and the lines of the audit log stay. Backups of the records that were made before still hold the keys.
    """
    return TombstoneSeen.model_validate(erase_patient(clinic, who, patient_id))


@router.get(
    "/retention", summary="Records that were kept long enough", response_model=list[DueSeen],
    responses=errors(401, 403, 422, 503),
)  # fmt: skip
def retention(
    clinic: Open,
    who: Asker,
    on: Annotated[date | None, Query(description="What is due by that day. Default: today.")] = None,
) -> list[DueSeen]:
    """Patients whose records are older than the clinic keeps them. Nothing is ever deleted by itself."""
    return [DueSeen.model_validate(each) for each in due_for_erasure(clinic, who, on)]
