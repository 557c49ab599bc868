"""Reports to print or to hand over: a course or a visit as PDF, with the photos. Each is audited as an export."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from scarscore.serve.records.clinic import today
from scarscore.serve.records.consents import Use
from scarscore.serve.records.settings import Size, clinic_paper
from scarscore.serve.records.verdicts import networks
from scarscore.serve.reports import gather
from scarscore.serve.reports.course import course_pdf
from scarscore.serve.reports.visit import visit_pdf
from scarscore.serve.web.answers import PDF, file_answer, shown
from scarscore.serve.web.asked import On, Purpose
from scarscore.serve.web.schema import errors
from scarscore.serve.web.state import Asker, Open, Served

router = APIRouter(prefix="/api/v1/patients/{patient_id}", tags=["reports"])
_ANSWERS = file_answer("A PDF: the same bytes for the same records", PDF) | errors(401, 403, 404, 409, 422)
Names = Annotated[
    bool | None,
    Query(
        description="With the patient's name, or without. Default: with it while the patient consents to care. For any "
        "other purpose than care there is never a name."
    ),
]
Photos = Annotated[bool, Query(description="With the photos and what is drawn on them.")]
Paper = Annotated[Size | None, Query(description="The sheet of paper. Default: the clinic's own.")]


def _asked(patient_id: str, purpose: Purpose = Use.CARE, names: Names = None, photos: Photos = True) -> gather.Asked:
    return gather.Asked(patient_id, purpose, names, photos)


def _sheet(clinic: Open, paper: Paper = None) -> Size:
    return paper or clinic_paper(clinic)


Asked = Annotated[gather.Asked, Depends(_asked)]
Sheet = Annotated[Size, Depends(_sheet)]


@router.get(
    "/courses/{course_id}/report.pdf", summary="The report of a course as PDF", response_class=Response,
    responses=_ANSWERS,
)  # fmt: skip
def course_report(
    clinic: Open, who: Asker, service: Served, course_id: str, asked: Asked, paper: Sheet, on: On = None
) -> Response:
    """Verdict, timeline, visits with their uncertainties, photos and their quality, method and limits, the networks."""
    told = gather.course(clinic, who, networks(service.scoring.model), course_id, on or today(), asked)
    return shown(course_pdf(told, paper), PDF, f"scarscore-course-{course_id}.pdf")


@router.get(
    "/visits/{visit_id}/report.pdf", summary="The report of a visit as PDF", response_class=Response,
    responses=_ANSWERS,
)  # fmt: skip
def visit_report(clinic: Open, who: Asker, service: Served, visit_id: str, asked: Asked, paper: Sheet) -> Response:
    """A visit as it stood on its day: severity with both uncertainties, each photo under its heat map, every check."""
    told = gather.visit(clinic, who, networks(service.scoring.model), visit_id, asked)
    return shown(visit_pdf(told, paper), PDF, f"scarscore-visit-{visit_id}.pdf")
