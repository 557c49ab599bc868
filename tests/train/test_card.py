"""The shipped cards are what the command makes of the committed reports; a report of another network makes none."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from scarscore.datasets.errors import DataError
from scarscore.model import bundle as files
from scarscore.model.bundle import DEFAULT
from scarscore.model.bundles import ModelBundle, open_model, open_uncarded, shipped_names
from scarscore.train.cost import Cost
from scarscore.train.evaluate.card import card_of, default_card, unseen_card
from scarscore.train.evaluate.statistics import Agreement, Estimate
from scarscore.train.evaluate.unseen import SetFigures, Unseen, as_markdown, read_sets, write_unseen

DOCS = Path(__file__).resolve().parents[2] / "docs"
NO_COST = (None, None)


@pytest.fixture(scope="module")
def bundle() -> ModelBundle:
    return open_uncarded(DEFAULT)


@pytest.fixture
def report() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DOCS / "evaluation.json").read_text())
    return told


@pytest.fixture
def regions() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DOCS / "regions.json").read_text())
    return told


@pytest.mark.parametrize("name", shipped_names())
def test_the_shipped_cards_are_written_from_the_committed_reports(name: str) -> None:
    card = card_of(name, DOCS)
    assert card == (files.WEIGHTS / f"{name}.md").read_text(encoding="utf-8")
    assert card == open_model(name).card


def test_a_tone_on_which_it_errs_much_more_is_said_first(
    bundle: ModelBundle, report: dict[str, Any], regions: dict[str, Any]
) -> None:
    for tone, over_all in zip(report["tones"], (1.31, 1.3, None, 0.9), strict=False):
        tone["over_all"] = over_all
    del report["tones"][4:]
    first, second = (report["tones"][n]["band"] for n in (0, 1))
    card = default_card(bundle, report, regions, NO_COST)
    assert f"**On {first} skin (as photographed) it errs 1.3 times as much as over all photos**" in card
    assert f"On {second} skin" not in card
    assert card.index("it errs 1.3 times") < card.index("## ")


def test_sets_never_seen_and_ablations_stand_in_a_card_where_they_were_made(
    bundle: ModelBundle, report: dict[str, Any], regions: dict[str, Any]
) -> None:
    version = bundle.severity.metadata.version
    (alone,) = figures(bundle, 4.0).sets
    left_out: dict[str, Any] = {"networks": [{"version": version, "figures": asdict(alone)}]}
    estimate = {"value": 0.25, "low": -0.5, "high": None}
    given = {"name": "without luck", "rho": [estimate], "ordered": 1.0, "redness": 4.0, "alarms": 3, "crops": 76}
    given |= {"deep": 5.5, "unseen_bias": -9.0, "within": 0.75}
    given |= dict.fromkeys(("mae", "less", "cells", "icc", "sdc95", "unseen"), estimate)
    ablation = {"photos": 130, "strangers": 77, "given": [given]}
    card = default_card(bundle, report, regions, NO_COST, left_out, ablation)
    assert "## Data sets never seen" in card
    assert "| acne04 | 9 (4) | 1 |" in card
    assert "| without luck | 0.25 | 0.2 | 0.25 | 0.25 |" in card  # an interval that has no end is not shown
    assert "scarnet's 77 photos by a second network" in card
    plain = default_card(bundle, report, regions, NO_COST)
    assert "never seen" not in plain
    assert "without luck" not in plain
    left_out["networks"][0]["version"] = "0.0.9"
    with pytest.raises(DataError, match=r"left-out.json is of the network 0.0.9, the bundle has"):
        default_card(bundle, report, regions, NO_COST, left_out)


def test_a_card_follows_its_report(bundle: ModelBundle, report: dict[str, Any], regions: dict[str, Any]) -> None:
    report["sources"][0]["methods"][0]["mae"] |= {"value": 12.34, "low": 11.11, "high": 13.57}
    report["tones"][0] |= {"mae": None, "bias": None, "over_all": None}
    report["bench"] = None
    card = default_card(bundle, report, regions, (Cost(120.0, 3600.0), None))
    assert "12.3 [11.1, 13.6]" in card
    assert f"**{report['tones'][0]['band']}: untested**" in card
    assert "Repeatability" not in card
    assert "severity network: 60 min of one core (2 min by the clock)" in card
    assert "region network: not recorded" in card


@pytest.mark.parametrize("part", ["report", "regions"])
def test_a_report_of_another_network_makes_no_card(
    part: str, bundle: ModelBundle, report: dict[str, Any], regions: dict[str, Any]
) -> None:
    {"report": report, "regions": regions}[part]["sha256"] = "0" * 64
    with pytest.raises(DataError, match="evaluate this one first"):
        default_card(bundle, report, regions, NO_COST)


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"evaluation\.json cannot be read"):
        card_of(DEFAULT, tmp_path)


def figures(bundle: ModelBundle, mae: float) -> Unseen:
    around = Estimate(mae, mae - 1, mae + 1)
    told = SetFigures(
        source="acne04", photos=9, groups=4, refused=1, rho=Estimate(0.5, 0.2, 0.7), mae=around,
        bias=Estimate(-1.0, -2.0, 0.5), slope=0.4, auc=float("nan"), inside=0.5, width=20.0, mean_alone=8.0,
        readers=Agreement(0.8, 4.1, 0.7),
    )  # fmt: skip
    return Unseen("other", "1", "research", bundle.severity.sha256, bundle.regions.sha256, (told,))


@pytest.mark.parametrize(("mae", "worse"), [(11.0, True), (8.5, False)])
def test_a_bundle_that_errs_more_than_the_mean_alone_says_so(
    mae: float, worse: bool, bundle: ModelBundle, tmp_path: Path
) -> None:
    _, data = write_unseen(figures(bundle, mae), tmp_path)
    told = json.loads(data.read_text())
    card = unseen_card(replace(bundle, name="other"), told, NO_COST)
    assert ("On acne04 it errs more than telling every photo the set's mean" in card) is worse
    assert f"{mae:.1f} [{mae - 1:.1f}, {mae + 1:.1f}]" in card
    assert read_sets(told["sets"])[0].mae == figures(bundle, mae).sets[0].mae


def test_the_committed_report_on_rights_clean_is_written_from_its_figures_and_says_that_it_is_not_shipped() -> None:
    told = json.loads((DOCS / "rights-clean.json").read_text())
    text = as_markdown(Unseen(**told | {"sets": read_sets(told["sets"])}))
    assert text == (DOCS / "rights-clean.md").read_text(encoding="utf-8")
    assert "is not shipped with scarscore" in text
    assert told["name"] not in shipped_names()


def test_the_report_on_unseen_sets_names_its_bundle_and_what_lies_beside(bundle: ModelBundle) -> None:
    text = as_markdown(figures(bundle, 9.0))
    assert bundle.severity.sha256 in text
    assert "| acne04 | 9 (4) | 1 | 0.50 [0.20, 0.70] | 9.0 [8.0, 10.0] |" in text
    assert "| 8.0 | 0.80 / 4.1 |" in text
