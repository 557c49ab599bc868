"""The report on the quality checks: what it makes of photos, what it asks, and what it writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.photos import load
from scarscore.model.bundles import open_model
from scarscore.model.preprocess import everywhere
from scarscore.model.region_engine import RegionEngine
from scarscore.train.quality.degrade import AILMENTS, Ailment, burnt, covered, exposed, far, glossy, shaded, shrunk
from scarscore.train.quality.notskin import KINDS, Picture, drawn, photographed
from scarscore.train.quality.report import Trial, as_markdown, networks_of
from scarscore.train.quality.trial import Ailing, NotSkin, Real, ailing, chosen, not_skin
from tests import make

SKIN = make.skin()
ALL = everywhere(SKIN)


@pytest.mark.parametrize("ailment", AILMENTS, ids=lambda ailment: ailment.name)
def test_each_step_changes_the_photo_more_than_the_one_before(ailment: Ailment) -> None:
    """Measured where sizes can be compared: at the size of the smaller picture."""
    if ailment.make is shrunk:
        sides = [min(ailment.make(SKIN, ALL, step).shape[:2]) for step in ailment.steps]
        assert sides == sorted(sides, reverse=True)
        assert max(sides) <= 360
        return
    changed = [np.abs(ailment.make(SKIN, ALL, step) - SKIN.astype(float)).mean() for step in ailment.steps]
    assert changed == sorted(changed)
    assert changed[0] > 0


def test_ailments_do_not_touch_the_photo_that_they_are_given() -> None:
    before = SKIN.copy()
    for ailment in AILMENTS:
        made = ailment.make(SKIN, ALL, ailment.steps[-1])
        assert made.dtype == np.uint8
        assert np.array_equal(made, ailment.make(SKIN, ALL, ailment.steps[-1]))
    assert np.array_equal(SKIN, before)


def test_a_stop_of_light_is_a_factor_of_two_in_light() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    twice = exposed(grey, everywhere(grey), 1)
    assert ((twice[0, 0, 0] / 255 + 0.055) / 1.055) ** 2.4 == pytest.approx(
        2 * ((100 / 255 + 0.055) / 1.055) ** 2.4, rel=0.02
    )


def test_lamp_gloss_shadow_and_cloth_cover_the_share_that_is_said() -> None:
    half = np.zeros(SKIN.shape[:2], np.float32)
    half[:, :240] = 1
    lit = burnt(SKIN, half, 0.3)
    assert ((lit[:, :240] == 255).any(axis=2)).mean() == pytest.approx(0.3, abs=0.05)
    wet = glossy(SKIN, half, 0.3)
    assert (np.abs(wet[:, :240] - SKIN[:, :240].astype(int)).max(axis=2) > 25).mean() == pytest.approx(0.3, abs=0.06)
    assert np.array_equal(wet[:, 250:], SKIN[:, 250:])
    dark = shaded(SKIN, ALL, 2).astype(float).mean(axis=(0, 2))
    assert dark[:200].mean() > 1.5 * dark[280:].mean()
    assert (covered(SKIN, ALL, 0.4) == 127).all(axis=2).mean() == pytest.approx(0.4, abs=0.02)
    assert (far(SKIN, ALL, 0.5) == 60).all(axis=2).mean() == pytest.approx(0.75, abs=0.02)


def test_drawn_pictures_come_in_every_kind_and_always_the_same() -> None:
    first, again = list(drawn(2)), list(drawn(2))
    assert [picture.kind for picture in first] == [kind for kind in KINDS for _ in range(2)]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))
    assert {picture.pixels.dtype for picture in first} == {np.dtype(np.uint8)}
    assert not np.array_equal(first[-1].pixels, first[-2].pixels)


def test_package_pictures_are_found_where_scikit_learn_keeps_them() -> None:
    assert {"sklearn china", "sklearn flower"} <= {picture.kind for picture in photographed()}


def test_the_product_is_asked_about_pictures_in_memory() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    answers = not_skin([Picture("noise", noise), Picture("thumbnail", make.skin(100, 80))])
    assert [told.answer["status"] for told in answers] == ["refused", "refused"]
    assert answers[1].answer["reason"] == "too_small"


def test_real_photos_are_made_to_ail_and_scored(data_root: Path) -> None:
    """One photo of each of two sources, so that it takes seconds."""
    collection = load(data_root)
    rated = chosen(collection, 1)
    assert len({item.photo.source for item in rated}) == len(rated) >= 4
    assert chosen(collection, 1) == rated
    told = ailing(collection, rated[:1], RegionEngine.load(), lambda line: None)
    assert len(told) == sum(len(ailment.steps) for ailment in AILMENTS)
    assert {photo.answer["status"] for photo in told} == {"scored", "refused"}
    assert all(0 <= photo.severity <= 100 and 0 <= photo.healthy <= 100 for photo in told)


def test_the_report_counts_what_it_is_given() -> None:
    scored, dark = {"status": "scored", "reason": ""}, {"status": "refused", "reason": "too_dark"}
    checks = dict.fromkeys((ailment.check for ailment in AILMENTS), "0.5")
    steps = [("underexposed", step, dark if step < -3 else scored) for step in (-1, -2, -4, -5)]
    ill = [
        Ailing(f"r{n}", "london", name, step, answer | checks, 10.0 * n + step, 10.0 * n)
        for n in range(5)
        for name, step, answer in steps
    ]
    trial = Trial(
        networks_of(open_model()),
        (Real("london", True, scored), Real("london", True, dark), Real("acne04", None, scored)),
        (NotSkin("fur", dark), NotSkin("fur", scored), NotSkin("sand", dark)),
        tuple(ill),
    )
    text = as_markdown(trial)
    for network in (open_model().severity, open_model().regions):
        assert f"{network.metadata.name} {network.metadata.version} (SHA-256 `{network.sha256}`)" in text
    assert "| london | usable | 2 | 50.0% | too_dark 1 |" in text
    assert "| acne04 | not rated | 1 | 100.0% | - |" in text
    assert "| fur | 2 | 50.0% | too_dark 1 |" in text
    assert "| **all** | 3 | 66.7% | too_dark 2 |" in text
    assert "| underexposed | brightness_low | 10 | 1.5 | -1.5 | 0.9" in text
    assert " | 10 | 4.5 | -4.5 | 0.9" in text
    assert "| underexposed | -4 stops | brightness_low | 0.5 | 100% | too_dark 5 | 4.0 | -4.0 | 1.00 |" in text
