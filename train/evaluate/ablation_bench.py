"""The bench of the variants: their networks, the photos that each has not seen, and what is told of these.

One look finds the skin for all networks. Severities of a variant's first network, which has not seen the fold, are put
on the readings' scale by a curve that is fitted on the fold's photos; those of its second one, trained without a data
set, by what the first tells of the fold's other photos, as a run calibrates such a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from scarscore.datasets.photos import Rated
from scarscore.model.bundle import Bundle, Metadata
from scarscore.model.engine import Engine
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Floats, Frame, Pixels
from scarscore.train.ablation import FOLD, UNSEEN, Variant
from scarscore.train.bench.alarms import UNREAD
from scarscore.train.bench.healing import Healing, Paint, scarred_cells
from scarscore.train.bench.perturb import taken_again
from scarscore.train.bench.subjects import bench_size
from scarscore.train.calibrate import IDENTITY, severity_curve
from scarscore.train.drawn import DRAWN
from scarscore.train.evaluate.evaluation import tone_of
from scarscore.train.evaluate.statistics import Values
from scarscore.train.predict import Outcome, predict
from scarscore.train.run import Held, Run
from scarscore.train.samples import frame, photo_pixels

SEVERE = 20.0  # points: from here photos are taken again, healed and painted
NEVER_TRAINED = "habibsatya"
DEEP_TONES = ("brown", "dark")  # bands of skin tone on which errors are largest

Look = Callable[[Rated], Pixels]


@dataclass(frozen=True, eq=False)
class Bench:
    """All networks, the photos of the fold, and what each network told of them.

    `unseen` are the variants' networks that were trained without a data set, None where one is not there, in the order
    of `engines`.
    """

    run: Run
    engines: tuple[Engine, ...]
    unseen: tuple[Engine | None, ...]

    @cached_property
    def held(self) -> list[Rated]:
        """The photos and cuts of the fold."""
        keys = self.run.folds.held_out(FOLD)
        return [item for item in self.run.rated if item.key in keys and item.photo.source != DRAWN]

    @cached_property
    def whole(self) -> list[Rated]:
        """Its whole photos."""
        return [item for item in self.held if item.cut is None]

    @cached_property
    def deep(self) -> npt.NDArray[np.bool_]:
        """Which of them show brown or dark skin, as photographed."""
        return np.array([tone_of(self.frames[item.key]) in DEEP_TONES for item in self.whole])

    @cached_property
    def severe(self) -> list[Rated]:
        """Those of them that are taken again and painted."""
        return [item for item in self.whole if item.severity >= SEVERE]

    @cached_property
    def fading(self) -> list[Rated]:
        """Those whose scars are healed: where they lie was read."""
        return [item for item in self.severe if item.cells and scarred_cells(item.cells, (30, 30)).any()]

    @cached_property
    def strangers(self) -> list[Rated]:
        """The whole photos of the data set that a second network of a variant was trained without."""
        return [item for item in self.run.rated if item.cut is None and item.photo.source == UNSEEN]

    @cached_property
    def frames(self) -> dict[str, Frame]:
        """Every photo as the networks are shown it."""
        shown = {item.key: item for item in [*self.held, *self.strangers]}
        return {key: frame(self.run.collection, item, self.run.finder) for key, item in shown.items()}

    @cached_property
    def outcomes(self) -> list[list[Outcome]]:
        """Of each network, in the order of `held`."""
        return [predict(engine, [(item, self.frames[item.key]) for item in self.held]) for engine in self.engines]

    def of_strangers(self, number: int) -> Values | None:
        """What this variant's second network tells of the strangers.

        Put on the readings' scale by what its first network tells of the fold's other photos. None where there is no
        second network.
        """
        engine = self.unseen[number]
        if engine is None:
            return None
        known = np.array([item.photo.source != UNSEEN for item in self.whole])
        read = np.array([item.severity for item in self.whole])
        curve = severity_curve(self.pooled(number)[known], read[known])
        return np.array([curve(engine.look(self.frames[item.key]).pooled) for item in self.strangers])

    def told(self, items: Sequence[Rated], looks: Sequence[Look]) -> Values:
        """Severities of these looks at these photos: (photos, looks, networks)."""
        return np.array([[self.scores(look(item)) for look in looks] for item in items])

    def scores(self, pixels: Pixels) -> list[float]:
        """What each network tells of a photo, on the readings' scale."""
        shown = self.run.finder.frame(pixels)
        return [curve(engine.look(shown).pooled) for engine, curve in zip(self.engines, self.curves, strict=True)]

    @cached_property
    def curves(self) -> list[Callable[[float], float]]:
        """Of each network: what it tells, on the readings' scale."""
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
        """Where the severe photos show skin, float32 (h, w) 0 to 1."""
        return {key: self.run.finder.find_skin(pixels) for key, pixels in self.opened.items()}


def again(bench: Bench, number: int) -> Look:
    """The photo taken again, as a clinic's camera varies; another one for each number."""
    return lambda item: taken_again(bench.opened[item.key], f"{item.key} {number}")


def painted(bench: Bench, paint: Paint | None) -> Look:
    """The photo painted; as it is without a paint."""

    def look(item: Rated) -> Pixels:
        pixels = bench.opened[item.key]
        return pixels if paint is None else paint(pixels, bench.skin[item.key], item.key)

    return look


def healed(bench: Bench, method: Healing, share: float) -> Look:
    """The photo with a share (0-1) of its scars' relief taken away."""

    def look(item: Rated) -> Pixels:
        pixels = bench.opened[item.key]
        where = scarred_cells(item.cells or (), pixels.shape[:2]) * bench.skin[item.key]
        return method(pixels, np.asarray(where, np.float32), share) if share else pixels

    return look


def crops(run: Run) -> list[Pixels]:
    """Crops of acne and comedones of the set that is never trained on; nobody read them."""
    found = []
    for photo in run.collection.photos:
        if photo.source == NEVER_TRAINED and photo.label in UNREAD and not photo.rating_id:
            with Image.open(run.collection.root / photo.file) as image:
                found.append(bench_size(rgb_pixels(image)))
    return found


def open_bench(run: Run, every: Sequence[Variant]) -> Bench:
    """The bench of these variants, whose networks of the fold must be there."""
    engines = tuple(_engine(run, variant, FOLD) for variant in every)
    unseen = tuple(_engine(run, each, UNSEEN) if each.file(UNSEEN).exists() else None for each in every)
    return Bench(run, engines, unseen)


def _engine(run: Run, variant: Variant, held: Held) -> Engine:
    file = variant.file(held)
    metadata = Metadata(
        name=file.stem,
        version="0",
        fold=held if isinstance(held, int) else None,
        licence_class="research",
        sources=tuple(source for source in variant.config.sources if source != held),
        training_fingerprint="",
        seed=variant.config.seed,
        regions_sha256=run.finder.bundle.sha256,
        base_sha256="",
        calibration=IDENTITY,
    )
    return Engine(Bundle(file.read_bytes(), "", metadata))
