"""Everything as CSV: pseudonymous, complete, safe to open, and the same bytes for the same records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import NotAllowed
from scarscore.serve.records.exports.tables import export_tables
from tests.serve.records.parts import ADMIN, NURSE, lines
from tests.serve.records.told import NAME, Told, another, joined, patient_with_everything, unzipped

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told, Told]]:
    """Two patients: the first consents to research, the second to nothing."""
    clinic = another(tmp_path_factory.mktemp("tables"))
    first = patient_with_everything(clinic, Use.RESEARCH, pseudonym="P-FIRST")
    yield clinic, first, patient_with_everything(clinic, pseudonym="P-SECOND", seed=5)
    clinic.close()


def read(content: bytes) -> dict[str, Table]:
    files = unzipped(content)
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(body.decode())))
        for name, body in files.items()
        if name.endswith(".csv")
    }


def test_every_subject_has_its_table_and_every_row_says_to_whom_it_belongs(
    recorded: tuple[Clinic, Told, Told],
) -> None:
    clinic, first, _ = recorded
    tables = read(joined(export_tables(clinic, ADMIN)))
    assert {name: len(rows) for name, rows in tables.items() if name != "regions"} == {
        "patients": 2, "consents": 1, "courses": 2, "sessions": 2, "visits": 4, "photos": 6, "scores": 6, "findings": 4
    }  # fmt: skip
    assert tables["regions"]
    assert all(row["patient"] in ("P-FIRST", "P-SECOND") for rows in tables.values() for row in rows)
    mine = [row for row in tables["scores"] if row["patient"] == "P-FIRST"]
    assert {row["photo"] for row in mine} == set(first.photos)
    assert sorted(row["status"] for row in mine) == ["refused", "scored", "scored"]
    assert [row["reason"] for row in mine if row["status"] == "refused"] == ["blurred"]
    assert {row["value"] for row in tables["findings"]} == {"3", "0.35"}


def test_the_same_records_make_the_same_bytes_though_each_export_is_audited(
    recorded: tuple[Clinic, Told, Told],
) -> None:
    clinic = recorded[0]
    before = len(lines(clinic, "records", "export"))
    assert joined(export_tables(clinic, ADMIN)) == joined(export_tables(clinic, ADMIN))
    assert len(lines(clinic, "records", "export")) == before + 2


def test_names_stand_in_it_only_for_care_when_an_admin_asks(recorded: tuple[Clinic, Told, Told]) -> None:
    clinic = recorded[0]
    with pytest.raises(NotAllowed):
        export_tables(clinic, NURSE)
    plain = unzipped(joined(export_tables(clinic, ADMIN)))
    assert all(NAME.encode() not in body for body in plain.values())
    named = read(joined(export_tables(clinic, ADMIN, names=True)))
    assert [row["name"] for row in named["patients"]] == [NAME, NAME]
    research = unzipped(joined(export_tables(clinic, ADMIN, Use.RESEARCH, names=True)))
    assert all(NAME.encode() not in body for body in research.values())


def test_for_research_only_who_consented_is_in_it_and_it_says_how_many_are_not(
    recorded: tuple[Clinic, Told, Told],
) -> None:
    content = joined(export_tables(recorded[0], ADMIN, Use.RESEARCH))
    tables = read(content)
    assert {row["patient"] for rows in tables.values() for row in rows} == {"P-FIRST"}
    assert {row["by"] for row in tables["findings"]} == {"entered"}
    about = json.loads(unzipped(content)["manifest.json"])["about"]
    assert "1 patients who have not consented, and 3 photos" in about["left_out"]
    assert all(not rows for rows in read(joined(export_tables(recorded[0], ADMIN, Use.PUBLICATION))).values())


def test_a_text_that_a_spreadsheet_would_run_is_guarded(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    patient_with_everything(clinic)
    tables = read(joined(export_tables(clinic, ADMIN)))
    assert [row["cautions"] for row in tables["courses"]] == ["'=keloids: no"]
    clinic.close()


def test_of_an_erased_patient_only_the_tombstone_is_told(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic, Use.RESEARCH, pseudonym="P-GONE")
    erase_patient(clinic, ADMIN, told.patient)
    tables = read(joined(export_tables(clinic, ADMIN, names=True)))
    assert [(row["patient"], row["name"], bool(row["erased"])) for row in tables["patients"]] == [("P-GONE", "", True)]
    assert all(not rows for name, rows in tables.items() if name != "patients")
    clinic.close()
