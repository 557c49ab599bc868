"""Scar types as scarnet's dermatologists labelled them: a signal of training, and what the light heads are fitted on.

Most labelled photos were read by nobody; those with raised scars show no other signal at all. A photo of which scarnet
gives two types is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from torch import Tensor
from torch.nn import functional

from scarscore.datasets.photos import Collection, Photo, Rated
from scarscore.datasets.split import by_label
from scarscore.model.heads import HEAD_STRIDE, SCAR_TYPES
from scarscore.model.network import Seen, SeverityNetwork
from scarscore.model.severity import TYPES
from scarscore.train.losses import Batch
from scarscore.train.samples import GRID, NO_TYPE, Sample, sample

LABELLED = "scarnet"
SMOOTHING = 0.1  # of the labels: dermatologists do not always agree on a type


def labelled(collection: Collection) -> tuple[Photo, ...]:
    """The photos with one of `SCAR_TYPES` as label, but those whose group holds two labels."""
    named = names(collection)
    return tuple(p for p in collection.photos if p.source == LABELLED and len(named.get(p.group, ())) == 1)


def names(collection: Collection) -> dict[str, set[str]]:
    """The types that each labelled group is given."""
    found: dict[str, set[str]] = {}
    for photo in collection.photos:
        if photo.source == LABELLED and photo.label in SCAR_TYPES:
            found.setdefault(photo.group, set()).add(photo.label)
    return found


def with_unread(collection: Collection, homes: Mapping[str, int], folds: int) -> dict[str, int]:
    """The folds of the groups that were read (`homes`), and of the labelled ones that nobody read, dealt by type."""
    return dict(homes) | by_label([photo for photo in labelled(collection) if photo.group not in homes], folds)


def with_labels(collection: Collection, rated: Sequence[Rated]) -> Iterator[Sample]:
    """The rated photos as samples, those with a label labelled; then the labelled photos that nobody read."""
    kinds = {photo.file: SCAR_TYPES.index(photo.label) for photo in labelled(collection)}
    for item in rated:
        yield replace(sample(item), label=kinds.get(item.photo.file, NO_TYPE) if item.cut is None else NO_TYPE)
    read = {item.photo.file for item in rated if item.cut is None}
    nothing = np.full(GRID * GRID, np.nan, np.float32)
    for photo in labelled(collection):
        if photo.file not in read:
            unread = Rated(photo.file, photo, None, (), None)
            types = np.full(len(TYPES), np.nan, np.float32)
            yield Sample(unread, np.nan, False, nothing, types, kinds[photo.file])


def label_loss(network: SeverityNetwork, seen: Seen, batch: Batch) -> Tensor:
    """Cross entropy of the labels, in nats, of block 14's mean where scars are; 0 where no photo has one.

    The maps only say where to look, they are not taught here.
    """
    maps = seen.maps
    share = ((maps.weight * maps.severity).detach() * (batch.cells > 0) + 1e-6).unsqueeze(1)
    share = functional.avg_pool2d(share, HEAD_STRIDE)
    deep = (seen.deep * share).sum((-2, -1)) / share.sum((-2, -1))
    logits = network.labels(functional.dropout(deep, 0.2, network.training))
    known = batch.label != NO_TYPE
    told = functional.cross_entropy(logits, batch.label.clamp_min(0), reduction="none", label_smoothing=SMOOTHING)
    return (told * known).sum() / known.sum().clamp_min(1)
