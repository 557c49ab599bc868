"""Going on from a trained network with one's own photos and readings, and whether that was worth it.

Whole patients are held out; the network is never taught, nor calibrated, on them, and both networks are measured on
them alone. Which is better is said only where the interval of the difference says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from scarscore.datasets.cards import Use
from scarscore.datasets.errors import DataError
from scarscore.datasets.own import OwnPhoto
from scarscore.datasets.photos import Collection, Photo, Rated, Reading
from scarscore.datasets.split import grouped_folds
from scarscore.model.bundle import load_bundle
from scarscore.model.bundles import ModelBundle
from scarscore.model.engine import Engine
from scarscore.model.region_engine import RegionEngine
from scarscore.train.config import Config
from scarscore.train.evaluate.statistics import (
    Estimate,
    Statistic,
    bootstrapped,
    calibration_slope,
    expanded_tails,
    group_draws,
    mean_absolute_error,
    spearman,
)
from scarscore.train.predict import Outcome, predict
from scarscore.train.run import Identity, Run, train_run
from scarscore.train.samples import frame
from scarscore.train.start import start_of
from scarscore.train.views import Say

OWN = "own"  # the source's name
FEWEST_TAUGHT = 100  # photos: each half calibrates the other's network; that both suffice, `train_run` sees to
FEWEST_PATIENTS = 10  # on either side: fewer, and an interval over patients means nothing
BETTER, WORSE, OPEN = "better", "worse", "no difference shown"


@dataclass(frozen=True)
class Halves:
    """Own photos: those that are learnt from, and those of other patients that are held out."""

    taught: tuple[OwnPhoto, ...]
    held_out: tuple[OwnPhoto, ...]

    def __post_init__(self) -> None:
        if both := {photo.patient for photo in self.taught} & {photo.patient for photo in self.held_out}:
            raise DataError(f"{len(both)} patients lie on both sides of the split")


@dataclass(frozen=True)
class Side:
    """How one network agrees with the readings of the held-out patients; `inside` the share in its 90 % interval."""

    name: str
    rho: Estimate
    mae: Estimate
    slope: float
    inside: float


@dataclass(frozen=True)
class Tuned:
    """What came of it: both networks on the held-out photos, and the new one's figures less the old one's."""

    photos: int
    patients: int
    taught_photos: int
    taught_patients: int
    seen: int | None
    base: Side
    tuned: Side
    mae_change: Estimate
    rho_change: Estimate

    @property
    def verdict(self) -> str:
        """`better` or `worse` by the mean absolute error where its whole interval says so; else no difference."""
        if self.mae_change.high < 0.0:
            return BETTER
        return WORSE if self.mae_change.low > 0.0 else OPEN


def halves(photos: Sequence[OwnPhoto], share: float, seed: int) -> Halves:
    """Hold out about `share` (0-1) of the patients, by their names alone: who comes later moves nobody else.

    Raises `DataError` where either side is too small for what is told of it.
    """
    held = {photo.patient for photo in photos if _drawn(f"{seed} {photo.patient}") < share}
    split = Halves(
        tuple(photo for photo in photos if photo.patient not in held),
        tuple(photo for photo in photos if photo.patient in held),
    )
    for what, side, fewest in (
        ("learn from", split.taught, FEWEST_TAUGHT),
        ("hold out", split.held_out, FEWEST_PATIENTS),
    ):
        patients = len({photo.patient for photo in side})
        if len(side) < fewest or patients < FEWEST_PATIENTS:
            raise DataError(
                f"{len(side)} photos of {patients} patients to {what}: at least {fewest} photos of {FEWEST_PATIENTS} "
                "patients are needed"
            )
    return split


def as_run(taught: Sequence[OwnPhoto], base: ModelBundle, config: Config, folder: Path, identity: Identity) -> Run:
    """The run that goes on from a bundle's severity network, on skin that its region network finds."""
    collection, rated = _collection(taught)
    folds = grouped_folds(rated, config.folds, config.seed)
    told = base.severity.metadata.calibration
    return Run(collection, RegionEngine(base.regions), rated, folds, config, folder, identity, told)


def tune(run: Run, base: ModelBundle, held_out: Sequence[OwnPhoto], seen: int | None, say: Say) -> Tuned:
    """Train, then measure both networks on the held-out patients. The new network is the run's, of all its photos.

    Raises `DataError` before anything is trained where a patient with many photos leaves either half too small.
    """
    train_run(run, run.networks, start_of(base.severity), say)
    say(f"both networks look at {len(held_out)} held-out photos")
    collection, rated = _collection(held_out)
    shown = [(item, frame(collection, item, run.finder)) for item in rated]
    before = predict(Engine(base.severity), shown)
    after = predict(Engine(load_bundle(str(run.file(None)))), shown)
    taught = {item.photo.group for item in run.rated}
    return compared(before, after, held_out, (len(run.rated), len(taught)), seen)


def compared(
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    photos: Sequence[OwnPhoto],
    taught: tuple[int, int],
    seen: int | None,
) -> Tuned:
    """Both networks' outcomes on the same photos, with intervals over patients; `taught` counts photos and patients.

    The intervals of the changes, by which one network is called better, are those of few patients.
    """
    read = np.array([photo.severity for photo in photos])
    old, new = (np.array([o.told.value for o in side]) for side in (before, after))
    patients = [photo.patient for photo in photos]
    draws = list(group_draws(patients))

    def change(statistic: Statistic) -> Estimate:
        drawn = [statistic(new[i], read[i]) - statistic(old[i], read[i]) for i in draws]
        low, high = np.nanpercentile(drawn, expanded_tails(len(set(patients))))
        return Estimate(statistic(new, read) - statistic(old, read), float(low), float(high))

    def side(name: str, outcomes: Sequence[Outcome]) -> Side:
        told = np.array([o.told.value for o in outcomes])
        inside = [o.told.low <= value <= o.told.high for o, value in zip(outcomes, read, strict=True)]
        rho, mae = (bootstrapped(s, told, read, patients) for s in (spearman, mean_absolute_error))
        return Side(name, rho, mae, calibration_slope(told, read), float(np.mean(inside)))

    return Tuned(
        len(photos), len(set(patients)), *taught, seen,
        side("before", before), side("after", after), change(mean_absolute_error), change(spearman),
    )  # fmt: skip


def identity_of(base: ModelBundle, name: str, use: Use, taught: Sequence[OwnPhoto]) -> Identity:
    """What the new network is called: its version tells the base's, and a checksum of what was learnt from.

    Its licence class is the more restricted one of the base's and of what its owner permits of the own photos.
    """
    lines = sorted(f"{p.sha256} {p.patient} {p.severity:.4f} {p.grade}" for p in taught)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]
    version = f"{base.version}+{digest}"
    both = (Use(base.licence_class), use)
    licence = max(both, key=list(Use).index)
    return Identity(name, version, licence.value, (*base.severity.metadata.sources, OWN))


def as_json(tuned: Tuned) -> dict[str, object]:
    """The figures as JSON values, with the verdict."""
    return asdict(tuned) | {"verdict": tuned.verdict}


def _drawn(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def _collection(photos: Sequence[OwnPhoto]) -> tuple[Collection, tuple[Rated, ...]]:
    """Own photos as the training code knows them; a patient is a group, and files keep their whole path."""
    known = tuple(map(_photo, photos))
    readings = tuple(reading for photo in photos for reading in _readings(photo))
    collection = Collection(Path("/"), known, readings, (), (), ())
    return collection, collection.rated()


def _photo(photo: OwnPhoto) -> Photo:
    with Image.open(photo.path) as image:
        size = image.size
    return Photo(str(photo.path), OWN, photo.patient, "", photo.sha256, *size, photo.sha256)


def _readings(photo: OwnPhoto) -> list[Reading]:
    return [
        Reading(photo.sha256, r.reader, True, "", round(r.severity), 0, r.grade or 0, (), 0, 0, 0, 3)
        for r in photo.readings
    ]
