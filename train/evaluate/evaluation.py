"""Gathers the evidence: what exported networks, baselines and readers say of the same photos, out of fold by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scarscore.datasets.photos import Collection, Rated, load
from scarscore.datasets.synthetic.tone import Band, band_of, ita_of
from scarscore.model.bundle import Bundle
from scarscore.model.preprocess import STRIDE, Frame
from scarscore.train.bench.measure import measure
from scarscore.train.bench.records import Bench
from scarscore.train.evaluate.baselines import frozen_features, ridge, source_means
from scarscore.train.evaluate.panel import Panel, networks_of, open_panel
from scarscore.train.evaluate.plain import plain_network
from scarscore.train.evaluate.refused import refused_photos
from scarscore.train.evaluate.said import Labelled, labelled
from scarscore.train.evaluate.statistics import Values
from scarscore.train.predict import Outcome, predict
from scarscore.train.run import read_start_weights
from scarscore.train.samples import frame, trainable
from scarscore.train.views import Say

SURE = 0.95  # share of a position that is skin, from which its colour is the skin's alone
EVALUATION_ONLY = "habibsatya"  # no permission to train on it; some of it repeats photos of scarnet and acne04


@dataclass(frozen=True)
class Evidence:
    """Everything that the report is computed from.

    `outcomes` are of whole photos, out of fold, in one order with `network` (their severity, the source's mean where
    the product refuses the photo), the baselines `plain`, `ridge` and `means`, and `tones`; `cuts` are of
    close-up cuts, out of fold; `unseen` of the source that is never trained on; `labels` of photos with a scar type of
    their own. `plain` and `bench` are None where
    they were left out.
    """

    bundle: Bundle
    outcomes: tuple[Outcome, ...]
    refused: dict[str, str]
    network: Values
    plain: Values | None
    ridge: Values
    means: Values
    tones: tuple[Band | None, ...]
    cuts: tuple[Outcome, ...]
    unseen: tuple[Outcome, ...]
    labels: Labelled
    bench: Bench | None


def gather(
    root: Path, start: Path, say: Say, with_bench: bool = True, run: Path | None = None, with_plain: bool = True
) -> Evidence:
    """Score every rated photo with the network that has not seen it, and the baselines on the same folds.

    The networks are the shipped ones, or those in a run's folder.
    """
    collection = load(root)
    networks = networks_of(run)
    bundle = networks.whole
    rated = trainable(collection, bundle.metadata.sources)
    panel = open_panel(rated, networks)
    say(f"reading and scoring {len(rated)} photos and cuts")
    frames = {item.key: frame(collection, item, panel.finder) for item in rated}
    outcomes = _told(panel, rated, frames)
    unseen = _unseen(collection, panel)
    whole = tuple(o for o in outcomes if o.rated.cut is None)
    photos = [o.rated for o in whole]
    say("scoring photos that are labelled by scar type")
    labels = labelled(collection, panel, outcomes, rated)
    say("asking the product which photos it refuses")
    refused = refused_photos(root, photos, run)
    say("baselines")
    means = source_means(photos, panel.folds)
    told = np.array([o.told.value for o in whole])
    weights, shown = read_start_weights(start), [frames[item.key] for item in photos]
    features = frozen_features(shown, weights)
    say("baselines: a plain regression network, fold by fold" if with_plain else "baselines: without the plain network")
    plain = plain_network(shown, photos, panel.folds, weights, bundle.metadata.seed, say) if with_plain else None
    return Evidence(
        bundle=bundle,
        outcomes=whole,
        refused=refused,
        network=np.where([item.key in refused for item in photos], means, told),
        plain=plain,
        ridge=ridge(features, photos, panel.folds),
        means=means,
        tones=tuple(tone_of(frame) for frame in shown),
        cuts=tuple(o for o in outcomes if o.rated.cut is not None),
        unseen=unseen,
        labels=labels,
        bench=measure(collection, panel, [*outcomes, *unseen], EVALUATION_ONLY, say) if with_bench else None,
    )


def tone_of(frame: Frame) -> Band | None:
    """The band of skin tone of a photo, as photographed, by all its judgeable skin; None without any."""
    sure = np.kron(frame.judged[frame.part], np.ones((STRIDE, STRIDE), np.float32)) > SURE
    return band_of(ita_of(frame.picture, sure)) if sure.any() else None


def _told(panel: Panel, rated: Sequence[Rated], frames: dict[str, Frame]) -> list[Outcome]:
    return [o for item in rated for o in predict(panel.engine(item.photo), [(item, frames[item.key])])]


def _unseen(collection: Collection, panel: Panel) -> tuple[Outcome, ...]:
    rated = [item for item in collection.rated() if item.photo.source == EVALUATION_ONLY and item.usable]
    frames = {item.key: frame(collection, item, panel.finder) for item in rated}
    return tuple(_told(panel, rated, frames))
