"""The clinic's own settings: its name, its timing rules, how long records are kept, its cameras' measurement errors.

Whoever is signed in may read them; an admin changes them, and the old ones stay in the audit log. The name of a clinic
is no patient's, but stays out of the log all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from scarscore.serve.course import records as course
from scarscore.serve.course.check import check_rules
from scarscore.serve.course.records import ErrorSource, MeasurementError, TimingRules
from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Invalid, NotFound, RecordsError
from scarscore.serve.records.find import short_text
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import ClinicRow
from scarscore.serve.scoring.result import View

LONGEST_NAME = 200
MOST_ERRORS = 100  # a view, a camera and a network each
RETENTION = (1, 100)  # years; what holds is the law of the place, which this program does not know
RETENTION_YEARS = 10  # at set-up: what several countries ask of outpatient records; a clinic sets its own
_TIMING = TypeAdapter(TimingRules)
_ERRORS = TypeAdapter(tuple[MeasurementError, ...])


class Size(StrEnum):
    """The sheet of paper of reports."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True)
class Settings:
    """What a clinic sets. `errors` are measured with its own cameras (`scarscore repeatability`)."""

    name: str
    timing: TimingRules
    errors: tuple[MeasurementError, ...]
    retention_years: int
    paper: Size = Size.A4


def settings(clinic: Clinic, who: Who) -> Settings:
    """The settings as they are."""
    with clinic.doing(Deed(who.account, "read", "settings")) as session:
        return _settings(clinic_row(session))


def clinic_name(clinic: Clinic) -> str:
    """What the clinic is called; no patient's, so nothing is audited. Every page is headed by it."""
    with clinic.database.read() as session:
        return clinic_row(session).name


def clinic_paper(clinic: Clinic) -> Size:
    """The sheet that reports are made for where nobody asks for another; no patient's, so nothing is audited."""
    with clinic.database.read() as session:
        return Size(clinic_row(session).paper)


def course_settings(session: Session) -> course.Clinic:
    """What a course is judged by: timing rules and measurement errors."""
    now_set = _settings(clinic_row(session))
    return course.Clinic(now_set.timing, now_set.errors)


@dataclass(frozen=True)
class Changes:
    """What of the settings is to be another; what is None stays as it is."""

    name: str | None = None
    timing: TimingRules | None = None
    retention_years: int | None = None
    paper: Size | None = None


@dataclass(frozen=True)
class MeasuredFor:
    """For what an error was measured; None is any. A clinic states one error for each."""

    view: View | None
    camera: str | None
    model: str | None


def measured_for(error: MeasurementError) -> MeasuredFor:
    """For what this error was measured."""
    return MeasuredFor(error.view, error.camera, error.model)


def change_settings(clinic: Clinic, who: Who, new: Settings) -> Settings:
    """Set everything anew. Raises `NotAllowed`, `Invalid`, and `UsageError` for rules that contradict themselves."""
    return _changed(clinic, who, lambda _: new)


def change_some(clinic: Clinic, who: Who, new: Changes) -> Settings:
    """Change what is said and leave the rest as it is at that moment. Raises as `change_settings` does."""
    said = {name: value for name, value in vars(new).items() if value is not None}
    return _changed(clinic, who, lambda old: replace(old, **said))


def set_error(clinic: Clinic, who: Who, error: MeasurementError) -> Settings:
    """State an error that the clinic measured, in the place of one for the same view, camera and network.

    Raises as `change_settings` does.
    """

    def change(old: Settings) -> Settings:
        others = tuple(each for each in old.errors if measured_for(each) != measured_for(error))
        return replace(old, errors=(*others, error))

    return _changed(clinic, who, change)


def withdraw_error(clinic: Clinic, who: Who, what: MeasuredFor) -> Settings:
    """Take back the error that was measured for exactly this. Raises `NotAllowed`, `NotFound`."""

    def change(old: Settings) -> Settings:
        others = tuple(each for each in old.errors if measured_for(each) != what)
        if len(others) == len(old.errors):
            raise NotFound("the clinic states no error for exactly this view, camera and network")
        return replace(old, errors=others)

    return _changed(clinic, who, change)


def _changed(clinic: Clinic, who: Who, change: Callable[[Settings], Settings]) -> Settings:
    who.require(Role.ADMIN)
    with clinic.database.write() as session:
        row = clinic_row(session)
        checked = _checked(change(_settings(row)))
        kept = ("timing", "errors", "retention_years", "paper")
        before = {name: getattr(row, name) for name in kept}
        record(session, Deed(who.account, "correct", "settings", {"before": before}))
        _fill(row, checked)
    return checked


def first_settings(name: str) -> ClinicRow:
    """The settings of a clinic that is being set up, ready to be added. Raises `Invalid`."""
    row = ClinicRow(id=1, created=now())
    _fill(row, _checked(Settings(name, TimingRules(), (), RETENTION_YEARS)))
    return row


def _checked(new: Settings) -> Settings:
    name = short_text(new.name, "the clinic's name", LONGEST_NAME)
    if not name:
        raise Invalid("the clinic needs a name")
    if not RETENTION[0] <= new.retention_years <= RETENTION[1]:
        raise Invalid(f"records are kept for {RETENTION[0]} to {RETENTION[1]} years")
    check_rules(new.timing)
    if len(new.errors) > MOST_ERRORS:
        raise Invalid(f"a clinic states at most {MOST_ERRORS} measurement errors; take back those of old cameras")
    for error in new.errors:
        _check_error(error)
    return Settings(name, new.timing, new.errors, new.retention_years, new.paper)


def _check_error(error: MeasurementError) -> None:
    if error.source is not ErrorSource.CLINIC:
        raise Invalid("a clinic states errors that it measured itself; the network's own come with the network")
    if not (isfinite(error.sem) and 0 < error.sem <= 100):
        raise Invalid(f"a measurement error of {error.sem:g} points cannot be; it lies over 0 and up to 100")
    if not 0 <= error.shared <= 1:
        raise Invalid("the share of the error that shots of one visit have in common lies from 0 to 1")
    if error.subjects < 0 or error.shots < 0:
        raise Invalid("there cannot be fewer than 0 subjects or shots")
    short_text(error.camera or "", "the camera's name", 80)


def _fill(row: ClinicRow, new: Settings) -> None:
    row.name, row.retention_years, row.paper = new.name, new.retention_years, new.paper.value
    row.timing = _TIMING.dump_python(new.timing, mode="json")
    row.errors = list(_ERRORS.dump_python(new.errors, mode="json"))


def _settings(row: ClinicRow) -> Settings:
    return Settings(
        row.name, _TIMING.validate_python(row.timing), _ERRORS.validate_python(row.errors), row.retention_years,
        Size(row.paper),
    )  # fmt: skip


def clinic_row(session: Session) -> ClinicRow:
    """The row of the settings. Raises `RecordsError` where the clinic has still to be set up."""
    row = session.get(ClinicRow, 1)
    if row is None:
        raise RecordsError("this clinic has not been set up yet")
    return row
