"""A new visit and its photos: when they were taken, what that makes of them, and how each of them turned out."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from scarscore.serve.course.records import Needling
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.courses import course
from scarscore.serve.records.foreseen import foreseen
from scarscore.serve.records.patients import patient
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import StoredPhoto, photo, photos
from scarscore.serve.records.settings import settings
from scarscore.serve.records.starts import start_photos
from scarscore.serve.records.visits import visit
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.photo_words import REGION_NAMES, VIEWS, PhotoTold, photo_told, title

router = APIRouter(tags=["pages"], include_in_schema=False)
_Day = Annotated[date | None, Query()]
_Needling = Annotated[str, Query(max_length=10)]


@router.get("/courses/{course_id}/new-visit", summary="New visit")
def new_visit_page(clinic: Open, who: Asker, course_id: str, day: _Day = None) -> Response:
    """Asks when photos were taken, and says what that makes of them."""
    found = course(clinic, who, course_id)
    told = foreseen(clinic, who, course_id, day or today(), None)
    person = patient(clinic, who, found.patient_id)
    return clinic_page(clinic, who, "new-visit", "patients", course=found, patient=person, told=told, needling=None)


@router.get("/courses/{course_id}/new-visit/day", summary="What photos of a day are good for")
def new_visit_day(
    clinic: Open, who: Asker, course_id: str, day: Annotated[date, Query()], needling: _Needling = ""
) -> Response:
    """The part of the page that follows the date."""
    chosen = Needling(needling) if needling in set(Needling) else None
    told = foreseen(clinic, who, course_id, day, chosen)
    return part(who, "_new-visit-day", course_id=course_id, told=told, needling=chosen)


@router.get("/visits/{visit_id}/photos", summary="A visit's photos are taken")
def photos_page(clinic: Open, who: Asker, service: Served, visit_id: str) -> Response:
    """Photos come in by file, drag and drop or camera; each says at once how it turned out."""
    found = visit(clinic, who, visit_id)
    patient_id = course(clinic, who, found.course_id).patient_id
    networks = service.scoring.networks
    shots = told_photos(clinic, who, networks, visit_id)
    cameras = sorted({error.camera for error in settings(clinic, who).errors if error.camera})
    return clinic_page(
        clinic, who, "photos", "patients", visit=found, patient=patient(clinic, who, patient_id), shots=shots,
        starts=start_photos(clinic, who, networks, found.course_id), cameras=cameras, **choices(),
    )  # fmt: skip


@router.get("/photos/{photo_id}/shot", summary="How a photo turned out")
def shot_part(clinic: Open, who: Asker, service: Served, photo_id: str) -> Response:
    """One photo of the page: its view, what is said of it, and how to take it again."""
    stored = photo(clinic, who, photo_id)
    return part(who, "_shot", shot=numbered(clinic, who, service.scoring.networks, stored), **choices())


def told_photos(clinic: Clinic, who: Who, networks: str, visit_id: str) -> list[PhotoTold]:
    """A visit's photos as pages show them, in the order in which they were stored."""
    return [photo_told(each, number, networks) for number, each in enumerate(photos(clinic, who, visit_id), start=1)]


def numbered(clinic: Clinic, who: Who, networks: str, stored: StoredPhoto) -> PhotoTold:
    """One photo with its place among its visit's."""
    ids = [each.id for each in photos(clinic, who, stored.visit_id)]
    return photo_told(stored, ids.index(stored.id) + 1 if stored.id in ids else 0, networks)


def choices() -> dict[str, object]:
    """What a photo can be filed as, and how that is written."""
    return {"views": VIEWS, "regions": REGION_NAMES, "title": title}
