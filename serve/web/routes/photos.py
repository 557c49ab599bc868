"""Photos: uploaded, seen, filed otherwise, erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import Field

from scarscore.serve.records.keep import KEEP
from scarscore.serve.records.photos import Place, StoredPhoto, photo, photo_bytes, photos
from scarscore.serve.records.pictures import photo_overlay
from scarscore.serve.records.previews import photo_preview
from scarscore.serve.records.refile import correct_photo, erase_photo
from scarscore.serve.records.starts import start_photos
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.result import Refusal, View
from scarscore.serve.web.answers import JPEG, PHOTO_BODY, PNG, Photo, ScoreSeen, file_answer, score_seen, shown
from scarscore.serve.web.asked import Camera, Region, TakenFrom
from scarscore.serve.web.problems import Refused
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["photos"])


class PhotoSeen(Answer):
    """A photo as it is filed, and what is said of it.

    `sha256` is of the bytes that are stored, served and scored. `score` is null where there is none, and `why` says
    why: taken too soon after a session, or not scored yet.
    """

    id: str
    visit_id: str
    view: View
    region: str | None
    camera: str
    sha256: str
    size: int
    width: int
    height: int
    front_camera: bool
    created: datetime
    erased: datetime | None
    score: ScoreSeen | None
    why: str


class StartPhotoSeen(Answer):
    """A photo of the course's start, which later ones of its view are held against."""

    id: str
    view: View
    region: str | None
    day: date


class PhotoCorrection(Body):
    """How the photo is to be filed; what is left out stays. `visit_id` may be another patient's: a misfiled photo."""

    view: View | None = None
    region: str | None = Field(None, max_length=40)
    camera: str | None = Field(None, max_length=400)
    visit_id: str | None = Field(None, max_length=40)


@router.post(
    "/visits/{visit_id}/photos", status_code=201, summary="Store a photo", response_model=PhotoSeen,
    responses=errors(401, 403, 404, 409, 413, 422, 503, 507), openapi_extra=PHOTO_BODY, max_body_size=MAX_BYTES + SMALL,
)  # fmt: skip
def upload_photo(
    clinic: Open,
    who: Asker,
    service: Served,
    visit_id: str,
    upload: Photo,
    view: TakenFrom[View | None] = None,
    region: Region = None,
    camera: Camera = "",
    idempotency_key: Annotated[
        str | None, Header(description="Any text. The same upload sent again with it is answered with the same photo.")
    ] = None,
) -> PhotoSeen:
    """Store a photo at a visit and score it, unless the visit lies too soon after a session.

    Without `view` it is filed as what the network sees; a mirrored photo can be told only where somebody says the side.
    The answer comes when the photo is safely stored. A photo that cannot be decoded is answered with 422 and its
    reason, and nothing is stored; one that cannot be judged (blurred, too dark) is stored with its refusal.
    """
    taken = take_photo(clinic, who, service.scoring, visit_id, upload, Place(view, region, camera), idempotency_key)
    if isinstance(taken, Refusal):
        raise Refused(taken)
    return seen(taken)


@router.get(
    "/visits/{visit_id}/photos", summary="A visit's photos", response_model=list[PhotoSeen],
    responses=errors(401, 403, 404),
)  # fmt: skip
def all_photos(clinic: Open, who: Asker, visit_id: str) -> list[PhotoSeen]:
    """The photos of a visit with what is said of them, without erased ones."""
    return [seen(each) for each in photos(clinic, who, visit_id)]


@router.get("/photos/{photo_id}", summary="One photo", response_model=PhotoSeen, responses=errors(401, 403, 404))
def one_photo(clinic: Open, who: Asker, photo_id: str) -> PhotoSeen:
    """What is recorded of a photo, of an erased one too; its picture is at `image`."""
    return seen(photo(clinic, who, photo_id))


@router.patch(
    "/photos/{photo_id}", summary="File a photo otherwise", response_model=PhotoSeen,
    responses=errors(401, 403, 404, 409, 422, 503), max_body_size=SMALL,
)  # fmt: skip
def change_photo(clinic: Open, who: Asker, service: Served, photo_id: str, body: PhotoCorrection) -> PhotoSeen:
    """Correct a photo's view, region, camera or visit. Old values stay in the audit log, and verdicts follow.

    A photo whose view changed is scored again as that view.
    """
    changed = correct_photo(
        clinic, who, service.scoring, photo_id,
        view=KEEP if body.view is None else body.view,
        region=body.region if "region" in body.model_fields_set else KEEP,
        camera=KEEP if body.camera is None else body.camera,
        visit_id=KEEP if body.visit_id is None else body.visit_id,
    )  # fmt: skip
    return seen(changed)


@router.delete("/photos/{photo_id}", status_code=204, summary="Erase a photo", responses=errors(401, 403, 404))
def drop_photo(clinic: Open, who: Asker, photo_id: str) -> None:
    """Erase a photo that was filed by mistake, for good. That it was there stays recorded."""
    erase_photo(clinic, who, photo_id)


@router.get(
    "/photos/{photo_id}/image", summary="A photo's picture", response_class=Response,
    responses=file_answer("The photo as it is stored: upright, no metadata", JPEG) | errors(401, 403, 404),
)  # fmt: skip
def photo_image(clinic: Open, who: Asker, photo_id: str) -> Response:
    """The photo's JPEG, exactly as it was stored and scored."""
    return shown(photo_bytes(clinic, who, photo_id), JPEG, f"photo-{photo_id}.jpg")


@router.get(
    "/photos/{photo_id}/preview", summary="A photo's picture, smaller", response_class=Response,
    responses=file_answer("The photo, smaller", JPEG) | errors(401, 403, 404),
)  # fmt: skip
def photo_small(clinic: Open, who: Asker, photo_id: str) -> Response:
    """The photo as a JPEG of at most 1,024 px a side, for pages: not the bytes that were scored."""
    return shown(photo_preview(clinic, who, photo_id), JPEG, f"photo-{photo_id}-preview.jpg")


@router.get(
    "/courses/{course_id}/start-photos", summary="The photos of a course's start",
    response_model=list[StartPhotoSeen], responses=errors(401, 403, 404),
)  # fmt: skip
def photos_of_the_start(clinic: Open, who: Asker, service: Served, course_id: str) -> list[StartPhotoSeen]:
    """Of each view the photo of the start, for a camera to lay over its live picture; none before there is a start."""
    told = start_photos(clinic, who, service.scoring.networks, course_id)
    return [StartPhotoSeen.model_validate(each) for each in told]


@router.get(
    "/photos/{photo_id}/overlay", summary="A photo's heat map", response_class=Response,
    responses=file_answer("The photo under its heat map, with score and legend", PNG)
    | errors(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def photo_heat_map(clinic: Open, who: Asker, service: Served, photo_id: str) -> Response:
    """Where severity was seen, by the present networks. It marks no single scar, and nothing to treat."""
    drawn = photo_overlay(clinic, who, networks(service.scoring.model), photo_id)
    if isinstance(drawn, Refusal):
        raise Refused(drawn)
    return shown(drawn, PNG, f"photo-{photo_id}-overlay.png")


def seen(stored: StoredPhoto) -> PhotoSeen:
    """A photo as it is answered."""
    return PhotoSeen(
        **{name: getattr(stored, name) for name in PhotoSeen.model_fields if name != "score"},
        score=None if stored.score is None else score_seen(stored.score),
    )
