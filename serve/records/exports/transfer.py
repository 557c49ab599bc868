"""A patient as a zip that another installation takes in: every row, and the photos as they were stored, unsealed.

Ids and scores stay as they are, to the byte; the photos are sealed anew under the other installation's keys. The zip
itself is not encrypted: whoever carries it carries the photos. Audit logs stay where they are.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use
from scarscore.serve.records.errors import Busy, Conflict, Invalid, RecordsError
from scarscore.serve.records.exports.gather import (
    SUBJECTS,
    Gathered,
    PatientKept,
    PhotoKept,
    check_consent,
    gather,
    unsigned,
)
from scarscore.serve.records.exports.parcel import Item, Parcel, packed
from scarscore.serve.records.exports.received import check_photo, checked
from scarscore.serve.records.find import photo_rows
from scarscore.serve.records.history import held
from scarscore.serve.records.patients import check_free
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import ID, Base, PatientRow, PhotoRow
from scarscore.serve.records.unsealed import unsealed

FORMAT, VERSION = "scarscore patient", 1
RECORDS = "patient.json"
LARGEST = 500_000_000  # bytes that come by the API, in memory at once: some 120 photos of 12 MP
NO_LIMIT = 1 << 40  # bytes, for the clinic's own machine
LOCK = "importing.lock"
RETRY = 30  # seconds after which a client that was told to wait may ask again
_HERE = "this patient, or a part of it, is here already: nothing was imported"
_RECORDS = TypeAdapter(Gathered)
_PHOTO = re.compile(rf"photos/({ID})\.jpg")


def export_patient(
    clinic: Clinic, who: Who, patient_id: str, purpose: Use = Use.CARE, *, names: bool = False
) -> Iterator[bytes]:
    """The zip, piece by piece. What is wrong with the question is raised before the first piece.

    For other purposes than care the patient must have consented to it, and neither a name nor who entered what is
    told. A name needs an admin. Raises `NotFound`, `NotAllowed`, `Conflict`, and `VaultError` for a photo that is
    damaged: the zip then ends early and cannot be opened.
    """
    if names:
        who.require(Role.ADMIN)
    named = names and purpose is Use.CARE
    with clinic.database.read() as session:  # reading all of it must not hold up whoever writes
        told = gather(clinic, session, patient_id, names=named)
        check_consent(told, purpose)
        rows = photo_rows(session, [each.id for each in told.photos if each.erased is None])
    detail = {"as": "patient", "purpose": purpose.value, "names": named}
    clinic.note(Deed(who.account, "export", f"patient/{patient_id}", detail))
    if purpose is not Use.CARE:
        told = unsigned(told)
    about = {"purpose": purpose.value, "left_out": _left_out(told, purpose)}
    items = [Item(RECORDS, lambda: [_json(told)], small=True)]
    items += [Item(f"photos/{photo}.jpg", _bytes_of(clinic, who, row)) for photo, row in rows.items()]
    return packed(FORMAT, VERSION, about, items)


def import_patient(
    clinic: Clinic, who: Who, file: IO[bytes], *, pseudonym: str | None = None, largest: int = LARGEST
) -> PatientKept:
    """Take in a patient that another installation exported, wholly or not at all; perhaps under another pseudonym.

    `largest` is how many bytes the zip may hold, unpacked.
    Raises `NotAllowed` for all but admins, `Invalid` for a zip that was changed or holds what cannot be,
    `NewerRecords`, `Conflict` where the patient, another part or the pseudonym is here already, `NoSpace`, and `Busy`
    while another patient is being taken in.
    """
    who.require(Role.ADMIN)
    try:
        with _alone(clinic):
            told, photos, parcel = _proven(file, pseudonym, largest)
            _store(clinic, who, told, photos, parcel)
    except RecordsError as error:
        clinic.note(Deed(who.account, "failed", "patients", {"what": "import", "why": type(error).__name__}))
        raise
    return told.patients[0]


def _proven(file: IO[bytes], pseudonym: str | None, largest: int) -> tuple[Gathered, dict[str, PhotoKept], Parcel]:
    """The records and the photos of a zip, when all of it is as it must be."""
    parcel = Parcel(file, FORMAT, VERSION, largest)
    told = checked(_parsed(parcel.read(RECORDS)), pseudonym)
    photos = {each.id: each for each in told.photos if each.erased is None}
    names = [_PHOTO.fullmatch(name) for name in parcel.manifest.files if name != RECORDS]
    if {found[1] if found else "" for found in names} != set(photos):
        raise Invalid("the zip's photos are not those that its records name")
    for photo in photos.values():
        check_photo(photo, parcel.read(_name(photo)))
    return told, photos, parcel


@contextmanager
def _alone(clinic: Clinic) -> Iterator[None]:
    """No other import of this data folder meanwhile, by whatever process: two of one patient would share its photos'
    files. Raises `Busy`."""
    handle = os.open(clinic.place.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another patient is being taken in: try again when that is done", RETRY) from None
        yield
    finally:
        os.close(handle)


def _store(clinic: Clinic, who: Who, told: Gathered, photos: dict[str, PhotoKept], parcel: Parcel) -> None:
    """Rows, photos and the audit's line, all or none. As with an upload the files come first, and only then the one
    transaction: nobody else can write while that is open."""
    patient, put = told.patients[0], list[str]()
    with clinic.database.read() as session:
        _check_absent(session, told, list(photos))
    try:
        keys = {}
        for photo in photos.values():
            put.append(photo.id)
            keys[photo.id] = clinic.vault.put(photo.id, parcel.read(_name(photo)))
        _insert(clinic, who, told, keys)
    except BaseException as error:
        _take_back(clinic, patient.id, put)
        if isinstance(error, IntegrityError):
            raise Conflict(_HERE) from None
        raise


def _check_absent(session: Session, told: Gathered, photos: list[str]) -> None:
    """Raises `Conflict` where the patient or a photo is here: its file must not be written over."""
    patient = told.patients[0]
    if session.get(PatientRow, patient.id) is not None or photo_rows(session, photos):
        raise Conflict(_HERE)
    check_free(session, patient.pseudonym)


def _insert(clinic: Clinic, who: Who, told: Gathered, keys: dict[str, bytes]) -> None:
    """Every row, with the photos' wrapped keys, and the audit's line."""
    patient = told.patients[0]
    with clinic.database.write() as session:
        check_free(session, patient.pseudonym)
        rows = _inserted(clinic, session, told)
        for photo, key in keys.items():
            rows[photo].wrapped_key = key
        for course in told.courses:
            held(session, course.id)
        record(session, Deed(who.account, "import", f"patient/{patient.id}", {"photos": len(keys)}))


def _inserted(clinic: Clinic, session: Session, told: Gathered) -> dict[str, Any]:
    """Insert every row, subject by subject, each before what refers to it; the photos' rows by id."""
    patient = told.patients[0]
    sealed = None if patient.name is None else clinic.vault.master.seal_text(patient.name, patient.id)
    fields = {"id": patient.id, "pseudonym": patient.pseudonym, "created": patient.created}
    session.add(PatientRow(**fields, sealed_name=sealed, erased=None))
    session.flush()
    photos: dict[str, Any] = {}
    for subject, (table, kind, _, _) in SUBJECTS.items():
        rows = [_row(table, kind, each) for each in getattr(told, subject)]
        session.add_all(rows)
        session.flush()
        if subject == "photos":
            photos = {row.id: row for row in rows}
    return photos


def _row(table: type[Base], kind: type[Any], kept: Any) -> Any:
    """The row of a record: JSON columns as the records write them, words as text, dates and moments as they are."""
    values = TypeAdapter(kind).dump_python(kept, mode="json")
    dated = {name: value for name, value in vars(kept).items() if isinstance(value, date)}
    return table(**values | dated)


def _take_back(clinic: Clinic, patient_id: str, put: list[str]) -> None:
    """Remove the photos of an import that failed; never those of one that was kept after all.

    What cannot be removed no row names, so that `sweep.py` does it later.
    """
    with suppress(RecordsError):  # what failed first is what is told
        with clinic.database.read() as session:
            if session.get(PatientRow, patient_id) is not None:
                return
        for photo in put:
            clinic.vault.drop(photo)


def _parsed(content: bytes) -> Gathered:
    try:
        return _RECORDS.validate_json(content)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise Invalid(f"the zip's records hold what cannot be, at {where}: nothing was imported") from None


def _json(told: Gathered) -> bytes:
    values = _RECORDS.dump_python(told, mode="json")
    return json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _left_out(told: Gathered, purpose: Use) -> list[str]:
    erased = sum(each.erased is not None for each in told.photos)
    return [
        *(["the patient's name"] if told.patients[0].name is None else []),
        *([] if purpose is Use.CARE else ["who entered what"]),
        *([f"{erased} photos that were erased"] if erased else []),
        "the audit log",
    ]


def _bytes_of(clinic: Clinic, who: Who, row: PhotoRow) -> Callable[[], list[bytes]]:
    return lambda: [unsealed(clinic, who, row)]


def _name(photo: PhotoKept) -> str:
    return f"photos/{photo.id}.jpg"
