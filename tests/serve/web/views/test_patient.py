"""The page of one patient: consents, courses, exports, erasure; and what is left of one who was erased."""

from __future__ import annotations

import re

import pytest

from scarscore.serve.records.people import Role
from tests.serve.web.parts import INLINE, Running


def entered(app: Running, name: str | None = None, pseudonym: str | None = None) -> str:
    made = app.client(Role.PRACTITIONER).post("/api/v1/patients", json={"name": name, "pseudonym": pseudonym})
    found: str = made.json()["id"]
    return found


def test_a_patient_without_a_course_is_told_what_comes_next(shared_app: Running) -> None:
    found = entered(shared_app, "Wilhelmina Grünewald", "W-1")
    page = shared_app.client(Role.PRACTITIONER).get(f"/patients/{found}").text
    assert "Wilhelmina Grünewald" in page
    assert "No course yet" in page
    assert f'data-send="/api/v1/patients/{found}/courses"' in page
    assert not re.search(INLINE, page)
    title = re.search(r"<title>(.*?)</title>", page)
    assert title
    assert "W-1" in title[1]
    assert "Grünewald" not in title[1], "a title is kept in a browser's history"


@pytest.mark.parametrize(
    ("role", "offered", "not_offered"),
    [
        (Role.VIEWER, (), ("new-course", "correct-patient", "/export", "erase-patient", "/api/v1/patients")),
        (Role.PRACTITIONER, ("new-course", "correct-patient", "/export"), ("erase-patient", "names=true")),
        (Role.ADMIN, ("new-course", "correct-patient", "/export", "erase-patient", "names=true"), ()),
    ],
)
def test_each_role_is_offered_what_it_may_do(
    shared_app: Running, role: Role, offered: tuple[str, ...], not_offered: tuple[str, ...]
) -> None:
    page = shared_app.client(role).get(f"/patients/{entered(shared_app)}").text
    assert [each for each in offered if each not in page] == []
    assert [each for each in not_offered if each in page] == []


def test_consents_are_shown_with_their_days_and_decide_what_can_be_exported(shared_app: Running) -> None:
    found, nurse = entered(shared_app), shared_app.client(Role.PRACTITIONER)
    page = nurse.get(f"/patients/{found}").text
    assert page.count("not given</span>") == 4
    assert "purpose=research" not in page
    given = nurse.post(f"/api/v1/patients/{found}/consents", json={"use": "research"}).json()["given"][:10]
    page = nurse.get(f"/patients/{found}").text
    assert f"given {given}" in page
    assert f'href="/api/v1/patients/{found}/export?purpose=research"' in page
    nurse.delete(f"/api/v1/patients/{found}/consents/research")
    page = nurse.get(f"/patients/{found}").text
    assert f"withdrawn {given}" in page
    assert f"given {given}, withdrawn {given}" in page, "that it was given stays"
    assert "purpose=research" not in page


def test_a_course_is_shown_with_its_plan_and_what_waits(shared_app: Running) -> None:
    found, nurse = entered(shared_app), shared_app.client(Role.PRACTITIONER)
    plan = {"sessions": 5, "spacing_days": 14, "maintenance_per_year": 2}
    course = nurse.post(f"/api/v1/patients/{found}/courses", json=plan).json()["id"]
    page = nurse.get(f"/patients/{found}").text
    assert f'href="/courses/{course}"' in page
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "5 sessions, 2 weeks apart, then 2 a year" in told
    assert "Baseline, before session 1" in told
    for answer in (f"/api/v1/courses/{course}/fhir", f"/api/v1/courses/{course}/visits.csv"):
        assert answer in page
        assert nurse.get(answer).status_code == 200


def test_whoever_erases_must_type_the_pseudonym_and_is_told_what_stays(shared_app: Running) -> None:
    found = entered(shared_app, pseudonym="A.b-7")
    admin = shared_app.client(Role.ADMIN)
    page = admin.get(f"/patients/{found}").text
    pattern = re.search(r'pattern="([^"]+)"', page)
    assert pattern
    assert re.fullmatch(pattern[1], "A.b-7")
    assert not re.fullmatch(pattern[1], "Axb-7"), "a dot is a dot"
    assert "\\-" not in pattern[1], "browsers refuse that escape"
    assert "What stays" in page
    assert admin.delete(f"/api/v1/patients/{found}").status_code == 200
    tombstone = admin.get(f"/patients/{found}").text
    assert "A.b-7" in tombstone
    assert "This patient was erased on" in tombstone
    assert "Backups" in tombstone
    assert "/api/v1/patients" not in tombstone


def test_a_hostile_name_or_caution_is_never_taken_for_markup(shared_app: Running) -> None:
    hostile = '"><script>alert(1)</script>'
    found, nurse = entered(shared_app, hostile), shared_app.client(Role.PRACTITIONER)
    course = nurse.post(
        f"/api/v1/patients/{found}/courses",
        json={"cautions": [{"name": hostile, "present": True, "by": hostile}]},
    ).json()["id"]
    for path in (f"/patients/{found}", f"/courses/{course}"):
        page = nurse.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert not re.search(INLINE, page)


def test_what_a_page_reads_is_audited_and_who_is_not_there_is_told_so(shared_app: Running) -> None:
    found = entered(shared_app)
    viewer = shared_app.client(Role.VIEWER)
    viewer.get(f"/patients/{found}")
    told = {"object": f"patient/{found}", "action": "read"}
    lines = shared_app.client(Role.ADMIN).get("/api/v1/audit", params=told).json()
    assert [line["detail"].get("what") for line in lines] == ["courses", "consents", None]
    gone = viewer.get("/patients/nobody", headers={"Accept": "text/html"})
    assert gone.status_code == 404
    assert "no such patient" in gone.text
