"""What each signal of the recipe gives: its variants on the photos of the one fold that none of them has seen.

Beside agreement with the readings it holds what the signals are for: the same skin photographed again, scars that
fade by a method that was never taught, painted redness, acne without scars. Each network's severities are put on the
readings' scale by a curve that is fitted on these same photos, alike for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Rated
from scarscore.model.bundle import Bundle, Metadata
from scarscore.model.engine import Engine
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.repeatability import icc, sdc95
from scarscore.train.ablation import FOLD, Variant, variants
from scarscore.train.bench.alarms import ALARM, UNREAD
from scarscore.train.bench.healing import COLOURS, STEPS, Healing, Paint, scarred_cells
from scarscore.train.bench.held_back import HEALING
from scarscore.train.bench.perturb import taken_again
from scarscore.train.bench.subjects import bench_size
from scarscore.train.calibrate import IDENTITY, severity_curve
from scarscore.train.drawn import DRAWN
from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.repeatability import resampled
from scarscore.train.evaluate.statistics import Estimate, Values, bootstrapped, spearman
from scarscore.train.predict import Outcome, predict
from scarscore.train.run import Run
from scarscore.train.samples import frame, photo_pixels
from scarscore.train.views import Say

SEVERE = 20.0  # points: from here photos are taken again, healed and painted
SHOTS = 4
NEVER_TRAINED = "habibsatya"

Look = Callable[[Rated], Pixels]


@dataclass(frozen=True)
class Given:
    """The figures of one variant.

    `rho` are rank correlations by source, `mae` is over all photos, in points, `less` is it less that of the shipped
    recipe's; `cells` the rank correlation of cells; `icc` and `sdc95` are of the same skin taken again; `ordered` is
    the share (0-1) of series of fading scars that fall at every step, `redness` how far painted redness moves a score,
    in points, `alarms` how many of `crops` of acne or comedones are told over 20.
    """

    name: str
    rho: tuple[Estimate, ...]
    mae: Estimate
    less: Estimate
    cells: Estimate
    icc: Estimate
    sdc95: Estimate
    ordered: Number
    redness: Number
    alarms: int
    crops: int


@dataclass(frozen=True)
class Ablation:
    """The report: which photos, their sources, and the figures of every variant."""

    photos: int
    severe: int
    fading: int
    sources: tuple[str, ...]
    given: tuple[Given, ...]


@dataclass(frozen=True, eq=False)
class _Bench:
    """All networks, the photos of the fold, and what each network told of them: one look finds the skin for all."""

    run: Run
    engines: tuple[Engine, ...]

    @cached_property
    def held(self) -> list[Rated]:
        keys = self.run.folds.held_out(FOLD)
        return [item for item in self.run.rated if item.key in keys and item.photo.source != DRAWN]

    @cached_property
    def whole(self) -> list[Rated]:
        return [item for item in self.held if item.cut is None]

    @cached_property
    def severe(self) -> list[Rated]:
        return [item for item in self.whole if item.severity >= SEVERE]

    @cached_property
    def fading(self) -> list[Rated]:
        return [item for item in self.severe if item.cells and scarred_cells(item.cells, (30, 30)).any()]

    @cached_property
    def outcomes(self) -> list[list[Outcome]]:
        """Of each network, in the order of `held`."""
        frames = [(item, frame(self.run.collection, item, self.run.finder)) for item in self.held]
        return [predict(engine, frames) for engine in self.engines]

    def told(self, items: Sequence[Rated], looks: Sequence[Look]) -> Values:
        """Severities of these looks at these photos: (photos, looks, networks)."""
        return np.array([[self.scores(look(item)) for look in looks] for item in items])

    def scores(self, pixels: Pixels) -> list[float]:
        """What each network tells of a photo, on the readings' scale."""
        shown = self.run.finder.frame(pixels)
        return [curve(engine.look(shown).pooled) for engine, curve in zip(self.engines, self.curves, strict=True)]

    @cached_property
    def curves(self) -> list[Callable[[float], float]]:
        read = np.array([item.severity for item in self.whole])
        return [severity_curve(self.pooled(number), read) for number in range(len(self.engines))]

    def pooled(self, number: int) -> Values:
        """What this network tells of the whole photos, before any curve."""
        return np.array([o.pooled for o in self.outcomes[number] if o.rated.cut is None])

    @cached_property
    def opened(self) -> dict[str, Pixels]:
        """The pixels of the severe photos, which are looked at again and again."""
        return {item.key: bench_size(photo_pixels(self.run.collection, item)) for item in self.severe}

    @cached_property
    def skin(self) -> dict[str, Floats]:
        return {key: self.run.finder.find_skin(pixels) for key, pixels in self.opened.items()}


def evaluate_ablation(run: Run, say: Say) -> Ablation:
    """Measure every variant of the run's folder. Raises `DataError` where one has not been trained."""
    every = variants(run.folder)
    if missing := [variant.name for variant in every if not variant.file.exists()]:
        raise DataError(f"{run.folder} does not hold every variant yet: {', '.join(missing)} lack")
    bench = _Bench(run, tuple(_engine(run, variant) for variant in every))
    say(f"asking {len(every)} networks about {len(bench.held)} photos")
    say(f"{len(bench.severe)} of them are taken again, healed and painted; crops of acne are asked about, too")
    again = bench.told(bench.severe, [_again(bench, number) for number in range(SHOTS)])
    method = HEALING["pits filled"]
    series = bench.told(bench.fading, [_healed(bench, method, share) for share in STEPS])
    red = np.diff(bench.told(bench.severe, [_painted(bench, None), _painted(bench, COLOURS["redness"])]), axis=1)[:, 0]
    crops = np.array([bench.scores(pixels) for pixels in _crops(run)])
    sources = tuple(dict.fromkeys(item.photo.source for item in bench.whole))
    given = tuple(
        _given(bench, number, variant.name, sources, (again, series, red, crops))
        for number, variant in enumerate(every)
    )
    return Ablation(len(bench.whole), len(bench.severe), len(bench.fading), sources, given)


def _given(
    bench: _Bench, number: int, name: str, sources: Sequence[str], told: tuple[Values, Values, Values, Values]
) -> Given:
    again, series, red, crops = (each[..., number] for each in told)
    read = np.array([item.severity for item in bench.whole])
    groups = [item.photo.group for item in bench.whole]
    off, shipped = (
        np.abs([curve(value) - r for value, r in zip(bench.pooled(n), read, strict=True)])
        for n, curve in ((number, bench.curves[number]), (0, bench.curves[0]))
    )
    severe = [item.photo.group for item in bench.severe]
    return Given(
        name,
        tuple(_rho(bench, number, source) for source in (*sources, "")),
        bootstrapped(_mean, off, read, groups),
        bootstrapped(_mean, off - shipped, read, groups),
        _cells(bench.outcomes[number]),
        resampled(icc, again, severe),
        resampled(sdc95, again, severe),
        float((np.diff(series, axis=1) < 0.0).all(axis=1).mean()),
        float(np.abs(red).mean()),
        int((crops > ALARM).sum()),
        len(crops),
    )


def _mean(values: Values, _: Values) -> float:
    return float(values.mean())


def _rho(bench: _Bench, number: int, source: str) -> Estimate:
    """Of one source; of all, where it is empty."""
    index = [i for i, item in enumerate(bench.whole) if source in ("", item.photo.source)]
    read = np.array([bench.whole[i].severity for i in index])
    return bootstrapped(spearman, bench.pooled(number)[index], read, [bench.whole[i].photo.group for i in index])


def _cells(outcomes: Sequence[Outcome]) -> Estimate:
    pairs = [
        (told, read, o.rated.photo.group)
        for o in outcomes
        for told, read in zip(o.cells or (), o.rated.cells or () if o.cells else (), strict=True)
        if told is not None and read is not None
    ]
    told, read, groups = zip(*pairs, strict=True)
    return bootstrapped(spearman, np.array(told), np.array(read), groups)


def _again(bench: _Bench, number: int) -> Look:
    return lambda item: taken_again(bench.opened[item.key], f"{item.key} {number}")


def _painted(bench: _Bench, paint: Paint | None) -> Look:
    """The photo painted; as it is without a paint."""

    def look(item: Rated) -> Pixels:
        pixels = bench.opened[item.key]
        return pixels if paint is None else paint(pixels, bench.skin[item.key], item.key)

    return look


def _healed(bench: _Bench, method: Healing, share: float) -> Look:
    def look(item: Rated) -> Pixels:
        pixels = bench.opened[item.key]
        where = scarred_cells(item.cells or (), pixels.shape[:2]) * bench.skin[item.key]
        return method(pixels, np.asarray(where, np.float32), share) if share else pixels

    return look


def _crops(run: Run) -> list[Pixels]:
    """Crops of acne and comedones of the set that is never trained on; nobody read them."""
    found = []
    for photo in run.collection.photos:
        if photo.source == NEVER_TRAINED and photo.label in UNREAD and not photo.rating_id:
            with Image.open(run.collection.root / photo.file) as image:
                found.append(bench_size(rgb_pixels(image)))
    return found


def _engine(run: Run, variant: Variant) -> Engine:
    data = variant.file.read_bytes()
    metadata = Metadata(
        name=variant.file.stem,
        version="0",
        fold=FOLD,
        licence_class="research",
        sources=variant.config.sources,
        training_fingerprint="",
        seed=variant.config.seed,
        regions_sha256=run.finder.bundle.sha256,
        base_sha256="",
        calibration=IDENTITY,
    )
    return Engine(Bundle(data, "", metadata))
