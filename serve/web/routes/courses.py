"""Courses of treatment and their plans."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.course.records import Caution, Plan
from scarscore.serve.records.courses import correct_course, course, courses, create_course
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1", tags=["courses"], max_body_size=SMALL)


class AskedCaution(Body):
    """One line of the checklist; `present` is null where nobody asked."""

    name: str = Field(max_length=400)
    present: bool | None = None
    by: str = Field("", max_length=80)


class PlanBody(Body):
    """A plan: sessions (1 to 12), days between them (7 to 92), maintenance sessions a year (0 to 12), cautions."""

    sessions: int = Field(Plan.sessions, ge=0, le=1000)
    spacing_days: int = Field(Plan.spacing_days, ge=0, le=10_000)
    maintenance_per_year: int = Field(Plan.maintenance_per_year, ge=0, le=1000)
    cautions: list[AskedCaution] = Field(default_factory=list, max_length=100)

    def plan(self) -> Plan:
        """The plan that this says."""
        cautions = tuple(Caution(each.name.strip(), each.present, each.by.strip()) for each in self.cautions)
        return Plan(self.sessions, self.spacing_days, self.maintenance_per_year, cautions)


class CourseSeen(Answer):
    """A course of treatment."""

    id: str
    patient_id: str
    plan: Plan
    created: datetime


@router.post(
    "/patients/{patient_id}/courses", status_code=201, summary="Begin a course", response_model=CourseSeen,
    responses=errors(401, 403, 404, 422),
)  # fmt: skip
def begin_course(clinic: Open, who: Asker, patient_id: str, body: PlanBody) -> CourseSeen:
    """Begin a course of treatment with what is planned. The plan is recorded, never recommended."""
    made = create_course(clinic, who, patient_id, body.plan())
    return CourseSeen.model_validate(course(clinic, who, made))


@router.get(
    "/patients/{patient_id}/courses", summary="A patient's courses", response_model=list[CourseSeen],
    responses=errors(401, 403, 404),
)  # fmt: skip
def all_courses(clinic: Open, who: Asker, patient_id: str) -> list[CourseSeen]:
    """A patient's courses, oldest first."""
    return [CourseSeen.model_validate(each) for each in courses(clinic, who, patient_id)]


@router.get("/courses/{course_id}", summary="One course", response_model=CourseSeen, responses=errors(401, 403, 404))
def one_course(clinic: Open, who: Asker, course_id: str) -> CourseSeen:
    """One course with its plan."""
    return CourseSeen.model_validate(course(clinic, who, course_id))


@router.put(
    "/courses/{course_id}/plan", summary="Correct a plan", response_model=CourseSeen,
    responses=errors(401, 403, 404, 422),
)  # fmt: skip
def change_plan(clinic: Open, who: Asker, course_id: str, body: PlanBody) -> CourseSeen:
    """Replace a course's plan. The old one's numbers stay in the audit log."""
    return CourseSeen.model_validate(correct_course(clinic, who, course_id, body.plan()))
