"""A whole training run: the networks of all folds and the one of all photos, exported, calibrated out of fold.

Everything that a run makes lies in its folder; whatever is already there is gone on from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scarscore.datasets.cards import licence_class
from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Photo, Rated, load
from scarscore.datasets.split import Folds, grouped_folds
from scarscore.model.attach import attach
from scarscore.model.bundle import REGIONS, Metadata, open_bundle, write_metadata
from scarscore.model.engine import Engine
from scarscore.model.export import export
from scarscore.model.preprocess import everywhere
from scarscore.model.region_engine import RegionEngine
from scarscore.model.severity import Calibration
from scarscore.train.augment import Variation
from scarscore.train.calibrate import FEWEST, IDENTITY, fit_calibration
from scarscore.train.claim import claim
from scarscore.train.close_ups import close_ups
from scarscore.train.config import Config
from scarscore.train.drawn import DRAWN, with_drawn
from scarscore.train.heads import Heads, heads_of
from scarscore.train.healed import FADED, take_healed
from scarscore.train.labelled import with_labels, with_unread
from scarscore.train.loop import Material, train_network
from scarscore.train.pairs import teach_pairs
from scarscore.train.predict import Outcome, predict
from scarscore.train.samples import Picture, Sample, fingerprint, frame, picture, sample, trainable
from scarscore.train.start import Start, begun, digest
from scarscore.train.views import Read, Say, Views, take_views

NAME = "severity"
VERSION = "0.9.0"
MARK = "run.txt"  # says what the networks in a folder are of

Held = int | str | None  # what a network has not seen: the photos of a fold, those of a data set, or nothing is kept


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

    def seen(self, held: Held) -> tuple[Rated, ...]:
        """What the network that this is held out of is trained on (None: everything)."""
        return tuple(r for r in self.rated if not self.holds_out(held, r))

    def holds_out(self, held: Held, rated: Rated) -> bool:
        """Whether a network must not see a photo, or a part of one: with a data set go the repeats of its photos."""
        if isinstance(held, str):
            return any(p.source == held for p in self.groups.get(rated.photo.group, (rated.photo,)))
        return held is not None and self.home(rated) == held

    def home(self, rated: Rated) -> int | None:
        """The fold that a photo, or a part of one, is held out in; None where nobody read or labelled its group."""
        return self.homes.get(rated.photo.group)

    @cached_property
    def homes(self) -> dict[str, int]:
        """The fold of each group that was read, or that has a label."""
        read = {self.folds.group_of[key]: fold for key, fold in self.folds.fold_of.items()}
        return with_unread(self.collection, read, self.folds.count)

    @cached_property
    def groups(self) -> dict[str, tuple[Photo, ...]]:
        """The photos of each group: what repeats them, in whichever data set."""
        found: dict[str, tuple[Photo, ...]] = {}
        for photo in self.collection.photos:
            found[photo.group] = (*found.get(photo.group, ()), photo)
        return found

    @property
    def networks(self) -> tuple[int | None, ...]:
        """One for each fold, and the one of all photos: those that a run is not finished without."""
        return (*range(self.config.folds), None)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The data sets that a network has been trained without."""
        return tuple(source for source in self.config.sources if _raw(self, source).exists())

    def file(self, held: Held) -> Path:
        """Where the network lies that has not seen this."""
        return self.folder / network_file(held)


def network_file(held: Held) -> str:
    """The file name of a network that has not seen a fold or a data set (None: of the one of all photos)."""
    if isinstance(held, str):
        return f"{NAME}-without-{held}.onnx"
    return f"{NAME}.onnx" if held is None else f"{NAME}-fold{held}.onnx"


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


def train_run(run: Run, wanted: Sequence[Held], start: Path | Start, say: Say) -> bool:
    """Train and export what is missing of the wanted networks; calibrate once all are there. Whether they are.

    They begin from start weights, in a file or read already. Networks of one run may be trained by several processes
    or machines at once: each has its own folder. Raises `DataError` where the run's folder holds another one, or where
    a network could not be calibrated once it is trained.
    """
    for held in wanted:
        _require_enough(run, held)
    begin = read_start_weights(start) if isinstance(start, Path) else start
    claim(run.folder, MARK, mark_of(run, begin))
    missing = [held for held in wanted if not _raw(run, held).exists()]
    if missing:
        material = material_of(run, begin, say)
        for held in missing:
            say(f"network {_called(held)}")
            held_out = held_out_of(run, material, held)
            folder = run.folder / network_file(held).removesuffix(".onnx")
            network = train_network(begin, material, held_out, run.config, folder, say)
            network = teach_pairs(network, material, held_out, run.config, folder / "pairs", say)
            _raw(run, held).write_bytes(export(network))
    if not all(_raw(run, fold).exists() for fold in run.networks):
        return False
    calibrate_run(run, begin, say)
    return True


def _require_enough(run: Run, held: Held) -> None:
    """Each whole photo that a network may see calibrates it, as told by the network of the photo's fold."""
    count = sum(item.cut is None for item in run.seen(held))
    if count < FEWEST:
        raise DataError(
            f"network {_called(held)}: {count} photos are too few to calibrate it on, at least {FEWEST} are needed. "
            "Photos of one patient, or of one group, stay together: add photos of others"
        )


def mark_of(run: Run, start: Start) -> str:
    """What the networks of a run depend on: two runs with one mark have the same networks."""
    return (
        f"{run.config}\nphotos {fingerprint(run.rated)}\ngroups {_groups(run)}\n"
        f"regions {run.finder.bundle.sha256}\nstart {digest(start)}\n"
    )


def _groups(run: Run) -> str:
    """SHA-256 of who belongs together and of the folds: also of unread photos, parts of which are trained on."""
    photos = [f"{p.file} {p.group}" for p in run.collection.photos if p.source in run.config.sources]
    read = [f"{r.key} {r.photo.group} {run.folds.fold_of[r.key]}" for r in run.rated]
    return hashlib.sha256("\n".join(sorted([*photos, *read])).encode()).hexdigest()


def calibrate_run(run: Run, start: Start, say: Say) -> None:
    """Give every network of the run its metadata, calibrated on what the others say of photos that it may see.

    The networks of the folds and of all photos get light heads, too, which go back towards what training began with,
    `start`; one that was trained without a data set tells severity alone, and is left as it is where too few photos are
    there to calibrate it on.
    """
    fitted = heads_of(run, [_raw(run, fold).read_bytes() for fold in run.networks], start, say)
    heads: dict[Held, Heads] = dict(zip(run.networks, fitted, strict=True)) if fitted else {}
    say("calibrating out of fold")
    outcomes = [o for fold in range(run.config.folds) for o in _outcomes(run, fold) if o.rated.cut is None]
    for held in (*run.networks, *run.left_out):
        others = [o for o in outcomes if not run.holds_out(held, o.rated)]
        if isinstance(held, str) and len(others) < FEWEST:  # trained before this was asked for: the others are finished
            say(f"network {_called(held)} is not finished: {len(others)} photos are too few to calibrate it on")
            continue
        pooled, redness = (np.array([getattr(o, name) for o in others]) for name in ("pooled", "redness"))
        calibration = _completed(fit_calibration([o.rated for o in others], pooled, redness), run.told)
        data = _raw(run, held).read_bytes()
        if held in heads:
            data, calibration = (
                attach(data, heads[held].weights, heads[held].second),
                replace(calibration, heads=heads[held].limits),
            )
        metadata = replace(_metadata(run, held), calibration=calibration)
        run.file(held).write_bytes(write_metadata(data, metadata))


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


def _called(held: Held) -> str:
    if held is None:
        return "of all photos"
    return f"without {held}" if isinstance(held, str) else f"of fold {held}"


def held_out_of(run: Run, material: Material, held: Held) -> frozenset[str]:
    """What a network must not see: photos that are held out of it, and parts of unread photos of their groups."""
    return frozenset(s.rated.key for s in material.samples if run.holds_out(held, s.rated))


def material_of(run: Run, start: Start, say: Say) -> Material:
    """What the run's networks are taught from: its views lie in its folder."""
    say("cutting close-ups out of faces")
    whole = with_labels(run.collection, run.rated) if run.config.label_weight else map(sample, run.rated)
    samples = [*whole, *close_ups(run.collection, run.rated, run.config, run.finder)]
    network = begun(start, folded=False)

    config, folder = run.config, run.folder / "views"
    find_skin = run.finder.find_skin if config.masks else everywhere
    skin = run.finder.bundle.sha256 if config.masks else "everywhere"

    def read(item: Sample) -> Picture:
        shown = picture(run.collection, item.rated, find_skin)
        return replace(shown, upright=run.finder.look(shown.pixels).pose.faces > 0) if config.turns else shown

    def take(where: Path, shown: str, chosen: Sequence[Sample], how: Read) -> Views:
        return take_views(
            chosen, how, network.stem, config.epochs, config.seed, shown, variation_of(config), where, say
        )

    fading = partial(take, folder / "healed", f"{skin}, healed by {FADED}")
    healed = take_healed(samples, read, fading) if config.healed_weight else None
    return Material(samples, take(folder, skin, samples, read), config.spread_scale, healed)


def variation_of(config: Config) -> Variation:
    """How far the looks differ that a configuration asks for."""
    return Variation(
        scale=config.scale,
        sharp_to=config.sharp_to,
        noise=config.noise,
        marks=config.marks,
        tones=config.tones,
        greys=config.greys,
        turns=config.turns,
    )


def _raw(run: Run, held: Held) -> Path:
    """The exported network before it has been calibrated."""
    return run.file(held).with_suffix(".raw")


def _outcomes(run: Run, fold: int) -> list[Outcome]:
    data = write_metadata(_raw(run, fold).read_bytes(), _metadata(run, fold))
    held_out = run.folds.held_out(fold)
    photos = ((r, frame(run.collection, r, run.finder)) for r in run.rated if r.key in held_out)
    return predict(Engine(open_bundle(data)), photos)


def _metadata(run: Run, held: Held) -> Metadata:
    identity = run.identity or _identity(run.config)
    if isinstance(held, str):
        name, sources = f"{identity.name}-without-{held}", tuple(s for s in identity.sources if s != held)
        identity = replace(identity, name=name, sources=sources, licence_class=licence_class(sources).value)
    return Metadata(
        name=identity.name,
        version=identity.version,
        fold=held if isinstance(held, int) else None,
        licence_class=identity.licence_class,
        sources=identity.sources,
        training_fingerprint=fingerprint(run.seen(held)),
        seed=run.config.seed,
        regions_sha256=run.finder.bundle.sha256,
        base_sha256=hashlib.sha256(_raw(run, held).read_bytes()).hexdigest(),
        calibration=IDENTITY,
    )
