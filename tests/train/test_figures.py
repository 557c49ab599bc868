"""What the figures tell where a data folder lacks a part of the photos."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from scarscore.datasets.photos import Photo, Rated, Reading
from scarscore.model.engine import Judgement
from scarscore.model.severity import Severity
from scarscore.train.bench.records import ALL
from scarscore.train.evaluate.figures import Figures, asides
from scarscore.train.evaluate.report import as_markdown
from scarscore.train.predict import Outcome

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "evaluation.json"


def outcome(number: int, error: float) -> Outcome:
    photo = Photo(f"{number}.jpg", "scarnet", f"g{number}", "rolling", f"s{number}", 320, 320, "0" * 64)
    reading = Reading(f"s{number}", "A", True, "closeup", number * 5, 0, 2, (), 0, 0, 0, 3)
    told = Judgement(Severity(number * 5 + error, 0.0, 100.0), 2, (2,), None, 1.0)
    return Outcome(Rated(f"s{number}", photo, None, (reading,), None), 0.0, 0.0, None, told, strange=False)


def test_other_photos_that_are_not_there_are_left_out_of_the_report() -> None:
    told = asides({"cuts": (), "never trained on": [outcome(n, 3.0) for n in range(9)]})
    assert [(each.name, each.photos, each.mae.value) for each in told] == [("never trained on", 9, 3.0)]
    figures = TypeAdapter(Figures).validate_python(json.loads(DOCUMENTED.read_text()))
    assert "## Other photos\n" in as_markdown(figures)
    assert "Other photos" not in as_markdown(replace(figures, asides=asides({"cuts": ()})))


def test_what_the_mixes_of_all_tones_would_give_is_what_all_photos_give() -> None:
    """Every photo counts by its data set's mean error, so that the bands' mixes have the mean of all photos."""
    figures = TypeAdapter(Figures).validate_python(json.loads(DOCUMENTED.read_text()))
    over_all = next(s for s in figures.sources if s.source == ALL)
    network = next(method for method in over_all.methods if method.name == "network")
    assert sum(tone.photos for tone in figures.tones) == over_all.photos
    mixed = sum(tone.photos * tone.mix for tone in figures.tones) / over_all.photos
    assert mixed == pytest.approx(network.mae.value)
    assert all(tone.readers > 0.0 for tone in figures.tones)
