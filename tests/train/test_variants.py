"""The table of variants: taken from reports as they were written, losers included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scarscore.datasets.errors import DataError
from scarscore.train.evaluate.variants import read_variant, write_variants

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
    quick = read_variant("quick", put(tmp_path / "quick", report | {"bench": None}))
    with pytest.raises(DataError, match="without its bench"):
        write_variants([quick], tmp_path)
