"""The row of a photo: its numbers, its names, and how neither can do harm where it is read."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarscore.serve.batch import write
from scarscore.serve.batch.rows import (
    COLUMNS,
    PLACES,
    QUALITY,
    Row,
    cells,
    kept,
    original_path,
    printable_path,
    record,
    row_from,
    row_of,
)
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.scoring.result import Check, ModelId, PhotoScore, Reason, RegionScore, View, refusal

PROMISED = ["path", "status", "reason", "severity", "severity_low", "severity_high", "grade_set", "types"]
MODEL = ModelId("net", "1.2.0", "0123456789abcdef" * 4, "research")
FINDER = ModelId("finder", "1.0.0", "fedcba9876543210" * 4, "research")
CHECKS = tuple(Check(name, 1 / 3, 0.1, True) for name in QUALITY)
SCORE = PhotoScore(
    "ab" * 32, 640, 480, 41.23456, 30.005, 55.0, (2, 3), ("rolling", "icepick"), CHECKS, MODEL, FINDER, View.FRONT,
    (RegionScore("nose", 0.1, 0.98765, 12.345, ("boxcar",), 1.234, -2.345, 0.001), RegionScore("chin", 0.1, 0.0)), -7.5,
)  # fmt: skip
# Any name a POSIX file system can hold, as Python hands it over.
NAMES = st.binary(min_size=1).filter(lambda raw: b"\0" not in raw).map(os.fsdecode)


def csv_of(*rows: Row) -> list[dict[str, str]]:
    file = io.BytesIO()
    write.write_csv(rows, file)
    return list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))


def test_a_score_fills_every_column_with_fixed_digits() -> None:
    row = csv_of(row_of("a.jpg", SCORE))[0]
    assert tuple(row) == COLUMNS
    assert list(COLUMNS[: len(PROMISED)]) == PROMISED
    assert [row["severity"], row["severity_low"], row["severity_high"]] == ["41.23", "30.00", "55.00"]
    assert [row["status"], row["reason"], row["grade_set"]] == ["scored", "", "2 3"]
    assert row["types"] == "rolling icepick"
    assert [row["photo_sha256"], row["width"]] == ["ab" * 32, "640"]
    assert row["model"] == "net 1.2.0 0123456789ab finder 1.0.0 fedcba987654"
    assert row["licence_class"] == "research"
    assert [row["view"], row["left_minus_right"]] == ["front", "-7.50"]
    assert [row[name] for name in QUALITY] == ["0.3333"] * len(QUALITY)


@pytest.mark.parametrize(
    ("severity", "regions", "told"),
    [("release", "release", "release"), ("release", "research", "research"), ("evaluation", "release", "evaluation")],
)
def test_the_more_restricted_network_decides_what_a_score_may_be_used_for(
    severity: str, regions: str, told: str
) -> None:
    score = replace(
        SCORE, model=replace(MODEL, licence_class=severity), region_model=replace(FINDER, licence_class=regions)
    )
    row = row_of("a.jpg", score)
    assert row.licence_class == told
    assert {part["licence_class"] for part in write.REGIONS.records(row)} == {told}


def test_a_refusal_gives_its_reason_what_was_measured_and_never_a_severity() -> None:
    answer = refusal(Reason.BLURRED, CHECKS[:1])
    row = csv_of(row_of("a.jpg", answer, "cd" * 32))[0]
    assert [row["status"], row["reason"], row["photo_sha256"]] == ["refused", "blurred", "cd" * 32]
    assert [row[QUALITY[0]], row[QUALITY[1]]] == ["0.3333", ""]
    assert [row["severity"], row["severity_low"], row["grade_set"], row["model"]] == [""] * 4


def test_flags_are_told_beside_the_score_and_only_where_they_were_raised() -> None:
    raised = (Check("sharpness", 0.3, 0.17, True), Check("mirrored", 1.0, 0.0, False, flag=True))
    row = row_of("a.jpg", replace(SCORE, quality=(*raised, Check("beard", 1.0, 2.0, True, flag=True))))
    assert csv_of(row)[0]["flags"] == "maybe_mirrored"
    assert row_from(kept(row)) == row
    assert csv_of(row_of("a.jpg", SCORE))[0]["flags"] == ""


def test_a_value_that_is_no_number_is_left_out_in_every_format() -> None:
    broken = replace(SCORE, quality=(Check(QUALITY[0], math.nan, 0.1, False),))
    row = row_of("a.jpg", broken)
    assert csv_of(row)[0][QUALITY[0]] == ""
    assert record(row)[QUALITY[0]] is None


def test_every_format_holds_the_same_values(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = [row_of("b.jpg", SCORE), row_of("a.jpg", refusal(Reason.NO_SKIN))]
    write.write_whole(tmp_path / "s.jsonl", rows)
    write.write_whole(tmp_path / "s.parquet", rows)
    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert lines == pq.read_table(tmp_path / "s.parquet").to_pylist()
    assert lines[0]["grade_set"] == [2, 3]
    assert [line["path"] for line in lines] == ["b.jpg", "a.jpg"]
    assert lines[1]["severity"] is None


def test_parquet_keeps_its_types_where_no_photo_was_scored(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write.write_whole(tmp_path / "none.parquet", [row_of("a.txt", refusal(Reason.NOT_AN_IMAGE))])
    write.write_whole(tmp_path / "some.parquet", [row_of("a.jpg", SCORE)])
    assert pq.read_schema(tmp_path / "none.parquet") == pq.read_schema(tmp_path / "some.parquet")


def test_the_output_is_the_old_file_until_it_is_the_whole_new_one(tmp_path: Path) -> None:
    out = tmp_path / "s.csv"
    out.write_text("old")

    def rows_that_fail() -> Iterator[Row]:
        yield row_of("a.jpg", SCORE)
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        write.write_whole(out, rows_that_fail())
    assert out.read_text() == "old"
    write.write_whole(out, [row_of("a.jpg", SCORE)])
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


@given(NAMES)
def test_a_name_survives_the_journal_and_every_output(name: str) -> None:
    row = row_of(name, SCORE)
    assert row_from(json.loads(json.dumps(kept(row)))) == row
    told = csv_of(row)[0]["path"]
    assert original_path(told.removeprefix("'")) == name
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("é/ünï.jpg", "é/ünï.jpg"),
        (os.fsdecode(b"caf\xe9.jpg"), r"caf\xe9.jpg"),
        ("a\nb\x1b[31m.jpg", r"a\x0ab\x1b[31m.jpg"),
        (r"C:\photos\x41.jpg", r"C:\photos\x5cx41.jpg"),
        ("a\u2028b", r"a\xe2\x80\xa8b"),
    ],
)
def test_a_name_is_printed_readably_and_can_be_read_back(name: str, printed: str) -> None:
    assert printable_path(name) == printed
    assert original_path(printed) == name


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1", "-2.jpg", "@SUM(A1)", "'=1.jpg", " =1", "＝1"])
def test_a_name_that_a_spreadsheet_would_run_begins_with_an_apostrophe(name: str) -> None:
    assert csv_of(row_of(name, SCORE))[0]["path"] == "'" + name
    assert record(row_of(name, SCORE))["path"] == name  # JSON and Parquet are read by no spreadsheet


def test_a_tab_or_a_line_end_never_begins_a_cell() -> None:
    rows = csv_of(row_of("\t=1", SCORE), row_of("\r=1", SCORE))
    assert [row["path"] for row in rows] == [r"\x09=1", r"\x0d=1"]


def test_numbers_of_ours_are_never_taken_for_formulas() -> None:
    checks = Check(QUALITY[0], -0.5, 0.1, False), Check(QUALITY[1], -1e-9, 0.1, True)
    row = row_of("a.jpg", replace(SCORE, quality=checks))
    assert cells(record(row), PLACES)[COLUMNS.index(QUALITY[0])] == "-0.5000"
    assert cells(record(row), PLACES)[COLUMNS.index(QUALITY[1])] == "0.0000"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("s.txt", r"\.csv, \.jsonl, \.parquet"),
        ("s", "must end in"),
        ("no/s.csv", "does not exist"),
        ("d.csv", "cannot be written"),
    ],
)
def test_a_wrong_out_is_refused_before_any_work(tmp_path: Path, name: str, complaint: str) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(UsageError, match=complaint):
        write.check_out(tmp_path / name, "--out")


def test_types_raised_scars_and_both_uncertainties_have_columns_of_their_own() -> None:
    told = replace(
        SCORE,
        sem=3.269,
        grade=2,
        type_probabilities=(0.5, 0.25, 0.125, 0.1, 0.025),
        raised=False,
        raised_probability=1 / 3,
    )
    row = csv_of(row_of("a.jpg", told))[0]
    assert [row["sem"], row["grade"], row["raised"]] == ["3.27", "2", "no"]
    assert [row["p_icepick"], row["p_keloid"], row["p_raised"]] == ["0.5000", "0.0250", "0.3333"]
    untold = csv_of(row_of("a.jpg", SCORE))[0]
    assert [untold[name] for name in ("sem", "grade", "raised", "p_icepick", "p_raised")] == [""] * 5
    again = row_of("a.jpg", told)
    assert row_from(json.loads(json.dumps(kept(again)))) == again
