"""Two photos of a course held against each other: what is told of them, and their aligned pictures."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Response

from scarscore.serve.course.conditions import Condition
from scarscore.serve.course.differences import NewScar
from scarscore.serve.course.records import Change, Needling, Timing
from scarscore.serve.records.choices import Choice
from scarscore.serve.records.comparisons import Comparison, Picture, compare
from scarscore.serve.records.comparisons import picture as drawn
from scarscore.serve.records.consents import Use
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.result import DISCLAIMER, ModelId, View
from scarscore.serve.web.answers import JPEG, PNG, ErrorSeen, error_seen, file_answer, shown
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open, Served

router = APIRouter(prefix="/api/v1/courses/{course_id}", tags=["verdicts"])
Before = Annotated[str, Query(max_length=40, description="The id of a photo of an earlier visit.")]
After = Annotated[str, Query(max_length=40, description="The id of a photo of a later visit, of the same view.")]
Purpose = Annotated[
    Use, Query(description="Who will see them: `care`, or `display` to others in the clinic, with the consent to it.")
]
_PICTURE = file_answer(
    "The picture: a photo in the frame of both, or the later one in grey under the change of severity", JPEG, PNG
)


class PictureName(StrEnum):
    """The files of a pair."""

    BEFORE = "before.jpg"
    AFTER = "after.jpg"
    DIFFERENCE = "difference.png"


class SideSeen(Answer):
    """One of the two photos. `severity` with the bounds of its reading at 90 %, null where `why` says why not."""

    photo_id: str
    day: date
    needling: Needling | None
    timing: Timing
    severity: float | None
    low: float | None
    high: float | None
    error: ErrorSeen
    why: str


class NewSeen(Answer):
    """A place that looks new: a scar, or something that passes. `x`, `y` are its middle, as shares of the picture."""

    x: float
    y: float
    scar: NewScar


class ComparedSeen(Answer):
    """Two photos of one view held against each other; the verdict on the course counts every photo of a visit.

    Not `aligned`, `why` says why and there are no pictures. `change` is of these two photos alone, with its interval
    and the smallest detectable change (SDC95) of two such photos; null where `undecided` says why. `conditions` tell
    how the later one was taken otherwise, and `passed` whether that keeps the limit. `fell` and `rose` are shares of
    the skin (0 to 1) where severity did so by over 5 points. `new` places were found; `new_places` are the surest.
    """

    course_id: str
    view: View
    region: str | None
    before: SideSeen
    after: SideSeen
    aligned: bool
    why: str
    residual_px: float | None
    change: Change | None
    notes: tuple[str, ...]
    undecided: str
    conditions: tuple[Condition, ...]
    fell: float | None
    rose: float | None
    new: int
    new_places: tuple[NewSeen, ...]
    pictures: dict[str, str]
    width: int
    height: int
    model: ModelId
    region_model: ModelId
    disclaimer: str = DISCLAIMER


@router.get(
    "/compared", summary="Two photos of a course held against each other", response_model=ComparedSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def course_compared(
    clinic: Open, who: Asker, service: Served, course_id: str, before: Before, after: After, purpose: Purpose = Use.CARE
) -> ComparedSeen:
    """Lay a later photo over an earlier one of the same view, and tell what differs. It takes some seconds at first."""
    used = networks(service.scoring.model)
    told = compare(clinic, who, used, course_id, (before, after), purpose)
    return _seen(told, purpose, used.scorer.model, used.scorer.region_model)


@router.get(
    "/compared/{picture}", summary="A picture of two photos that lie on each other", response_class=Response,
    responses=_PICTURE | errors(401, 403, 404, 409, 422),
)  # fmt: skip
def compared_picture(
    clinic: Open,
    who: Asker,
    service: Served,
    course_id: str,
    picture: PictureName,
    before: Before,
    after: After,
    purpose: Purpose = Use.CARE,
) -> Response:
    """The earlier photo, the later one as it lies on it, or where severity fell (blue) and rose (orange)."""
    kind = Picture[picture.name]
    content = drawn(clinic, who, networks(service.scoring.model), course_id, (before, after), kind, purpose)
    return shown(content, PNG if kind is Picture.DIFFERENCE else JPEG, f"compared-{picture.value}")


def address(told: Comparison, name: PictureName, purpose: Use) -> str:
    """Where a pair's picture is: ids alone, and who will see it."""
    asked = f"before={told.before.photo}&after={told.after.photo}&purpose={purpose.value}"
    return f"/api/v1/courses/{told.about.course_id}/compared/{name.value}?{asked}"


def _seen(told: Comparison, purpose: Use, model: ModelId, region_model: ModelId) -> ComparedSeen:
    laid = told.laid
    return ComparedSeen(
        course_id=told.about.course_id, view=told.before.place[0], region=told.before.place[1],
        before=_side(told.before), after=_side(told.after),
        aligned=laid.mismatch is None, why=laid.mismatch.hint if laid.mismatch else "", residual_px=laid.residual_px,
        change=told.change, notes=told.notes, undecided=told.undecided, conditions=laid.conditions,
        fell=laid.fell, rose=laid.rose, new=laid.new,
        new_places=tuple(NewSeen(x=ring.x, y=ring.y, scar=ring.scar) for ring in laid.rings),
        pictures={kind.value: address(told, PictureName[kind.name], purpose) for kind in laid.images},
        width=laid.width, height=laid.height, model=model, region_model=region_model,
    )  # fmt: skip


def _side(each: Choice) -> SideSeen:
    score = each.score
    return SideSeen(
        photo_id=each.photo, day=each.day, needling=each.needling, timing=each.timing,
        severity=score.severity if score else None, low=score.low if score else None,
        high=score.high if score else None, error=error_seen(each.error), why=each.why,
    )  # fmt: skip
