"""A course as a FHIR R4 bundle that a hospital's system can take in: a collection, each resource referring by UUID.

Patient, an Observation for each valid visit's severity and for each scale, Media for each photo, the networks as
Device, and a DiagnosticReport that stays `preliminary`: it is a measurement, and no physician's diagnosis. Codes are
this project's own, with text; none of a terminology is claimed that does not fit. The same records on the same day
give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from scarscore.serve.course.measured import Measured, Networks
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Invalid
from scarscore.serve.records.exports.fhir_observations import (
    SYSTEM,
    Resource,
    concept,
    scale_observations,
    severity_observations,
)
from scarscore.serve.records.exports.fhir_text import narrative
from scarscore.serve.records.exports.gather import Gathered, PatientKept, PhotoKept, gather
from scarscore.serve.records.find import course_row, photo_rows
from scarscore.serve.records.people import Who
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.records.verdicts import measured
from scarscore.serve.scoring.result import DISCLAIMER, ModelId

NAMESPACE = UUID("5c6f1f2e-6d0b-4b52-9c4e-1d4a5f3c7b10")  # random; the UUIDs of all that this project exports
LARGEST = 100_000_000  # bytes of photos, each four times in memory before the bundle is sent
MEDIA_TYPE = "application/fhir+json"


@dataclass(frozen=True)
class Asked:
    """What of a course is exported: whether with the patient's name, and with the photos' content."""

    course_id: str
    on: date
    names: bool = False
    pictures: bool = False


def fhir_bundle(clinic: Clinic, who: Who, networks: Networks, asked: Asked) -> bytes:
    """The bundle of a course as it stood on a day, as JSON. Raises as `measured` does, and `Invalid` where the photos
    are more than go into one."""
    told = measured(clinic, who, networks, asked.course_id, asked.on)
    with clinic.database.read() as session:  # reading all of it must not hold up whoever writes
        patient_id = course_row(session, asked.course_id).patient_id
        everything = gather(clinic, session, patient_id, names=asked.names)
        photos = _photos(everything, asked)
        _check_size(photos, asked)
        rows = photo_rows(session, [each.id for each in photos] if asked.pictures else [])
    detail = {"as": "fhir", "names": asked.names, "photos": asked.pictures}
    clinic.note(Deed(who.account, "export", f"course/{asked.course_id}", detail))
    content = {name: unsealed(clinic, who, row) for name, row in rows.items()}
    resources = [*_resources(asked, told, everything.patients[0], photos, content)]
    bundle = {
        "resourceType": "Bundle",
        "id": asked.course_id,
        "type": "collection",
        "entry": [{"fullUrl": reference(each), "resource": each} for each in resources],
    }
    return json.dumps(bundle, ensure_ascii=False, allow_nan=False, indent=1).encode()


def reference(resource: Resource) -> str:
    """The URN by which other resources of the bundle refer to this one: the same for the same thing, always."""
    return f"urn:uuid:{uuid5(NAMESPACE, '/'.join((resource['resourceType'], resource['id'])))}"


def _resources(
    asked: Asked, told: Measured, patient: PatientKept, photos: Sequence[PhotoKept], content: dict[str, bytes]
) -> Iterator[Resource]:
    subject = _patient(patient)
    devices = [_device(told.model, "severity"), _device(told.region_model, "regions")]
    about = {"subject": {"reference": reference(subject)}}
    days = {shot.photo: visit.date for visit, shot in told.shots}
    media = [_media(each, days[each.id], content.get(each.id)) | about for each in photos if each.id in days]
    seen = {each["id"]: {"reference": reference(each)} for each in media}
    made = {"device": {"reference": reference(devices[0])}}
    observations = [
        *(each | about | made for each in severity_observations(asked.course_id, told, seen)),
        *(each | about for each in scale_observations(asked.course_id, told)),
    ]
    yield from (subject, *devices, *media, *observations)
    yield (
        _report(asked, told)
        | about
        | {
            "result": [{"reference": reference(each)} for each in observations],
            "media": [{"link": seen[each["id"]]} for each in media],
        }
    )


def _patient(patient: PatientKept) -> Resource:
    named = {} if patient.name is None else {"name": [{"text": patient.name}]}
    identifier = {"system": f"{SYSTEM}:pseudonym", "value": patient.pseudonym}
    return {"resourceType": "Patient", "id": patient.id, "identifier": [identifier], **named}


def _device(model: ModelId, what: str) -> Resource:
    """A network: name, version, SHA-256 of its file, licence class."""
    return {
        "resourceType": "Device",
        "id": f"{what}-{model.sha256[:32]}",
        "identifier": [{"system": f"{SYSTEM}:sha256", "value": model.sha256}],
        "deviceName": [{"name": model.name, "type": "model-name"}],
        "version": [{"value": model.version}],
        "type": {"text": f"network of {what}"},
        "note": [{"text": f"licence class {model.licence_class}"}],
    }


def _media(photo: PhotoKept, day: date, content: bytes | None) -> Resource:
    """A photo: what is recorded of it, and its bytes only if they were asked for."""
    attachment: Resource = {"contentType": "image/jpeg", "title": f"{photo.view.value} of {day.isoformat()}"}
    if content is not None:
        attachment["data"] = base64.b64encode(content).decode()
        attachment["hash"] = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    attachment["size"] = photo.size
    told: Resource = {
        "resourceType": "Media",
        "id": photo.id,
        "identifier": [{"system": f"{SYSTEM}:sha256", "value": photo.sha256}],
        "status": "completed",
        "type": concept("photo", "Photo"),
        "view": concept(photo.view.value, f"{photo.view.value} view; left and right are the patient's"),
        "createdDateTime": day.isoformat(),
        "height": photo.height,
        "width": photo.width,
        "content": attachment,
    }
    named = {"bodySite": concept(photo.region, photo.region.replace("_", " "))} if photo.region else {}
    return told | named | ({"deviceName": photo.camera} if photo.camera else {})


def _report(asked: Asked, told: Measured) -> Resource:
    """The verdict in its own words, with what it is not and which networks it rests on."""
    ends = [score.date for score in (told.verdict.baseline, told.verdict.last) if score is not None]
    period = {"start": min(ends, default=told.on).isoformat(), "end": told.on.isoformat()}
    return {
        "resourceType": "DiagnosticReport",
        "id": f"{asked.course_id}-verdict-{told.on.isoformat()}",
        "text": {"status": "generated", "div": narrative(told)},
        "status": "preliminary",
        "code": concept("course-of-acne-scars", "Severity of depressed acne scars over a course of treatment"),
        "effectivePeriod": period,
        "conclusion": f"{told.verdict.words} {DISCLAIMER}",
        "conclusionCode": [concept(told.verdict.kind.value, told.verdict.kind.value.replace("_", " "))],
    }


def _check_size(photos: Sequence[PhotoKept], asked: Asked) -> None:
    if asked.pictures and (size := sum(each.size for each in photos)) > LARGEST:
        raise Invalid(
            f"this course's photos are {size // 1_000_000} MB, and a FHIR bundle takes up to {LARGEST // 1_000_000}: "
            "export it without their content, or the patient as a zip"
        )


def _photos(everything: Gathered, asked: Asked) -> list[PhotoKept]:
    visits = {each.id for each in everything.visits if each.course_id == asked.course_id}
    return [each for each in everything.photos if each.visit_id in visits and each.erased is None]
