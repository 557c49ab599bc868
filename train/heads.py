"""The light heads of a whole run: for each network its own, fitted on what it may see and told by what it may not.

They are fitted after the networks are finished and change nothing of them; the features are kept in the run's folder.
Their second path has weights between those that training began with and those that it came to: nearer the former they
know less of what was taught by heart (Wortsman et al. 2022, arXiv 2109.01903).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scarscore.model.attach import HeadWeights, Weights, path_weights
from scarscore.model.heads import HeadLimits
from scarscore.model.preprocess import Floats
from scarscore.train.close_ups import clear_cheeks
from scarscore.train.head_features import HeadPhoto, gather, head_photos
from scarscore.train.head_fit import answers, fit_heads, fit_limits
from scarscore.train.labelled import LABELLED
from scarscore.train.start import Start, begun, name_of
from scarscore.train.views import Say

if TYPE_CHECKING:
    from scarscore.train.run import Run

TRAINED = 0.25  # of the way from the weights before training to those after it: the second path's


@dataclass(frozen=True, eq=False)
class Heads:
    """The heads of one network: their weights, those of their second path, and how their numbers are told."""

    weights: HeadWeights
    second: Weights
    limits: HeadLimits


def heads_of(run: Run, networks: Sequence[bytes], start: Start, say: Say) -> tuple[Heads, ...]:
    """Heads for each network of a run, in the order of `run.networks`; none where the run's sources label no types.

    The limits of a fold's heads come from the other folds' answers on photos that their networks have not seen; what
    they were fitted on themselves is never beyond them.
    """
    if LABELLED not in run.config.sources or run.config.heads == 0:
        return ()
    cheeks = clear_cheeks(run.collection, run.rated, run.config.close_ups_below, run.finder)
    rated = [*run.rated, *(each.rated for each in cheeks)]
    photos = head_photos(run.collection, rated, run.homes, run.config.heads)
    say(f"heads: features of {len(photos)} photos under {len(networks)} networks")
    files = [_file(run, fold, data, photos) for fold, data in zip(run.networks, networks, strict=True)]
    before = begun(start, folded=True).state_dict()
    seconds = [second_path(data, before) for data in networks]
    looked = list(zip(networks, seconds, strict=True))
    features = gather(run.collection, run.finder.find_skin, photos, looked, files, run.config.seed)
    kinds, home = np.array([photo.kind for photo in photos]), np.array([photo.fold for photo in photos])
    seen = [np.ones(len(home), bool) if fold is None else home != fold for fold in run.networks]
    weights = [fit_heads(each, kinds, mask) for each, mask in zip(features, seen, strict=True)]
    told = [answers(each, weight) for each, weight in zip(features, weights, strict=True)]
    folds = range(run.config.folds)
    limits = [
        fit_limits([(told[k], ~seen[k]) for k in folds if k != fold], kinds, own.distance[mask])
        for fold, own, mask in zip(run.networks, told, seen, strict=True)
    ]
    return tuple(Heads(*each) for each in zip(weights, seconds, limits, strict=True))


def second_path(network: bytes, before: Start) -> dict[str, Floats]:
    """The weights of a network's second path, by the names of its first: a quarter trained, from those before."""
    return {
        name: np.asarray((1 - TRAINED) * before[name_of(name)].numpy() + TRAINED * after, np.float32)
        for name, after in path_weights(network).items()
    }


def _file(run: Run, fold: int | None, network: bytes, photos: Sequence[HeadPhoto]) -> Path:
    """Where a network's features lie: by what they depend on, so that none of another network is taken for them."""
    digest = hashlib.sha256(network + f"{run.finder.bundle.sha256} {TRAINED}".encode())
    for photo in photos:
        digest.update(f"{photo.rated.key} {photo.kind}".encode())
    return run.folder / "heads" / f"{run.file(fold).stem}-{digest.hexdigest()[:12]}.npy"
