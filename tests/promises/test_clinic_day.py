"""A clinic's day against a real server: from an empty folder to an erased patient, on SQLite and on PostgreSQL.

A scripted client does what a clinic would: sets up, records a course of five visits with photos of synthetic skin (one
photo blurred, one visit three days after a session), reads the verdict, corrects mistakes, exports and erases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from scarscore.datasets.synthetic.course import CoursePlan, healing_course
from scarscore.serve.demo.course import as_jpeg
from tests.serve.records.conftest import database_url, postgresql_server  # noqa: F401 - fixtures
from tests.serve.web.parts import PASSWORD
from tests.serve.web.server import Server, serving

NAME = "Wilhelmina Grünewald-Test"
START = date.today() - timedelta(days=200)
VISITS = (0, 31, 56, 100, 190)  # days of the visits after the first
SESSIONS = (0, 28, 56)


@dataclass(frozen=True)
class Clinic:
    """The running server, and somebody of each kind who asks it."""

    server: Server
    folder: Path
    admin: httpx.Client
    nurse: httpx.Client

    def answer(self, response: httpx.Response, status: int = 200) -> Any:
        assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.text}"
        return response.json() if response.headers.get("content-type", "").startswith("application/json") else None


@pytest.fixture(scope="module")
def photos() -> list[bytes]:
    return [as_jpeg(visit.pixels) for visit in healing_course(11, len(VISITS), CoursePlan(relief=(1.0, 0.1)))]


@pytest.fixture
def clinic(tmp_path: Path, database_url: str) -> Iterator[Clinic]:  # noqa: F811 - a fixture
    folder = tmp_path / "clinic"
    with serving(folder, "--database", database_url) as server, server.client() as admin, server.client() as nurse:
        made = {"code": server.code, "clinic": "Made-up Clinic", "login": "boss", "password": PASSWORD}
        assert admin.post("/api/v1/setup", json=made).status_code == 201
        told = Clinic(server, folder, admin, nurse)
        told.answer(admin.post("/api/v1/sign-in", json={"login": "boss", "password": PASSWORD}))
        account = {"login": "nurse", "password": PASSWORD + "!", "role": "practitioner"}
        told.answer(admin.post("/api/v1/accounts", json=account), 201)
        told.answer(nurse.post("/api/v1/sign-in", json={"login": "nurse", "password": PASSWORD + "!"}))
        token = told.answer(nurse.post("/api/v1/tokens", json={"name": "script", "role": "practitioner"}), 201)
        nurse.cookies.clear()
        nurse.headers["Authorization"] = f"Bearer {token['token']}"
        server.wait_until_ready()
        yield told


def test_a_day_at_the_clinic(clinic: Clinic, photos: list[bytes]) -> None:
    patient, course, visits = recorded(clinic)
    taken = uploaded(clinic, visits, photos)
    verdict = clinic.answer(clinic.nurse.get(f"/api/v1/courses/{course}/verdict"))
    assert verdict["verdict"]["kind"] == "improved"
    assert verdict["verdict"]["change"]["points"] < -verdict["verdict"]["change"]["sdc95"]
    assert "Not a diagnosis" in verdict["disclaimer"]
    marks = [moment["mark"] for moment in timeline(clinic, course)]
    corrected(clinic, course, visits, taken)
    assert [moment["mark"] for moment in timeline(clinic, course)] == marks
    exported(clinic, patient, course, taken)
    erased(clinic, patient, course, taken)


def recorded(clinic: Clinic) -> tuple[str, str, list[str]]:
    """A patient with consent, a course, its sessions and visits."""
    ask, answer = clinic.nurse, clinic.answer
    patient = answer(ask.post("/api/v1/patients", json={"name": NAME}), 201)["id"]
    answer(ask.post(f"/api/v1/patients/{patient}/consents", json={"use": "care"}), 201)
    course = answer(ask.post(f"/api/v1/patients/{patient}/courses", json={"sessions": 3}), 201)["id"]
    for days in SESSIONS:
        session = {
            "day": str(START + timedelta(days)),
            "device": "pen",
            "depths": [{"region": "left_cheek", "mm": 1.5}],
        }
        answer(ask.post(f"/api/v1/courses/{course}/sessions", json=session), 201)
    visits = []
    for days in VISITS:
        visit: dict[str, str] = {"day": str(START + timedelta(days))}
        if days in SESSIONS:
            visit["needling"] = "before"
        visits.append(answer(ask.post(f"/api/v1/courses/{course}/visits", json=visit), 201)["id"])
    future = {"day": str(date.today() + timedelta(days=2))}
    answer(ask.post(f"/api/v1/courses/{course}/visits", json=future), 422)
    return patient, course, visits


def uploaded(clinic: Clinic, visits: list[str], photos: list[bytes]) -> list[str]:
    """A photo at each visit; the third visit's is blurred at first, and taken again."""
    taken = []
    for number, (visit, photo) in enumerate(zip(visits, photos, strict=True)):
        if number == 2:
            seen = put(clinic, visit, blurred(photo))
            assert seen["score"]["refusal"]["reason"] == "blurred"
            assert seen["score"]["refusal"]["hint"]
        seen = put(clinic, visit, photo)
        if number == 1:
            assert seen["score"] is None
            assert "swelling" in seen["why"]
        else:
            score = seen["score"]["score"]
            assert score["severity_low"] <= score["severity"] <= score["severity_high"]
            assert seen["score"]["error"]["sem"] > 0
            assert score["model"]["licence_class"]
        taken.append(seen["id"])
    again = clinic.nurse.post(f"/api/v1/visits/{visits[0]}/photos?view=closeup", content=photos[0])
    clinic.answer(again, 409)
    clinic.answer(clinic.nurse.post(f"/api/v1/visits/{visits[0]}/photos?view=closeup", content=b"no photo"), 422)
    return taken


def put(clinic: Clinic, visit: str, photo: bytes) -> Any:
    where = f"/api/v1/visits/{visit}/photos?view=closeup&region=left_cheek&camera=phone"
    return clinic.answer(clinic.nurse.post(where, content=photo), 201)


def blurred(photo: bytes) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return cv2.imencode(".jpg", cv2.GaussianBlur(pixels, (0, 0), 9))[1].tobytes()


def timeline(clinic: Clinic, course: str) -> list[dict[str, Any]]:
    moments: list[dict[str, Any]] = clinic.answer(clinic.nurse.get(f"/api/v1/courses/{course}/timeline"))["moments"]
    return moments


def corrected(clinic: Clinic, course: str, visits: list[str], taken: list[str]) -> None:
    """A photo filed under another patient and moved back, a visit's date wrong and put right: verdicts follow."""
    ask, answer = clinic.nurse, clinic.answer
    before = answer(ask.get(f"/api/v1/courses/{course}/verdict"))["verdict"]
    other = answer(ask.post("/api/v1/patients", json={}), 201)["id"]
    wrong = answer(ask.post(f"/api/v1/patients/{other}/courses", json={"sessions": 3}), 201)["id"]
    day = {"day": str(START + timedelta(days=VISITS[-1]))}
    elsewhere = answer(ask.post(f"/api/v1/courses/{wrong}/visits", json=day), 201)["id"]
    answer(ask.patch(f"/api/v1/photos/{taken[-1]}", json={"visit_id": elsewhere}))
    without = answer(ask.get(f"/api/v1/courses/{course}/verdict"))["verdict"]
    assert without["change"] != before["change"]
    answer(ask.patch(f"/api/v1/photos/{taken[-1]}", json={"visit_id": visits[-1]}))
    answer(ask.patch(f"/api/v1/visits/{visits[-1]}", json={"day": str(START + timedelta(days=191))}))
    answer(ask.patch(f"/api/v1/visits/{visits[-1]}", json=day))
    after = answer(ask.get(f"/api/v1/courses/{course}/verdict"))["verdict"]
    assert after["change"] == before["change"]
    lines = answer(clinic.admin.get("/api/v1/audit?action=correct"))
    assert any(line["object"] == f"photo/{taken[-1]}" for line in lines)


def exported(clinic: Clinic, patient: str, course: str, taken: list[str]) -> None:
    """The patient as a zip, the course as a FHIR bundle, a photo as DICOM, everything as CSV."""
    parcel = clinic.nurse.get(f"/api/v1/patients/{patient}/export")
    assert (parcel.status_code, parcel.content[:2]) == (200, b"PK")
    bundle = clinic.nurse.get(f"/api/v1/courses/{course}/fhir")
    assert bundle.status_code == 200
    kinds = [entry["resource"]["resourceType"] for entry in bundle.json()["entry"]]
    assert {"Patient", "Observation", "Media", "DiagnosticReport"} <= set(kinds)
    assert clinic.nurse.get(f"/api/v1/photos/{taken[0]}/dicom").content[128:132] == b"DICM"
    clinic.answer(clinic.nurse.get("/api/v1/exports/records.zip"), 403)
    assert clinic.admin.get("/api/v1/exports/records.zip").content[:2] == b"PK"


def erased(clinic: Clinic, patient: str, course: str, taken: list[str]) -> None:
    """Erased by an admin alone; nothing answers any more, and no byte of the name is left in the data folder."""
    clinic.answer(clinic.nurse.delete(f"/api/v1/patients/{patient}"), 403)
    clinic.answer(clinic.admin.delete(f"/api/v1/patients/{patient}"))
    for gone in (f"courses/{course}", f"courses/{course}/verdict", f"photos/{taken[0]}/image"):
        clinic.answer(clinic.nurse.get(f"/api/v1/{gone}"), 404)
    told = clinic.answer(clinic.admin.get("/api/v1/audit/verify"))
    assert told["whole"] is True
    assert told["lines"] > 30
    files = [path for path in clinic.folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert NAME.encode() not in path.read_bytes(), path.name
    assert NAME not in clinic.server.log.read_text()
