"""What the tests of the records share: a clinic that is set up, a patient's course in it, and photos to store."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scarscore.model.bundle import DEFAULT
from scarscore.serve.batch.rows import networks_text
from scarscore.serve.course.records import Needling, Plan
from scarscore.serve.records import intake
from scarscore.serve.records.audit import verify
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.courses import create_course
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.photos import Place, StoredPhoto
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.sessions import add_session
from scarscore.serve.records.settings import first_settings
from scarscore.serve.records.tables import AuditRow, ClinicRow
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.records.visits import add_visit
from scarscore.serve.scoring.result import Refusal, View
from scarscore.serve.scoring.score import Scorer
from tests import make

NURSE = Who("practitioner", "nurse", Role.PRACTITIONER)
ADMIN = Who("admin", "admin", Role.ADMIN)
# For tests that use `clinic`: on SQLite and on PostgreSQL, but with one vault, where photos do not matter.
each_database = pytest.mark.parametrize("vault_url", ["folder"], indirect=True)
CLOSE_UP = Place(View.CLOSEUP, "left_cheek", "ward camera")


@cache
def scorer(model: str = DEFAULT) -> Scorer:
    return Scorer.load(model)


class Here:
    """The real networks in this process, and how many photos they scored."""

    def __init__(self, model: str = DEFAULT) -> None:
        self.model, self.judged = model, 0

    @property
    def networks(self) -> str:
        return networks_text(scorer(self.model).model, scorer(self.model).region_model)

    def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
        self.judged += judge
        return intake.prepare(upload, view, scorer(self.model), judge=judge, guess=guess)

    def again(self, stored: bytes, view: View, *, front_camera: bool) -> Scored:
        self.judged += 1
        return intake.again(stored, view, scorer(self.model), front_camera=front_camera)


def settle_in(clinic: Clinic) -> Clinic:
    """The clinic with its first settings, if it has none yet."""
    with clinic.database.write() as session:
        if session.get(ClinicRow, 1) is None:
            session.add(first_settings("The Made-up Clinic"))
    return clinic


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def new_course(clinic: Clinic, name: str | None = None) -> str:
    """A new patient's course, without sessions and visits."""
    settle_in(clinic)
    return create_course(clinic, NURSE, create_patient(clinic, NURSE, pseudonym=None, name=name).id, Plan())


def visit_on(clinic: Clinic, course: str, days: int, needling: Needling | None = None) -> str:
    return add_visit(clinic, NURSE, course, ago(days), needling)


def session_on(clinic: Clinic, course: str, days: int) -> str:
    return add_session(clinic, NURSE, course, ago(days), "Pen", (), ())


@cache
def upload(seed: int = 0, width: int = 480, height: int = 360) -> bytes:
    """A JPEG of synthetic skin, another for each seed."""
    return make.jpeg(Image.fromarray(make.skin(width, height, seed=seed)))


@cache
def blurred() -> bytes:
    return make.jpeg(Image.fromarray(make.blurred(make.skin(), 6)))


def take(
    clinic: Clinic, visit: str, photo: bytes | None = None, scoring: Here | None = None, key: str | None = None
) -> StoredPhoto:
    """The photo, stored as a close-up of the left cheek."""
    told = take_photo(clinic, NURSE, scoring or Here(), visit, photo or upload(), CLOSE_UP, key)
    assert not isinstance(told, Refusal)
    return told


def lines(clinic: Clinic, object_: str, action: str | None = None) -> list[AuditRow]:
    """The audit log's lines about an object, oldest first; the whole chain must be whole."""
    with clinic.database.read() as session:
        assert isinstance(verify(session), int)
        rows = session.query(AuditRow).filter_by(object=object_).order_by(AuditRow.number).all()
    return [row for row in rows if action in (None, row.action)]


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def everything_in(folder: Path) -> bytes:
    """The bytes of all files of a data folder, one behind the other."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
