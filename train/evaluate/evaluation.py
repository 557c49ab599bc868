"""Gathers the evidence: what exported networks, baselines and readers say of the same photos, out of fold by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Rated, load
from scarscore.datasets.split import Folds, grouped_folds
from scarscore.model.bundle import DEFAULT, Bundle, load_bundle, names
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.train.evaluate.baselines import frozen_features, ridge, source_means
from scarscore.train.evaluate.refused import refused_photos
from scarscore.train.evaluate.statistics import Values
from scarscore.train.predict import Outcome, predict
from scarscore.train.run import read_start_weights
from scarscore.train.samples import fingerprint, photo_pixels, trainable
from scarscore.train.views import Say

EVALUATION_ONLY = "habibsatya"  # no permission to train on it: it is scored by the shipped network


@dataclass(frozen=True)
class Evidence:
    """Everything that the report is computed from.

    `outcomes` are of whole photos, out of fold, in one order with `network` (their severity, the source's mean where
    the product refuses the photo), `ridge` and `means`; `cuts` are of close-up cuts, out of fold; `unseen` of the
    source that is never trained on.
    """

    bundle: Bundle
    outcomes: tuple[Outcome, ...]
    refused: dict[str, str]
    network: Values
    ridge: Values
    means: Values
    cuts: tuple[Outcome, ...]
    unseen: tuple[Outcome, ...]


def gather(root: Path, start: Path, say: Say) -> Evidence:
    """Score every rated photo with the network that has not seen it, and the baselines on the same folds."""
    collection = load(root)
    bundle = load_bundle(DEFAULT)
    rated = trainable(collection, bundle.metadata.sources)
    folds = _folds(rated, bundle)
    say(f"reading {len(rated)} photos and cuts")
    pixels = {item.key: photo_pixels(collection, item) for item in rated}
    outcomes = _out_of_fold(rated, pixels, folds, say)
    whole = tuple(o for o in outcomes if o.rated.cut is None)
    photos = [o.rated for o in whole]
    say("asking the product which photos it refuses")
    refused = refused_photos(root, photos)
    say("baselines")
    means = source_means(photos, folds)
    told = np.array([o.told.value for o in whole])
    features = frozen_features([pixels[item.key] for item in photos], read_start_weights(start))
    return Evidence(
        bundle=bundle,
        outcomes=whole,
        refused=refused,
        network=np.where([item.key in refused for item in photos], means, told),
        ridge=ridge(features, photos, folds),
        means=means,
        cuts=tuple(o for o in outcomes if o.rated.cut is not None),
        unseen=_unseen(collection, bundle),
    )


def _folds(rated: Sequence[Rated], bundle: Bundle) -> Folds:
    """The folds of training, made again; the networks must say that they were trained on exactly these photos."""
    metadata = bundle.metadata
    if metadata.training_fingerprint != fingerprint(tuple(rated)):
        raise DataError(
            "the shipped network was trained on other photos or readings than these: verify the data folder"
        )
    count = sum(name.startswith("fold") for name in names())
    folds = grouped_folds(rated, count, metadata.seed)
    for fold in range(count):
        seen = tuple(item for item in rated if folds.fold_of[item.key] != fold)
        if load_bundle(f"fold{fold}").metadata.training_fingerprint != fingerprint(seen):
            raise DataError(f"the network of fold {fold} was trained on other photos: its scores would not be unseen")
    return folds


def _out_of_fold(rated: Sequence[Rated], pixels: dict[str, Pixels], folds: Folds, say: Say) -> list[Outcome]:
    outcomes: dict[str, Outcome] = {}
    for fold in range(folds.count):
        say(f"fold {fold + 1} of {folds.count}")
        held_out = folds.held_out(fold)
        engine = Engine(load_bundle(f"fold{fold}"))
        photos = [(item, pixels[item.key]) for item in rated if item.key in held_out]
        outcomes.update((o.rated.key, o) for o in predict(engine, photos))
    return [outcomes[item.key] for item in rated]


def _unseen(collection: Collection, bundle: Bundle) -> tuple[Outcome, ...]:
    rated = [item for item in collection.rated() if item.photo.source == EVALUATION_ONLY and item.usable]
    return tuple(predict(Engine(bundle), [(item, photo_pixels(collection, item)) for item in rated]))
