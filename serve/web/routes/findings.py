"""What was counted, measured or asked at a visit: the input of the scales."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.records.findings import RecordedFinding, add_finding, findings
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/visits/{visit_id}/findings", tags=["findings"], max_body_size=SMALL)


class NewFinding(Body):
    """An item of a scale and its value; docs/course.md tells unit and range of each (yes is 1, no is 0)."""

    item: str = Field(max_length=80)
    value: float = Field(allow_inf_nan=False)


class FindingSeen(Answer):
    """A finding; `by` is the account's name. Of several findings of an item the last one counts."""

    id: str
    item: str
    value: float
    by: str
    created: datetime


@router.post(
    "", status_code=201, summary="Enter a finding", response_model=FindingSeen, responses=errors(401, 403, 404, 422)
)
def enter_finding(clinic: Open, who: Asker, visit_id: str, body: NewFinding) -> FindingSeen:
    """Enter a finding. It is never changed: a later one takes its place."""
    return _seen(add_finding(clinic, who, visit_id, body.item, body.value))


@router.get("", summary="A visit's findings", response_model=list[FindingSeen], responses=errors(401, 403, 404))
def all_findings(clinic: Open, who: Asker, visit_id: str) -> list[FindingSeen]:
    """All findings of a visit, oldest first, those too that a later one replaced."""
    return [_seen(each) for each in findings(clinic, who, visit_id)]


def _seen(told: RecordedFinding) -> FindingSeen:
    found = told.finding
    return FindingSeen(id=told.id, item=found.item, value=found.value, by=found.by, created=told.created)
