"""One patient's record: consents, courses, corrections, exports, erasure; of an erased one the tombstone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.serve.course.plan import checklist
from scarscore.serve.course.records import Plan
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Consent, Use, read_consents
from scarscore.serve.records.due import patient_standings
from scarscore.serve.records.patients import patient
from scarscore.serve.records.people import Who
from scarscore.serve.web.pages import clinic_page
from scarscore.serve.web.state import Asker, Open

router = APIRouter(tags=["pages"], include_in_schema=False)
USES = {
    Use.CARE: ("Care", "The photos document this patient's own treatment."),
    Use.DISPLAY: ("In-clinic display", "The photos may be shown to others within the clinic."),
    Use.RESEARCH: ("Research", "Photos and records may be exported for research, without the name."),
    Use.PUBLICATION: ("Publication", "Photos and records may be exported for publication, without the name."),
}


@dataclass(frozen=True)
class Consented:
    """One use: what it is, the consent that holds (None where none does), and those of before, newest first."""

    use: Use
    title: str
    meaning: str
    holds: Consent | None
    before: tuple[Consent, ...]


@router.get("/patients/{patient_id}", summary="One patient")
def patient_page(clinic: Open, who: Asker, patient_id: str) -> Response:
    """What is recorded of a patient, or what is left of one who was erased."""
    told = patient(clinic, who, patient_id)
    if told.erased is not None:
        return clinic_page(clinic, who, "tombstone", "patients", patient=told, erased=local_day(told.erased))
    return clinic_page(
        clinic, who, "patient", "patients", patient=told, entered=local_day(told.created),
        consents=_consents(clinic, who, patient_id), courses=patient_standings(clinic, who, patient_id)[::-1],
        plan=Plan(cautions=checklist()), pattern=re.escape(told.pseudonym).replace(r"\-", "-"), local_day=local_day,
    )  # fmt: skip


def local_day(moment: datetime) -> date:
    """The clinic's day of a moment."""
    return moment.astimezone().date()


def _consents(clinic: Clinic, who: Who, patient_id: str) -> tuple[Consented, ...]:
    given = read_consents(clinic, who, patient_id)
    return tuple(
        Consented(
            use, *words, next((each for each in given if each.use is use and each.withdrawn is None), None),
            tuple(each for each in reversed(given) if each.use is use and each.withdrawn is not None),
        )
        for use, words in USES.items()
    )  # fmt: skip
