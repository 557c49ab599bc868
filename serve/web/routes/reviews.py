"""Blind reviews: begun, graded photo by photo, and what came of them. No answer tells whose a photo is, or of when."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import Field

from scarscore.serve.course.agreement import Agreement
from scarscore.serve.records.exports.labels import export_labels
from scarscore.serve.records.review_results import WithModel, results
from scarscore.serve.records.reviews import (
    MOST,
    Asked,
    Read,
    Review,
    give_grade,
    item,
    item_image,
    review,
    reviews,
    start_review,
)
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.result import DISCLAIMER, ModelId, View
from scarscore.serve.web.answers import JPEG, ZIP, file_answer, shown, zipped
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served

router = APIRouter(prefix="/api/v1/reviews", tags=["reviews"], max_body_size=SMALL)


class ReviewBody(Body):
    """What is to be reviewed: courses by id and views, all where none is named; a random choice of `most` photos."""

    courses: list[str] = Field(default_factory=list, max_length=5000)
    views: list[View] = Field(default_factory=list, max_length=4)
    most: int = Field(MOST, ge=1, le=MOST)


class ReviewerSeen(Answer):
    """Somebody who has graded photos of a review."""

    login: str
    graded: int


class ReviewSeen(Answer):
    """A review, `graded` of its `photos` by whoever asks; `next` is the photo that she sees next, null at the end."""

    id: str
    by: str
    created: datetime
    photos: int
    graded: int
    done: bool
    next: str | None
    reviewers: tuple[ReviewerSeen, ...]


class GradeBody(Body):
    """What was read: severity (0 to 100) and photo grade (0 to 4); both null where the photo cannot be judged."""

    severity: float | None = Field(None, ge=0, le=100, allow_inf_nan=False)
    grade: int | None = Field(None, ge=0, le=4)


class ItemSeen(Answer):
    """A photo of a review: its number in this reviewer's order, the one before it, and what she read in it, if so."""

    id: str
    number: int
    before: str | None
    read: GradeBody | None
    image: str


class ReviewerResult(Answer):
    """A reviewer who is through, and how far she and the network agree; `difference` is hers less the network's.

    Intervals are at 95 %, from resampling whole patients, null for fewer than five. `in_interval` and `in_grades` are
    the shares of her readings within what the network says holds 90 % of them.
    """

    reviewer: str
    agreement: Agreement
    unjudged: int
    unscored: int
    in_interval: float | None
    in_grades: float | None


class BetweenResult(Answer):
    """Two reviewers, and how far they agree on the photos that both judged; `difference` is the first's less."""

    first: str
    second: str
    agreement: Agreement


class ResultsSeen(Answer):
    """What came of a review: of reviewers who graded all of its photos. `waiting` are still at it."""

    review_id: str
    photos: int
    with_model: tuple[ReviewerResult, ...]
    between: tuple[BetweenResult, ...]
    waiting: tuple[str, ...]
    model: ModelId
    region_model: ModelId
    disclaimer: str = DISCLAIMER


@router.get("", summary="All blind reviews", response_model=list[ReviewSeen], responses=errors(401, 403))
def all_reviews(clinic: Open, who: Asker) -> list[ReviewSeen]:
    """All reviews, the newest first, with how far whoever asks has come in each."""
    return [seen(each) for each in reviews(clinic, who)]


@router.post(
    "", status_code=201, summary="Begin a blind review", response_model=ReviewSeen, responses=errors(401, 403, 404, 422)
)
def begin_review(clinic: Open, who: Asker, service: Served, body: ReviewBody) -> ReviewSeen:
    """Choose scored photos at random. Each reviewer then sees them in an order of her own."""
    asked = Asked(tuple(body.courses), tuple(body.views), body.most)
    made = start_review(clinic, who, service.scoring.networks, asked)
    return seen(review(clinic, who, made))


@router.get("/{review_id}", summary="One blind review", response_model=ReviewSeen, responses=errors(401, 403, 404))
def one_review(clinic: Open, who: Asker, review_id: str) -> ReviewSeen:
    """How far whoever asks has come, and which photo is next."""
    return seen(review(clinic, who, review_id))


@router.get(
    "/{review_id}/photos/{item_id}", summary="A photo of a blind review", response_model=ItemSeen,
    responses=errors(401, 403, 404),
)  # fmt: skip
def one_item(clinic: Open, who: Asker, review_id: str, item_id: str) -> ItemSeen:
    """A photo, by its id in this review, and what whoever asks read in it."""
    told = item(clinic, who, review_id, item_id)
    read = None if told.read is None else GradeBody(severity=told.read.severity, grade=told.read.grade)
    image = f"/api/v1/reviews/{review_id}/photos/{item_id}/image"
    return ItemSeen(id=told.id, number=told.number, before=told.before, read=read, image=image)


@router.get(
    "/{review_id}/photos/{item_id}/image", summary="The picture of a blind review's photo", response_class=Response,
    responses=file_answer("The photo as it is stored", JPEG) | errors(401, 403, 404),
)  # fmt: skip
def one_image(clinic: Open, who: Asker, review_id: str, item_id: str) -> Response:
    """The photo's JPEG, without metadata and under a name that says nothing."""
    return shown(item_image(clinic, who, review_id, item_id), JPEG, "photo.jpg")


@router.post(
    "/{review_id}/photos/{item_id}/grades", status_code=201, summary="Grade a photo blindly", response_model=ReviewSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def grade(clinic: Open, who: Asker, review_id: str, item_id: str, body: GradeBody) -> ReviewSeen:
    """Record what was read in a photo. The last grade of a photo counts, until all of them are graded."""
    return seen(give_grade(clinic, who, review_id, item_id, Read(body.severity, body.grade)))


@router.get(
    "/{review_id}/results", summary="What came of a blind review", response_model=ResultsSeen,
    responses=errors(401, 403, 404, 409),
)  # fmt: skip
def review_results(clinic: Open, who: Asker, service: Served, review_id: str) -> ResultsSeen:
    """Agreement with the network and between reviewers. Refused to whoever has begun and is not through."""
    used = networks(service.scoring.model)
    told = results(clinic, who, used, review_id)
    return ResultsSeen(
        review_id=told.review_id, photos=told.photos, with_model=tuple(_result(each) for each in told.with_model),
        between=tuple(BetweenResult(**vars(each)) for each in told.between), waiting=told.waiting,
        model=used.scorer.model, region_model=used.scorer.region_model,
    )  # fmt: skip


@router.get(
    "/{review_id}/labels.zip", summary="A blind review's grades as labels", response_class=Response,
    responses=file_answer("labels.csv, for `scarscore train --labels`, and its photos", ZIP)
    | errors(401, 403, 404, 409),
)  # fmt: skip
def review_labels(clinic: Open, who: Asker, review_id: str) -> Response:
    """For `scarscore train --labels`: of patients who consent to research; `manifest.json` says what is not in it."""
    return zipped(export_labels(clinic, who, review_id), "scarscore-labels.zip")


def seen(told: Review) -> ReviewSeen:
    """A review as it is answered."""
    reviewers = tuple(ReviewerSeen(login=each.login, graded=each.graded) for each in told.reviewers)
    return ReviewSeen(
        id=told.id, by=told.by, created=told.created, photos=told.photos, graded=told.graded, done=told.done,
        next=told.next, reviewers=reviewers,
    )  # fmt: skip


def _result(told: WithModel) -> ReviewerResult:
    return ReviewerResult(**{name: getattr(told, name) for name in ReviewerResult.model_fields})
