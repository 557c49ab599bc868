"""What leaves the clinic: tables, a patient for another installation, a course as FHIR, a photo as DICOM."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from scarscore.serve.course.report.write import csv_of
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import today
from scarscore.serve.records.consents import Use
from scarscore.serve.records.exports import fhir
from scarscore.serve.records.exports.dicom import MEDIA_TYPE, dicom_of
from scarscore.serve.records.exports.tables import export_tables
from scarscore.serve.records.exports.transfer import export_patient
from scarscore.serve.records.verdicts import measured, networks
from scarscore.serve.web.answers import ZIP, file_answer, named, zipped
from scarscore.serve.web.asked import On, Purpose
from scarscore.serve.web.schema import errors
from scarscore.serve.web.state import Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["exports"])
CSV = "text/csv"
Named = Annotated[bool, Query(description="With the patient's name; it stands in no export otherwise.")]


@router.get(
    "/exports/records.zip", summary="Everything as CSV", response_class=Response,
    responses=file_answer("A zip of CSV files, one a subject", ZIP) | errors(401, 403, 422),
)  # fmt: skip
def export_records(clinic: Open, who: Asker, purpose: Purpose = Use.CARE, names: Named = False) -> Response:
    """Everything that is recorded as CSV, by pseudonym: patients, consents, courses, sessions, visits, photos, scores,
    regions, findings. The photos themselves are not in it."""
    return zipped(export_tables(clinic, who, purpose, names=names), "scarscore-records.zip")


@router.get(
    "/patients/{patient_id}/export", summary="A patient for another installation", response_class=Response,
    responses=file_answer("A zip of all rows and photos, for `POST /imports/patient`", ZIP)
    | errors(401, 403, 404, 409, 422),
)  # fmt: skip
def export_one(
    clinic: Open, who: Asker, patient_id: str, purpose: Purpose = Use.CARE, names: Named = False
) -> Response:
    """All that is recorded of a patient, and the photos as they were stored. The zip is not encrypted.

    With the name only for admins.
    """
    return zipped(export_patient(clinic, who, patient_id, purpose, names=names), f"scarscore-patient-{patient_id}.zip")


@router.get(
    "/courses/{course_id}/fhir", summary="A course as FHIR", response_class=Response,
    responses=file_answer("A FHIR R4 bundle of type collection", fhir.MEDIA_TYPE) | errors(401, 403, 404, 409, 422),
)  # fmt: skip
def export_fhir(
    clinic: Open,
    who: Asker,
    service: Served,
    course_id: str,
    on: On = None,
    names: Named = False,
    photos: Annotated[bool, Query(description="With the photos' content, not only what is recorded of them.")] = False,
) -> Response:
    """Patient, Observations for severities and scales, Media, and a DiagnosticReport that is `preliminary`."""
    asked = fhir.Asked(course_id, on or today(), names, photos)
    bundle = fhir.fhir_bundle(clinic, who, networks(service.scoring.model), asked)
    return Response(bundle, media_type=fhir.MEDIA_TYPE, headers=named(f"scarscore-course-{course_id}.json"))


@router.get(
    "/courses/{course_id}/visits.csv", summary="A course's visits as CSV", response_class=Response,
    responses=file_answer("A row for each visit, with what became of it", CSV) | errors(401, 403, 404, 409, 422),
)  # fmt: skip
def export_visits(clinic: Open, who: Asker, service: Served, course_id: str, on: On = None) -> Response:
    """The visits with severity, SEM and what became of each, by pseudonym: the table of `scarscore course`."""
    told = measured(clinic, who, networks(service.scoring.model), course_id, on or today())
    clinic.note(Deed(who.account, "export", f"course/{course_id}", {"as": "csv"}))
    return Response(csv_of(told), media_type=CSV, headers=named(f"scarscore-course-{course_id}.csv"))


@router.get(
    "/photos/{photo_id}/dicom", summary="A photo as DICOM", response_class=Response,
    responses=file_answer("A VL Photographic Image, the stored JPEG unchanged", MEDIA_TYPE)
    | errors(401, 403, 404, 422, 503),
)  # fmt: skip
def export_dicom(clinic: Open, who: Asker, photo_id: str, names: Named = False) -> Response:
    """The photo as a DICOM file under the patient's pseudonym."""
    content = dicom_of(clinic, who, photo_id, names=names)
    return Response(content, media_type=MEDIA_TYPE, headers=named(f"scarscore-photo-{photo_id}.dcm"))
