"""A table of own readings: read as a whole, refused with every line that is wrong, a patient never on two sides."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from scarscore.datasets.command import datasets
from scarscore.datasets.errors import DataError
from scarscore.datasets.own import TOLD, read_own
from scarscore.datasets.photos import load

HEAD = "file,patient,reader,severity,grade"


def table(folder: Path, *lines: str, head: str = HEAD) -> Path:
    """A table, and for each file that it names one with bytes of its own, unless it is there or called `none.jpg`."""
    path = folder / "my.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    for line in lines:
        file = folder / line.partition(",")[0]
        if line[:1] not in ("", ",") and file.name != "none.jpg" and not file.exists():
            file.write_bytes(f"bytes of {file.name}".encode())
    return path


def test_readers_of_one_photo_are_averaged_and_their_grades_medianed(tmp_path: Path) -> None:
    photos = read_own(table(tmp_path, "a.jpg,P1,A,30,2", "b.jpg,P1,A,5,", "a.jpg,P1,B,41,3", "b.jpg,P1,B,6,0"))
    assert [photo.path.name for photo in photos] == ["a.jpg", "b.jpg"]
    assert (photos[0].severity, photos[0].grade) == (35.5, 2)
    assert (photos[1].severity, photos[1].grade) == (5.5, None)  # a reader gave no grade
    assert {photo.patient for photo in photos} == {"P1"}


def test_files_lie_in_the_folder_that_is_named_else_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"a")
    path = tmp_path / "my.csv"
    path.write_text("file,patient,severity\na.jpg,P1,3\n")
    assert read_own(path, tmp_path / "photos")[0].path == (tmp_path / "photos" / "a.jpg").resolve()
    with pytest.raises(DataError, match=r"my\.csv line 2: there is no photo 'a\.jpg'"):
        read_own(path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("none.jpg,P2,A,30,2", "there is no photo 'none.jpg'"),
        (",P2,A,30,2", "there is no photo ''"),
        ("b.jpg,,A,30,2", "no patient"),
        ("b.jpg,P2,A,,2", "severity is '', not a number"),
        ("b.jpg,P2,A,101,2", "severity is 101, outside 0 to 100"),
        ("b.jpg,P2,A,nan,2", "severity is nan, outside 0 to 100"),
        ("b.jpg,P2,A,30,5", "grade is '5', none of 0, 1, 2, 3, 4"),
        ("b.jpg,P2", "severity is '', not a number"),
        ("a.jpg,P1,A,31,2", "the same photo as in line 2, by the same reader"),
        ("a.jpg,P2,B,31,2", "the photo is of patient 'P2' here, of 'P1' in line 2"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_own(table(tmp_path, "a.jpg,P1,A,30,2", line))
    assert str(caught.value).startswith(f"my.csv line 3: {message}")


def test_every_wrong_line_is_told_at_once_and_a_flood_is_counted(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_own(table(tmp_path, "a.jpg,P1,A,x,2", "b.jpg,P1,A,30,2", "c.jpg,P1,A,200,2"))
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["my.csv line 2", "my.csv line 4"]
    with pytest.raises(DataError) as caught:
        read_own(table(tmp_path, *(f"{n}.jpg,P1,A,x,2" for n in range(TOLD + 7))))
    assert str(caught.value).splitlines()[-1] == "and 7 more"


@pytest.mark.parametrize(("patient", "whose"), [("P1", ""), ("P2", ", of another patient")])
def test_one_picture_under_two_names_is_refused(patient: str, whose: str, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(b"the same picture")
    with pytest.raises(DataError) as caught:
        read_own(table(tmp_path, "a.jpg,P1,A,30,2", f"b.jpg,{patient},A,30,2"))
    assert str(caught.value) == f"my.csv line 3: the same picture, byte for byte, as in line 2{whose}"


def test_a_table_without_a_column_or_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rows with the columns patient"):
        read_own(table(tmp_path, "a.jpg,30", head="file,severity"))
    with pytest.raises(DataError, match="no rows with the columns file, severity, patient"):
        read_own(table(tmp_path))
    with pytest.raises(DataError, match="cannot be read"):
        read_own(tmp_path / "nowhere.csv")


def test_a_photo_without_a_patient_stands_for_itself_where_nothing_is_trained(tmp_path: Path) -> None:
    photos = read_own(table(tmp_path, "a.jpg,30", "b.jpg,40", head="file,severity"), patients=False)
    assert len({photo.patient for photo in photos}) == 2


def test_a_sets_readings_become_such_a_table(data_root: Path, tmp_path: Path) -> None:
    out = tmp_path / "acne04.csv"
    done = CliRunner().invoke(datasets, ["labels", "--data", str(data_root), "--source", "acne04", "--out", str(out)])
    assert done.exit_code == 0, done.output
    with out.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    rated = [r for r in load(data_root).rated() if r.photo.source == "acne04" and r.cut is None and r.usable]
    once = {item.photo.sha256: item for item in reversed(rated)}.values()  # the set has twins
    assert len(once) < len(rated)
    assert {row["file"] for row in rows} == {item.photo.file for item in once}
    assert len(rows) == sum(len(item.readings) for item in once)
    assert len(read_own(out, data_root)) == len(once)
    groups = {item.photo.file: item.photo.group for item in rated}
    assert all(row["patient"] == groups[row["file"]] for row in rows)
    failed = CliRunner().invoke(
        datasets, ["labels", "--data", str(data_root), "--source", "elsewhere", "--out", str(out)]
    )
    assert isinstance(failed.exception, DataError)
