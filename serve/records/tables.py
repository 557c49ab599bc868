"""The tables of a clinic's records, as SQLAlchemy 2 maps them. One installation is one clinic.

Ids are random and say nothing. A patient's name is kept sealed; nothing else here names a person but the accounts of
the clinic's own people. Scores, findings and the audit log are append-only, which triggers of the database enforce
(`migrations/`). Dates are the clinic's days; moments are UTC. Nothing here computes.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Json = dict[str, Any]  # a JSON object; typed again by whoever reads it


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, whatever the database makes of time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Only moments that know their zone are stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives it back without its zone, which is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {datetime: Moment, Json: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own way


_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that look alike
ID = f"[{_SIGNS}]{{16}}"  # an id, as a regular expression


def new_id() -> str:
    """A random id of 80 bits."""
    return "".join(secrets.choice(_SIGNS) for _ in range(16))


class ClinicRow(Base):
    """The clinic's own settings: one row, whose id is 1. `timing` as `TimingRules`, `errors` as `MeasurementError`s."""

    __tablename__ = "clinic"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    timing: Mapped[Json]
    errors: Mapped[list[Any]]
    retention_years: Mapped[int]
    paper: Mapped[str] = mapped_column(String(8))  # of reports: `settings.Size`
    created: Mapped[datetime]


class AccountRow(Base):
    """Somebody of the clinic who signs in. `login` is kept in lower case; a `password` is an Argon2id hash."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool]
    created: Mapped[datetime]


class SignInRow(Base):
    """A browser that is signed in; `digest` is the SHA-256 of its cookie."""

    __tablename__ = "sign_ins"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created: Mapped[datetime]
    seen: Mapped[datetime]


class TokenRow(Base):
    """A program's key to the API; `digest` is the SHA-256 of the token, which is shown once."""

    __tablename__ = "tokens"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime]
    used: Mapped[datetime | None]


class AttemptRow(Base):
    """Failed sign-ins of one account name from one address (both only as a digest)."""

    __tablename__ = "attempts"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    first: Mapped[datetime]
    last: Mapped[datetime]


class PatientRow(Base):
    """A patient: a pseudonym (`P-` and five signs), perhaps a sealed name. Erased, only this row's tombstone stays."""

    __tablename__ = "patients"
    __table_args__ = (Index("ix_patients_pseudonym", text("lower(pseudonym)"), unique=True),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    pseudonym: Mapped[str] = mapped_column(String(40), unique=True)
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime]
    erased: Mapped[datetime | None]


class ConsentRow(Base):
    """A patient's consent to one use of the photos, dated, perhaps withdrawn. Rows are never changed otherwise."""

    __tablename__ = "consents"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    use: Mapped[str] = mapped_column(String(16))
    given: Mapped[datetime]
    withdrawn: Mapped[datetime | None]


class CourseRow(Base):
    """A course of treatment. `cautions` as `Caution`s."""

    __tablename__ = "courses"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    sessions: Mapped[int]
    spacing_days: Mapped[int]
    maintenance_per_year: Mapped[int]
    cautions: Mapped[list[Any]]
    created: Mapped[datetime]


class SessionRow(Base):
    """One treatment, as recorded. Its number follows from the order of dates. `depths` are mm by region."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("course_id", "day"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("courses.id"), index=True)
    day: Mapped[date]
    device: Mapped[str] = mapped_column(String(200))
    depths: Mapped[Json]
    treatments: Mapped[list[Any]]
    created: Mapped[datetime]


class VisitRow(Base):
    """One occasion on which photos were taken; `needling` is `before` or `after` on a session's own day."""

    __tablename__ = "visits"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("courses.id"), index=True)
    day: Mapped[date]
    needling: Mapped[str | None] = mapped_column(String(8))
    created: Mapped[datetime]


class PhotoRow(Base):
    """One stored photo: re-encoded, without metadata, sealed in the vault under a key of its own.

    `sha256` is of the bytes that are stored, which are the bytes that are scored; `source_sha256` of the upload, so
    that the same file is not stored twice. `wrapped_key` is None once the photo is erased: nothing can read it then.
    """

    __tablename__ = "photos"
    __table_args__ = (Index("ix_photos_visit", "visit_id"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"))
    view: Mapped[str] = mapped_column(String(16))
    region: Mapped[str | None] = mapped_column(String(16))
    camera: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    source_sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    front_camera: Mapped[bool]
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created: Mapped[datetime]
    erased: Mapped[datetime | None]


class UploadRow(Base):
    """An upload that was answered, so that sent again it is answered alike: `digest` of account and Idempotency-Key.

    `request` is the SHA-256 of what was sent, so that a key that is used for another photo is refused.
    """

    __tablename__ = "uploads"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id"), index=True)
    created: Mapped[datetime]


class ScoreRow(Base):
    """What a network said of a photo: append-only, so a later network's answer is another row.

    `model` names both networks as `networks_text` does; `view` is the view it was asked as; `answer` is the whole
    `PhotoScore` or `Refusal` as JSON, `scored` which of the two.
    """

    __tablename__ = "scores"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    photo_id: Mapped[str] = mapped_column(ForeignKey("photos.id"), index=True)
    view: Mapped[str] = mapped_column(String(16))
    model: Mapped[str] = mapped_column(String(120))
    scored: Mapped[bool]
    severity: Mapped[float | None]
    answer: Mapped[Json]
    created: Mapped[datetime]


class FindingRow(Base):
    """One thing counted, measured or asked at a visit: the input of a scale. Append-only; the last one counts."""

    __tablename__ = "findings"
    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    visit_id: Mapped[str] = mapped_column(ForeignKey("visits.id"), index=True)
    item: Mapped[str] = mapped_column(String(80))
    value: Mapped[float]
    by: Mapped[str] = mapped_column(String(80))
    created: Mapped[datetime]


class AuditRow(Base):
    """One thing that somebody did or tried, chained by hashes. `detail` holds ids and old values, never a name."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(120))
    detail: Mapped[Json]
    before: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
