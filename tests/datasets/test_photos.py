"""The tables as typed records: what is read, what is refused, and where the error points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from scarscore.datasets.errors import DataError, DataMissing
from scarscore.datasets.photos import TABLES, load, problems
from scarscore.datasets.photos import data_root as find_data

Edit = Callable[[Path, Callable[[list[list[object]]], None]], None]


def test_a_folder_without_photos_is_missing_data_and_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="--data or SCARSCORE_DATA"):
        find_data(tmp_path)


def test_the_folder_is_the_one_given_else_the_variable(
    small_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCARSCORE_DATA", str(small_data))
    assert find_data() == small_data
    with pytest.raises(DataMissing, match="nowhere"):
        find_data(tmp_path / "nowhere")


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_table_is_named(small_data: Path, table: str) -> None:
    (small_data / table).unlink()
    with pytest.raises(DataMissing, match=table):
        load(small_data)


def test_a_rated_photo_joins_its_readings_and_its_mean_cells(small_data: Path) -> None:
    first = load(small_data).rated()[0]
    assert (first.key, first.photo.file, first.cut) == ("r1", "scarnet/rolling/one.jpg", None)
    assert (first.severity, first.spread, first.grade, first.usable) == (55, 5, 3, True)
    assert (first.type_share("boxcar"), first.type_share("icepick")) == (0.5, 0)
    assert first.cells == (None, 16, 17, 18, 19, 20, 21, 22, 23)


def test_a_cut_is_rated_on_its_own_and_belongs_to_its_photo(small_data: Path) -> None:
    last = load(small_data).rated()[-1]
    assert (last.key, last.photo.file, last.severity) == ("c1", "acne04/three.jpg", 20)
    assert last.cut is not None
    assert (last.cut.x0, last.cut.y1) == (8, 40)
    assert last.readings[0].types == ()


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("photos.csv", "width", "wide", r"photos.csv line 2: width is 'wide', not a number"),
        ("photos.csv", "width", "0", r"photos.csv line 2: width is 0, outside 1 to 65535"),
        ("photos.csv", "file", "../one.jpg", r"photos.csv line 2: '../one.jpg' leaves the data folder"),
        ("photos.csv", "file", "/one.jpg", r"photos.csv line 2: '/one.jpg' leaves the data folder"),
        ("ratings.csv", "atrophic", "101", r"ratings.csv line 2: atrophic is 101, outside 0 to 100"),
        ("ratings.csv", "atrophic", "nan", r"ratings.csv line 2: atrophic is nan, outside 0 to 100"),
        ("ratings.csv", "grade", "2.5", r"ratings.csv line 2: grade is 2.5, not a whole number"),
        ("grid.csv", "c3", "-2", r"grid.csv line 2: c3 is -2, outside -1 to 100"),
        ("cuts.csv", "x1", "8", r"cuts.csv line 2: the cut is empty"),
        ("boxes.csv", "cx", "1.5", r"boxes.csv line 2: cx is 1.5, outside 0 to 1"),
    ],
)
def test_a_wrong_value_is_refused_with_its_table_line_and_column(
    small_data: Path, edit: Edit, table: str, column: str, value: str, message: str
) -> None:
    def spoil(rows: list[list[object]]) -> None:
        rows[1][rows[0].index(column)] = value

    edit(small_data / table, spoil)
    with pytest.raises(DataError, match=message):
        load(small_data)


def test_a_missing_column_is_named(small_data: Path, edit: Edit) -> None:
    def rename(rows: list[list[object]]) -> None:
        rows[0][rows[0].index("sha256")] = "md5"

    edit(small_data / "photos.csv", rename)
    with pytest.raises(DataError, match="no column 'sha256'"):
        load(small_data)


def test_a_table_that_is_no_text_is_refused(small_data: Path) -> None:
    (small_data / "grid.csv").write_bytes(b"rating_id,reader\nr1,\xff\xfe\n")
    with pytest.raises(DataError, match=r"grid.csv cannot be read"):
        load(small_data)


def test_a_rating_id_without_readings_is_an_error_of_the_data(small_data: Path, edit: Edit) -> None:
    def rename(rows: list[list[object]]) -> None:
        rows[1][rows[0].index("rating_id")] = "r999"

    edit(small_data / "photos.csv", rename)
    with pytest.raises(DataError, match="r999"):
        load(small_data).rated()


def test_problems_names_each_photo_once_and_only_the_damaged_with_a_reason(small_data: Path) -> None:
    (small_data / "acne04" / "three.jpg").unlink()
    damaged = small_data / "acne_new" / "two.jpg"
    damaged.write_bytes(damaged.read_bytes() + b"x")
    found = {photo.file: reason for photo, reason in problems(load(small_data))}
    assert found["scarnet/rolling/one.jpg"] is None
    assert "checksum differs" in (found["acne_new/two.jpg"] or "")
    assert "cannot be read" in (found["acne04/three.jpg"] or "")


def test_the_real_tables_hold_what_their_readme_states(data_root: Path) -> None:
    collection = load(data_root)
    rated = collection.rated()
    assert len(collection.photos) == 1468
    assert len([item for item in rated if item.cut is None]) == 673
    assert len([item for item in rated if item.cut is not None]) == 108
    assert len([item for item in rated if item.cells is not None]) == 160
    readers = Counter((item.key[0], len(item.readings)) for item in rated)
    assert set(readers) == {("r", 3), ("x", 2), ("c", 2)}
    assert {box.cls for box in collection.boxes} == {"scar", "acne", "pimple", "spot", "mole1", "mole2"}
