"""The API of the records as a program of a clinic's would use it: a course from patient to erasure, and refusals."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image

from scarscore.serve.records.errors import Busy
from scarscore.serve.records.people import Role
from scarscore.serve.records.scored import Scored
from scarscore.serve.scoring.result import DISCLAIMER, View
from tests import make
from tests.serve.records.parts import ago, blurred, sha256, upload
from tests.serve.web import parts

NAME = "Niobe Markér"
API = "/api/v1"


@pytest.fixture
def nurse(clinic_app: parts.Running) -> Iterator[TestClient]:
    with clinic_app.program(Role.PRACTITIONER) as client:
        yield client


def ok(answer: Response, status: int = 200) -> dict:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else {}


def refused(answer: Response, status: int, reason: str, said: str = "") -> None:
    assert answer.status_code == status, answer.text
    told = answer.json()["error"]
    assert told["reason"] == reason
    assert said in told["message"]


def new_course(client: TestClient, name: str | None = None) -> str:
    patient = ok(client.post(f"{API}/patients", json={"name": name}), 201)["id"]
    return ok(client.post(f"{API}/patients/{patient}/courses", json={}), 201)["id"]


def visit_on(client: TestClient, course: str, days: int, **more: str) -> str:
    body = {"day": ago(days).isoformat(), **more}
    return ok(client.post(f"{API}/courses/{course}/visits", json=body), 201)["id"]


def send(client: TestClient, visit: str, photo: bytes, key: str | None = None, **query: str) -> Response:
    headers = {"Content-Type": "image/jpeg", **({"Idempotency-Key": key} if key else {})}
    wanted = {"view": "closeup", "region": "left_cheek", **query}
    return client.post(f"{API}/visits/{visit}/photos", params=wanted, content=photo, headers=headers)


def test_a_course_goes_from_patient_to_verdict_to_erasure(clinic_app: parts.Running, nurse: TestClient) -> None:
    patient = ok(nurse.post(f"{API}/patients", json={"name": NAME}), 201)
    found = nurse.post(f"{API}/patients/search", json={"text": "markér"}).json()
    assert [each["id"] for each in found] == [patient["id"]]
    ok(nurse.post(f"{API}/patients/{patient['id']}/consents", json={"use": "research"}), 201)
    plan = {"sessions": 3, "cautions": [{"name": "active acne", "present": False, "by": "nurse"}]}
    course = ok(nurse.post(f"{API}/patients/{patient['id']}/courses", json=plan), 201)["id"]
    session = {"day": ago(90).isoformat(), "device": "Pen", "depths": [{"region": "left_cheek", "mm": 1.5}]}
    made = ok(nurse.post(f"{API}/courses/{course}/sessions", json=session), 201)
    assert (made["number"], made["depths"]) == (1, [{"region": "left_cheek", "mm": 1.5}])

    before, soon, late = (visit_on(nurse, course, days) for days in (100, 87, 20))
    photo = ok(send(nurse, before, upload()), 201)
    assert photo["score"]["score"]["photo_sha256"] == photo["sha256"]
    early = ok(send(nurse, soon, upload(1)), 201)
    assert (early["score"], "3 days after a session" in early["why"]) == (None, True)
    retake = ok(send(nurse, late, blurred()), 201)
    assert retake["score"]["refusal"]["reason"] == "blurred"
    assert (retake["score"]["score"], retake["score"]["error"]) == (None, None)
    ok(nurse.post(f"{API}/visits/{late}/findings", json={"item": "icepick", "value": 3}), 201)

    told = ok(nurse.get(f"{API}/courses/{course}/verdict"))
    assert (told["verdict"]["kind"], told["needs_rescore"], told["disclaimer"]) == ("not_comparable", [], DISCLAIMER)
    line = ok(nurse.get(f"{API}/courses/{course}/timeline"))["moments"]
    assert [each["timing"] for each in line] == ["preferred", "not_scored", "preferred"]
    assert [each["severity"] is None for each in line] == [False, True, True]
    assert line[2]["refused"] == 1

    with clinic_app.program(Role.ADMIN) as admin:
        assert ok(admin.delete(f"{API}/patients/{patient['id']}"))["photos"] == 3
    assert ok(nurse.get(f"{API}/patients/{patient['id']}"))["name"] is None
    refused(nurse.get(f"{API}/photos/{photo['id']}/image"), 404, "not_found")
    refused(nurse.get(f"{API}/courses/{course}"), 404, "not_found")


def test_no_severity_stands_without_its_uncertainty_its_networks_and_what_it_is_not(nurse: TestClient) -> None:
    visit = visit_on(nurse, new_course(nurse), 30)
    stored = ok(send(nurse, visit, upload()), 201)["score"]
    alone = ok(nurse.post(f"{API}/score?view=closeup", content=upload()))

    for told in (stored, alone):
        score = told["score"]
        assert score["severity_low"] <= score["severity"] <= score["severity_high"]
        assert set(score["model"]) == set(score["region_model"]) == {"name", "version", "sha256", "licence_class"}
        assert len(score["model"]["sha256"]) == 64
        assert told["error"]["sdc95"] == pytest.approx(2.772 * told["error"]["sem"], rel=1e-3)
        assert told["error"]["source"] == "bundle"
        assert told["disclaimer"] == DISCLAIMER
    assert alone["score"]["severity"] == stored["score"]["severity"]


def test_scoring_alone_stores_nothing(clinic_app: parts.Running, nurse: TestClient) -> None:
    ok(nurse.post(f"{API}/score?view=closeup", content=upload()))
    refused(nurse.post(f"{API}/score", content=b"no photo"), 422, "not_an_image", "Choose a JPEG")
    refused(nurse.post(f"{API}/score?view=closeup", content=blurred()), 422, "blurred", "not sharp")
    refused(nurse.post(f"{API}/score?view=above", content=upload()), 422, "invalid")
    refused(nurse.post(f"{API}/score", content=b""), 422, "empty")

    assert list(clinic_app.clinic.vault.names()) == []


def test_the_served_picture_is_the_stored_one_and_nothing_of_its_file(nurse: TestClient) -> None:
    secret = b"Marker-GPS-7731"
    photo = make.with_segments(make.jpeg(comment=secret), make.segment(0xED, secret)) + secret
    told = ok(send(nurse, visit_on(nurse, new_course(nurse), 30), photo), 201)

    image = nurse.get(f"{API}/photos/{told['id']}/image")
    assert sha256(image.content) == told["sha256"]
    assert secret not in image.content
    assert image.headers["content-type"] == "image/jpeg"
    assert image.headers["content-disposition"] == f'inline; filename="photo-{told["id"]}.jpg"'
    assert (image.headers["x-content-type-options"], image.headers["cache-control"]) == ("nosniff", "no-store")

    overlay = nurse.get(f"{API}/photos/{told['id']}/overlay")
    assert overlay.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(overlay.content)) as drawn:
        assert drawn.format == "PNG"


def test_a_photo_is_known_again_by_its_key_and_by_its_bytes(nurse: TestClient) -> None:
    visit = visit_on(nurse, new_course(nurse), 30)
    first = ok(send(nurse, visit, upload(), key="one"), 201)

    assert ok(send(nurse, visit, upload(), key="one"), 201) == first
    refused(send(nurse, visit, upload(1), key="one"), 409, "conflict", "another upload")
    refused(send(nurse, visit, upload(), key="two"), 409, "conflict", first["id"])
    refused(send(nurse, visit, upload(1), key="x" * 300), 422, "invalid")


def test_corrections_by_the_api_leave_the_old_values_in_the_log(clinic_app: parts.Running, nurse: TestClient) -> None:
    course, other = new_course(nurse, NAME), new_course(nurse)
    visit, elsewhere = visit_on(nurse, course, 30), visit_on(nurse, other, 30)
    photo = ok(send(nurse, visit, upload()), 201)["id"]
    patient = ok(nurse.get(f"{API}/courses/{course}"))["patient_id"]
    session = ok(nurse.post(f"{API}/courses/{course}/sessions", json={"day": ago(60).isoformat()}), 201)["id"]

    ok(nurse.patch(f"{API}/photos/{photo}", json={"visit_id": elsewhere, "region": None, "camera": "new"}))
    ok(nurse.patch(f"{API}/visits/{visit}", json={"day": ago(29).isoformat()}))
    ok(nurse.patch(f"{API}/sessions/{session}", json={"treatments": ["PRP"]}))
    ok(nurse.put(f"{API}/courses/{course}/plan", json={"sessions": 6}))
    ok(nurse.patch(f"{API}/patients/{patient}", json={"pseudonym": "P-new", "name": None}))
    ok(nurse.delete(f"{API}/sessions/{session}"), 204)
    ok(nurse.delete(f"{API}/photos/{photo}"), 204)

    with clinic_app.program(Role.ADMIN) as admin:
        log = ok(admin.get(f"{API}/audit"))
        assert ok(admin.get(f"{API}/audit/verify"))["whole"] is True
    details = {(line["object"].split("/")[0], line["action"]): line["detail"] for line in log}
    assert details["photo", "correct"]["visit"] == [visit, elsewhere]
    assert details["photo", "correct"]["region"] == ["left_cheek", None]
    assert details["visit", "correct"] == {"day": [ago(30).isoformat(), ago(29).isoformat()]}
    assert details["session", "correct"] == {"treatments": "treatments changed"}
    assert details["course", "correct"]["plan"][0]["sessions"] == 4
    assert details["patient", "correct"]["name"] == "name changed"
    assert NAME not in str(log)


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("POST", "/patients", {"pseudonym": "Niobe Marker"}, "invalid"),
        ("POST", "/patients", {"surname": "x"}, "invalid"),
        ("POST", "/patients/search", {"text": "x" * 500}, "invalid"),
        ("POST", "/courses/{course}/visits", {"day": "2999-01-01"}, "invalid"),
        ("POST", "/courses/{course}/visits", {"day": "yesterday"}, "invalid"),
        (
            "POST",
            "/courses/{course}/sessions",
            {"day": "2026-01-01", "depths": [{"region": "chin", "mm": 9}]},
            "invalid",
        ),
        ("PUT", "/courses/{course}/plan", {"sessions": 10**30}, "invalid"),
        ("PUT", "/courses/{course}/plan", {"sessions": 99}, "invalid"),
        ("POST", "/visits/{visit}/findings", {"item": "nothing", "value": 1}, "invalid"),
        ("POST", "/visits/{visit}/findings", {"item": "icepick", "value": 1e400}, "invalid"),
        ("PATCH", "/visits/{visit}", {"needling": "during"}, "invalid"),
    ],
)
def test_what_cannot_be_is_answered_in_the_one_shape(
    nurse: TestClient, method: str, path: str, body: dict, reason: str
) -> None:
    course = new_course(nurse)
    where = path.format(course=course, visit=visit_on(nurse, course, 30))
    text = json.dumps(body).encode()
    answer = nurse.request(method, f"{API}{where}", content=text, headers={"Content-Type": "application/json"})
    refused(answer, 422, reason)


@pytest.mark.parametrize("bad", ["nothing", "..%2f..%2fetc%2fpasswd", "a%00b", "%2e%2e", "x" * 3000])
@pytest.mark.parametrize("where", ["photos/{}/image", "photos/{}", "visits/{}", "courses/{}", "courses/{}/verdict"])
def test_an_id_that_is_none_is_not_found(nurse: TestClient, where: str, bad: str) -> None:
    assert nurse.get(f"{API}/{where.format(bad)}").status_code == 404


def test_who_comes_when_all_is_full_is_answered_503_with_a_time(clinic_app: parts.Running, nurse: TestClient) -> None:
    class Full(parts.InThisProcess):
        def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
            raise Busy("too many photos are waiting to be scored; nothing was stored", 5)

    visit = visit_on(nurse, new_course(nurse), 30)
    clinic_app.service.scoring = Full()
    answer = send(nurse, visit, upload())

    refused(answer, 503, "busy", "nothing was stored")
    assert answer.headers["retry-after"] == "5"
    assert nurse.get(f"{API}/visits/{visit}/photos").json() == []


def test_photos_that_arrive_at_once_are_each_stored(nurse: TestClient) -> None:
    visit = visit_on(nurse, new_course(nurse), 30)
    photos = [upload(seed, 240, 200) for seed in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda photo: send(nurse, visit, photo), photos))

    assert [answer.status_code for answer in answers] == [201] * 8
    there = {each["id"] for each in nurse.get(f"{API}/visits/{visit}/photos").json()}
    assert there == {answer.json()["id"] for answer in answers}


def test_an_upload_over_the_limit_is_refused(nurse: TestClient) -> None:
    visit = visit_on(nurse, new_course(nurse), 30)
    refused(send(nurse, visit, bytes(25_200_000)), 413, "too_large")
