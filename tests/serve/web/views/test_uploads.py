"""A new visit's pages: what a day is good for is said first, and each photo says how it turned out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from scarscore.serve.course.records import Needling, Plan
from scarscore.serve.records.clinic import today
from scarscore.serve.records.courses import create_course
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.people import Role
from scarscore.serve.records.sessions import add_session
from scarscore.serve.records.visits import add_visit
from tests import make
from tests.serve.records.parts import ago, blurred, upload
from tests.serve.web.parts import INLINE, Running

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def course(shared_app: Running) -> str:
    """A course with a session 20 days ago, of a patient with a hostile name."""
    nurse = shared_app.who(Role.PRACTITIONER)
    patient = create_patient(shared_app.clinic, nurse, pseudonym="P-1", name=HOSTILE)
    made = create_course(shared_app.clinic, nurse, patient.id, Plan())
    add_session(shared_app.clinic, nurse, made, ago(20), "pen", (), ())
    return made


@pytest.fixture(scope="module")
def nurse(shared_app: Running) -> Iterator[TestClient]:
    with shared_app.client(Role.PRACTITIONER) as client:
        yield client


def visit_on(app: Running, course: str, day: date, needling: Needling | None = None) -> str:
    return add_visit(app.clinic, app.who(Role.PRACTITIONER), course, day, needling)


def send(client: TestClient, visit: str, photo: bytes, query: str = "") -> dict:
    answer = client.post(f"/api/v1/visits/{visit}/photos?{query}", content=photo)
    assert answer.status_code == 201, answer.text
    told: dict = answer.json()
    return told


def test_a_new_visit_is_of_today_and_entered_over_the_api(nurse: TestClient, course: str) -> None:
    page = nurse.get(f"/courses/{course}/new-visit").text
    assert f'value="{today()}" max="{today()}"' in page
    assert f'data-send="/api/v1/courses/{course}/visits" data-then="/visits/{{id}}/photos"' in page
    assert "20 days after a session: photos of this day count" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("days", "needling", "said"),
    [
        (30, "", "lies before the first session: these photos are the start"),
        (20, "", "is the day of session 1: were the photos taken before or after needling?"),
        (20, "before", "lies before the first session"),
        (20, "after", "will be kept and shown, and not scored"),
        (17, "", "3 days after a session: swelling and redness mislead until day 7"),
        (10, "", "will be provisional"),
        (5, "before", "15 days after a session: photos of this day count"),
    ],
)
def test_what_a_day_is_good_for_is_said_before_any_photo(
    nurse: TestClient, course: str, days: int, needling: str, said: str
) -> None:
    told = nurse.get(f"/courses/{course}/new-visit/day", params={"day": str(ago(days)), "needling": needling}).text
    assert said in " ".join(told.split())
    assert ('name="needling"' in told) == (days == 20)
    assert "checked" in told or needling == "" or days != 20


def test_a_day_that_has_a_visit_leads_to_it(shared_app: Running, nurse: TestClient, course: str) -> None:
    visit = visit_on(shared_app, course, ago(60))
    told = nurse.get(f"/courses/{course}/new-visit/day", params={"day": str(ago(60))}).text
    assert f'href="/visits/{visit}/photos"' in told


def test_the_page_of_photos_says_what_they_are_good_for_and_takes_them(
    shared_app: Running, nurse: TestClient, course: str
) -> None:
    visit = visit_on(shared_app, course, ago(18))
    page = nurse.get(f"/visits/{visit}/photos").text
    assert "Photos of this visit are kept and shown, and not scored." in page
    assert "No photo yet" in page
    assert 'accept="image/*" capture="environment"' in page
    assert re.search(r'<input type="file" id="files"[^>]* multiple', page)
    assert 'aria-live="polite"' in page
    assert HOSTILE not in page

    early = send(nurse, visit, upload(7))
    shot = nurse.get(f"/photos/{early['id']}/shot").text
    assert "kept, not scored" in shot
    assert early["view"] == "closeup", "guessed all the same"


def test_each_photo_says_how_it_turned_out_and_can_be_taken_again(
    shared_app: Running, nurse: TestClient, course: str
) -> None:
    visit = visit_on(shared_app, course, ago(50))
    good, bad = send(nurse, visit, upload(1)), send(nurse, visit, blurred(), "view=left&camera=phone")
    page = nurse.get(f"/visits/{visit}/photos").text
    assert page.count('class="shot"') == 2
    assert f'data-again-of="{good["id"]}"' in page
    assert f'data-picture="/api/v1/photos/{good["id"]}/preview"' in page, (
        "the start's photo, to be laid over the camera's"
    )

    shot = nurse.get(f"/photos/{bad['id']}/shot").text
    assert "Sharpness: " in shot
    assert "Hold still, tap the skin to focus and take it again." in shot
    assert f'data-send="/api/v1/photos/{bad["id"]}" data-method="PATCH"' in shot
    seen = " ".join(nurse.get(f"/photos/{good['id']}/shot").text.split())
    score = good["score"]["score"]
    assert f"Severity <strong>{score['severity']:.0f}</strong> of 100" in seen
    assert f"reading interval {score['severity_low']:.0f} to {score['severity_high']:.0f}" in seen
    assert "measurement error ±" in seen
    assert "say which it shows" in seen, "a close-up needs its region to be compared"


@pytest.mark.parametrize(("view", "flagged"), [("left", True), ("closeup", False)])
def test_a_side_that_a_front_camera_took_is_called_perhaps_mirrored(
    shared_app: Running, nurse: TestClient, course: str, view: str, flagged: bool
) -> None:
    visit = visit_on(shared_app, course, ago(90 if flagged else 95))
    lens = make.exif_of_lens("iPhone 15 front TrueDepth camera 2.69mm f/1.9")
    taken = send(
        nurse, visit, make.jpeg(Image.fromarray(make.skin(480, 360, seed=9 + flagged)), exif=lens), f"view={view}"
    )
    assert taken["front_camera"] is True
    for address in (f"/photos/{taken['id']}/shot", f"/photos/{taken['id']}/card"):
        assert ("Perhaps a mirrored selfie:" in nurse.get(address).text) == flagged


def test_a_viewer_adds_nothing(shared_app: Running, course: str) -> None:
    visit = visit_on(shared_app, course, ago(70))
    viewer = shared_app.client(Role.VIEWER)
    for address in (f"/courses/{course}/new-visit", f"/visits/{visit}/photos"):
        assert viewer.get(address, headers={"Accept": "text/html"}).status_code == 403


def test_no_page_holds_script_or_style(shared_app: Running, nurse: TestClient, course: str) -> None:
    visit = visit_on(shared_app, course, ago(80))
    for address in (f"/courses/{course}/new-visit", f"/visits/{visit}/photos", f"/visits/{visit}"):
        page = nurse.get(address).text
        assert not re.search(f"{INLINE}|https?://", page)
