"""Blind review over the API and by its pages: what is shown tells nothing of whose a photo is, and roles hold."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from scarscore.serve.records.clinic import today
from scarscore.serve.records.people import Role
from scarscore.serve.scoring.result import DISCLAIMER
from tests.serve.records.parts import upload
from tests.serve.web.parts import INLINE, Running

NAME = "Wilhelmina <b>Secret</b>"


class Told:
    """A clinic with two patients of two photos each, of whom the first consents to research."""

    def __init__(self, app: Running) -> None:
        self.app, self.nurse = app, app.client(Role.PRACTITIONER)
        self.pseudonyms, self.photos, self.courses = [], [], []
        self.day = str(today() - timedelta(20))
        for number in range(2):
            patient = self.nurse.post("/api/v1/patients", json={"name": NAME}).json()
            self.pseudonyms.append(patient["pseudonym"])
            if number == 0:
                self.nurse.post(f"/api/v1/patients/{patient['id']}/consents", json={"use": "research"})
            course = self.nurse.post(f"/api/v1/patients/{patient['id']}/courses", json={}).json()["id"]
            visit = self.nurse.post(f"/api/v1/courses/{course}/visits", json={"day": self.day}).json()["id"]
            self.courses.append(course)
            for shot in range(2):
                where = f"/api/v1/visits/{visit}/photos?view=closeup"
                self.photos.append(self.nurse.post(where, content=upload(2 * number + shot)).json()["id"])

    def begin(self, **body: object) -> str:
        answer = self.nurse.post("/api/v1/reviews", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def grade(self, review: str, role: Role = Role.PRACTITIONER, **read: object) -> dict[str, object]:
        """Grade whatever is next."""
        browser = self.app.client(role)
        waiting = browser.get(f"/api/v1/reviews/{review}").json()["next"]
        answer = browser.post(f"/api/v1/reviews/{review}/photos/{waiting}/grades", json=read)
        assert answer.status_code == 201, answer.text
        told: dict[str, object] = answer.json()
        return told

    @property
    def secrets(self) -> list[str]:
        """What a page that shows a photo must not tell."""
        return [*self.pseudonyms, *self.photos, *self.courses, self.day, "Wilhelmina"]


@pytest.fixture(scope="module")
def told(shared_app: Running) -> Told:
    return Told(shared_app)


def test_what_a_reviewer_is_shown_tells_nothing_of_whose_the_photo_is(told: Told) -> None:
    review = told.begin()
    answer = told.nurse.get(f"/api/v1/reviews/{review}")
    item = answer.json()["next"]
    pages = [
        answer, told.nurse.get(f"/api/v1/reviews/{review}/photos/{item}"), told.nurse.get(f"/blind/{review}"),
        told.nurse.get(f"/blind/{review}/photo"),
    ]  # fmt: skip
    picture = told.nurse.get(pages[1].json()["image"])
    with Image.open(io.BytesIO(picture.content)) as image:
        assert not image.getexif()
    headers = " ".join(f"{name}: {value}" for name, value in picture.headers.items())
    for text in (*(page.text for page in pages), headers):
        assert [secret for secret in told.secrets if secret in text] == []
    assert re.findall(r"/api/v1/\S*photos/(\w+)", pages[2].text) == [item] * 3


def test_the_page_grades_by_keyboard_and_says_how_far_one_is(told: Told) -> None:
    review = told.begin()
    page = told.nurse.get(f"/blind/{review}").text
    assert DISCLAIMER in page
    assert not re.search(INLINE, page)
    assert "Photo 1 of 4" in re.sub(r"\s+", " ", page)
    assert 'id="severity-slider"' in page
    assert "value=" not in re.search(r'<input type="number" id="severity"[^>]*>', page)[0]  # type: ignore[index]  # it is there
    assert page.count('name="grade"') == 5
    assert "checked" not in page
    assert len(re.findall(r'<th scope="row" class="number">\d+</th>', page)) == 9, "the anchors"
    told.grade(review, severity=34, grade=2)
    page = told.nurse.get(f"/blind/{review}").text
    assert "Photo 2 of 4" in re.sub(r"\s+", " ", page)
    back = re.search(rf'href="(/blind/{review}\?photo=\w+)"', page)
    assert back
    before = told.nurse.get(back[1]).text
    assert 'value="34"' in re.search(r'<input type="number" id="severity"[^>]*>', before)[0]  # type: ignore[index]  # it is there
    assert 'value="2" data-as="number" required checked' in before
    for _ in range(3):
        told.grade(review)
    assert "All 4 photos are graded" in told.nurse.get(f"/blind/{review}/photo").text
    assert told.nurse.get(f"/blind/{review}").headers["location"] == f"/blind/{review}/results"


def test_results_tell_each_figure_beside_its_number_and_only_to_who_is_through(told: Told) -> None:
    review = told.begin()
    for number in range(4):
        refused = told.nurse.get(f"/api/v1/reviews/{review}/results").status_code
        assert refused == (200 if number == 0 else 409)
        told.grade(review, severity=20 + 10 * number, grade=2)
    assert told.nurse.get(f"/blind/{review}/results").status_code == 200
    for number in range(4):
        told.grade(review, Role.ADMIN, severity=25 + 10 * number, grade=2)
    answer = told.app.client(Role.VIEWER).get(f"/api/v1/reviews/{review}/results").json()
    assert {each["reviewer"] for each in answer["with_model"]} == {"admin", "practitioner"}
    assert answer["between"][0]["agreement"]["photos"] == 4
    assert abs(answer["between"][0]["agreement"]["difference"]["value"]) < 20
    page = told.app.client(Role.ADMIN).get(f"/blind/{review}/results").text
    assert not re.search(INLINE, page)
    assert "4 photos of 2 patients" in page
    assert "fewer than 5 patients" in page
    for word in ("quadratic kappa", "ICC(2,1)", "Spearman", "licence class", DISCLAIMER):
        assert word in page
    assert page.count('<circle class="point"') == 8
    assert [secret for secret in told.secrets if secret in page] == []


def test_labels_are_an_admins_and_of_consenting_patients_alone(told: Told) -> None:
    review = told.begin()
    for _ in range(4):
        told.grade(review, severity=30, grade=2)
    address, admin = f"/api/v1/reviews/{review}/labels.zip", told.app.client(Role.ADMIN)
    assert told.nurse.get(address).status_code == 403
    assert address not in told.nurse.get(f"/blind/{review}/results").text
    page = admin.get(f"/blind/{review}/results").text
    assert address in page
    assert "2 photos of 1 patient who have not consented to research" in page
    with zipfile.ZipFile(io.BytesIO(admin.get(address).content)) as archive:
        table = archive.read("labels.csv").decode()
    assert table.splitlines()[0] == "file,patient,reader,severity,grade"
    assert {line.split(",")[1] for line in table.splitlines()[1:]} == {told.pseudonyms[0]}


def test_viewers_see_how_reviews_stand_and_are_offered_nothing(told: Told) -> None:
    review = told.begin(courses=[told.courses[0]], views=["closeup"], most=1)
    viewer = told.app.client(Role.VIEWER)
    page = viewer.get("/blind").text
    assert f'id="review-{review}"' in page
    assert "<form" not in page.partition("<main")[2]
    assert [name for name in told.pseudonyms if name in page] == []
    assert viewer.get(f"/blind/{review}").status_code == 403
    assert viewer.post("/api/v1/reviews", json={}).status_code == 403
    item = told.nurse.get(f"/api/v1/reviews/{review}").json()["next"]
    assert viewer.get(f"/api/v1/reviews/{review}/photos/{item}/image").status_code == 403
    assert viewer.post(f"/api/v1/reviews/{review}/photos/{item}/grades", json={}).status_code == 403


def test_the_list_offers_views_and_courses_by_pseudonym_and_goes_on_where_one_stopped(told: Told) -> None:
    review = told.begin()
    told.grade(review, severity=30, grade=2)
    page = told.nurse.get("/blind").text
    assert not re.search(INLINE, page)
    assert all(name in page for name in told.pseudonyms)
    assert page.count('name="courses"') == 2
    assert f'href="/blind/{review}">Go on</a>' in page
    assert "1 of 4 graded" in page
    assert f"/blind/{review}/results" not in page


@pytest.mark.parametrize(
    "body", [{"severity": 101, "grade": 2}, {"severity": 30}, {"severity": 30, "grade": 7}, {"x": 1}]
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(told: Told, body: dict[str, int]) -> None:
    review = told.begin(most=1)
    item = told.nurse.get(f"/api/v1/reviews/{review}").json()["next"]
    assert told.nurse.post(f"/api/v1/reviews/{review}/photos/{item}/grades", json=body).status_code == 422
    assert told.nurse.get(f"/api/v1/reviews/{review}").json()["graded"] == 0
    assert told.nurse.get("/blind/nothing").status_code == 404
    assert told.nurse.get(f"/blind/{review}?photo=nothing").status_code == 404


def test_a_clinic_without_photos_says_what_to_do(clinic_app: Running) -> None:
    page = clinic_app.client(Role.PRACTITIONER).get("/blind").text
    assert "add a visit to a course" in page
    assert 'id="new-review"' not in page
    assert "A practitioner can begin one" in clinic_app.client(Role.VIEWER).get("/blind").text
    assert clinic_app.client(Role.PRACTITIONER).post("/api/v1/reviews", json={}).status_code == 422
