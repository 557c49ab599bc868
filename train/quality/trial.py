"""Tries the product's quality checks: on real photos as they are and ailing, and on pictures that show no skin.

Every answer is the product's own. What a refused photo would have scored is told by the network of the fold that
the photo was held out of. Ailing copies lie in a temporary folder that is deleted; none is kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scarscore.datasets.photos import Collection, Rated
from scarscore.datasets.split import grouped_folds
from scarscore.model.bundle import DEFAULT, load_bundle, names
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.train.product import Answer, answers
from scarscore.train.quality.degrade import AILMENTS, Ailment
from scarscore.train.quality.notskin import Picture
from scarscore.train.samples import photo_pixels, trainable

Say = Callable[[str], None]
_SIDE = 640  # px, the long side at which photos are made to ail: more than any network looks at
_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


@dataclass(frozen=True)
class Real:
    """A real photo as it is: its source, whether readers called it usable (None: not rated), the product's answer."""

    source: str
    usable: bool | None
    answer: Answer


@dataclass(frozen=True)
class Ailing:
    """A rated photo with one ailment at one step: the product's answer, and the held-out network's severities.

    `severity` is with the ailment, `healthy` without, both 0 to 100.
    """

    key: str
    source: str
    ailment: str
    step: float
    answer: Answer
    severity: float
    healthy: float


@dataclass(frozen=True)
class NotSkin:
    """A picture that shows no skin: its kind, and the product's answer."""

    kind: str
    answer: Answer


def real_photos(collection: Collection) -> tuple[Real, ...]:
    """What the product says of every photo of the collection."""
    usable = {item.photo.file: item.usable for item in collection.rated() if item.cut is None}
    told = answers([collection.root / photo.file for photo in collection.photos])
    pairs = zip(collection.photos, told, strict=True)
    return tuple(Real(photo.source, usable.get(photo.file), answer) for photo, answer in pairs)


def chosen(collection: Collection, each: int, seed: int = 0) -> tuple[Rated, ...]:
    """So many usable rated photos of each source that the network was trained on, across their severities."""
    sources = load_bundle(DEFAULT).metadata.sources
    whole = [item for item in trainable(collection, sources) if item.cut is None]
    found: list[Rated] = []
    for source in sources:
        ranked = sorted((item for item in whole if item.photo.source == source), key=lambda item: item.severity)
        parts = np.array_split(np.arange(len(ranked)), min(each, len(ranked)))
        chance = np.random.default_rng([seed, *source.encode()])
        found += [ranked[int(chance.choice(part))] for part in parts]
    return tuple(found)


def ailing(collection: Collection, rated: Sequence[Rated], finder: RegionEngine, say: Say) -> tuple[Ailing, ...]:
    """Every chosen photo with every ailment at every step, as the product and the held-out network see it."""
    sources = load_bundle(DEFAULT).metadata.sources
    folds = grouped_folds(
        trainable(collection, sources),
        sum(name.startswith("fold") for name in names()),
        load_bundle(DEFAULT).metadata.seed,
    )
    engines = [Engine(load_bundle(f"fold{fold}")) for fold in range(folds.count)]
    found: list[Ailing] = []
    for number, item in enumerate(rated):
        say(f"photo {number + 1} of {len(rated)}, {item.photo.source}")
        pixels = _reduced(photo_pixels(collection, item))
        found += _ailments(item, pixels, engines[folds.fold_of[item.key]], finder)
    return tuple(found)


def not_skin(pictures: Iterable[Picture]) -> tuple[NotSkin, ...]:
    """What the product says of pictures that show no skin."""
    listed = tuple(pictures)
    told = _asked([picture.pixels for picture in listed])
    return tuple(NotSkin(picture.kind, answer) for picture, answer in zip(listed, told, strict=True))


def _ailments(item: Rated, pixels: Pixels, engine: Engine, finder: RegionEngine) -> list[Ailing]:
    def severity(photo: Pixels) -> float:
        return engine.judge(engine.look(finder.frame(photo))).severity.value

    skin, healthy = finder.find_skin(pixels), severity(pixels)
    steps: list[tuple[Ailment, float]] = [(ailment, step) for ailment in AILMENTS for step in ailment.steps]
    photos = [ailment.make(pixels, skin, step) for ailment, step in steps]
    return [
        Ailing(item.key, item.photo.source, ailment.name, step, answer, severity(photo), healthy)
        for (ailment, step), photo, answer in zip(steps, photos, _asked(photos), strict=True)
    ]


def _reduced(pixels: Pixels) -> Pixels:
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _asked(pictures: Sequence[Pixels]) -> list[Answer]:
    """The product's answers to pictures in memory, by way of a folder that is deleted."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:05}.png" for number in range(len(pictures))]
        for path, pixels in zip(paths, pictures, strict=True):
            cv2.imwrite(str(path), np.ascontiguousarray(pixels[..., ::-1]), _FAST)
        return answers(paths)
