"""Everything that is recorded of one patient, or of the whole clinic, as it stands at one moment.

Plain frozen records, checked field by field when they come from elsewhere. Accounts, the audit log and keys are no part
of it. Nothing here writes, and nothing is unsealed but a name that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from dataclasses import replace as changed
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints
from pydantic.dataclasses import dataclass
from sqlalchemy import select
from sqlalchemy.orm import Session

from scarscore.serve.course.check import DEPTH, MAINTENANCE, REGIONS, SESSIONS, SPACING
from scarscore.serve.course.records import MODEL, Caution, Needling
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.find import PORTION, patient_row
from scarscore.serve.records.patients import PSEUDONYM, patient_of
from scarscore.serve.records.tables import (
    ID,
    Base,
    ConsentRow,
    CourseRow,
    FindingRow,
    Json,
    PatientRow,
    PhotoRow,
    ScoreRow,
    SessionRow,
    VisitRow,
)
from scarscore.serve.scoring.result import View

Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, StringConstraints(max_length=80)]
Long = Annotated[str, StringConstraints(max_length=200)]
Region = Annotated[str, StringConstraints(pattern=f"^({'|'.join(REGIONS)})$")]
Millimetres = Annotated[float, Field(ge=DEPTH[0], le=DEPTH[1])]
Count = Annotated[int, Field(ge=1, lt=1 << 31)]  # what a column of PostgreSQL holds
_CONFIG = ConfigDict(extra="forbid", revalidate_instances="never")


@dataclass(frozen=True, config=_CONFIG)
class PatientKept:
    """A patient; `name` only where it was asked for. Erased, this is the tombstone."""

    id: Id
    pseudonym: Annotated[str, StringConstraints(pattern=f"^{PSEUDONYM}$")]
    created: AwareDatetime
    erased: AwareDatetime | None = None
    name: Long | None = None


@dataclass(frozen=True, config=_CONFIG)
class ConsentKept:
    """A consent to one use, with when it was withdrawn."""

    id: Id
    patient_id: Id
    use: Use
    given: AwareDatetime
    withdrawn: AwareDatetime | None


@dataclass(frozen=True, config=_CONFIG)
class CourseKept:
    """A course as it was planned."""

    id: Id
    patient_id: Id
    sessions: Annotated[int, Field(ge=SESSIONS[0], le=SESSIONS[1])]
    spacing_days: Annotated[int, Field(ge=SPACING[0], le=SPACING[1])]
    maintenance_per_year: Annotated[int, Field(ge=MAINTENANCE[0], le=MAINTENANCE[1])]
    cautions: tuple[Caution, ...]
    created: AwareDatetime


@dataclass(frozen=True, config=_CONFIG)
class SessionKept:
    """A treatment; `depths` in mm by region."""

    id: Id
    course_id: Id
    day: date
    device: Long
    depths: dict[Region, Millimetres]
    treatments: tuple[Long, ...]
    created: AwareDatetime


@dataclass(frozen=True, config=_CONFIG)
class VisitKept:
    """A visit."""

    id: Id
    course_id: Id
    day: date
    needling: Needling | None
    created: AwareDatetime


@dataclass(frozen=True, config=_CONFIG)
class PhotoKept:
    """What is recorded of a photo; its bytes lie in the vault, and its key goes nowhere."""

    id: Id
    visit_id: Id
    view: View
    region: Region | None
    camera: Short
    sha256: Digest
    source_sha256: Digest
    size: Count
    width: Count
    height: Count
    front_camera: bool
    created: AwareDatetime
    erased: AwareDatetime | None


@dataclass(frozen=True, config=_CONFIG)
class ScoreKept:
    """A score, its answer exactly as it was recorded."""

    id: Id
    photo_id: Id
    view: View
    model: Annotated[str, StringConstraints(max_length=120)]
    scored: bool
    severity: Annotated[float, Field(ge=0, le=100)] | None
    answer: Json
    created: AwareDatetime


@dataclass(frozen=True, config=_CONFIG)
class FindingKept:
    """Something that was counted, measured or asked."""

    id: Id
    visit_id: Id
    item: Short
    value: Annotated[float, Field(allow_inf_nan=False)]
    by: Short
    created: AwareDatetime


@dataclass(frozen=True, config=_CONFIG)
class Gathered:
    """What is recorded, by subject, each in the order in which it was entered."""

    patients: tuple[PatientKept, ...]
    consents: tuple[ConsentKept, ...] = ()
    courses: tuple[CourseKept, ...] = ()
    sessions: tuple[SessionKept, ...] = ()
    visits: tuple[VisitKept, ...] = ()
    photos: tuple[PhotoKept, ...] = ()
    scores: tuple[ScoreKept, ...] = ()
    findings: tuple[FindingKept, ...] = ()


# Subject -> what it is called in the tables, what a record is, and by which field it belongs to which other subject.
SUBJECTS: dict[str, tuple[type[Base], type[Any], str, str]] = {
    "consents": (ConsentRow, ConsentKept, "patient_id", "patients"),
    "courses": (CourseRow, CourseKept, "patient_id", "patients"),
    "sessions": (SessionRow, SessionKept, "course_id", "courses"),
    "visits": (VisitRow, VisitKept, "course_id", "courses"),
    "photos": (PhotoRow, PhotoKept, "visit_id", "visits"),
    "scores": (ScoreRow, ScoreKept, "photo_id", "photos"),
    "findings": (FindingRow, FindingKept, "visit_id", "visits"),
}
Kept = TypeVar("Kept")


def gather(clinic: Clinic, session: Session, patient_id: str | None = None, *, names: bool = False) -> Gathered:
    """Everything of one patient, or of all where none is named; names unsealed if asked for. Raises `NotFound`."""
    everybody = select(PatientRow).order_by(PatientRow.created, PatientRow.id)
    chosen = list(session.scalars(everybody)) if patient_id is None else [patient_row(session, patient_id)]
    told: dict[str, tuple[Any, ...]] = {"patients": tuple(_patient(clinic, row, names) for row in chosen)}
    for subject, (table, record, owner, owners) in SUBJECTS.items():
        ids = [each.id for each in told[owners]]
        rows = [row for some in _portions(ids) for row in session.scalars(_wanted(table, owner, some))]
        kept = [_kept(record, row) for row in rows]
        told[subject] = tuple(
            sorted(kept, key=lambda each: (each.given if subject == "consents" else each.created, each.id))
        )
    return Gathered(**told)


def _wanted(table: Any, owner: str, ids: Sequence[str]) -> Any:  # a table by its name's column has no type of its own
    return select(table).where(getattr(table, owner).in_(ids))


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """A database takes only so many values in one question."""
    return (ids[start : start + PORTION] for start in range(0, len(ids), PORTION))


def _patient(clinic: Clinic, row: PatientRow, names: bool) -> PatientKept:
    name = patient_of(clinic, row).name if names else None
    return PatientKept(row.id, row.pseudonym, row.created, row.erased, name)


def _kept(record: type[Kept], row: Base) -> Kept:
    """A row's record. What the table holds and the record does not (a key) stays here."""
    return record(**{each.name: getattr(row, each.name) for each in fields(record)})  # type: ignore[arg-type]  # each is a dataclass


def consenting(gathered: Gathered, use: Use) -> Gathered:
    """Only what belongs to patients who consent to this use now. Care needs none beyond being treated here."""
    if use is Use.CARE:
        return gathered
    agreed = {each.patient_id for each in gathered.consents if each.use is use and each.withdrawn is None}
    told: dict[str, tuple[Any, ...]] = {
        "patients": tuple(each for each in gathered.patients if each.id in agreed and each.erased is None)
    }
    for subject, (_, _, owner, owners) in SUBJECTS.items():
        ids = {each.id for each in told[owners]}
        told[subject] = tuple(each for each in getattr(gathered, subject) if getattr(each, owner) in ids)
    return Gathered(**told)


def unsigned(gathered: Gathered) -> Gathered:
    """Without who entered what, and without patients' names: for uses outside the clinic."""
    return changed(
        gathered,
        patients=tuple(changed(each, name=None) for each in gathered.patients),
        courses=tuple(
            changed(each, cautions=tuple(changed(caution, by="") for caution in each.cautions))
            for each in gathered.courses
        ),
        findings=tuple(changed(each, by="entered" if each.by != MODEL else MODEL) for each in gathered.findings),
    )


def check_consent(gathered: Gathered, use: Use) -> None:
    """Raises `Conflict` where the one patient that was asked for does not consent to this use."""
    if not consenting(gathered, use).patients:
        raise Conflict(f"this patient has not consented to {use.value}, or has withdrawn it: nothing is exported")
