"""The page of the patients: found as one types, entered, and what waits; and what waits over the API."""

from __future__ import annotations

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from scarscore.serve.records.clinic import today
from scarscore.serve.records.people import Role
from scarscore.serve.scoring.result import HINTS, Reason
from tests.serve.records.parts import blurred, upload
from tests.serve.web.parts import Running

HOSTILE = "<img src=x onerror=alert(1)>"


def ago(days: int) -> str:
    return str(today() - timedelta(days))


def patient(nurse: TestClient, name: str | None = None) -> str:
    made: str = nurse.post("/api/v1/patients", json={"name": name}).json()["id"]
    return made


def course(nurse: TestClient, patient_id: str, *sessions: int, planned: int = 4) -> str:
    made: str = nurse.post(f"/api/v1/patients/{patient_id}/courses", json={"sessions": planned}).json()["id"]
    for days in sessions:
        assert nurse.post(f"/api/v1/courses/{made}/sessions", json={"day": ago(days)}).status_code == 201
    return made


def visit(nurse: TestClient, course_id: str, days: int, *photos: bytes) -> str:
    made: str = nurse.post(f"/api/v1/courses/{course_id}/visits", json={"day": ago(days)}).json()["id"]
    for photo in photos:
        where = f"/api/v1/visits/{made}/photos?view=closeup&region=left_cheek"
        assert nurse.post(where, content=photo).status_code == 201
    return made


def group(page: str, name: str) -> str:
    """The part of the page that tells what waits of this kind; empty where there is none."""
    found = re.search(rf'id="due-{name}".*?</(?:section|details)>', page, re.DOTALL)
    return found[0] if found else ""


def search(client: TestClient, text: str) -> str:
    answer = client.post("/patients/search", data={"text": text})
    assert answer.status_code == 200
    return answer.text


def test_a_new_clinic_is_told_what_to_do_first(clinic_app: Running) -> None:
    page = clinic_app.client(Role.PRACTITIONER).get("/patients").text
    assert "No patient has been entered yet" in page
    assert 'data-opens="new-patient"' in page
    assert "before session 1" in page
    seen = clinic_app.client(Role.VIEWER).get("/patients").text
    assert "No patient has been entered yet" in seen
    assert "new-patient" not in seen, "a viewer is offered nothing that a viewer may not do"


def test_patients_are_found_by_part_of_a_name_that_stands_in_no_address(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    found, other = patient(nurse, "Zoë Ångström"), patient(nurse, "Bo Li")
    rows = search(clinic_app.client(Role.VIEWER), "ångs")
    assert f'href="/patients/{found}"' in rows
    assert f'href="/patients/{other}"' not in rows
    assert "1 found" in rows, "told to who cannot see the list"
    assert not rows.lstrip().startswith("<!doctype"), "a part, not a page"
    assert "No patient fits" in search(nurse, "nobody")
    both = search(nurse, "")
    assert found in both
    assert other in both
    lines = clinic_app.client(Role.ADMIN).get("/api/v1/audit", params={"action": "search"}).json()
    assert lines
    assert "ngs" not in str(lines)


def test_a_name_and_what_is_typed_are_never_taken_for_markup(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    patient(nurse, HOSTILE)
    for page in (nurse.get("/patients").text, search(nurse, HOSTILE), search(nurse, "<script>nobody")):
        assert "<img src=x" not in page
        assert "<script>nobody" not in page
    assert "&lt;img src=x" in search(nurse, "onerror")
    assert nurse.post("/patients/search", content=b"\xff\xfe%ff=&&text").status_code == 200


def test_fifty_patients_are_shown_and_the_rest_are_told(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    for _ in range(52):
        patient(nurse)
    page = nurse.get("/patients").text
    assert page.count('<th scope="row">') == 50
    assert "The first 50 of 52 are shown" in page


def test_what_waits_is_told_with_its_reason_by_when_it_is_due(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    late = course(nurse, patient(nurse, "Late"), 33)
    soon = course(nurse, patient(nurse, "Soon"), 20)
    course(nurse, patient(nurse, "Far"), 1)
    given_up = course(nurse, patient(nurse, "Given up"), 400)
    page = nurse.get("/patients").text
    now_due, next_due, long_due = (group(page, name) for name in ("now", "soon", "long"))
    assert f"/courses/{late}" in now_due
    assert "Session 2 of 4, as planned" in now_due
    assert f"{ago(5)}</span>, 5 days" in now_due
    assert "14 days after session 1" in now_due
    assert f"/courses/{soon}" in next_due
    assert "in 8 days" in next_due
    assert f"/courses/{given_up}" in long_due
    assert "Far" not in now_due + next_due + long_due
    assert "due-again" not in page


def test_a_visit_whose_photos_were_all_refused_is_to_be_taken_again(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    made = course(nurse, patient(nurse, "Bo Li"), 30)
    refused = visit(nurse, made, 0, blurred())
    again = group(nurse.get("/patients").text, "again")
    assert "The only photo was refused: blurred" in again
    assert HINTS[Reason.BLURRED] in again
    assert f'href="/visits/{refused}/photos"' in again, "it is still the day of the visit"
    seen = group(clinic_app.client(Role.VIEWER).get("/patients").text, "again")
    assert "refused: blurred" in seen
    assert "/photos" not in seen
    (told,) = (each for each in nurse.get("/api/v1/due").json() if each["task"]["kind"] == "retake")
    assert told["course_id"] == made
    assert told["task"]["visit_id"] == refused
    assert told["task"]["hints"] == [HINTS[Reason.BLURRED]]
    where = f"/api/v1/visits/{refused}/photos?view=closeup&region=left_cheek"
    assert nurse.post(where, content=upload()).status_code == 201
    assert "due-again" not in nurse.get("/patients").text


def test_what_waits_is_told_over_the_api_by_a_day(clinic_app: Running) -> None:
    nurse, viewer = clinic_app.client(Role.PRACTITIONER), clinic_app.program(Role.VIEWER)
    made = course(nurse, patient(nurse, "Bo Li"), 20)
    visit(nurse, made, 2, upload())
    assert viewer.get("/api/v1/due").json() == []
    (told,) = viewer.get("/api/v1/due", params={"until": str(today() + timedelta(8))}).json()
    assert told["task"] == {
        "kind": "session", "due": str(today() + timedelta(8)), "why": "session 2 of 4, as planned", "hints": [],
        "visit_id": None,
    }  # fmt: skip
    assert "Bo Li" not in str(told), "names are not read for it"
    lines = clinic_app.client(Role.ADMIN).get("/api/v1/audit", params={"object": "due"}).json()
    assert len(lines) == 2
    assert viewer.get("/api/v1/due", params={"until": "soon"}).status_code == 422


def test_an_erased_patient_is_neither_listed_nor_waited_for(clinic_app: Running) -> None:
    nurse = clinic_app.client(Role.PRACTITIONER)
    gone = patient(nurse, "Gone")
    course(nurse, gone, 33)
    assert clinic_app.client(Role.ADMIN).delete(f"/api/v1/patients/{gone}").status_code == 200
    for role in Role:
        client = clinic_app.client(role)
        assert gone not in client.get("/patients").text
        assert client.get("/api/v1/due").json() == []
