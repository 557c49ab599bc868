"""Synthetic scars: of published sizes, and with a severity that is number x depth x area and nothing else."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from scarscore.datasets.synthetic.relief import Relief, carve
from scarscore.datasets.synthetic.render import render
from scarscore.datasets.synthetic.scars import CODES, SIZES, Kind, Scar, ScarMix, planned, scatter
from scarscore.datasets.synthetic.severity import cells, overall, seen_depth, severity_map, severity_of

PX_PER_MM = 8.0
SHAPE = (320, 320)
SKIN = np.ones(SHAPE, bool)


def carved(*scars: Scar) -> Relief:
    return carve(np.random.default_rng(7), scars, SHAPE, PX_PER_MM)


def severity(*scars: Scar) -> float:
    return overall(cells(carved(*scars).burden, SKIN))


def boxcars(count: int, width: float = 2.5, depth: float = 0.3) -> list[Scar]:
    """Boxcar scars that do not touch each other, in rows over the picture."""
    places = [(6.0 + 7.0 * column, 6.0 + 7.0 * row) for row in range(5) for column in range(5)]
    return [Scar("boxcar", x, y, width, depth) for x, y in places[:count]]


@pytest.fixture(scope="module")
def many() -> tuple[Scar, ...]:
    mix = ScarMix(icepick=4.0, boxcar=4.0, rolling=2.0, hypertrophic=1.0, keloid=0.5, papule=0.25, depth=1.0)
    return scatter(np.random.default_rng(2), (200.0, 200.0), mix)


@pytest.mark.parametrize(
    ("kind", "widths", "depths"),
    [("icepick", (0.0, 2.0), (0.0, 9.0)), ("boxcar", (1.5, 4.0), (0.1, 9.0)), ("rolling", (4.0, 99.0), (0.0, 9.0))],
)
def test_scars_have_the_published_widths_and_depths_of_their_kinds(
    many: tuple[Scar, ...], kind: Kind, widths: tuple[float, float], depths: tuple[float, float]
) -> None:
    mine = [scar for scar in many if scar.kind == kind]
    assert len(mine) > 500
    assert all(widths[0] <= scar.width <= widths[1] for scar in mine)
    assert all(depths[0] <= scar.depth <= depths[1] for scar in mine)


def test_boxcars_are_shallow_and_deep_and_every_kind_keeps_to_its_own_sizes(many: tuple[Scar, ...]) -> None:
    depths = np.array([scar.depth for scar in many if scar.kind == "boxcar"])
    assert 0.02 < (depths >= 0.5).mean() < 0.5
    for scar in many:
        (narrow, wide), (shallow, deep) = SIZES[scar.kind]
        assert narrow - 1e-5 <= scar.width <= wide + 1e-5
        assert shallow - 1e-5 <= scar.depth <= deep + 1e-5


def test_there_are_as_many_scars_as_the_mix_says(many: tuple[Scar, ...]) -> None:
    counts = {kind: sum(scar.kind == kind for scar in many) for kind in SIZES}
    assert list(counts) == ["icepick", "boxcar", "rolling", "hypertrophic", "keloid", "papule"]
    assert list(counts.values()) == [1600, 1600, 800, 400, 200, 100]


def test_crowded_scars_lie_closer_together_than_scars_spread_evenly() -> None:
    def nearest(crowding: float) -> float:
        scars = scatter(np.random.default_rng(3), (100.0, 100.0), ScarMix(rolling=0.0, crowding=crowding))
        places = np.array([(scar.y, scar.x) for scar in scars])
        away = np.linalg.norm(places[:, None] - places[None], axis=-1) + 1e9 * np.eye(len(places))
        return float(away.min(axis=1).mean())

    assert nearest(1.5) < 0.85 * nearest(0.0)


@pytest.mark.parametrize(("kind", "width"), [("icepick", 1.6), ("boxcar", 3.0), ("rolling", 7.0)])
def test_a_single_scar_is_a_pit_of_its_width_and_nothing_beyond(kind: Kind, width: float) -> None:
    relief = carved(Scar(kind, 20.0, 20.0, width, 0.5))
    assert relief.height.max() == pytest.approx(0.0, abs=1e-6)
    assert -0.65 < relief.height.min() < -0.25
    across = math.sqrt(4 / math.pi * float((relief.types > 0).sum())) / PX_PER_MM
    assert across == pytest.approx(width, rel=0.2)
    rows, columns = np.nonzero(np.abs(relief.height) > 1e-4)
    assert np.hypot(rows / PX_PER_MM - 20, columns / PX_PER_MM - 20).max() < 0.6 * width + 1.0
    assert set(np.unique(relief.types)) == {0, CODES[kind]}


def test_two_outlines_of_the_same_scar_are_never_the_same() -> None:
    scar = Scar("boxcar", 20.0, 20.0, 3.0, 0.4)
    first, other = (carve(np.random.default_rng(seed), [scar], SHAPE, PX_PER_MM) for seed in (1, 2))
    differing = (first.types > 0) ^ (other.types > 0)
    assert 0.03 < differing.sum() / (first.types > 0).sum() < 0.6


def test_a_raised_scar_stands_up_and_counts_for_nothing() -> None:
    relief = carved(Scar("hypertrophic", 20.0, 20.0, 5.0, 0.8))
    assert relief.height.max() > 0.5
    assert relief.height.min() >= -1e-6
    assert not relief.burden.any()
    assert severity(Scar("hypertrophic", 20.0, 20.0, 5.0, 0.8)) == 0.0


def test_severity_is_zero_off_the_scars_and_above_zero_on_each() -> None:
    relief = carved(*boxcars(9), Scar("icepick", 37.0, 37.0, 1.5, 0.6), Scar("keloid", 3.0, 36.0, 8.0, 2.0))
    mapped = severity_map(relief.burden, SKIN, PX_PER_MM)
    depressed = (relief.types > 0) & (relief.types < CODES["hypertrophic"])
    assert not mapped[~depressed].any()
    assert (mapped[depressed] > 0).all()
    assert mapped.max() < 100


def test_severity_is_zero_off_the_scars_of_whole_pictures_too() -> None:
    picture = render(9, severity=55.0, size=200)
    assert not picture.severity_map[picture.type_map == 0].any()
    assert picture.severity_map[(picture.type_map > 0) & (picture.burden_mm > 0)].min() > 0


def test_more_scars_are_more_severe() -> None:
    values = [severity(*boxcars(count)) for count in (0, 1, 3, 9, 16, 25)]
    assert values[0] == 0.0
    assert all(before < after for before, after in pairwise(values)), values


def test_deeper_scars_are_more_severe() -> None:
    values = [severity(*boxcars(9, depth=depth)) for depth in (0.1, 0.2, 0.4, 0.8)]
    assert all(before < after for before, after in pairwise(values)), values


@pytest.mark.parametrize("kind", ["icepick", "boxcar", "rolling"])
def test_larger_scars_are_more_severe_also_beyond_the_width_whose_depth_is_fully_seen(kind: Kind) -> None:
    (narrow, wide), _ = SIZES[kind]
    scar = Scar(kind, 20.0, 20.0, narrow, 0.4)
    values = [severity(replace(scar, width=width)) for width in np.linspace(narrow, wide, 4)]
    assert all(before < after for before, after in pairwise(values)), values


@pytest.mark.parametrize(
    ("count", "width", "depth", "least", "most"),
    [
        (1, 2.5, 0.15, 3, 7),
        (4, 2.5, 0.2, 12, 19),
        (8, 2.5, 0.25, 25, 35),
        (25, 2.5, 0.35, 55, 65),
        (40, 2.5, 0.45, 70, 85),
    ],
)
def test_the_anchors_of_the_rubric_for_a_cell_of_two_centimetres(
    count: int, width: float, depth: float, least: float, most: float
) -> None:
    burden = count * math.pi * (width / 2) ** 2 * seen_depth(depth, width) / 400.0
    assert least <= float(severity_of(burden)) <= most


def test_scars_that_meet_merge_and_do_not_count_twice() -> None:
    one = Scar("boxcar", 20.0, 20.0, 3.0, 0.4)
    assert severity(one, one) == severity(one)


def test_cells_say_where_the_scars_are_and_are_unknown_without_skin() -> None:
    relief = carved(Scar("boxcar", 6.0, 34.0, 3.5, 0.5))
    skin = SKIN.copy()
    skin[:100, 220:] = False
    by_cell = cells(relief.burden, skin)
    assert by_cell[2, 0] > 10
    assert np.isnan(by_cell[0, 2])
    assert np.nansum(by_cell) == by_cell[2, 0]
    assert overall(by_cell) == pytest.approx((by_cell[2, 0] ** 4 / 8) ** 0.25)


def test_a_photo_without_skin_has_no_severity() -> None:
    with pytest.raises(ValueError, match="skin"):
        overall(cells(np.zeros(SHAPE, np.float32), np.zeros(SHAPE, bool)))


@pytest.mark.parametrize("aim", [15.0, 40.0, 70.0])
def test_the_severity_asked_for_is_nearly_reached(aim: float) -> None:
    reached = [render(seed, severity=aim, size=160, px_per_mm=4.0).severity for seed in range(8)]
    assert abs(np.mean(reached) - aim) < 6
    assert np.abs(np.array(reached) - aim).mean() < 10


def test_no_scars_are_planned_for_clear_skin_and_more_for_worse_skin() -> None:
    counts = [len(planned(np.random.default_rng(5), (40.0, 40.0), ScarMix(), aim)) for aim in (0.0, 10.0, 40.0, 80.0)]
    assert counts[0] == 0
    assert all(before < after for before, after in pairwise(counts)), counts
