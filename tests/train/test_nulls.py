"""A report is JSON that any reader takes: what is no number stands as null, and comes back as NaN."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pydantic import TypeAdapter

from scarscore.model.bundle import load_bundle
from scarscore.train.evaluate.carried import carry, completed
from scarscore.train.evaluate.figures import PLAIN, Figures
from scarscore.train.evaluate.nulls import json_text, with_nan
from scarscore.train.evaluate.report import as_markdown, write_report
from scarscore.train.evaluate.statistics import Estimate
from scarscore.train.evaluate.variants import read_variant, write_variants

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "evaluation.json"
NOTHING = Estimate(math.nan, math.nan, math.nan)


def strictly(text: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def documented() -> Figures:
    return TypeAdapter(Figures).validate_python(json.loads(DOCUMENTED.read_text()))


def test_what_is_no_number_is_null_and_comes_back() -> None:
    told = {"auc": math.nan, "rows": ({"slope": math.nan, "n": 3}, [1.5, None]), "name": "NaN"}
    read = strictly(json_text(told))
    assert read == {"auc": None, "rows": [{"slope": None, "n": 3}, [1.5, None]], "name": "NaN"}
    again = with_nan(read)
    assert math.isnan(again["auc"])
    assert math.isnan(again["rows"][0]["slope"])
    assert again["rows"][0]["n"] == 3


def test_a_figure_without_bounds_is_no_report() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"slope": math.inf})


def test_a_report_with_figures_that_nobody_could_tell_is_taken_over_from_its_json(
    documented: Figures, tmp_path: Path
) -> None:
    first, *rest = documented.sources
    plain = next(method for method in first.methods if method.name == PLAIN)
    lost = replace(plain, rho=NOTHING, slope=math.nan, auc=math.nan)
    methods = tuple(lost if method.name == PLAIN else method for method in first.methods)
    figures = replace(documented, sources=(replace(first, methods=methods), *rest))
    _, data = write_report(figures, tmp_path)
    told = strictly(data.read_text())
    assert next(m for m in told["sources"][0]["methods"] if m["name"] == PLAIN)["auc"] is None
    taken = carry(data, load_bundle())
    back = taken.plain[first.source]
    assert all(map(math.isnan, (back.rho.value, back.rho.low, back.slope, back.auc)))
    assert back.mae == plain.mae
    assert taken.bench == documented.bench


def test_variants_show_what_could_not_be_told(documented: Figures, tmp_path: Path) -> None:
    first, *rest = documented.sources
    methods = tuple(replace(method, rho=NOTHING, slope=math.nan) for method in first.methods)
    write_report(replace(documented, sources=(replace(first, methods=methods), *rest)), tmp_path)
    text = write_variants([read_variant("odd", str(tmp_path))], tmp_path).read_text()
    assert f"| {first.source}: Spearman | nan [nan, nan] |" in text


def test_a_report_says_whose_bench_it_took_over(documented: Figures, tmp_path: Path) -> None:
    _, data = write_report(replace(documented, carried=None), tmp_path)
    same = completed(documented, carry(data, load_bundle()))
    assert "Taken over from an earlier report" in as_markdown(same)
    assert "earlier network" not in as_markdown(same)
    other = replace(same, sha256="0" * 64)
    assert "## Measured on an earlier network" in as_markdown(other)
    assert str(same.carried) in as_markdown(other)
