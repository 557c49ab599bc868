"""Visits: the occasions on which photos were taken."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from scarscore.serve.course.records import Needling, Timing
from scarscore.serve.records.keep import KEEP
from scarscore.serve.records.visits import add_visit, correct_visit, delete_visit, visit, visits
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["visits"], max_body_size=SMALL)


class NewVisit(Body):
    """A visit. On the day of a session `needling` says whether its photos are taken before or after."""

    day: date
    needling: Needling | None = None


class VisitCorrection(Body):
    """What is to be changed; what is left out stays."""

    day: date | None = None
    needling: Needling | None = None


class VisitSeen(Answer):
    """A visit. `days` since the last session (null before the first) make its `timing`; `why` says so in words."""

    id: str
    course_id: str
    day: date
    needling: Needling | None
    timing: Timing
    days: int | None
    why: str


@router.post(
    "/courses/{course_id}/visits", status_code=201, summary="Enter a visit", response_model=VisitSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def enter_visit(clinic: Open, who: Asker, course_id: str, body: NewVisit) -> VisitSeen:
    """Enter a visit; its photos follow by themselves."""
    return VisitSeen.model_validate(visit(clinic, who, add_visit(clinic, who, course_id, body.day, body.needling)))


@router.get(
    "/courses/{course_id}/visits", summary="A course's visits", response_model=list[VisitSeen],
    responses=errors(401, 403, 404),
)  # fmt: skip
def all_visits(clinic: Open, who: Asker, course_id: str) -> list[VisitSeen]:
    """The visits of a course in the order of dates."""
    return [VisitSeen.model_validate(each) for each in visits(clinic, who, course_id)]


@router.get("/visits/{visit_id}", summary="One visit", response_model=VisitSeen, responses=errors(401, 403, 404))
def one_visit(clinic: Open, who: Asker, visit_id: str) -> VisitSeen:
    """One visit, and what the days since the last session make of its photos."""
    return VisitSeen.model_validate(visit(clinic, who, visit_id))


@router.patch(
    "/visits/{visit_id}", summary="Correct a visit", response_model=VisitSeen,
    responses=errors(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def change_visit(clinic: Open, who: Asker, service: Served, visit_id: str, body: VisitCorrection) -> VisitSeen:
    """Correct a visit. Old values stay in the audit log; verdicts follow, and photos that may be scored now are."""
    changed = correct_visit(
        clinic, who, service.scoring, visit_id,
        day=KEEP if body.day is None else body.day,
        needling=body.needling if "needling" in body.model_fields_set else KEEP,
    )  # fmt: skip
    return VisitSeen.model_validate(changed)


@router.delete("/visits/{visit_id}", status_code=204, summary="Take back a visit", responses=errors(401, 403, 404, 409))
def take_back_visit(clinic: Open, who: Asker, visit_id: str) -> None:
    """Take back a visit that was entered by mistake and of which nothing was recorded."""
    delete_visit(clinic, who, visit_id)
