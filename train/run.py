"""A whole training run: the networks of all folds and the one of all photos, exported, calibrated out of fold.

Everything that a run makes lies in its folder; whatever is already there is gone on from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scarscore.datasets.cards import licence_class
from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Rated, load
from scarscore.datasets.split import Folds, grouped_folds
from scarscore.model.attach import attach
from scarscore.model.bundle import REGIONS, Metadata, open_bundle, write_metadata
from scarscore.model.engine import Engine
from scarscore.model.export import export
from scarscore.model.region_engine import RegionEngine
from scarscore.model.severity import Calibration
from scarscore.train.augment import Variation
from scarscore.train.calibrate import IDENTITY, fit_calibration
from scarscore.train.claim import claim
from scarscore.train.close_ups import close_ups
from scarscore.train.config import Config
from scarscore.train.drawn import DRAWN, with_drawn
from scarscore.train.heads import heads_of
from scarscore.train.loop import Material, train_network
from scarscore.train.pairs import teach_pairs
from scarscore.train.predict import Outcome, predict
from scarscore.train.samples import Picture, Sample, fingerprint, frame, picture, sample, trainable
from scarscore.train.start import Start, begun
from scarscore.train.views import Say, take_views

NAME = "severity"
VERSION = "0.6.0"
MARK = "run.txt"  # says what the networks in a folder are of


@dataclass(frozen=True)
class Identity:
    """What the networks of a run are called, what they may be used for, and what they were trained on."""

    name: str
    version: str
    licence_class: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """What a run is made of: its data, what finds their skin, its folds, where it lies.

    `identity` is by default what its sources' cards say. `told` is a calibration that says what the run's readings do
    not: grades where they have none; None where they say it all.
    """

    collection: Collection
    finder: RegionEngine
    rated: tuple[Rated, ...]
    folds: Folds
    config: Config
    folder: Path
    identity: Identity | None = None
    told: Calibration | None = None

    def seen(self, fold: int | None) -> tuple[Rated, ...]:
        """What the network of this fold is trained on (None: everything)."""
        return tuple(r for r in self.rated if fold is None or self.folds.fold_of[r.key] != fold)

    def home(self, rated: Rated) -> int | None:
        """The fold that a photo, or a part of one, is held out in with its group; None where nobody read the group."""
        return self.homes.get(rated.photo.group)

    @cached_property
    def homes(self) -> dict[str, int]:
        """The fold of each group that was read."""
        return {self.folds.group_of[key]: fold for key, fold in self.folds.fold_of.items()}

    @property
    def networks(self) -> tuple[int | None, ...]:
        """One for each fold, and the one of all photos."""
        return (*range(self.config.folds), None)

    def file(self, fold: int | None) -> Path:
        """Where the network of this fold lies."""
        return self.folder / network_file(fold)


def network_file(fold: int | None) -> str:
    """The file name of a fold's network (None: the one of all photos)."""
    return f"{NAME}.onnx" if fold is None else f"{NAME}-fold{fold}.onnx"


def open_run(
    root: Path, config: Config, folder: Path, regions: str = REGIONS, labels: Path | None = None, say: Say = print
) -> Run:
    """A run over the data folder, with what finds the skin and, for drawn pictures, the labels of the faces' regions.

    Raises `DataError`, also where a card forbids training.
    """
    finder = RegionEngine.load(regions)
    collection = with_drawn(load(root), config.drawn, config.seed, labels, folder / DRAWN, say)
    rated = trainable(collection, config.sources)
    if not rated:
        raise DataError("no rated photo to train on")
    return Run(collection, finder, rated, grouped_folds(rated, config.folds, config.seed), config, folder)


def named(run: Run, name: str) -> Run:
    """The same run, whose networks are called otherwise."""
    return replace(run, identity=_identity(run.config, name))


def _identity(config: Config, name: str = NAME) -> Identity:
    """What the cards of a run's sources say of its networks."""
    return Identity(name, VERSION, licence_class(config.sources).value, config.sources)


def train_run(run: Run, wanted: Sequence[int | None], start: Path | Start, say: Say) -> bool:
    """Train and export what is missing of the wanted networks; calibrate once all are there. Whether they are.

    They begin from start weights, in a file or read already. Networks of one run may be trained by several processes
    or machines at once: each has its own folder. Raises `DataError` where the run's folder holds another one.
    """
    claim(run.folder, MARK, f"{run.config}\nphotos {fingerprint(run.rated)}\nregions {run.finder.bundle.sha256}\n")
    begin = read_start_weights(start) if isinstance(start, Path) else start
    missing = [fold for fold in wanted if not _raw(run, fold).exists()]
    if missing:
        material = _material(run, begin, say)
        for fold in missing:
            say(f"network of {'all photos' if fold is None else f'fold {fold}'}")
            held_out = _held_out(run, material, fold)
            folder = run.folder / network_file(fold).removesuffix(".onnx")
            network = train_network(begin, material, held_out, run.config, folder, say)
            network = teach_pairs(network, material, held_out, run.config, folder / "pairs", say)
            _raw(run, fold).write_bytes(export(network))
    if not all(_raw(run, fold).exists() for fold in run.networks):
        return False
    calibrate_run(run, say)
    return True


def calibrate_run(run: Run, say: Say) -> None:
    """Give every network of the run its light heads and its metadata: each fold's is calibrated on the others alone."""
    heads = heads_of(run, [_raw(run, fold).read_bytes() for fold in run.networks], say)
    say("calibrating out of fold")
    outcomes = {fold: _outcomes(run, fold) for fold in range(run.config.folds)}
    for number, fold in enumerate(run.networks):
        others = [o for k, part in outcomes.items() if k != fold for o in part if o.rated.cut is None]
        pooled, redness = (np.array([getattr(o, name) for o in others]) for name in ("pooled", "redness"))
        calibration = _completed(fit_calibration([o.rated for o in others], pooled, redness), run.told)
        data = _raw(run, fold).read_bytes()
        if heads:
            data, calibration = attach(data, heads[number].weights), replace(calibration, heads=heads[number].limits)
        metadata = replace(_metadata(run, fold), calibration=calibration)
        run.file(fold).write_bytes(write_metadata(data, metadata))


def _completed(fitted: Calibration, told: Calibration | None) -> Calibration:
    """The calibration that was fitted, with grades as told where the readings do not say them."""
    return fitted if told is None else replace(fitted, grades=told.grades)


def read_start_weights(path: Path) -> dict[str, Tensor]:
    """A state dict with torchvision's names for `mobilenet_v2`."""
    try:
        state: dict[str, Tensor] = torch.load(path, weights_only=True, map_location="cpu")
    except OSError as error:
        raise DataError(f"start weights {path}: {error.strerror}. Name them by --start") from None
    return state


def _held_out(run: Run, material: Material, fold: int | None) -> frozenset[str]:
    """What the network of this fold must not see: its photos, and parts of unread photos of their groups."""
    return frozenset(s.rated.key for s in material.samples if fold is not None and run.home(s.rated) == fold)


def _material(run: Run, start: Start, say: Say) -> Material:
    say("cutting close-ups out of faces")
    samples = [*map(sample, run.rated), *close_ups(run.collection, run.rated, run.config, run.finder)]
    network = begun(start, folded=False)

    def read(item: Sample) -> Picture:
        return picture(run.collection, item.rated, run.finder.find_skin)

    config, folder, skin = run.config, run.folder / "views", run.finder.bundle.sha256
    variation = Variation(config.scale, config.noise, config.marks)
    views = take_views(samples, read, network.stem, config.epochs, config.seed, skin, variation, folder, say)
    return Material(samples, views, config.spread_scale)


def _raw(run: Run, fold: int | None) -> Path:
    """The exported network before it has been calibrated."""
    return run.file(fold).with_suffix(".raw")


def _outcomes(run: Run, fold: int) -> list[Outcome]:
    data = write_metadata(_raw(run, fold).read_bytes(), _metadata(run, fold))
    held_out = run.folds.held_out(fold)
    photos = ((r, frame(run.collection, r, run.finder)) for r in run.rated if r.key in held_out)
    return predict(Engine(open_bundle(data)), photos)


def _metadata(run: Run, fold: int | None) -> Metadata:
    identity = run.identity or _identity(run.config)
    return Metadata(
        name=identity.name,
        version=identity.version,
        fold=fold,
        licence_class=identity.licence_class,
        sources=identity.sources,
        training_fingerprint=fingerprint(run.seen(fold)),
        seed=run.config.seed,
        regions_sha256=run.finder.bundle.sha256,
        base_sha256=hashlib.sha256(_raw(run, fold).read_bytes()).hexdigest(),
        calibration=IDENTITY,
    )
