"""Blind review: what is to be graded, the grading photo by photo, and how far reviewers and network agree.

The page that shows a photo tells nothing of whose it is: its addresses are ids of the review's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from scarscore.serve.course.agreement import LEAST_PATIENTS, RESAMPLES, Agreement, Estimate
from scarscore.serve.records.exports.labels import left_out_of
from scarscore.serve.records.people import Role
from scarscore.serve.records.review_choices import reviewable
from scarscore.serve.records.review_results import results
from scarscore.serve.records.reviews import MOST, Item, Review, item, review, reviews
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.result import View
from scarscore.serve.web.pages import clinic_page, part
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.photo_words import VIEWS

router = APIRouter(prefix="/blind", tags=["pages"], include_in_schema=False)
ItemId = Annotated[str | None, Query(alias="photo", max_length=40)]
USUAL = 60  # photos of a review, where nobody says otherwise: half an hour's work
# Severity and what it looks like: the scale's anchors.
ANCHORS = (
    (0, "no depressed scar to be seen"),
    (5, "one or two shallow dents, and even they are doubtful"),
    (15, "a few shallow scars that are easy to miss"),
    (30, "mild: several clear, shallow scars, or a slight waviness, seen when looked for"),
    (45, "clear scars over part of a cheek"),
    (60, "plain at a glance: many scars, or marked waviness"),
    (75, "severe: scars dense or deep, or both, over most of the area"),
    (90, "very severe: deep and wide, running into each other everywhere"),
    (100, "the worst that can be imagined"),
)
GRADES = (
    (0, "None", "no scar and no mark"),
    (1, "Macular", "flat red, brown or pale marks alone; the relief is even"),
    (2, "Mild", "relief that is not obvious at half a metre and is easily covered by make-up"),
    (3, "Moderate", "obvious at half a metre, not easily covered; shallow to medium depth"),
    (4, "Severe", "obvious from farther away; deep, or scars that run into each other"),
)


@dataclass(frozen=True)
class Figure:
    """One figure of an agreement in words: what it is, its value, its interval, and what it says."""

    name: str
    value: str
    interval: str
    means: str


@router.get("", summary="Blind reviews")
def blind_page(clinic: Open, who: Asker, service: Served) -> Response:
    """All reviews, and the choice of a new one."""
    courses = reviewable(clinic, who, networks(service.scoring.model).text) if who.may(Role.PRACTITIONER) else ()
    counts = {view: sum(n for each in courses for v, n in each.views if v is view) for view in View}
    return clinic_page(
        clinic, who, "blind", "blind", reviews=reviews(clinic, who), courses=courses, usual=USUAL, most=MOST,
        views=[(view, name, counts[view]) for view, name in VIEWS.items() if counts[view]], open_to=_open_to,
    )  # fmt: skip


@router.get("/{review_id}", summary="The next photo to grade")
def review_page(clinic: Open, who: Asker, review_id: str, photo: ItemId = None) -> Response:
    """The first photo that is not graded, or an earlier one to be corrected; the results once all are."""
    told = review(clinic, who, review_id)
    if told.done or not told.photos:
        return RedirectResponse(f"/blind/{review_id}/results", 303)
    return clinic_page(clinic, who, "review", "blind", **_shown(told, _item(clinic, who, told, photo)))


@router.get("/{review_id}/photo", summary="The photo to grade, by itself")
def review_part(clinic: Open, who: Asker, review_id: str, photo: ItemId = None) -> Response:
    """What HTMX puts in the place of the photo that was graded."""
    told = review(clinic, who, review_id)
    return part(who, "_review-photo", **_shown(told, _item(clinic, who, told, photo)))


@router.get("/{review_id}/results", summary="What came of a blind review")
def results_page(clinic: Open, who: Asker, service: Served, review_id: str) -> Response:
    """Agreement, each figure with its interval; and the labels, for an admin."""
    used = networks(service.scoring.model)
    told = results(clinic, who, used, review_id)
    exported = left_out_of(clinic, review_id) if who.may(Role.ADMIN) else (0, ())
    return clinic_page(
        clinic, who, "review-results", "blind", told=told, figures=figures, share=_share, exported=exported,
        least=LEAST_PATIENTS, resamples=RESAMPLES, model=used.scorer.model,
        region_model=used.scorer.region_model, review=review(clinic, who, review_id),
    )  # fmt: skip


def figures(told: Agreement, other: str) -> tuple[Figure, ...]:
    """The figures of an agreement, in the order in which they are read."""
    return (
        _figure("Photo grade: quadratic kappa", told.kappa, 2, "1 is full agreement, 0 what chance would give"),
        _figure("Severity: ICC(2,1)", told.icc, 2, "1 is full agreement, a constant difference counts against it"),
        _figure("Severity: Spearman's rho", told.rho, 2, "1: both put the photos in the same order"),
        _figure("Mean difference of severity", told.difference, 1, f"in points, the reviewer's less {other}'s"),
    )


def _figure(name: str, told: Estimate, places: int, means: str) -> Figure:
    if told.value is None:
        return Figure(name, "–", "–", means)
    interval = "–"
    if told.low is not None and told.high is not None:
        interval = f"{_number(told.low, places)} to {_number(told.high, places)}"
    return Figure(name, _number(told.value, places), interval, means)


def _number(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _open_to(told: Review) -> bool:
    """Whether there are results that may be seen: not by who has begun and is not through."""
    return told.done or (not told.graded and any(each.graded == told.photos for each in told.reviewers))


def _item(clinic: Open, who: Asker, told: Review, photo: str | None) -> Item | None:
    wanted = photo or told.next
    return item(clinic, who, told.id, wanted) if wanted and not told.done else None


def _shown(told: Review, photo: Item | None) -> dict[str, object]:
    return {"review": told, "photo": photo, "anchors": ANCHORS, "grades": GRADES}
