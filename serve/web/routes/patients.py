"""Patients: entered, found, corrected. Erasing one is `erasure.py`'s."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.records.keep import KEEP
from scarscore.serve.records.patients import correct_patient, create_patient, patient, patients
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/patients", tags=["patients"], max_body_size=SMALL)
Name = Annotated[str, Field(max_length=400)]


class PatientSeen(Answer):
    """A patient. `name` is null where the clinic keeps none; of an erased one only the pseudonym is left."""

    id: str
    pseudonym: str
    name: str | None
    created: datetime
    erased: datetime | None


class NewPatient(Body):
    """A pseudonym (made if none is given), and perhaps a name, which is kept sealed."""

    pseudonym: str | None = Field(None, max_length=80)
    name: Name | None = None


class PatientCorrection(Body):
    """What is to be changed; what is left out stays. A `name` of null takes the name away."""

    pseudonym: str | None = Field(None, max_length=80)
    name: Name | None = None


class Search(Body):
    """Part of a pseudonym or of a name. It travels in the body, so that no address and no log holds a name."""

    text: Name = ""


@router.post(
    "", status_code=201, summary="Enter a patient", response_model=PatientSeen, responses=errors(401, 403, 409, 422)
)
def enter_patient(clinic: Open, who: Asker, body: NewPatient) -> PatientSeen:
    """Enter a patient."""
    return PatientSeen.model_validate(create_patient(clinic, who, pseudonym=body.pseudonym, name=body.name))


@router.get("", summary="All patients", response_model=list[PatientSeen], responses=errors(401, 403))
def all_patients(clinic: Open, who: Asker) -> list[PatientSeen]:
    """All patients by pseudonym, without erased ones."""
    return [PatientSeen.model_validate(each) for each in patients(clinic, who)]


@router.post("/search", summary="Find patients", response_model=list[PatientSeen], responses=errors(401, 403, 422))
def find_patients(clinic: Open, who: Asker, body: Search) -> list[PatientSeen]:
    """The patients whose pseudonym or name holds this text."""
    return [PatientSeen.model_validate(each) for each in patients(clinic, who, body.text)]


@router.get("/{patient_id}", summary="One patient", response_model=PatientSeen, responses=errors(401, 403, 404))
def one_patient(clinic: Open, who: Asker, patient_id: str) -> PatientSeen:
    """One patient, or the tombstone of one who was erased."""
    return PatientSeen.model_validate(patient(clinic, who, patient_id))


@router.patch(
    "/{patient_id}", summary="Correct a patient", response_model=PatientSeen, responses=errors(401, 403, 404, 409, 422)
)
def change_patient(clinic: Open, who: Asker, patient_id: str, body: PatientCorrection) -> PatientSeen:
    """Correct a pseudonym or a name. The audit log keeps the old pseudonym, never a name."""
    changed = correct_patient(
        clinic, who, patient_id,
        pseudonym=KEEP if body.pseudonym is None else body.pseudonym,
        name=body.name if "name" in body.model_fields_set else KEEP,
    )  # fmt: skip
    return PatientSeen.model_validate(changed)
