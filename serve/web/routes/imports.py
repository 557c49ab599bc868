"""What comes into the clinic from elsewhere: a patient of another installation, a photo from a DICOM file."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import APIRouter, Query

from scarscore.serve.records.exports.dicom import MEDIA_TYPE
from scarscore.serve.records.exports.dicom_in import LARGEST as LARGEST_DICOM
from scarscore.serve.records.exports.dicom_in import Filing, take_dicom
from scarscore.serve.records.exports.transfer import LARGEST, import_patient
from scarscore.serve.scoring.result import Refusal, View
from scarscore.serve.web.answers import ZIP, file_body
from scarscore.serve.web.answers import Photo as Sent
from scarscore.serve.web.asked import Camera, Region
from scarscore.serve.web.problems import Refused
from scarscore.serve.web.routes.photos import PhotoSeen, seen
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["imports"])


class Imported(Answer):
    """The patient that was taken in."""

    id: str
    pseudonym: str


@router.post(
    "/imports/patient", status_code=201, summary="Take in a patient of another installation", response_model=Imported,
    responses=errors(401, 403, 409, 413, 422, 503, 507), max_body_size=LARGEST,
    openapi_extra=file_body(ZIP, "The zip of `GET /patients/{patient_id}/export`, up to 500 MB. Not a form."),
)  # fmt: skip
def take_in(
    clinic: Open,
    who: Asker,
    sent: Sent,
    pseudonym: Annotated[str | None, Query(max_length=40, description="Another pseudonym than in the zip.")] = None,
) -> Imported:
    """Take in a patient with everything that was recorded, wholly or not at all. Ids and scores stay as they are.

    A zip that was changed, that holds what cannot be, or whose patient is here already is refused.
    """
    return Imported.model_validate(import_patient(clinic, who, io.BytesIO(sent), pseudonym=pseudonym))


@router.post(
    "/visits/{visit_id}/dicom", status_code=201, summary="Store a photo from DICOM", response_model=PhotoSeen,
    responses=errors(401, 403, 404, 409, 413, 422, 503, 507), max_body_size=LARGEST_DICOM,
    openapi_extra=file_body(MEDIA_TYPE, "A VL Photographic Image file. Not a form."),
)  # fmt: skip
def upload_dicom(
    clinic: Open,
    who: Asker,
    service: Served,
    visit_id: str,
    sent: Sent,
    view: Annotated[View | None, Query(description="Default: the side that the file names.")] = None,
    region: Region = None,
    camera: Camera = "",
    any_day: Annotated[bool, Query(description="Store it though the file says another day than the visit's.")] = False,
) -> PhotoSeen:
    """Store the picture of a DICOM file at a visit, and nothing else of the file; it is scored as every upload is."""
    taken = take_dicom(clinic, who, service.scoring, visit_id, sent, Filing(view, region, camera, any_day))
    if isinstance(taken, Refusal):
        raise Refused(taken)
    return seen(taken)
