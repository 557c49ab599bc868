"""New scars are found on real skin, unchanged skin shows none, red marks are none; severities are seen alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scarscore.model.bundle import load_bundle
from scarscore.model.engine import Engine
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.align import Alignment, Pair, align
from scarscore.serve.course.differences import NEW_FROM, changes, confidence, new_spots
from tests.make import skin
from tests.serve.course.shots import SOURCES, near, photos, pixels_of, shot_again, with_scar


@pytest.fixture(scope="module")
def finder() -> RegionEngine:
    return RegionEngine.load()


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_bundle())


@pytest.mark.parametrize("source", SOURCES)
def test_a_scar_that_was_not_there_is_told_and_nothing_else(
    source: str, data_root: Path, finder: RegionEngine, engine: Engine
) -> None:
    file = photos(data_root, source, 2)[0]
    photo = pixels_of(data_root, file)
    scarred = with_scar(photo, finder.look(photo), file)
    assert scarred is not None
    found = align(photo, shot_again(scarred.pixels, f"{file} new").pixels, finder)
    assert isinstance(found, Alignment)
    told = changes(found, engine).new_scars
    assert [near(scarred, scar) for scar in told] == [True]
    assert told[0].confidence > 0.5
    assert 0.3 * scarred.width < told[0].size_px < 3 * scarred.width


@pytest.mark.parametrize("source", SOURCES)
def test_unchanged_skin_has_no_new_scar(source: str, data_root: Path, finder: RegionEngine) -> None:
    file = photos(data_root, source, 2)[0]
    photo = pixels_of(data_root, file)
    found = align(photo, shot_again(photo, f"{file} same").pixels, finder)
    assert isinstance(found, Alignment)
    assert new_spots(found.pair, found.residual_px) == []


def dented(seed: int = 0) -> Pair:
    """Made-up skin with a dent that is new, lit from above."""
    before = skin(512, 512, seed=seed)
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    shade = -0.25 * (y - 200) / 6 * np.exp(-((x - 300) ** 2 + (y - 200) ** 2) / 72)
    now = np.clip(before * (1 + shade[..., np.newaxis]), 0, 255).astype(np.uint8)
    return Pair(before, now, np.ones((512, 512), bool), np.eye(3))


def test_a_dent_is_told_where_it_is() -> None:
    told = new_spots(dented())
    assert len(told) == 1
    assert np.hypot(told[0].x - 300, told[0].y - 200) < 6


def test_a_scar_that_is_gone_is_not_new() -> None:
    pair = dented()
    assert new_spots(replace(pair, before=pair.now, now=pair.before)) == []


@pytest.mark.parametrize("absorbs", [(0.04, 0.40, 0.33), (0.22, 0.40, 0.57)], ids=["red", "brown"])
def test_a_mark_of_colour_is_not_a_new_scar(absorbs: tuple[float, float, float]) -> None:
    """As strong in green as a shadow that is told; blood takes hardly any red, melanin takes blue most."""
    pair = dented()
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    spot = np.exp(-((x - 300) ** 2 + (y - 200) ** 2) / 72)[..., np.newaxis]
    mark, shadow = (
        np.clip(pair.before * np.exp(-spot * np.float32(each)), 0, 255).astype(np.uint8)
        for each in (absorbs, (0.4,) * 3)
    )
    assert new_spots(replace(pair, now=mark)) == []
    assert len(new_spots(replace(pair, now=shadow))) == 1


def test_a_crease_is_not_a_new_scar() -> None:
    pair = dented()
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    crease = -0.25 * (y - 200) / 6 * np.exp(-((x - 300) ** 2 / 1800 + (y - 200) ** 2 / 72))
    now = np.clip(pair.before * (1 + crease[..., np.newaxis]), 0, 255).astype(np.uint8)
    assert new_spots(replace(pair, now=now)) == []


def test_a_pair_without_shared_skin_shows_nothing() -> None:
    pair = replace(dented(), skin=np.zeros((512, 512), bool))
    assert new_spots(pair) == []


def test_severities_of_one_photo_do_not_differ(finder: RegionEngine, engine: Engine) -> None:
    photo = skin()
    found = align(photo, photo, finder)
    assert isinstance(found, Alignment)
    told = changes(found, engine)
    known = np.isfinite(told.difference)
    assert known.mean() > 0.3
    assert float(np.abs(told.difference[known]).max()) < 1.0
    assert float(np.nanmin(told.before)) >= 0.0
    assert float(np.nanmax(told.before)) <= 100.0
    assert told.new_scars == ()


def test_confidence_grows_with_evidence_and_is_even_at_the_limit() -> None:
    assert confidence(NEW_FROM) == pytest.approx(0.5)
    values = [confidence(strength) for strength in (0.0, 1.0, 3.0, 6.0, 50.0)]
    assert values == sorted(values)
    assert 0.0 <= values[0] <= values[-1] <= 1.0
