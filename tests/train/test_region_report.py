"""How the region network is measured and told: overlap by hand, untested skin tones first."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from scarscore.datasets.synthetic.tone import BANDS
from scarscore.model.regions import Region
from scarscore.train.regions.evaluation import (
    Figures,
    Overlap,
    PoseFigures,
    confusion,
    intersection_over_union,
    tone_band,
)
from scarscore.train.regions.report import as_markdown, write_report


def test_overlap_is_intersection_over_union_for_each_region() -> None:
    truth = np.array([[0, 0, 2, 2]], np.uint8)
    told = np.array([[0, 2, 2, 2]], np.uint8)
    each = intersection_over_union(confusion(truth, told))
    assert each[Region.NOT_SKIN] == pytest.approx(1 / 2)
    assert each[Region.FOREHEAD] == pytest.approx(2 / 3)
    assert each[Region.NOSE] is None


@pytest.mark.parametrize(("angle", "band"), [(60, 0), (48, 1), (35, 2), (20, 3), (-10, 4), (-45, 5)])
def test_a_photos_skin_tone_falls_into_its_band(angle: float, band: int) -> None:
    lab = np.full((40, 40, 3), (50 + 18 * np.tan(np.radians(angle)), 13, 18), np.float32)
    pixels = np.clip(np.rint(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255), 0, 255).astype(np.uint8)
    label = np.full((20, 20), Region.LEFT_CHEEK, np.uint8)
    assert tone_band(pixels, label) == list(BANDS)[band]


def made_figures() -> Figures:
    tones = (
        Overlap("dark", 9, 8, None, ()),
        Overlap("light", 40, 30, 0.81, (0.8,) * 7),
    )
    whole = Overlap("london", 30, 15, 0.85, (0.9, 0.6, 0.9, 0.9, 0.9, 0.9, None))
    return Figures(
        name="regions",
        version="0.0.0",
        sha256="0" * 64,
        licence_class="research",
        sources=("london",),
        teacher="a mesh",
        bytes=3_000_000,
        kept={"london": (9, 10)},
        overlaps=(whole,),
        tones=tones,
        poses=(PoseFigures("london", 30, 0.987, 1.0, 2.0, 0.03),),
        skin=(),
        cost=0.5,
    )


def test_untested_skin_tones_stand_first_and_are_called_so() -> None:
    text = as_markdown(made_figures())
    assert "**dark: untested** (8 groups, 9 photos" in text
    assert "| photos | n (groups) |" in text
    assert text.index("dark: untested") < text.index("| light |") < text.index("| london |")
    assert "london 9 of 10 (90%)" in text


def test_the_same_figures_are_written_as_json(tmp_path: Path) -> None:
    markdown, data = write_report(made_figures(), tmp_path / "regions.md")
    assert markdown.read_text() == as_markdown(made_figures())
    assert json.loads(data.read_text())["overlaps"][0]["mean"] == 0.85
