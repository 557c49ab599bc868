"""A course of made-up skin in a clinic, with all that can become of a visit, and what can be read back from a PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from pypdf import PdfReader

from scarscore.datasets.synthetic.course import PLAN, healing_course
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.consents import Use, give_consent
from scarscore.serve.records.courses import course as read_course
from scarscore.serve.records.verdicts import networks
from scarscore.serve.reports import gather, told
from tests.serve.records.parts import NURSE, ago, blurred, new_course, session_on, settle_in, take, visit_on

NAME = "Żaneta Ñuñez-Ðurić"
DAYS = (200, 150, 124, 40)  # before today: the start, 10 days after a session, 6 days after one, and long after
SESSIONS = (190, 160, 130)
POINT = 25.4 / 72  # mm


@dataclass(frozen=True)
class Recorded:
    """A course in a clinic, whose patient consents to care: ids, and those of the first visit's photos, one refused."""

    clinic: Clinic
    patient: str
    course: str
    visits: tuple[str, ...]
    first: tuple[str, ...]

    def of_course(self, **asked: object) -> told.Course:
        wanted = gather.Asked(self.patient, **asked)  # type: ignore[arg-type]  # the test says what it asks
        return gather.course(self.clinic, NURSE, networks(), self.course, ago(0), wanted)

    def of_visit(self, number: int, **asked: object) -> told.Visit:
        wanted = gather.Asked(self.patient, **asked)  # type: ignore[arg-type]  # the test says what it asks
        return gather.visit(self.clinic, NURSE, networks(), self.visits[number], wanted)


def recorded(folder: Path, *, name: str | None = NAME, consents: tuple[Use, ...] = (Use.CARE,)) -> Recorded:
    clinic = settle_in(Clinic.create(Place(folder))[0])
    course = new_course(clinic, name)
    patient = read_course(clinic, NURSE, course).patient_id
    for use in consents:
        give_consent(clinic, NURSE, patient, use)
    for days in SESSIONS:
        session_on(clinic, course, days)
    visits = tuple(visit_on(clinic, course, days) for days in DAYS)
    shots = [as_jpeg(each.pixels) for each in healing_course(3, len(DAYS), PLAN)]
    stored = [take(clinic, visit, shot).id for visit, shot in zip(visits, shots, strict=True)]
    return Recorded(clinic, patient, course, visits, (stored[0], take(clinic, visits[0], blurred()).id))


def small(folder: Path, *consents: Use) -> Recorded:
    """A course of one visit with one photo, quickly made."""
    clinic = settle_in(Clinic.create(Place(folder))[0])
    course = new_course(clinic, NAME)
    patient = read_course(clinic, NURSE, course).patient_id
    for use in consents:
        give_consent(clinic, NURSE, patient, use)
    visit = visit_on(clinic, course, 40)
    return Recorded(clinic, patient, course, (visit,), (take(clinic, visit).id,))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, as somebody would select it, its lines joined."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def pictures(pdf: bytes) -> int:
    """How many pictures the file holds, the key of the heat map among them."""
    return len({image.data for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images})


def streams(pdf: bytes) -> bytes:
    """The file, and the content of everything in it that is packed."""
    reader = PdfReader(io.BytesIO(pdf))
    found = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    unpacked = [each.get_data() for each in found if hasattr(each, "get_data") and "/Subtype" not in each]
    return pdf + b"".join(unpacked)


def beyond(pdf: bytes, sides: float, ends: float) -> list[int]:
    """The pages on which something is drawn nearer than so many mm to a side, or to the top or the bottom."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
        drawn = page.render(scale=1.5).to_numpy().min(axis=2) < 250
        across, down = (int(1.5 * margin / POINT) for margin in (sides, ends))
        inner = np.zeros_like(drawn)
        inner[down:-down, across:-across] = True
        if (drawn & ~inner).any():
            found.append(number)
    return found
