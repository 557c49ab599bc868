"""A patient's course to compare photos of: scars that fade, a photo of other skin, one too soon after a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from scarscore.datasets.synthetic.course import CoursePlan, healing_course
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.records.clinic import today
from scarscore.serve.records.people import Role
from tests.serve.web.parts import Running

SMALL = CoursePlan(shape=(420, 480), px_per_mm=8.5, relief=(1.0, 0.1))
DAYS = (120, 87, 60, 20)  # before today; a session at 90


@dataclass(frozen=True)
class Compared:
    """The ids of what was recorded; `fading` are the photos of the first and the last visit, of one cheek."""

    patient: str
    pseudonym: str
    course: str
    fading: tuple[str, str]
    too_soon: str
    other_skin: str
    chin: str


@cache
def skin() -> tuple[bytes, ...]:
    """A cheek at the first and the last visit and another person's; of the last two another shot, a pixel lower."""
    first, last = (visit.pixels for visit in healing_course(3, 2, SMALL))
    other = healing_course(8, 2, SMALL)[0].pixels
    return tuple(map(as_jpeg, (first, last, other, last[1:], other[1:])))


def recorded(app: Running, name: str | None = None) -> Compared:
    """The course, entered over the API as a practitioner would."""
    nurse = app.client(Role.PRACTITIONER)
    patient = nurse.post("/api/v1/patients", json={"name": name}).json()
    course = nurse.post(f"/api/v1/patients/{patient['id']}/courses", json={"sessions": 3}).json()["id"]
    day = {days: str(today() - timedelta(days)) for days in (*DAYS, 90)}
    nurse.post(f"/api/v1/courses/{course}/sessions", json={"day": day[90], "device": "pen"})
    first, last, other, soon, chin_of_other = skin()
    photos = []
    for days, photo in zip(DAYS, (first, soon, other, last), strict=True):
        visit = nurse.post(f"/api/v1/courses/{course}/visits", json={"day": day[days]}).json()["id"]
        where = f"/api/v1/visits/{visit}/photos?view=closeup&region=left_cheek"
        photos.append(nurse.post(where, content=photo).json()["id"])
    chin = nurse.post(f"/api/v1/visits/{visit}/photos?view=closeup&region=chin", content=chin_of_other).json()["id"]
    return Compared(
        patient["id"], patient["pseudonym"], course, (photos[0], photos[3]), photos[1], photos[2], chin
    )  # fmt: skip
