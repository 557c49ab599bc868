"""Everything as CSV: one table a subject in a zip, by pseudonym, the same bytes for the same records.

Names stand in it only where an admin asks for them. Text that a spreadsheet could run as a formula begins with an
apostrophe, as in every CSV of this project. The audit log is not in it: writing it out would change it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scarscore.serve.batch.rows import COLUMNS as SCORE_COLUMNS
from scarscore.serve.batch.rows import PLACES as SCORE_PLACES
from scarscore.serve.batch.rows import REGION_COLUMNS, REGION_PLACES, Row, record, region_records, row_of
from scarscore.serve.course.check import REGIONS
from scarscore.serve.course.report.write import table_of
from scarscore.serve.course.scales.items import ITEMS
from scarscore.serve.records.answers import answer_of
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use
from scarscore.serve.records.exports.gather import Gathered, consenting, gather, unsigned
from scarscore.serve.records.exports.parcel import Item, packed
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.tables import ScoreRow
from scarscore.serve.scoring.result import DISCLAIMER

FORMAT, VERSION = "scarscore tables", 1
_PLACE = ("patient", "course", "visit", "day")  # how a row says to whom and when it belongs
Record = dict[str, Any]  # a CSV row by column


@dataclass(frozen=True)
class Table:
    """One CSV: its columns, its rows, and the decimals of its numbers."""

    columns: tuple[str, ...]
    rows: Sequence[Record]
    places: Mapping[str, int]

    def text(self) -> str:
        """The CSV's text."""
        written = [{name: _written(row.get(name)) for name in self.columns} for row in self.rows]
        return table_of(self.columns, written, dict(self.places))


def export_tables(clinic: Clinic, who: Who, purpose: Use = Use.CARE, *, names: bool = False) -> Iterator[bytes]:
    """The zip of all tables, piece by piece. Raises `NotAllowed` for all but admins.

    For other purposes than care only patients who consented to it are in it, without names and without who entered
    what; `manifest.json` says how many were left out.
    """
    who.require(Role.ADMIN)
    named = names and purpose is Use.CARE
    with clinic.database.read() as session:  # reading all of it must not hold up whoever writes
        everything = gather(clinic, session, names=named)
    clinic.note(Deed(who.account, "export", "records", {"as": "tables", "purpose": purpose.value, "names": named}))
    told = everything if purpose is Use.CARE else unsigned(consenting(everything, purpose))
    about = {"purpose": purpose.value, "left_out": left_out(everything, told, named), "disclaimer": DISCLAIMER}
    made = tables(told, names=named)
    return packed(FORMAT, VERSION, about, (_item(f"{name}.csv", table) for name, table in made.items()))


def tables(told: Gathered, *, names: bool = False) -> dict[str, Table]:
    """Every table by the name of its subject."""
    where, answers = _Places(told), [row_of(each.photo_id, answer_of(_row(each))) for each in told.scores]
    return {
        "patients": Table(
            ("patient", *(("name",) if names else ()), "created", "erased"),
            [{"patient": each.pseudonym, **vars(each)} for each in told.patients], {},
        ),
        "consents": Table(
            ("patient", "use", "given", "withdrawn"),
            [{"patient": where.patient[each.patient_id], **vars(each)} for each in told.consents], {},
        ),
        "courses": _courses(told, where),
        "sessions": _sessions(told, where),
        "visits": Table(
            (*_PLACE, "needling", "created"), [vars(each) | where.visit[each.id] for each in told.visits], {}
        ),
        "photos": _photos(told, where),
        "scores": _scores(told, answers, where),
        "regions": _regions(told, answers, where),
        "findings": _findings(told, where),
    }  # fmt: skip


def left_out(everything: Gathered, told: Gathered, names: bool) -> list[str]:
    """What is not in the export, in words."""
    patients = sum(each.erased is None for each in everything.patients)
    patients -= sum(each.erased is None for each in told.patients)
    photos = len(everything.photos) - len(told.photos)
    return [
        *([] if names else ["patients' names"]),
        *([f"{patients} patients who have not consented, and {photos} photos"] if patients else []),
        "the photos themselves", "the audit log", "accounts",
    ]  # fmt: skip


class _Places:
    """To whom and when each thing belongs, by its id."""

    def __init__(self, told: Gathered) -> None:
        self.patient = {each.id: each.pseudonym for each in told.patients}
        self.course = {each.id: {"patient": self.patient[each.patient_id], "course": each.id} for each in told.courses}
        self.visit = {
            each.id: self.course[each.course_id] | {"visit": each.id, "day": each.day} for each in told.visits
        }
        self.photo = {each.id: self.visit[each.visit_id] | {"photo": each.id} for each in told.photos}


def _courses(told: Gathered, where: _Places) -> Table:
    columns = ("patient", "course", "sessions", "spacing_days", "maintenance_per_year", "cautions", "created")
    answers = {None: "not asked", True: "yes", False: "no"}
    rows = [
        vars(each)
        | where.course[each.id]
        | {"cautions": "; ".join(f"{caution.name}: {answers[caution.present]}" for caution in each.cautions)}
        for each in told.courses
    ]
    return Table(columns, rows, {})


def _sessions(told: Gathered, where: _Places) -> Table:
    depths = {f"depth_{region}": region for region in REGIONS}
    rows = [
        vars(each)
        | where.course[each.course_id]
        | {"session": each.id, "treatments": "; ".join(each.treatments)}
        | {column: each.depths.get(region) for column, region in depths.items()}
        for each in told.sessions
    ]
    columns = ("patient", "course", "session", "day", "device", "treatments", *depths, "created")
    return Table(columns, rows, dict.fromkeys(depths, 2))


def _photos(told: Gathered, where: _Places) -> Table:
    columns = (
        *(*_PLACE, "photo", "view", "region", "camera", "sha256", "size", "width", "height"),
        *("front_camera", "created", "erased"),
    )
    return Table(columns, [vars(each) | where.photo[each.id] for each in told.photos], {})


def _scores(told: Gathered, answers: Sequence[Row], where: _Places) -> Table:
    """The columns of `scarscore score`, for every score that was ever recorded."""
    rest = tuple(name for name in SCORE_COLUMNS if name not in ("path", "model", "photo_sha256"))
    rows = [
        record(answer)
        | where.photo[each.photo_id]
        | {"asked_as": each.view, "model": each.model, "created": each.created}
        for each, answer in zip(told.scores, answers, strict=True)
    ]
    return Table((*_PLACE, "photo", "asked_as", *rest, "model", "created"), rows, SCORE_PLACES)


def _regions(told: Gathered, answers: Sequence[Row], where: _Places) -> Table:
    rest = tuple(name for name in REGION_COLUMNS if name != "path")
    rows = [
        region | where.photo[each.photo_id] | {"created": each.created}
        for each, answer in zip(told.scores, answers, strict=True)
        for region in region_records(answer)
    ]
    return Table((*_PLACE, "photo", *rest, "created"), rows, REGION_PLACES)


def _findings(told: Gathered, where: _Places) -> Table:
    rows = [
        vars(each)
        | where.visit[each.visit_id]
        | {"value": f"{each.value:.10g}", "unit": ITEMS[each.item].unit if each.item in ITEMS else ""}
        for each in told.findings
    ]
    return Table((*_PLACE, "item", "value", "unit", "by", "created"), rows, {})


def _row(kept: Any) -> ScoreRow:
    return ScoreRow(id=kept.id, scored=kept.scored, answer=kept.answer)


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def _item(name: str, table: Table) -> Item:
    return Item(name, lambda: [table.text().encode()], small=True)
