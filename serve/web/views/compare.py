"""Two photos of a course held against each other: chosen here, laid over each other by the part that HTMX takes.

Laying them over each other takes seconds the first time, so the page comes at once and the answer when it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from scarscore.serve.course.conditions import Condition
from scarscore.serve.course.records import Change, ErrorSource
from scarscore.serve.records.choices import Choice, Choices, Place, choices, usual
from scarscore.serve.records.comparisons import Comparison, Ring, compare
from scarscore.serve.records.consents import Use
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.verdicts import networks
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.routes.comparisons import PictureName, address
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.photo_words import title

router = APIRouter(prefix="/courses/{course_id}/compare", tags=["pages"], include_in_schema=False)
Id = Annotated[str | None, Query(max_length=40)]
CONDITIONS = {
    "light_direction": "Fall of the light",
    "exposure": "Brightness",
    "colour": "Colour of the light",
    "sharpness": "Sharpness",
    "scale": "Distance of the camera",
    "roll": "Tilt of the head",
    "yaw": "Turn of the head",
}
SAME_VISIT = "Both photos are of one visit. Choose photos of two visits."


@dataclass(frozen=True)
class Said:
    """What a change means, against the error of the photos: a word, its kind of tag, and a sentence."""

    word: str
    tag: str
    sentence: str


@router.get("", summary="Two photos of a course")
def compare_page(
    clinic: Open, who: Asker, service: Served, course_id: str, view: Id = None, before: Id = None, after: Id = None,
    purpose: Use = Use.CARE,
) -> Response:  # fmt: skip
    """The choice of a view and of two visits. Shown to others (`display`), it names neither patient nor day."""
    about = choices(clinic, who, networks(service.scoring.model).text, course_id)
    if purpose is not Use.CARE and not about.may_be_shown:
        raise Conflict("This patient has not consented to photos being shown to others in the clinic.")
    place = _place(about, view)
    pair, wrong = _pair(about, place, before, after)
    return clinic_page(
        clinic, who, "compare", "patients", about=about, place=place, pair=pair, wrong=wrong, key=key, title=title,
        photos=[each for each in about.photos if each.place == place], named=named, shown=purpose is Use.DISPLAY,
    )  # fmt: skip


@router.get("/told", summary="What is told of two photos")
def compared_part(
    clinic: Open, who: Asker, service: Served, course_id: str, before: str, after: str, purpose: Use = Use.CARE
) -> Response:
    """The pair, laid over each other where that can be, and its numbers."""
    used = networks(service.scoring.model)
    told = compare(clinic, who, used, course_id, (before, after), purpose)
    return part(
        who, "_compared", told=told, shown=purpose is Use.DISPLAY, view=title(*told.before.place), named=named,
        pictures={kind.value: address(told, PictureName[kind.name], purpose) for kind in told.laid.images},
        change=said(told.change), where=where, conditions=CONDITIONS, otherwise=_otherwise(told),
        lower_bound=any(each.error.source is ErrorSource.BUNDLE for each in (told.before, told.after)),
        model=used.scorer.model, region_model=used.scorer.region_model,
    )  # fmt: skip


def key(place: Place) -> str:
    """A view as an address has it: `front`, `closeup.chin`."""
    return place[0].value if place[1] is None else f"{place[0].value}.{place[1]}"


def named(choice: Choice) -> str:
    """A photo by its visit: `2026-05-01, before needling, shot 2`."""
    needling = f", {choice.needling.value} needling" if choice.needling else ""
    return f"{choice.day}{needling}{f', shot {choice.number}' if choice.shots > 1 else ''}"


def said(change: Change | None) -> Said | None:
    """What the change of two single photos says."""
    if change is None:
        return None
    beyond = f"This differs by more than the {change.sdc95:.0f} points by which photos of unchanged skin may (SDC95)."
    if change.points <= -change.sdc95:
        return Said("less scarring than before", "good", beyond)
    if change.points >= change.sdc95:
        return Said("more scarring than before", "bad", beyond)
    within = f"Photos of unchanged skin may differ by up to {change.sdc95:.0f} points (SDC95), so this says neither."
    return Said("no detectable change", "", within)


def where(ring: Ring) -> str:
    """Where a place lies in the picture, in words."""
    rows, columns = ("top", "middle", "bottom"), ("left", "centre", "right")
    row, column = rows[min(2, int(3 * ring.y))], columns[min(2, int(3 * ring.x))]
    return "centre" if (row, column) == ("middle", "centre") else f"{row} {column}"


def _place(about: Choices, view: str | None) -> Place | None:
    """The view that was asked for, else the one that was photographed most often."""
    return next((place for place in about.places if key(place) == view), about.places[0] if about.places else None)


def _pair(
    about: Choices, place: Place | None, before: str | None, after: str | None
) -> tuple[tuple[Choice, Choice] | None, str]:
    """The photos that were asked for, the earlier one first, else the usual two; and what is wrong with the question.

    Raises `NotFound`.
    """
    if place is None:
        return None, ""
    if not before or not after:
        return usual(about, place), ""
    first, second = sorted((about.one(before), about.one(after)), key=lambda each: each.visit)
    if first.place != place or second.place != place:
        return usual(about, place), ""
    return (first, second), SAME_VISIT if first.visit == second.visit else ""


def _otherwise(told: Comparison) -> tuple[Condition, ...]:
    """The conditions that are beyond their limit."""
    return tuple(each for each in told.laid.conditions if not each.passed)
