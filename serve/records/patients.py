"""Patients: a pseudonym, and a name only if the clinic wants one, sealed under its master key.

The name is never stored, logged or searched in plain: a search unseals the names in memory. Consents, courses and
erasure have files of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid
from scarscore.serve.records.find import any_row, patient_row, short_text
from scarscore.serve.records.keep import KEEP, Keep, kept
from scarscore.serve.records.keys import letters
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import Json, PatientRow, new_id

PSEUDONYM = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"  # as a regular expression
LONGEST_NAME = 200
TAKEN = "there is a patient of that pseudonym already"


@dataclass(frozen=True)
class Patient:
    """A patient as recorded. Erased, `erased` says when, and only the pseudonym is left."""

    id: str
    pseudonym: str
    name: str | None
    created: datetime
    erased: datetime | None


def create_patient(clinic: Clinic, who: Who, *, pseudonym: str | None, name: str | None) -> Patient:
    """Enter a patient; without a pseudonym one is made, `P-` and five signs. Raises `Invalid` and `Conflict`."""
    given = None if pseudonym is None else _pseudonym(pseudonym)
    patient = new_id()
    sealed = _sealed(clinic, patient, name)
    try:
        with clinic.doing(Deed(who.account, "create", f"patient/{patient}")) as session:
            chosen = given or _made(session)
            check_free(session, chosen)
            row = PatientRow(id=patient, pseudonym=chosen, sealed_name=sealed, created=now())
            session.add(row)
    except IntegrityError:  # another request took it in between
        raise Conflict(TAKEN) from None
    return patient_of(clinic, row)


def patient(clinic: Clinic, who: Who, patient_id: str) -> Patient:
    """One patient, an erased one's tombstone too. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"patient/{patient_id}")) as session:
        row = any_row(session, PatientRow, patient_id, "patient")
    return patient_of(clinic, row)


def patients(clinic: Clinic, who: Who, search: str = "") -> tuple[Patient, ...]:
    """The patients whose pseudonym or name holds this text, by pseudonym; without a text all. Erased ones are left out.

    The audit log says that somebody searched, never for what: it may have been a name.
    """
    sought = search.strip().casefold()
    with clinic.database.write() as session:
        living = select(PatientRow).where(PatientRow.erased.is_(None)).order_by(PatientRow.pseudonym)
        rows = session.scalars(living).all()
        told = tuple(each for row in rows if _fits(each := patient_of(clinic, row), sought))
        record(session, Deed(who.account, "search" if sought else "read", "patients", {"found": len(told)}))
    return told


def correct_patient(
    clinic: Clinic, who: Who, patient_id: str, *, pseudonym: str | Keep = KEEP, name: str | Keep | None = KEEP
) -> Patient:
    """Correct a pseudonym or a name. The audit log keeps the old pseudonym, and of a name only that it changed."""
    given = pseudonym if isinstance(pseudonym, Keep) else _pseudonym(pseudonym)
    changed: Json = {}
    try:
        with clinic.doing(Deed(who.account, "correct", f"patient/{patient_id}", changed)) as session:
            row = patient_row(session, patient_id, lock=True)
            _rename(session, row, kept(given, row.pseudonym), changed)
            if not isinstance(name, Keep):
                row.sealed_name = _sealed(clinic, patient_id, name)
                changed["name"] = "name changed"
    except IntegrityError:  # another request took it in between
        raise Conflict(TAKEN) from None
    return patient_of(clinic, row)


def _rename(session: Session, row: PatientRow, wanted: str, changed: Json) -> None:
    if wanted == row.pseudonym:
        return
    check_free(session, wanted, row.pseudonym)
    changed["pseudonym"] = [row.pseudonym, wanted]
    row.pseudonym = wanted


def patient_of(clinic: Clinic, row: PatientRow) -> Patient:
    """The patient of a row, the name unsealed."""
    sealed = row.sealed_name
    name = None if sealed is None else clinic.vault.master.unseal_text(sealed, row.id)
    return Patient(row.id, row.pseudonym, name, row.created, row.erased)


def _fits(patient: Patient, sought: str) -> bool:
    return sought in patient.pseudonym.casefold() or sought in (patient.name or "").casefold()


def is_pseudonym(text: str) -> bool:
    """Whether a text can be a pseudonym."""
    return re.fullmatch(PSEUDONYM, text) is not None


def _pseudonym(given: str) -> str:
    text = given.strip()
    if not is_pseudonym(text):
        raise Invalid("a pseudonym has 1 to 40 letters, digits, dots, dashes or underscores; it is not the name")
    return text


def _made(session: Session) -> str:
    """A pseudonym that nobody has; of 33 million some thousand are taken, so the first nearly always fits."""
    while True:
        made = f"P-{letters(1, 5)}"
        if session.scalars(select(PatientRow.id).where(PatientRow.pseudonym == made)).first() is None:
            return made


def check_free(session: Session, pseudonym: str, own: str = "") -> None:
    """Raises `Conflict` where another has it; one in capitals and one in small letters would be taken for one."""
    taken = session.scalars(select(PatientRow.pseudonym)).all()
    if pseudonym.casefold() in {each.casefold() for each in taken if each != own}:
        raise Conflict(TAKEN)


def _sealed(clinic: Clinic, patient_id: str, name: str | None) -> bytes | None:
    text = short_text(name or "", "a name", LONGEST_NAME)
    return clinic.vault.master.seal_text(text, patient_id) if text else None
