"""The bench's figures, with judges whose answers are known: what they must show, and what they must not hide."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from scarscore.datasets.photos import Cut, Photo, Rated, Reading
from scarscore.model.engine import Judgement
from scarscore.model.preprocess import Pixels
from scarscore.model.severity import Severity
from scarscore.train.bench.alarms import counted, read_as_clear
from scarscore.train.bench.healing import STEPS, luminance
from scarscore.train.bench.perturb import ALONE
from scarscore.train.bench.records import ALL, Bench
from scarscore.train.bench.repeat import CAMERA, one_at_a_time, repeatability
from scarscore.train.bench.report import as_section
from scarscore.train.bench.response import summed
from scarscore.train.bench.subjects import SIDE, Subject, as_is, bench_size, scores, spread_out
from scarscore.train.predict import Outcome

Judge = Callable[[Pixels], float]


def rated(number: int, severity: int, acne: int = 0, source: str = "scarnet", cut: bool = False) -> Rated:
    photo = Photo(f"{number}.jpg", source, f"g{number}", "rolling", str(number), 90, 90, "")
    readings = tuple(Reading(str(number), r, True, "face", severity, 0, 2, (), acne, 0, 0, 3) for r in "AB")
    part = Cut(f"c{number}", photo.file, photo.group, 0, 0, 9, 9) if cut else None
    return Rated(f"c{number}" if cut else f"r{number}", photo, part, readings, None)


def skin(depth: float, seed: int) -> Pixels:
    """Skin whose relief is as deep as told."""
    random = np.random.default_rng(seed)
    relief = cv2.GaussianBlur(random.normal(0, 1, (120, 120)), (0, 0), 4)
    light = 0.6 * np.exp(depth * relief / relief.std())
    return np.clip(light[..., None] * np.array([255, 190, 160]), 0, 255).astype(np.uint8)


def by_relief(pixels: Pixels) -> float:
    """A judge that looks at shading alone."""
    _, bright = luminance(pixels)
    return 100.0 * float((cv2.GaussianBlur(bright, (0, 0), 2) - cv2.GaussianBlur(bright, (0, 0), 12)).std())


def by_brightness(pixels: Pixels) -> float:
    """A judge that mistakes light for scars."""
    return float(pixels.mean()) / 2.55


def subjects(judge: Judge, count: int = 14) -> list[Subject]:
    depths = np.linspace(0.1, 0.4, count)
    return [Subject(rated(n, round(100 * d)), skin(d, n), judge) for n, d in enumerate(depths)]


def test_a_judge_of_relief_repeats_better_than_one_of_light() -> None:
    relief, light = (next(iter(repeatability(subjects(judge)))) for judge in (by_relief, by_brightness))
    assert (relief.name, relief.source, relief.photos, relief.shots) == (CAMERA, "scarnet", 14, 6)
    assert relief.icc.value > 0.8 > light.icc.value
    assert relief.sem.value < 0.4 * light.sem.value
    assert relief.sdc95.value == pytest.approx(2.7719 * relief.sem.value, rel=1e-4)
    assert relief.of_three is not None
    assert relief.of_three.value < relief.sdc95.value


def test_a_shrunken_score_repeats_as_well_and_its_slope_tells() -> None:
    full, shrunken = (
        next(iter(repeatability(subjects(judge)))) for judge in (by_relief, lambda p: 0.1 * by_relief(p) + 20)
    )
    assert shrunken.sem.value == pytest.approx(0.1 * full.sem.value, rel=1e-6)
    assert shrunken.icc.value == pytest.approx(full.icc.value, abs=1e-6)
    assert shrunken.slope == pytest.approx(10 * full.slope, rel=1e-6)


def test_the_rows_are_of_the_suite_and_of_what_is_held_back_and_a_small_source_has_none() -> None:
    items = subjects(by_brightness)
    odd = [Subject(rated(99, 50, source="london"), skin(0.3, 99), by_brightness)]
    rows = [(row.name, row.source, row.photos) for row in repeatability([*items, *odd])]
    names = (CAMERA, "gamma with vignetting", "tone curve with sharpening")
    assert rows == [(name, source, n) for name in names for source, n in (("scarnet", 14), (ALL, 15))]


def test_each_condition_alone_is_told_strongest_first_and_exposure_moves_a_judge_of_light_most() -> None:
    rows = list(one_at_a_time(subjects(by_brightness, 4)))
    assert {row.name for row in rows} == set(ALONE)
    assert rows[0].name == "exposure"
    assert [row.move for row in rows] == sorted((row.move for row in rows), reverse=True)


def test_healing_series_by_hand() -> None:
    """One falls by 10 a step; one falls, rises, falls, falls from 50 to 40."""
    told = summed("m", ALL, np.array([[80.0, 70, 60, 50, 40], [50, 45, 48, 44, 40]]))
    assert STEPS == (0.0, 0.2, 0.4, 0.6, 0.8)
    assert (told.photos, told.ordered, told.pairs) == (2, 0.5, 7 / 8)
    assert told.fall == pytest.approx((0.5 + 0.2) / 2)
    # Slopes over relief: -50 and ((50 - 40) x 0.4 + (45 - 44) x 0.2) / 0.4 = 10.5 down; per tenth 5 and 1.05.
    assert told.slope == pytest.approx((5.0 + 1.05) / 2)


def outcome(item: Rated, told: float) -> Outcome:
    return Outcome(item, told, 0.0, None, Judgement(Severity(told, told, told), 0, (0,), None, 1.0), strange=False)


def test_alarms_are_counted_on_clear_photos_and_cuts_with_acne_alone() -> None:
    outcomes = [
        outcome(rated(1, 5, acne=2, source="acne04"), 25.0),
        outcome(rated(2, 9, acne=1, source="acne04"), 20.0),
        outcome(rated(3, 5, acne=0, source="acne04"), 90.0),
        outcome(rated(4, 10, acne=3, source="acne04"), 90.0),
        outcome(rated(5, 2, acne=3, source="acne04", cut=True), 45.0),
    ]
    rows = [(row.name.split(" with")[0], row.photos, row.alarms) for row in read_as_clear(outcomes)]
    assert rows == [("acne04, photos", 2, 1), ("acne04, close-up cuts", 1, 1)]


def test_the_share_of_alarms_has_an_interval_over_groups() -> None:
    told = np.repeat([50.0, 0.0], 20)
    apart = counted("a", told, [str(i) for i in range(40)])
    grouped = counted("a", told, [str(i // 10) for i in range(40)])
    assert (apart.alarms, apart.share.value, apart.mean) == (20, 0.5, 25.0)
    assert grouped.share.high - grouped.share.low > apart.share.high - apart.share.low


def test_photos_are_reduced_for_the_bench_and_a_part_is_spread_evenly() -> None:
    assert bench_size(np.zeros((2000, 1000, 3), np.uint8)).shape == (SIDE, SIDE // 2, 3)
    assert bench_size(np.zeros((300, 300, 3), np.uint8)).shape == (300, 300, 3)
    assert spread_out(list(range(10)), 3) == [0, 3, 6]
    assert spread_out([1, 2], 3) == [1, 2]
    assert scores(subjects(by_brightness, 3), [as_is, as_is]).shape == (3, 2)


def test_the_section_tells_every_row() -> None:
    bench = Bench(
        tuple(repeatability(subjects(by_relief))),
        tuple(one_at_a_time(subjects(by_relief, 3))),
        (summed("softened band", ALL, np.array([[80.0, 70, 60, 50, 40]])),),
        (),
        (counted("cuts", np.array([50.0, 1.0]), ["a", "b"]),),
    )
    text = as_section(bench)
    assert text.count("\n## ") == 4
    assert text.startswith("## Repeatability")
    assert "| softened band | all | 1 | 100% | 100% | 50% | 5.0 |" in text
    assert "| cuts | 2 | 1 | 50% [" in text
