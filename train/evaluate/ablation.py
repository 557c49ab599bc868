"""What each signal of the recipe gives: its variants on the photos of the one fold that none of them has seen.

Beside agreement with the readings it holds what the signals are for: the same skin photographed again, scars that
fade by a method that was never taught, painted redness, acne without scars; and what the same recipe makes of a data
set that it was trained without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scarscore.datasets.errors import DataError
from scarscore.model.repeatability import icc, sdc95
from scarscore.train.ablation import variants
from scarscore.train.bench.alarms import ALARM
from scarscore.train.bench.healing import COLOURS, STEPS
from scarscore.train.bench.held_back import HEALING
from scarscore.train.evaluate.ablation_bench import Bench, again, crops, healed, open_bench, painted
from scarscore.train.evaluate.figures import cell_figures
from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.repeatability import resampled
from scarscore.train.evaluate.statistics import Estimate, Values, bias, bootstrapped, spearman
from scarscore.train.run import Run
from scarscore.train.views import Say

SHOTS = 4


@dataclass(frozen=True)
class Given:
    """The figures of one variant.

    `rho` are rank correlations by source, `mae` is over all photos, in points, `less` is it less that of the base
    recipe's; `cells` the rank correlation of cells, `within` its mean within photos; `icc` and `sdc95` are of the same
    skin taken again; `ordered` is the share (0-1) of series of fading scars that fall at every step, `redness` how far
    painted redness moves a score, in points, `alarms` how many of `crops` of acne or comedones are told over 20.
    `deep` is the mean absolute error on brown and dark skin, in points. `unseen` and `unseen_bias` (told less read, in
    points) are of a data set, by a network of the same recipe that was trained without it; None where there is none.
    """

    name: str
    rho: tuple[Estimate, ...]
    mae: Estimate
    less: Estimate
    cells: Estimate
    within: Number
    icc: Estimate
    sdc95: Estimate
    ordered: Number
    redness: Number
    alarms: int
    crops: int
    deep: Number
    unseen: Estimate | None
    unseen_bias: float | None


@dataclass(frozen=True)
class Ablation:
    """The report: how many photos, of brown and dark skin, and of the data set left out; the figures of every variant.

    `severe` are those that are taken again and painted, `fading` those whose scars are healed.
    """

    photos: int
    severe: int
    fading: int
    deep: int
    strangers: int
    sources: tuple[str, ...]
    given: tuple[Given, ...]


@dataclass(frozen=True, eq=False)
class _Told:
    """What all networks (the last axis) told: of photos taken again, healed, painted (less as it is), and of crops."""

    again: Values
    healed: Values
    red: Values
    crops: Values


def evaluate_ablation(run: Run, say: Say) -> Ablation:
    """Measure every variant of the run's folder. Raises `DataError` where one has not been trained."""
    every = variants(run.folder)
    if missing := [variant.name for variant in every if not variant.trained]:
        raise DataError(f"{run.folder} does not hold every variant yet: {', '.join(missing)} lack")
    bench = open_bench(run, every)
    say(f"asking {len(every)} networks about {len(bench.held)} photos, as many others about {len(bench.strangers)}")
    say(f"{len(bench.severe)} of the first are taken again and painted, {len(bench.fading)} healed; then crops of acne")
    told = _Told(
        bench.told(bench.severe, [again(bench, number) for number in range(SHOTS)]),
        bench.told(bench.fading, [healed(bench, HEALING["pits filled"], share) for share in STEPS]),
        np.diff(bench.told(bench.severe, [painted(bench, None), painted(bench, COLOURS["redness"])]), axis=1)[:, 0],
        np.array([bench.scores(pixels) for pixels in crops(run)]),
    )
    sources = tuple(dict.fromkeys(item.photo.source for item in bench.whole))
    given = tuple(_given(bench, number, variant.name, sources, told) for number, variant in enumerate(every))
    return Ablation(
        photos=len(bench.whole),
        severe=len(bench.severe),
        fading=len(bench.fading),
        deep=int(bench.deep.sum()),
        strangers=len(bench.strangers),
        sources=sources,
        given=given,
    )


def _given(bench: Bench, number: int, name: str, sources: Sequence[str], told: _Told) -> Given:
    read = np.array([item.severity for item in bench.whole])
    groups = [item.photo.group for item in bench.whole]
    off, base = (
        np.abs([curve(value) - r for value, r in zip(bench.pooled(n), read, strict=True)])
        for n, curve in ((number, bench.curves[number]), (0, bench.curves[0]))
    )
    cells = cell_figures(bench.outcomes[number])
    severe = [item.photo.group for item in bench.severe]
    shots, series, alarms = told.again[..., number], told.healed[..., number], told.crops[:, number]
    unseen, unseen_read = bench.of_strangers(number), np.array([item.severity for item in bench.strangers])
    unseen_groups = [item.photo.group for item in bench.strangers]
    return Given(
        name,
        tuple(_rho(bench, number, source) for source in (*sources, "")),
        bootstrapped(_mean, off, read, groups),
        bootstrapped(_mean, off - base, read, groups),
        cells.pooled,
        cells.within,
        resampled(icc, shots, severe),
        resampled(sdc95, shots, severe),
        float((np.diff(series, axis=1) < 0.0).all(axis=1).mean()),
        float(np.abs(told.red[:, number]).mean()),
        int((alarms > ALARM).sum()),
        len(alarms),
        float(off[bench.deep].mean()),
        None if unseen is None else bootstrapped(spearman, unseen, unseen_read, unseen_groups),
        None if unseen is None else bias(unseen, unseen_read),
    )


def _mean(values: Values, _: Values) -> float:
    return float(values.mean())


def _rho(bench: Bench, number: int, source: str) -> Estimate:
    """Of one source; of all, where it is empty."""
    index = [i for i, item in enumerate(bench.whole) if source in ("", item.photo.source)]
    read = np.array([bench.whole[i].severity for i in index])
    return bootstrapped(spearman, bench.pooled(number)[index], read, [bench.whole[i].photo.group for i in index])
