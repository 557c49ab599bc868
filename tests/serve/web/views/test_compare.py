"""Two photos of a course held against each other: what the API and the page tell of them, and to whom."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from scarscore.serve.records.comparisons import CACHE
from scarscore.serve.records.people import Role
from scarscore.serve.scoring.result import DISCLAIMER
from tests.serve.web.parts import INLINE, Running
from tests.serve.web.views.compared import Compared, recorded

NAME = '<script>alert("name")</script>'


@pytest.fixture(scope="module")
def told(shared_app: Running) -> tuple[Running, Compared]:
    return shared_app, recorded(shared_app, NAME)


def asked(course: Compared, pair: tuple[str, str], path: str = "", **more: str) -> str:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/api/v1/courses/{course.course}/compared{path}?before={pair[0]}&after={pair[1]}{extra}"


def test_two_photos_of_one_skin_are_told_with_their_change_and_its_error(told: tuple[Running, Compared]) -> None:
    app, course = told
    answer = app.client(Role.VIEWER).get(asked(course, course.fading)).json()
    assert answer["aligned"] is True
    assert answer["before"]["low"] <= answer["before"]["severity"] <= answer["before"]["high"]
    change = answer["change"]
    assert change["points"] == pytest.approx(answer["after"]["severity"] - answer["before"]["severity"])
    assert change["points"] < -change["sdc95"] < 0
    assert change["low"] == pytest.approx(change["points"] - change["sdc95"])
    assert answer["fell"] > answer["rose"]
    assert {each["name"] for each in answer["conditions"]} >= {"light_direction", "exposure", "colour"}
    assert answer["disclaimer"] == DISCLAIMER
    assert answer["model"]["version"]


def test_its_pictures_lie_on_each_other_and_hold_no_metadata(told: tuple[Running, Compared]) -> None:
    app, course = told
    browser = app.client(Role.VIEWER)
    answer = browser.get(asked(course, course.fading)).json()
    pixels = {}
    for name, kind in (("before", "JPEG"), ("after", "JPEG"), ("difference", "PNG")):
        response = browser.get(answer["pictures"][name])
        assert response.headers["cache-control"] == "no-store"
        with Image.open(io.BytesIO(response.content)) as picture:
            assert picture.format == kind
            assert picture.size == (answer["width"], answer["height"])
            assert not picture.getexif()
            pixels[name] = np.asarray(picture.convert("RGB"), np.float32)
    assert np.corrcoef(pixels["before"].ravel(), pixels["after"].ravel())[0, 1] > 0.8
    blue, red = pixels["difference"][..., 2].mean(), pixels["difference"][..., 0].mean()
    assert blue > red  # it fell


def test_photos_that_do_not_lie_on_each_other_are_told_so_and_have_no_pictures(told: tuple[Running, Compared]) -> None:
    app, course = told
    browser, pair = app.client(Role.VIEWER), (course.fading[0], course.other_skin)
    answer = browser.get(asked(course, pair)).json()
    assert (answer["aligned"], answer["change"], answer["pictures"]) == (False, None, {})
    assert answer["why"]
    assert browser.get(asked(course, pair, "/after.jpg")).status_code == 409
    page = browser.get(f"/courses/{course.course}/compare/told?before={pair[0]}&after={pair[1]}").text
    assert 'id="not-aligned"' in page
    assert f"/api/v1/photos/{course.other_skin}/preview" in page


def test_no_severity_is_told_of_a_photo_taken_too_soon(told: tuple[Running, Compared]) -> None:
    app, course = told
    browser, pair = app.client(Role.VIEWER), (course.fading[0], course.too_soon)
    answer = browser.get(asked(course, pair)).json()
    assert answer["aligned"] is True
    assert answer["after"]["severity"] is None
    assert "swelling" in answer["undecided"]
    assert (answer["change"], answer["fell"], answer["new_places"]) == (None, None, [])
    assert set(answer["pictures"]) == {"before", "after"}
    refused = browser.get(asked(course, pair, "/difference.png"))
    assert (refused.status_code, "swelling" in refused.json()["error"]["message"]) == (409, True)


@pytest.mark.parametrize(
    ("pair", "status"),
    [("swapped", 422), ("same", 422), ("views", 422), ("nobody", 404), ("nul", 404)],
)
def test_what_is_no_pair_is_refused(told: tuple[Running, Compared], pair: str, status: int) -> None:
    app, course = told
    first, last = course.fading
    ids = {
        "swapped": (last, first), "same": (first, first), "views": (first, course.chin), "nobody": (first, "nothing"),
        "nul": (first, "%00"),
    }  # fmt: skip
    assert app.client(Role.ADMIN).get(asked(course, ids[pair])).status_code == status


def test_showing_them_to_others_needs_the_consent_to_it(told: tuple[Running, Compared]) -> None:
    app, course = told
    nurse = app.client(Role.PRACTITIONER)
    show = f"/courses/{course.course}/compare?purpose=display"
    assert nurse.get(asked(course, course.fading, purpose="display")).status_code == 409
    assert nurse.get(asked(course, course.fading, "/before.jpg", purpose="display")).status_code == 409
    assert nurse.get(asked(course, course.fading, purpose="research")).status_code == 422
    assert nurse.get(show).status_code == 409
    assert 'id="care-alone"' in nurse.get(f"/courses/{course.course}/compare").text
    nurse.post(f"/api/v1/patients/{course.patient}/consents", json={"use": "display"})
    answer = nurse.get(asked(course, course.fading, purpose="display")).json()
    assert "purpose=display" in answer["pictures"]["before"]
    page = nurse.get(show).text + nurse.get(
        f"/courses/{course.course}/compare/told?before={course.fading[0]}&after={course.fading[1]}&purpose=display"
    ).text  # fmt: skip
    assert course.pseudonym not in page
    assert not re.search(r"\d{4}-\d\d-\d\d", page)
    assert nurse.delete(f"/api/v1/patients/{course.patient}/consents/display").status_code == 200
    assert nurse.get(show).status_code == 409


def test_every_look_is_audited_under_the_photo_that_was_seen(told: tuple[Running, Compared]) -> None:
    app, course = told
    admin = app.client(Role.ADMIN)
    admin.get(asked(course, course.fading))
    admin.get(asked(course, course.fading, "/after.jpg"))
    (line,) = admin.get("/api/v1/audit", params={"object": f"photo/{course.fading[1]}", "limit": 1}).json()
    assert (line["action"], line["detail"]["what"], line["detail"]["before"]) == (
        "read", "compared after", course.fading[0],
    )  # fmt: skip
    (line,) = admin.get("/api/v1/audit", params={"object": f"course/{course.course}", "limit": 1}).json()
    assert (line["detail"]["what"], line["detail"]["purpose"]) == ("compared", "care")


def test_the_page_offers_the_views_and_the_pair_of_the_verdict(told: tuple[Running, Compared]) -> None:
    app, course = told
    page = app.client(Role.VIEWER).get(f"/courses/{course.course}/compare").text
    assert DISCLAIMER in page
    assert not re.search(INLINE, page)
    assert "<script>alert" not in page
    assert re.findall(r'aria-current="page">([^<]+)</a>', page) == ["Patients", "Close-up of the left cheek"]
    first, last = course.fading
    assert f"/compare/told?before={first}&amp;after={last}" in page
    assert len(re.findall(r"<option ", page)) == 8
    assert ": not scored" in page
    swapped = f"/courses/{course.course}/compare?view=closeup.left_cheek&before={last}&after={first}"
    assert f"/compare/told?before={first}&amp;after={last}" in app.client(Role.VIEWER).get(swapped).text
    same = f"/courses/{course.course}/compare?view=closeup.left_cheek&before={last}&after={last}"
    assert "Both photos are of one visit" in app.client(Role.VIEWER).get(same).text
    assert app.client(Role.VIEWER).get(f"/courses/{course.course}/compare?before=a&after=b").status_code == 404


def test_the_pair_can_be_moved_by_keyboard_and_is_told_in_words(told: tuple[Running, Compared]) -> None:
    app, course = told
    first, last = course.fading
    part = app.client(Role.VIEWER).get(f"/courses/{course.course}/compare/told?before={first}&after={last}").text
    assert not re.search(INLINE, part)
    slider = re.search(r'<input type="range"[^>]*>', part)
    assert slider
    assert all(word in slider[0] for word in ('id="slider"', "aria-valuetext=", "aria-describedby=", "data-slider"))
    assert "How far the earlier photo reaches" in part[: slider.start()].rpartition("<label")[2]
    assert "less scarring than before." in re.search(r'data-said="([^"]+)"', part)[1]  # type: ignore[index]  # it is there
    assert len(re.findall(r'<img [^>]*alt="[^"]+"', part)) == 3
    assert "less scarring than before" in part
    assert "SDC95" in part
    assert "Map of change. Severity fell on" in part
    assert "licence class" in part


def test_a_course_without_two_photos_of_a_view_says_what_to_do(shared_app: Running) -> None:
    nurse = shared_app.client(Role.PRACTITIONER)
    patient = nurse.post("/api/v1/patients", json={}).json()["id"]
    course = nurse.post(f"/api/v1/patients/{patient}/courses", json={}).json()["id"]
    page = nurse.get(f"/courses/{course}/compare").text
    assert "Add the first visit" in page
    assert f'href="/courses/{course}/new-visit"' in page
    assert "new-visit" not in shared_app.client(Role.VIEWER).get(f"/courses/{course}/compare").text
    assert nurse.get("/courses/nothing/compare").status_code == 404


def test_pictures_of_an_erased_photo_leave_the_memory(told: tuple[Running, Compared]) -> None:
    """Last: it takes a photo away."""
    app, course = told
    nurse = app.client(Role.PRACTITIONER)
    assert nurse.get(asked(course, course.fading)).status_code == 200
    assert CACHE.told
    assert nurse.delete(f"/api/v1/photos/{course.fading[1]}").status_code == 204
    assert not CACHE.told
    assert nurse.get(asked(course, course.fading)).status_code == 404
