"""What the region network is punished for: labels by cross entropy and overlap, and a wrong pose.

Overlap (Dice; Milletari, Navab, Ahmadi: V-Net, 2016) counts each region alike, however small. Weak labels that only
say skin are taught as the sum of all skin's probabilities.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from scarscore.model.preprocess import normalise
from scarscore.model.region_network import FACES
from scarscore.model.regions import VIEWS, Region
from scarscore.train.regions.augment import Look
from scarscore.train.regions.samples import ANY_SKIN, NO_REGION


class Targets(NamedTuple):
    """Labels (n, 112, 112), classes of faces and view (n,), pose (n, 4) and whether it is known (n,)."""

    label: Tensor
    faces: Tensor
    view: Tensor
    pose: Tensor
    posed: Tensor


def batch_of(looks: list[Look]) -> tuple[Tensor, Targets]:
    """Looks as the network's input and its targets."""
    squares = torch.from_numpy(normalise(np.stack([look.square for look in looks])))
    targets = Targets(
        torch.from_numpy(np.stack([look.label for look in looks]).astype(np.int64)),
        torch.tensor([look.faces for look in looks]),
        torch.tensor([look.view for look in looks]),
        torch.tensor([look.pose for look in looks], dtype=torch.float32),
        torch.tensor([look.posed for look in looks]),
    )
    return squares.contiguous(memory_format=torch.channels_last), targets


def map_losses(regions: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of labels, and of overlap, of the regions' logits (n, 7, 112, 112).

    Overlap alone would let regions grow into the narrow bands of other skin between them: it is to weigh less.
    """
    logs = torch.log_softmax(regions, 1)
    return _labels(logs, label), _overlap(logs.exp(), label)


def pose_losses(told: Tensor, targets: Targets) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of faces, of view, and of roll, yaw and width, from what the pose's head tells, (n, 11)."""
    faces, view, numbers = torch.split(told, [FACES, len(VIEWS), 4], 1)
    away = functional.smooth_l1_loss(numbers, targets.pose, beta=0.05, reduction="none").sum(1)
    posed = (away * targets.posed).sum() / targets.posed.sum().clamp_min(1)
    return _classes(faces, targets.faces), _classes(view, targets.view), posed


def _labels(logs: Tensor, label: Tensor) -> Tensor:
    hard = label < len(Region)
    exact = functional.nll_loss(logs, torch.where(hard, label, -100), reduction="sum", ignore_index=-100)
    any_skin, no_region = label == ANY_SKIN, label == NO_REGION
    skin = torch.logsumexp(logs[:, Region.OTHER_SKIN :], 1)
    elsewhere = torch.logsumexp(logs[:, : Region.FOREHEAD], 1)
    weak = skin[any_skin].sum() + elsewhere[no_region].sum()
    return (exact - weak) / (hard.sum() + any_skin.sum() + no_region.sum()).clamp_min(1)


def _overlap(probability: Tensor, label: Tensor) -> Tensor:
    """One minus the mean Dice overlap of the regions that the batch shows."""
    known = (label < len(Region)).unsqueeze(1)
    truth = functional.one_hot(label.clamp_max(len(Region) - 1), len(Region)).movedim(-1, 1) * known
    both = (probability * truth).sum((0, 2, 3))
    either = (probability * known).sum((0, 2, 3)) + truth.sum((0, 2, 3))
    return 1 - ((2 * both + 1) / (either + 1)).mean()


def _classes(logits: Tensor, target: Tensor) -> Tensor:
    known = (target >= 0).sum().clamp_min(1)
    return functional.cross_entropy(logits, target, ignore_index=-1, reduction="sum") / known
