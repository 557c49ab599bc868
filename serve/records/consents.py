"""What a patient has consented to: each use of the photos by itself, dated, and withdrawn by a date, never rewritten.

A consent that was withdrawn stays, and a new one is another row: who looks later sees what held when. Whoever exports
or shows photos asks `has_consent`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, NotFound
from scarscore.serve.records.find import patient_row
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import ConsentRow, new_id


class Use(StrEnum):
    """What the photos are used for."""

    CARE = "care"  # in the patient's own treatment
    DISPLAY = "display"  # shown to others within the clinic
    RESEARCH = "research"
    PUBLICATION = "publication"


@dataclass(frozen=True)
class Consent:
    """One consent; `withdrawn` is None while it holds."""

    id: str
    use: Use
    given: datetime
    withdrawn: datetime | None


def give_consent(clinic: Clinic, who: Who, patient_id: str, use: Use) -> Consent:
    """Record that the patient consents from now on. Raises `Conflict` where that holds already, and `NotFound`."""
    row = ConsentRow(id=new_id(), patient_id=patient_id, use=use.value, given=now())
    with clinic.doing(Deed(who.account, "consent", f"patient/{patient_id}", {"use": use.value})) as session:
        patient_row(session, patient_id, lock=True)
        if has_consent(session, patient_id, use):
            raise Conflict(f"consent to {use.value} is recorded already")
        session.add(row)
    return _consent(row)


def withdraw_consent(clinic: Clinic, who: Who, patient_id: str, use: Use) -> Consent:
    """Record that the consent no longer holds, from now on. Raises `NotFound` where none does."""
    with clinic.doing(Deed(who.account, "withdraw", f"patient/{patient_id}", {"use": use.value})) as session:
        patient_row(session, patient_id, lock=True)
        row = next((each for each in _rows(session, patient_id) if each.use == use and each.withdrawn is None), None)
        if row is None:
            raise NotFound(f"there is no consent to {use.value} that could be withdrawn")
        row.withdrawn = now()
    return _consent(row)


def read_consents(clinic: Clinic, who: Who, patient_id: str) -> tuple[Consent, ...]:
    """All consents of a patient, oldest first. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"patient/{patient_id}", {"what": "consents"})) as session:
        patient_row(session, patient_id)
        return consents(session, patient_id)


def consents(session: Session, patient_id: str) -> tuple[Consent, ...]:
    """All consents of a patient, also those that were withdrawn, oldest first."""
    return tuple(_consent(row) for row in _rows(session, patient_id))


def has_consent(session: Session, patient_id: str, use: Use) -> bool:
    """Whether the patient consents to this use now."""
    return any(each.use is use and each.withdrawn is None for each in consents(session, patient_id))


def _rows(session: Session, patient_id: str) -> list[ConsentRow]:
    wanted = select(ConsentRow).where(ConsentRow.patient_id == patient_id)
    return list(session.scalars(wanted.order_by(ConsentRow.given, ConsentRow.id)))


def _consent(row: ConsentRow) -> Consent:
    return Consent(row.id, Use(row.use), row.given, row.withdrawn)
