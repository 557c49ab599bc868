"""A second stage of training: two looks at one photo must be told alike, then halfway back to where it began.

Where the configuration asks for it, a third look shows the photo with its scars faded, and must be told less.

A network that learns readings alone tells another severity of the same skin photographed again; here each photo is
seen in two of its views at once, and what they are told apart is a loss beside the readings (consistency
regularisation: Laine and Aila 2017, arXiv 1610.02242). Going on overfits the readings a little; the mean of the weights
before and after keeps what both know (Wortsman et al. 2022, arXiv 2109.01903).
"""

from __future__ import annotations

import copy
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from scarscore.model.network import SeverityNetwork
from scarscore.train import checkpoint
from scarscore.train.config import Config
from scarscore.train.healed import NONE, not_less
from scarscore.train.loop import Material, drawn_from
from scarscore.train.losses import losses, photo_severity, total
from scarscore.train.norms import fold_norms
from scarscore.train.teacher import Teacher
from scarscore.train.views import Say

PLAIN = 0.25  # share of the pairs whose first look is the photo as it is
ALIKE = 2.0  # points: below, a difference counts by its square
HELD = 0.5  # of the rates of this stage: what they are held at after its first epoch

Views = npt.NDArray[np.int64]


def teach_pairs(
    network: SeverityNetwork, material: Material, held_out: frozenset[str], config: Config, folder: Path, say: Say
) -> SeverityNetwork:
    """The network after this stage; the same one where the configuration asks for none.

    The last checkpoint in the folder is gone on from. The network's norms are folded.
    """
    if config.pair_epochs == 0:
        return network
    folder.mkdir(parents=True, exist_ok=True)
    fold_norms(network)
    before = copy.deepcopy(network.state_dict())
    draws = drawn_from(material, held_out, config)
    steps = -(-len(draws) // (config.batch // 2))
    rates = (config.pair_rate * config.body_rate, config.pair_rate * config.head_rate)
    teacher = Teacher.of(network, rates, config.weight_decay, steps)
    first, began = checkpoint.resume(folder / "checkpoint.pt", teacher.parts, config), time.monotonic()
    for epoch in range(first, config.pair_epochs):
        if epoch > 0:
            teacher.hold(HELD)
        chance = checkpoint.seed_of(config.seed, f"pairs {epoch}")
        order = chance.permutation(draws)
        one, other = _views(chance, len(order), material.views.augmented_count)
        checkpoint.train_mode(network)
        sums = np.zeros(2)
        for part in np.array_split(np.arange(len(order)), steps):
            taught, apart, kept = _step(network, material, order[part], (one[part], other[part]), config)
            loss = taught + config.pair_weight * apart + config.healed_weight * kept
            teacher.step(loss, cycling=epoch == 0)
            sums += (float(taught.detach()), float(apart.detach()))
        teacher.average.update_parameters(network)
        checkpoint.save(folder / "checkpoint.pt", teacher.parts, config, epoch + 1)
        left = (time.monotonic() - began) / (epoch - first + 1) * (config.pair_epochs - epoch - 1)
        taught, apart = sums / steps
        told = f"readings {taught:.2f} apart {apart:.2f}, {left / 60:.0f} min left"
        say(f"pairs, epoch {epoch + 1} of {config.pair_epochs}: {told}")
    return between(network, before, teacher.averaged.state_dict(), config.pair_mix).eval()


def between(
    network: SeverityNetwork, before: dict[str, Tensor], after: dict[str, Tensor], share: float
) -> SeverityNetwork:
    """The network with weights so far (0-1) on the way from those before to those after."""
    network.load_state_dict(
        {
            name: (1.0 - share) * value + share * after[name] if value.is_floating_point() else value
            for name, value in before.items()
        }
    )
    return network


def _views(chance: np.random.Generator, count: int, augmented: int) -> tuple[Views, Views]:
    """Two different views for each of `count` draws: augmented ones, the first sometimes the photo as it is."""
    one = chance.integers(1, augmented + 1, count)
    other = (one - 1 + chance.integers(1, augmented, count)) % augmented + 1
    return np.where(chance.random(count) < PLAIN, 0, one), other


def _step(
    network: SeverityNetwork, material: Material, photos: Views, views: tuple[Views, Views], config: Config
) -> tuple[Tensor, Tensor, Tensor]:
    """What the readings say of both looks, how far the two severities of each photo lie apart, in points, and how far
    those of healed photos are not below.
    """
    features, targets = material.batch(np.concatenate(views), np.concatenate([photos, photos]))
    seen = network.see(features)
    one, other = photo_severity(network, seen.maps, targets.cells).chunk(2)
    taught = total(losses(network, seen, targets, config), config)
    kept = _kept(network, material, photos, views[0], one, targets.cells) if config.healed_weight else torch.zeros(())
    return taught, functional.smooth_l1_loss(one, other, beta=ALIKE), kept


def _kept(
    network: SeverityNetwork, material: Material, photos: Views, view: Views, told: Tensor, cells: Tensor
) -> Tensor:
    """How far the healed ones of these photos, in the same view, are not told below what the photos are told."""
    healed = material.healed
    here = np.flatnonzero(healed.row_of[photos] != NONE) if healed else np.zeros(0, np.int64)
    if healed is None or not len(here):
        return told.sum() * 0.0
    seen = healed.views.features[view[here], healed.row_of[photos[here]]].astype(np.float32)
    features = torch.from_numpy(seen).contiguous(memory_format=torch.channels_last)
    return not_less(photo_severity(network, network.decode(features), cells[here]), told[here])
