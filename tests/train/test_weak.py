"""The weak points: what misses its yardstick is told, worst first, and what meets it is not."""

from __future__ import annotations

import math
from dataclasses import replace

from scarscore.train.bench.records import ALL, Alarms, Bench, Colour, Healed, Repeats
from scarscore.train.bench.repeat import CAMERA
from scarscore.train.evaluate.figures import CellFigures, Coverage, Figures, Method, SourceFigures, ToneFigures
from scarscore.train.evaluate.said import Said
from scarscore.train.evaluate.statistics import Agreement, Estimate
from scarscore.train.evaluate.weak import weak_points


def at(value: float) -> Estimate:
    return Estimate(value, value, value)


def source(rho: float, mae: float, slope: float, name: str = "scarnet") -> SourceFigures:
    network = Method("network", at(rho), at(mae), slope, 0.9)
    mean = Method("source mean", at(0.0), at(12.0), 1.0, 0.5)
    return SourceFigures(name, 50, 50, 0, (network, mean), Agreement(0.9, 7.0, 0.8))


SAID = Said((), None, None, 0.0, 0.0)


def figures(
    *sources: SourceFigures, interval: float = 0.9, bench: Bench | None = None, tones: tuple[ToneFigures, ...] = ()
) -> Figures:
    covered = tuple(Coverage(s.source, 50, interval, 30.0, 0.9, 1.5) for s in sources)
    cells = CellFigures(9, 1, at(0.9), 0.9)
    return Figures("m", "1", "0", "0", "research", sources, tones, cells, covered, SAID, (), {}, bench)


def row(name: str, sem: float) -> Repeats:
    return Repeats(name, ALL, 50, 6, at(0.95), at(sem), at(2.77 * sem), None, 1.0)


GOOD = Bench(
    (row(CAMERA, 2.0), row("gamma with vignetting", 2.0)),
    (),
    (Healed("softened band", ALL, 30, 0.95, 0.99, 0.5, 3.0),),
    (Colour("redness", "clear photos", 30, 0.1, 1.0, 0.5),),
    (Alarms("cuts", 100, 4, at(0.04), 5.0),),
)


def test_a_network_as_good_as_its_yardsticks_has_no_weak_point() -> None:
    assert weak_points(figures(source(0.92, 6.5, 1.1), bench=GOOD)) == ()


def test_each_shortfall_is_told() -> None:
    def told(**changes: object) -> list[str]:
        given = figures(source(0.92, 6.5, 1.1), bench=replace(GOOD, **changes))  # type: ignore[arg-type]  # one field each
        return [point.text for point in weak_points(given)]

    assert "30 of 100 (cuts)" in told(alarms=(Alarms("cuts", 100, 30, at(0.30), 5.0),))[0]
    assert "falls at every step in 60%" in told(healed=(replace(GOOD.healed[0], ordered=0.6),))[0]
    assert "Painted redness" in told(colours=(replace(GOOD.colours[0], of_sem=2.0),))[0]
    assert "gamma with vignetting" in told(repeats=(row(CAMERA, 2.0), row("gamma with vignetting", 4.0)))[0]
    assert "only a change of 28 points" in told(repeats=(row(CAMERA, 10.0),))[0]


def test_the_worst_comes_first_and_the_sum_of_all_sources_is_not_a_source() -> None:
    given = figures(source(0.70, 9.0, 0.5), source(0.1, 90.0, 9.0, ALL), interval=0.7)
    points = weak_points(given)
    assert [point.over for point in points] == sorted((point.over for point in points), reverse=True)
    assert points[0].text.startswith("scarnet: the interval holds the reading on 70%")
    assert {point.text.split(":")[0] for point in points} == {"scarnet"}
    assert any("exaggerates" in point.text for point in points)


def test_a_skin_tone_that_is_served_worse_is_told_and_an_untested_one_is_not() -> None:
    dark = ToneFigures("dark", 3, 3, None, None, None, math.nan, math.nan)
    brown, light = (("brown", 30, 20, at(9.0), 4.0, 1.8), ("light", 90, 80, at(5.0), 0.1, 1.0))
    tones = (dark, ToneFigures(*brown, 5.0, 5.5), ToneFigures(*light, 4.0, 4.1))
    told = [point.text for point in weak_points(figures(source(0.92, 6.5, 1.1), tones=tones))]
    assert told == [
        "Skin tone brown: errs by 9.0 points on average, 1.8 times as much as over all photos; its mix of data sets "
        "alone would give 5.5."
    ]


def test_losing_to_the_mean_is_told() -> None:
    assert any("source's mean would err less" in p.text for p in weak_points(figures(source(0.92, 13.0, 1.0))))
