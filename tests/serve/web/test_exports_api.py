"""Exports and imports over the API: who may, what comes, and that all of it is audited."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pydicom
import pytest
from fastapi.testclient import TestClient
from fhir.resources.R4B.bundle import Bundle

from scarscore.serve.records.consents import Use
from scarscore.serve.records.exports.transfer import LARGEST
from scarscore.serve.records.people import Role
from tests.serve.records.parts import lines, new_course, visit_on
from tests.serve.records.told import NAME, Told, patient_with_everything, rows, unzipped
from tests.serve.web import parts

ZIP = {"Content-Type": "application/zip"}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[parts.Running, Told]]:
    made = parts.running(tmp_path_factory.mktemp("exports") / "clinic")
    yield made, patient_with_everything(made.clinic, Use.RESEARCH)
    made.clinic.close()


@pytest.fixture
def nurse(recorded: tuple[parts.Running, Told]) -> TestClient:
    return recorded[0].program(Role.PRACTITIONER)


@pytest.fixture
def admin(recorded: tuple[parts.Running, Told]) -> TestClient:
    return recorded[0].program(Role.ADMIN)


def test_a_patient_goes_from_one_server_to_another(
    recorded: tuple[parts.Running, Told], nurse: TestClient, clinic_app: parts.Running
) -> None:
    running, told = recorded
    answer = nurse.get(f"/api/v1/patients/{told.patient}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="scarscore-patient-{told.patient}.zip"'
    assert answer.headers["cache-control"] == "no-store"
    there = clinic_app.program(Role.ADMIN)
    sent = there.post("/api/v1/imports/patient", content=answer.content, headers=ZIP)
    assert sent.status_code == 201, sent.text
    assert sent.json()["id"] == told.patient
    assert rows(clinic_app.clinic) == rows(running.clinic)
    assert there.post("/api/v1/imports/patient", content=answer.content, headers=ZIP).status_code == 409
    assert there.post("/api/v1/imports/patient", content=answer.content[:-9], headers=ZIP).status_code == 422
    assert there.post("/api/v1/imports/patient", content=b"", headers=ZIP).status_code == 422
    assert lines(clinic_app.clinic, f"patient/{told.patient}", "import")


def test_a_purpose_needs_the_patients_consent_to_it(
    recorded: tuple[parts.Running, Told], nurse: TestClient, admin: TestClient
) -> None:
    export = f"/api/v1/patients/{recorded[1].patient}/export"
    research = nurse.get(export, params={"purpose": "research"})
    assert research.status_code == 200
    assert json.loads(unzipped(research.content)["manifest.json"])["about"]["purpose"] == "research"
    refused = nurse.get(export, params={"purpose": "publication"})
    assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "conflict")
    assert nurse.get(export, params={"purpose": "fun"}).status_code == 422
    assert nurse.get(export, params={"names": True}).status_code == 403
    named = admin.get(export, params={"names": True})
    assert NAME in unzipped(named.content)["patient.json"].decode()
    assert nurse.get("/api/v1/patients/2222222222222222/export").status_code == 404


def test_the_tables_are_an_admins(nurse: TestClient, admin: TestClient) -> None:
    assert nurse.get("/api/v1/exports/records.zip").status_code == 403
    answer = admin.get("/api/v1/exports/records.zip")
    assert answer.status_code == 200
    assert {"patients.csv", "scores.csv", "manifest.json"} <= set(unzipped(answer.content))
    assert answer.content == admin.get("/api/v1/exports/records.zip").content


def test_a_course_comes_as_a_valid_fhir_bundle(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    told = recorded[1]
    answer = nurse.get(f"/api/v1/courses/{told.course}/fhir", params={"photos": True})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    bundle = Bundle.model_validate_json(answer.content)
    assert bundle.id == told.course
    assert NAME not in answer.text
    assert nurse.get("/api/v1/courses/2222222222222222/fhir").status_code == 404
    ahead = nurse.get(f"/api/v1/courses/{told.course}/fhir", params={"on": "2999-01-01"})
    assert ahead.status_code == 422


def test_a_photo_goes_out_as_dicom_and_comes_in(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    running, told = recorded
    answer = nurse.get(f"/api/v1/photos/{told.photos[0]}/dicom")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/dicom")
    assert str(pydicom.dcmread(io.BytesIO(answer.content)).PatientName) == ""
    visit = visit_on(running.clinic, new_course(running.clinic), 90)
    address, headers = f"/api/v1/visits/{visit}/dicom", {"Content-Type": "application/dicom"}
    other = nurse.post(address, content=answer.content, headers=headers, params={"view": "closeup"})
    assert other.status_code == 409  # it names another patient of this clinic
    file = pydicom.dcmread(io.BytesIO(answer.content))
    file.PatientID = "MRN 7"
    buffer = io.BytesIO()
    file.save_as(buffer)
    stored = nurse.post(address, content=buffer.getvalue(), headers=headers, params={"view": "closeup"})
    assert stored.status_code == 201, stored.text
    assert stored.json()["score"]["score"]["severity"] >= 0
    twice = nurse.post(address, content=buffer.getvalue(), headers=headers, params={"view": "closeup"})
    assert twice.status_code == 409
    no_view = nurse.post(address, content=buffer.getvalue(), headers=headers)
    assert (no_view.status_code, "which side" in no_view.json()["error"]["message"]) == (422, True)
    assert nurse.post(address, content=b"no", headers=headers, params={"view": "left"}).status_code == 422


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(admin: TestClient) -> None:
    headers = ZIP | {"Content-Length": str(LARGEST + 1)}
    assert admin.post("/api/v1/imports/patient", content=iter([b"x"]), headers=headers).status_code == 413


def test_a_viewer_exports_nothing(recorded: tuple[parts.Running, Told]) -> None:
    running, told = recorded
    viewer = running.program(Role.VIEWER)
    for address in (
        f"/api/v1/patients/{told.patient}/export",
        f"/api/v1/courses/{told.course}/fhir",
        f"/api/v1/photos/{told.photos[0]}/dicom",
        "/api/v1/exports/records.zip",
    ):
        assert viewer.get(address).status_code == 403
    assert viewer.post("/api/v1/imports/patient", content=b"", headers=ZIP).status_code == 403
