"""A patient with a bit of everything, for the tests of exports, and the tables of a clinic as they can be compared."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from scarscore.serve.course.records import Caution, Plan
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.consents import Use, give_consent
from scarscore.serve.records.courses import create_course
from scarscore.serve.records.exports.transfer import import_patient
from scarscore.serve.records.findings import add_finding
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.tables import Base
from tests.serve.records.parts import ADMIN, NURSE, blurred, session_on, settle_in, take, upload, visit_on

NAME = "Zoë O'Secret-Name"
MINE = ("patients", "consents", "courses", "sessions", "visits", "photos", "scores", "findings")


Files = dict[str, bytes]
Records = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """The ids of what was recorded."""

    patient: str
    course: str
    visits: tuple[str, ...]
    photos: tuple[str, ...]


def patient_with_everything(clinic: Clinic, *uses: Use, pseudonym: str | None = None, seed: int = 0) -> Told:
    """A patient with a name, a course of a session and two visits, three photos (one refused), findings, consents."""
    settle_in(clinic)
    patient = create_patient(clinic, NURSE, pseudonym=pseudonym, name=NAME).id
    for use in uses:
        give_consent(clinic, NURSE, patient, use)
    course = create_course(clinic, NURSE, patient, Plan(cautions=(Caution("=keloids", False, "nurse"),)))
    first = visit_on(clinic, course, 90)
    session_on(clinic, course, 60)
    second = visit_on(clinic, course, 20)
    photos = [take(clinic, first, upload(seed)), take(clinic, first, blurred()), take(clinic, second, upload(seed + 1))]
    for item, value in (("icepick", 3.0), ("face_area", 0.35)):
        add_finding(clinic, NURSE, first, item, value)
    return Told(patient, course, (first, second), tuple(photo.id for photo in photos))


def rows(clinic: Clinic, *, without: tuple[str, ...] = ("wrapped_key", "sealed_name")) -> dict[str, list[Any]]:
    """Every row of the patients' tables as the database holds it, JSON as its own text, but what is sealed anew."""
    told = {}
    with clinic.database.read() as session:
        for name in MINE:
            table = Base.metadata.tables[name]
            columns = [column for column in table.columns if column.name not in without]
            found = session.execute(select(*columns).order_by(table.c.id)).all()
            told[name] = [tuple(row) for row in found]
        answers = session.execute(text("SELECT id, CAST(answer AS TEXT) FROM scores ORDER BY id")).all()
        told["answers"] = [tuple(row) for row in answers]
    return told


def another(tmp_path: Path, name: str = "another") -> Clinic:
    """Another installation."""
    return settle_in(Clinic.create(Place(tmp_path / name))[0])


def joined(pieces: Iterable[bytes]) -> bytes:
    return b"".join(pieces)


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rezipped(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if change is not None:
                change(info)
            archive.writestr(info, content)
    return buffer.getvalue()


def taken_in(clinic: Clinic, content: bytes, **options: str) -> str:
    return import_patient(clinic, ADMIN, io.BytesIO(content), **options).id


def nothing_is_there(clinic: Clinic) -> bool:
    return not any(rows(clinic).values()) and list(clinic.vault.names()) == []


def with_records(content: bytes, change: Callable[[Records], None]) -> bytes:
    """The zip with its records changed, and a manifest that fits them: as somebody would forge it."""
    files = unzipped(content)
    records = json.loads(files["patient.json"])
    change(records)
    return signed(files | {"patient.json": json.dumps(records).encode()})


def signed(files: Files) -> bytes:
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
        for name, body in files.items()
        if name != "manifest.json"
    }
    return rezipped(files | {"manifest.json": json.dumps(manifest).encode()})
