"""What the severity network is taught: readings of photos and cells, their order, scar types, boxes of scars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from scarscore.model.heads import HEAD_STRIDE
from scarscore.model.network import Maps, Seen, SeverityNetwork, pool, pool_types
from scarscore.train.config import Config
from scarscore.train.samples import NO_TYPE

CELLS = 9
RANK_GAP = 5.0  # points: photos that read closer than the readings agree are not ranked
RANK_SOFTNESS = 5.0
SMOOTHING = 0.1  # of the labels: dermatologists do not always agree on a type
TYPES_FROM = 10.0  # points: below, there is hardly a scar whose type could be seen


@dataclass(frozen=True)
class Batch:
    """Targets of n photos: `severity` (n,); `cell_severity` (n, 9), NaN where not read; `types` (n, 3), NaN too.

    `cells` (n, 40, 40) says which cell a position lies in, 1 to 9, and 0 where there is no skin; `source` (n,) numbers
    the data sets; `scarred` (n, 40, 40) is where a box says that there is a scar; `at_most` (n,) is whether the
    severity is only an upper bound; `trust` (n,) is how much a reading counts, 0 to 1; `label` (n,) is the number of
    the scar type that dermatologists named, `NO_TYPE` where they named none.
    """

    source: Tensor
    severity: Tensor
    at_most: Tensor
    trust: Tensor
    cells: Tensor
    scarred: Tensor
    cell_severity: Tensor
    types: Tensor
    label: Tensor


class Losses(NamedTuple):
    """The terms, unweighted: points of severity for photo and cell, nats for the rest."""

    photo: Tensor
    cell: Tensor
    rank: Tensor
    types: Tensor
    boxes: Tensor
    labels: Tensor


def photo_severity(network: SeverityNetwork, maps: Maps, cells: Tensor) -> Tensor:
    """The network's reading of whole photos (n,), before calibration."""
    inside = (cells > 0).float()
    return network.photo_scale * pool(maps.severity, maps.weight * inside) + network.photo_offset


def losses(network: SeverityNetwork, seen: Seen, batch: Batch, config: Config) -> Losses:
    """Every term for one batch; a term for which the batch holds no target is 0."""
    maps = seen.maps
    severity = photo_severity(network, maps, batch.cells)
    # Below an upper bound nothing is wrong.
    reading = torch.where(batch.at_most, torch.minimum(severity.detach(), batch.severity), batch.severity)
    photo = _huber(severity, reading, config.huber_beta, batch.trust)
    member = torch.stack([batch.cells == number for number in range(1, CELLS + 1)], 1).float()
    inside = maps.weight.unsqueeze(1) * member
    pooled = pool(maps.severity.unsqueeze(1).expand_as(inside), inside)
    cell = _huber(pooled, batch.cell_severity.where(member.sum((-2, -1)) > 0, torch.nan), config.huber_beta)
    named = functional.binary_cross_entropy_with_logits(
        pool_types(maps, (batch.cells > 0).float()), batch.types.nan_to_num(), reduction="none"
    ).mean(1)
    rank = _rank(severity, batch, config.rank_within)
    asked = (batch.severity >= TYPES_FROM) & ~batch.types.isnan().any(1)
    types, boxes = _mean(named, asked), _boxes(maps.severity, batch)
    return Losses(photo, cell, rank, types, boxes, _labels(network, seen, batch))


def total(terms: Losses, config: Config) -> Tensor:
    """The weighted sum that is minimised."""
    return (
        terms.photo
        + config.cell_weight * terms.cell
        + config.rank_weight * terms.rank
        + config.type_weight * terms.types
        + config.box_weight * terms.boxes
        + config.label_weight * terms.labels
    )


def _huber(told: Tensor, reading: Tensor, beta: float, trust: Tensor | None = None) -> Tensor:
    """Mean Huber loss over the values that were read, each counted by its trust (0-1)."""
    each = functional.smooth_l1_loss(told, reading.nan_to_num(), reduction="none", beta=beta)
    read = (~reading.isnan()).float()
    return _mean(each, read if trust is None else read * trust)


def _rank(severity: Tensor, batch: Batch, within: float) -> Tensor:
    """Pairwise logistic ranking (RankNet, Burges et al., 2005) over pairs whose readings differ clearly.

    Pairs of two sources are the most, and mostly say that the sources differ: pairs of one source have the share
    `within` of the whole by themselves.
    """
    told = functional.softplus(-_gaps(severity) / RANK_SOFTNESS)
    clear = (_gaps(batch.severity) > RANK_GAP) & ~batch.at_most.unsqueeze(0)  # a bound is nowhere surely above
    same = _gaps(batch.source) == 0
    return (1.0 - within) * _mean(told, clear) + within * _mean(told, clear & same)


def _boxes(severity: Tensor, batch: Batch) -> Tensor:
    """Logistic ranking of the skin inside boxes of scars, which is to be told more, and that around them."""
    around = (batch.cells > 0) & ~batch.scarred
    inside, outside = (_means(severity, where) for where in (batch.scarred, around))
    both = batch.scarred.any(-1).any(-1) & around.any(-1).any(-1)
    return _mean(functional.softplus((outside - inside) / RANK_SOFTNESS), both)


def _labels(network: SeverityNetwork, seen: Seen, batch: Batch) -> Tensor:
    """Cross entropy of the labels of scar types, of block 14's mean where scars are.

    The maps only say where to look, they are not taught here.
    """
    share = ((seen.maps.weight * seen.maps.severity).detach() * (batch.cells > 0) + 1e-6).unsqueeze(1)
    share = functional.avg_pool2d(share, HEAD_STRIDE)
    deep = (seen.deep * share).sum((-2, -1)) / share.sum((-2, -1))
    logits = network.labels(functional.dropout(deep, 0.2, network.training))
    told = functional.cross_entropy(logits, batch.label.clamp_min(0), reduction="none", label_smoothing=SMOOTHING)
    return _mean(told, (batch.label != NO_TYPE).float())


def _means(values: Tensor, where: Tensor) -> Tensor:
    """The mean over each photo's positions, (n,); 0 where there are none."""
    return (values * where).sum((-2, -1)) / where.sum((-2, -1)).clamp_min(1.0)


def _gaps(values: Tensor) -> Tensor:
    """Each value less each other one: (n, n)."""
    return values.unsqueeze(0) - values.unsqueeze(1)


def _mean(values: Tensor, where: Tensor) -> Tensor:
    return (values * where).sum() / where.sum().clamp_min(1e-3)
