"""One visit: its photos at once, and what is computed of them (severity, scales) as parts that follow."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from scarscore.serve.course.counts import NOT_COUNTED
from scarscore.serve.course.error import LOWER_BOUND
from scarscore.serve.course.records import ErrorSource
from scarscore.serve.course.words import by_number
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.courses import course, courses
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.findings import findings
from scarscore.serve.records.patients import patient, patients
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import photo
from scarscore.serve.records.readings import Reading, reading
from scarscore.serve.records.verdicts import networks
from scarscore.serve.records.visits import RecordedVisit, visit, visits
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.entry_words import bands_told, entries, entry_list, scales_told
from scarscore.serve.web.views.photo_words import title
from scarscore.serve.web.views.uploads import choices, numbered, told_photos

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/visits/{visit_id}", summary="A visit")
def visit_page(clinic: Open, who: Asker, service: Served, visit_id: str) -> Response:
    """The visit's photos with everything that is said of them, and the places where severity and scales come."""
    found = visit(clinic, who, visit_id)
    person = patient(clinic, who, course(clinic, who, found.course_id).patient_id)
    return clinic_page(
        clinic, who, "visit", "patients", visit=found, patient=person,
        shots=told_photos(clinic, who, service.scoring.networks, visit_id), others=_others(clinic, who, found),
        used=bool(findings(clinic, who, visit_id)), **choices(),
    )  # fmt: skip


@router.get("/photos/{photo_id}/card", summary="A photo of a visit")
def card_part(clinic: Open, who: Asker, service: Served, photo_id: str) -> Response:
    """One photo of the visit's page."""
    shot = numbered(clinic, who, service.scoring.networks, photo(clinic, who, photo_id))
    found = visit(clinic, who, shot.photo.visit_id)
    others = _others(clinic, who, found)
    return part(who, "_photo", shot=shot, visit=found, others=others, **choices())


@router.get("/visits/{visit_id}/numbers", summary="A visit's severity")
def numbers_part(clinic: Open, who: Asker, service: Served, visit_id: str) -> Response:
    """The mean over the visit's shots and views with its error, and which shot lies apart from the others."""
    told, problem = _read(clinic, who, service.scoring.model, visit_id)
    bound = LOWER_BOUND if told is not None and _is_bound(told) else ""
    visits = () if told is None else (told.visit,)
    return part(
        who, "_numbers", told=told, problem=problem, title=title, bound=bound, named=partial(by_number, visits=visits)
    )


@router.get("/visits/{visit_id}/scales", summary="A visit's scales")
def scales_part(clinic: Open, who: Asker, service: Served, visit_id: str) -> Response:
    """What the network proposes, what was entered, and what the clinical scales make of it."""
    told, problem = _read(clinic, who, service.scoring.model, visit_id)
    found = () if told is None else told.visit.findings
    return part(
        who, "_scales", visit=visit(clinic, who, visit_id), problem=problem, not_counted=NOT_COUNTED,
        scales=scales_told(() if told is None else told.scales), groups=entries(found), bands=bands_told(found),
        entered=entry_list(findings(clinic, who, visit_id)),
    )  # fmt: skip


@router.get("/photos/{photo_id}/places", summary="Where a photo can be moved")
def places_part(
    clinic: Open, who: Asker, photo_id: str, patient_id: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The patients, and the visits of the one that was chosen: for a photo that was filed under another."""
    stored = photo(clinic, who, photo_id)
    listed = [] if not patient_id else [
        each for plan in courses(clinic, who, patient_id) for each in visits(clinic, who, plan.id)
    ]  # fmt: skip
    return part(who, "_places", photo=stored, people=patients(clinic, who), chosen=patient_id, listed=listed)


def _others(clinic: Clinic, who: Who, found: RecordedVisit) -> list[RecordedVisit]:
    """The other visits of the course: where a photo can be moved."""
    return [each for each in visits(clinic, who, found.course_id) if each.id != found.id]


def _read(clinic: Clinic, who: Who, model: str, visit_id: str) -> tuple[Reading | None, str]:
    """The visit in numbers; where the records contradict themselves, that in words, to be put right."""
    try:
        return reading(clinic, who, networks(model), visit_id), ""
    except (Conflict, Invalid) as error:
        return None, str(error)


def _is_bound(told: Reading) -> bool:
    return told.score is not None and any(view.error.source is ErrorSource.BUNDLE for view in told.score.views)
