"""A course: its record at once, and what was measured of it, which may take seconds, as a part that follows."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.serve.course.plan import checklist
from scarscore.serve.course.records import Plan
from scarscore.serve.records.clinic import today
from scarscore.serve.records.course_record import listed_visits
from scarscore.serve.records.courses import course
from scarscore.serve.records.due import patient_standings
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.patients import patient
from scarscore.serve.records.sessions import sessions
from scarscore.serve.records.verdicts import measured, needs_rescore, networks
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.course_said import said
from scarscore.serve.web.views.photo_words import REGION_NAMES

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/courses/{course_id}", summary="A course")
def course_page(clinic: Open, who: Asker, served: Served, course_id: str) -> Response:
    """Plan, sessions and visits of a course, and the place where its timeline comes."""
    told = course(clinic, who, course_id)
    standing = next(each for each in patient_standings(clinic, who, told.patient_id) if each.course_id == course_id)
    plan = told.plan
    return clinic_page(
        clinic, who, "course", "patients", course=told, patient=patient(clinic, who, told.patient_id), plan=plan,
        form_plan=Plan(plan.sessions, plan.spacing_days, plan.maintenance_per_year, checklist(plan.cautions)),
        begun=standing.begun, tasks=standing.tasks, regions=REGION_NAMES,
        sessions=sessions(clinic, who, course_id),
        visits=listed_visits(clinic, who, course_id, served.scoring.networks),
        lacking=needs_rescore(clinic, course_id, served.scoring.networks, today()),
    )  # fmt: skip


@router.get("/courses/{course_id}/measured", summary="What was measured of a course")
def measured_part(clinic: Open, who: Asker, served: Served, course_id: str) -> Response:
    """Verdict, timeline and regions of a course; where the records contradict themselves, that, to be put right."""
    visits = listed_visits(clinic, who, course_id, served.scoring.networks)
    ids = {(each.visit.date, each.visit.needling): each.id for each in visits}
    try:
        told = measured(clinic, who, networks(served.scoring.model), course_id, today())
    except (Conflict, Invalid) as error:
        return part(who, "_measured", course_id=course_id, said=None, problem=str(error))
    return part(who, "_measured", course_id=course_id, said=said(told, ids), problem="")
