"""Scores: of stored photos, old and new, and of a photo of which nothing is stored."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.records.scores import rescore_course, rescore_photo, score_unstored, scores
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.result import Refusal, View
from scarscore.serve.web.answers import PHOTO_BODY, Judged, Photo, ScoreSeen, error_seen, score_seen
from scarscore.serve.web.asked import Camera, TakenFrom
from scarscore.serve.web.problems import Refused
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["scores"])


class RescoredSeen(Answer):
    """The photos, by id, that got a new score, and those that could not be scored now."""

    scored: tuple[str, ...]
    failed: tuple[str, ...]


@router.post(
    "/score", summary="Score a photo, storing nothing", response_model=Judged, openapi_extra=PHOTO_BODY,
    responses=errors(401, 403, 413, 422, 503), max_body_size=MAX_BYTES + SMALL,
)  # fmt: skip
def score_photo(
    clinic: Open,
    who: Asker,
    service: Served,
    upload: Photo,
    view: TakenFrom[View | None] = None,
    camera: Camera = "",
) -> Judged:
    """Score one photo. Nothing of it is stored. A photo that is refused is answered with 422, its reason and hint."""
    answer, error = score_unstored(clinic, who, service.scoring, upload, view, camera)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return Judged(score=answer, error=error_seen(error))


@router.get(
    "/photos/{photo_id}/scores", summary="A photo's scores", response_model=list[ScoreSeen],
    responses=errors(401, 403, 404),
)  # fmt: skip
def all_scores(clinic: Open, who: Asker, photo_id: str) -> list[ScoreSeen]:
    """Everything that was ever said of a photo, oldest first. Scores are added, never changed."""
    return [score_seen(each) for each in scores(clinic, who, photo_id)]


@router.post(
    "/photos/{photo_id}/rescore", status_code=201, summary="Score a photo again", response_model=ScoreSeen,
    responses=errors(401, 403, 404, 409, 503),
)  # fmt: skip
def rescore_one(clinic: Open, who: Asker, service: Served, photo_id: str) -> ScoreSeen:
    """Score a stored photo again under the present networks. Old scores stay."""
    return score_seen(rescore_photo(clinic, who, service.scoring, photo_id))


@router.post(
    "/courses/{course_id}/rescore", summary="Score a course again", response_model=RescoredSeen,
    responses=errors(401, 403, 404, 503),
)  # fmt: skip
def rescore_all(clinic: Open, who: Asker, service: Served, course_id: str) -> RescoredSeen:
    """Score every photo of a course that the present networks have not scored. Old scores stay."""
    return RescoredSeen.model_validate(rescore_course(clinic, who, service.scoring, course_id))
