"""What an earlier report told of the same severities is taken over whole; of others it is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from scarscore.datasets.errors import DataError
from scarscore.model.bundle import Bundle, load_bundle
from scarscore.train.evaluate.carried import carry, completed
from scarscore.train.evaluate.figures import PLAIN, Figures

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "evaluation.json"


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return load_bundle()


def test_the_documented_bench_and_baseline_are_taken_over(shipped: Bundle) -> None:
    told = json.loads(DOCUMENTED.read_text())
    taken = carry(DOCUMENTED, shipped)
    assert taken.bench is not None
    assert taken.bench.sem == next(r["sem"]["value"] for r in told["bench"]["repeats"] if r["source"] == "all")
    assert set(taken.plain) == {source["source"] for source in told["sources"]}
    assert all(method.name == PLAIN for method in taken.plain.values())
    assert taken.origin == told["carried"] or f"{told['model']} {told['version']}" in taken.origin


def test_a_report_on_the_base_itself_is_taken_over_and_named_as_what_was_measured(
    shipped: Bundle, tmp_path: Path
) -> None:
    """Such as one of before there were heads: the base's own bytes stood in it, and no base."""
    told = json.loads(DOCUMENTED.read_text())
    del told["base_sha256"], told["carried"]
    told |= {"sha256": shipped.metadata.base_sha256, "version": "0.3.0"}
    (tmp_path / "evaluation.json").write_text(json.dumps(told))
    origin = carry(tmp_path / "evaluation.json", shipped).origin
    assert origin == f"severity 0.3.0 (SHA-256 {shipped.metadata.base_sha256[:12]}…)"


def test_a_report_of_other_severities_is_refused(shipped: Bundle) -> None:
    other = replace(shipped, metadata=replace(shipped.metadata, base_sha256="0" * 64))
    with pytest.raises(DataError, match="other severities"):
        carry(DOCUMENTED, other)


def test_a_report_of_severities_that_were_calibrated_otherwise_is_refused(shipped: Bundle) -> None:
    """The shipped network's calibration shows on photos that nobody trained on, the folds' on cuts."""
    figures = TypeAdapter(Figures).validate_python(json.loads(DOCUMENTED.read_text()))
    taken = carry(DOCUMENTED, shipped)
    assert completed(figures, taken).bench == figures.bench
    unseen = figures.asides[-1]
    assert "never trained on" in unseen.name
    moved = replace(unseen, mae=replace(unseen.mae, value=unseen.mae.value + 0.2))
    for others in ((*figures.asides[:-1], moved), figures.asides[:-1], ()):
        other = replace(figures, asides=others)
        with pytest.raises(DataError, match="calibrated otherwise"):
            completed(other, taken)


@pytest.mark.parametrize("text", ["{}", "[]", "no report", '{"base_sha256": "0", "bench": 3, "sources": []}'])
def test_what_is_no_report_is_refused(shipped: Bundle, tmp_path: Path, text: str) -> None:
    (tmp_path / "evaluation.json").write_text(text)
    with pytest.raises(DataError, match="cannot be taken over"):
        carry(tmp_path / "evaluation.json", shipped)
