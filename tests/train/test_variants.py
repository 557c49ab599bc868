"""The table of variants: taken from reports as they were written, losers included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scarscore.datasets.errors import DataError
from scarscore.train.evaluate.variants import named_variant, read_variant, write_variants

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def report() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DOCS / "evaluation.json").read_text())
    return told


def put(folder: Path, report: dict[str, Any]) -> str:
    folder.mkdir()
    (folder / "evaluation.json").write_text(json.dumps(report))
    return str(folder)


def test_each_variant_is_a_column_with_its_own_figures(report: dict[str, Any], tmp_path: Path) -> None:
    shipped = put(tmp_path / "a", report)
    report["sources"][0]["methods"][0]["rho"] = {"value": 0.123, "low": 0.01, "high": 0.23}
    lost = put(tmp_path / "b", report)
    written = write_variants([read_variant("lost", lost), read_variant("shipped", shipped)], tmp_path / "out")
    lines = written.read_text().splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert table[0] == "|  | lost | shipped |"
    assert len({line.count("|") for line in table}) == 1
    row = next(line for line in table if line.startswith("| scarnet: Spearman"))
    assert "0.123 [0.01, 0.23]" in row.split("|")[2]
    assert "0.123" not in row.split("|")[3]
    assert any("comedo" in line and " of 38" in line for line in table)


def test_a_folder_without_a_report_and_a_report_without_its_bench_are_refused(
    report: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"x=.*no report"):
        read_variant("x", str(tmp_path / "nowhere"))
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "evaluation.json").write_text("[]")
    with pytest.raises(DataError, match="it is no table"):
        read_variant("x", str(tmp_path / "list"))
    quick = read_variant("quick", put(tmp_path / "quick", report | {"bench": None}))
    with pytest.raises(DataError, match="without its bench"):
        write_variants([quick], tmp_path)


def test_a_variant_without_its_name_or_its_folder_is_refused(report: dict[str, Any], tmp_path: Path) -> None:
    folder = put(tmp_path / "a", report)
    assert named_variant(f"a={folder}").name == "a"
    for text in (folder, f"={folder}", "a=", ""):
        with pytest.raises(DataError, match="write NAME=FOLDER"):
            named_variant(text)


def test_the_rows_are_those_of_the_reports_whatever_their_sources(report: dict[str, Any], tmp_path: Path) -> None:
    report["sources"] = [{**entry, "source": f"clinic {n}"} for n, entry in enumerate(report["sources"][:2])]
    written = write_variants([read_variant("own", put(tmp_path / "own", report))], tmp_path / "out").read_text()
    assert "| clinic 0: Spearman |" in written
    assert "| clinic 1: photos |" in written
    assert "scarnet" not in written


def test_reports_on_different_things_are_not_put_side_by_side(report: dict[str, Any], tmp_path: Path) -> None:
    whole = read_variant("whole", put(tmp_path / "whole", report))
    less = read_variant("less", put(tmp_path / "less", {**report, "sources": report["sources"][1:]}))
    for pair in ([whole, less], [less, whole]):
        with pytest.raises(DataError, match=r"not evaluated on the same things: scarnet: photos"):
            write_variants(pair, tmp_path / "out")
    turned = read_variant("turned", put(tmp_path / "turned", {**report, "sources": report["sources"][::-1]}))
    with pytest.raises(DataError, match="order differs"):
        write_variants([whole, turned], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("lacking", ["cells", "sources", "asides"])
def test_a_report_that_lacks_something_is_named(report: dict[str, Any], tmp_path: Path, lacking: str) -> None:
    for number, value in enumerate((None, [{}])):
        old = read_variant("old", put(tmp_path / f"{lacking}{number}", {**report, lacking: value}))
        with pytest.raises(DataError, match="the report of old lacks a figure"):
            write_variants([old], tmp_path / "out")
