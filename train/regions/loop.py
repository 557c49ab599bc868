"""The training loop of the region network, from top to bottom. Seeded; goes on after any epoch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scarscore.model.region_network import RegionNetwork
from scarscore.train import checkpoint
from scarscore.train.regions.labels import Say
from scarscore.train.regions.losses import batch_of, map_losses
from scarscore.train.regions.material import Material, RegionConfig, take_look
from scarscore.train.regions.pose import fit_pose

OVERLAP = 0.3  # its weight beside the labels'
COARSE, FINE = "coarse.pt", "fine.pt"  # checkpoints of the two cycles


def train_regions(
    start: dict[str, Tensor], material: Material, config: RegionConfig, folder: Path, say: Say
) -> RegionNetwork:
    """Train the network; the checkpoint in the folder is gone on from. Raises `DataError` if it is another run's."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.seed_of(config.seed, "start")
    network = RegionNetwork()
    network.load_start_weights(start)
    network.to(memory_format=torch.channels_last)
    said = _Progress(config, say)
    if not _finished(folder / COARSE, config):
        _cycle(network, material, config, Cycle(0, config.epochs, 1.0), folder / COARSE, said)
    network.load_state_dict(checkpoint.read(folder / COARSE, config)["network"])
    network.start_refining()
    _cycle(network, material, config, Cycle(config.epochs, config.fine_epochs, 1 / 3), folder / FINE, said)
    fit_pose(network, material, config, say)
    return network.eval()


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the rates: its first epoch, how many there are, and its share of the peaks."""

    first: int
    epochs: int
    share: float


def _cycle(
    network: RegionNetwork, material: Material, config: RegionConfig, cycle: Cycle, path: Path, said: _Progress
) -> None:
    """Train through one cycle; its checkpoint is gone on from."""
    steps = config.looks // config.batch
    optimiser = _optimiser(network, config)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [cycle.share * config.body_rate, cycle.share * config.head_rate],
        total_steps=steps * cycle.epochs,
        pct_start=0.08,
        div_factor=10,
        final_div_factor=1e3,
    )
    parts: dict[str, checkpoint.Stateful] = {"network": network, "optimiser": optimiser, "schedule": schedule}
    for epoch in range(checkpoint.resume(path, parts, config), cycle.epochs):
        rng = checkpoint.seed_of(config.seed, f"epoch {cycle.first + epoch}")
        checkpoint.train_mode(network)
        sums = np.zeros(2)
        for _ in range(steps):
            squares, targets = batch_of([take_look(material, config, rng) for _ in range(config.batch)])
            labels, overlap = map_losses(network.see(squares)[0], targets.label)
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(labels + OVERLAP * overlap)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            sums += [float(labels.detach()), float(overlap.detach())]
        checkpoint.save(path, parts, config, epoch + 1)
        said.epoch(cycle.first + epoch + 1, sums / steps)


class _Progress:
    """Says after each epoch how far the run is, and how long it will still take."""

    def __init__(self, config: RegionConfig, say: Say) -> None:
        self.epochs, self.say = config.epochs + config.fine_epochs, say
        self.began, self.done = time.monotonic(), 0

    def epoch(self, number: int, means: npt.NDArray[np.float64]) -> None:
        self.done += 1
        left = (time.monotonic() - self.began) / self.done * (self.epochs - number)
        labels, overlap = means
        self.say(
            f"epoch {number} of {self.epochs}: labels {labels:.3f} overlap {overlap:.3f}, {left / 60:.0f} min left"
        )


def _optimiser(network: RegionNetwork, config: RegionConfig) -> torch.optim.Optimizer:
    checkpoint.freeze(network, network.stem)
    body = [p for p in network.body.parameters() if p.requires_grad]
    inside = {id(p) for part in (network.stem, network.body) for p in part.parameters()}
    head = [p for p in network.parameters() if id(p) not in inside]
    groups = [{"params": body, "lr": config.body_rate}, {"params": head, "lr": config.head_rate}]
    return torch.optim.AdamW(groups, weight_decay=config.weight_decay)


def _finished(path: Path, config: RegionConfig) -> bool:
    return path.exists() and int(checkpoint.read(path, config)["epochs"]) == config.epochs
