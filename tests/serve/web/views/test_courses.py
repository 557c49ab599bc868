"""The page of a course: its record at once, and the verdict, timeline and regions that follow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from scarscore.serve.records.clinic import today
from scarscore.serve.records.people import Role
from tests.serve.web import parts
from tests.serve.web.parts import INLINE, Running
from tests.serve.web.views.compared import Compared, recorded


@pytest.fixture(scope="module")
def course(shared_app: Running) -> Compared:
    return recorded(shared_app, "Wilhelmina Grünewald")


@pytest.fixture(scope="module")
def measured(shared_app: Running, course: Compared) -> str:
    answer = shared_app.client(Role.VIEWER).get(f"/courses/{course.course}/measured")
    assert answer.status_code == 200
    return answer.text


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def ago(days: int) -> str:
    return str(today() - timedelta(days))


def new_course(shared_app: Running) -> str:
    nurse = shared_app.client(Role.PRACTITIONER)
    patient = nurse.post("/api/v1/patients", json={}).json()["id"]
    made: str = nurse.post(f"/api/v1/patients/{patient}/courses", json={}).json()["id"]
    return made


def test_the_verdict_stands_first_in_words_and_each_number_with_its_error(measured: str) -> None:
    told = text(measured)
    assert 'data-kind="improved"' in measured
    assert "Your scars measured" in told
    # A decimal where whole numbers would not add up to the change.
    assert re.search(r"At the start \d+(\.\d)? ± \d+", told)
    assert re.search(r"Change -\d+ -\d+ to -\d+ points, with the 95 % interval", told)
    assert re.search(r"Smallest detectable change \d+ SDC95", told)
    assert re.search(r"Measured with severity [\d.]+ \(licence class \w+\)", told)


def test_the_chart_has_no_style_of_its_own_and_a_table_that_says_the_same(course: Compared, measured: str) -> None:
    assert not re.search(INLINE, measured)
    assert 'class="band"' in measured
    assert "http" not in re.sub(r'<td class="source">.*?</td>', "", measured), "no foreign address but in words"
    twin = re.search(r'<details id="twin">.*?</details>', measured, re.DOTALL)
    assert twin
    rows = [text(row) for row in re.findall(r"<tr>.*?</tr>", twin[0], re.DOTALL)][1:]
    assert [row.split()[0] for row in rows] == [ago(days) for days in (120, 87, 60, 20)]
    assert "start, counted" in rows[0]
    assert "too soon after a session, not scored" in rows[1]
    assert "swelling" in rows[1]
    assert "no photo could be used not comparable:" in rows[2], "with the reason"
    assert re.search(r"\d+ ± \d+ counted", rows[3])
    assert twin[0].count('href="/visits/') == 4
    assert f'aria-label="Severity over time. {ago(120)}' in measured, "days are written as on the page"


def test_what_published_courses_reached_and_what_visits_can_find_are_told_on_request(measured: str) -> None:
    expected = re.search(r'<details id="expected">.*?</details>', measured, re.DOTALL)
    power = re.search(r'<details id="power">.*?</details>', measured, re.DOTALL)
    assert expected
    assert "Alam et al. 2014" in expected[0]
    assert "It is no target" in expected[0]
    assert power
    assert "To find a change of 10 points" in text(power[0])
    assert "the network's own measurement" in text(power[0]).replace("&#39;", "'")
    assert "own lower bound" in measured
    assert "so no change is told from it" in text(measured), "a region's own error is not known"


def test_the_record_lists_visits_with_their_status_and_sessions_with_what_was_done(
    shared_app: Running, course: Compared
) -> None:
    page = shared_app.client(Role.VIEWER).get(f"/courses/{course.course}").text
    told = text(page)
    assert f"{ago(87)} not scored 1 photo, day 3 after session 1. Taken 3 days after a session" in told
    assert f"{ago(120)} scored 1 photo, before session 1" in told
    assert f"Session 1 {ago(90)} pen" in told
    assert "Sessions 1 of 3" in told
    assert f'hx-get="/courses/{course.course}/measured"' in page
    assert f'href="/courses/{course.course}/compare"' in page
    assert not re.search(INLINE, page)


def test_a_viewer_is_offered_no_change_and_a_practitioner_every_one(shared_app: Running, course: Compared) -> None:
    seen = shared_app.client(Role.VIEWER).get(f"/courses/{course.course}").text
    offered = shared_app.client(Role.PRACTITIONER).get(f"/courses/{course.course}").text
    changes = (
        "new-session",
        "edit-plan",
        'data-method="PATCH"',
        'data-method="DELETE"',
        "/new-visit",
        "/fhir",
        ".csv",
        ".pdf",
    )
    assert [each for each in changes if each in seen] == []
    assert [each for each in changes if each not in offered] == []
    report = re.search(r'id="report" href="([^"]+)"', offered)
    assert report
    assert shared_app.client(Role.PRACTITIONER).get(report[1]).content[:5] == b"%PDF-"
    assert "data-ask=" in offered, "what cannot be undone asks first"


def test_a_course_without_visits_says_what_to_do_and_measures_nothing(shared_app: Running) -> None:
    made = new_course(shared_app)
    page = shared_app.client(Role.PRACTITIONER).get(f"/courses/{made}").text
    assert "Take the first photos before session 1" in page
    assert "/measured" not in page
    told = shared_app.client(Role.VIEWER).get(f"/courses/{made}/measured").text
    assert "Too early to say" in told
    assert shared_app.client(Role.VIEWER).get("/courses/nothing", headers={"Accept": "text/html"}).status_code == 404


def test_photos_that_another_network_scored_are_told_and_scored_again_when_asked(
    shared_app: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, nurse = recorded(shared_app), shared_app.client(Role.PRACTITIONER)
    assert 'id="rescore"' not in nurse.get(f"/courses/{made.course}").text
    monkeypatch.setattr(parts.InThisProcess, "networks", "severity@9 regions@9")
    page = nurse.get(f"/courses/{made.course}").text
    assert "4 photos to be scored again" in text(page)
    assert f'data-send="/api/v1/courses/{made.course}/rescore"' in page
    assert 'id="rescore"' not in shared_app.client(Role.VIEWER).get(f"/courses/{made.course}").text


def test_the_visits_leave_as_a_table_by_pseudonym_which_is_audited(shared_app: Running, course: Compared) -> None:
    where = f"/api/v1/courses/{course.course}/visits.csv"
    assert shared_app.client(Role.VIEWER).get(where).status_code == 403
    answer = shared_app.client(Role.PRACTITIONER).get(where)
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert lines[0].startswith("patient,date,needling,days,sessions,timing,became,severity,sem")
    assert [line.split(",")[1] for line in lines[1:]] == [ago(days) for days in (120, 87, 60, 20)]
    assert course.pseudonym in lines[1]
    assert "Grünewald" not in answer.text
    told = {"object": f"course/{course.course}", "action": "export"}
    assert shared_app.client(Role.ADMIN).get("/api/v1/audit", params=told).json()[0]["detail"] == {"as": "csv"}
