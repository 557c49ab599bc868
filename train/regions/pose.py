"""Trains the head that tells the pose, on what the finished map tells of many looks.

The trunk is not touched: how a face is held must not bend where its skin is seen to lie. Fast enough to be done in
one go.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from scarscore.model.region_network import RegionNetwork
from scarscore.train.checkpoint import seed_of
from scarscore.train.regions.labels import Say
from scarscore.train.regions.losses import Targets, batch_of, pose_losses
from scarscore.train.regions.material import Material, RegionConfig, take_look

BATCH = 128
RATE = 2e-3  # peak of the one-cycle schedule
NOISE = 0.02  # added to what is seen, so that the head leans on no single number
NUMBERS = 5.0  # weight of roll, yaw and width beside the two classes


def fit_pose(network: RegionNetwork, material: Material, config: RegionConfig, say: Say) -> None:
    """Train the pose's head alone; the rest of the network stays as it is."""
    rng = seed_of(config.seed, "pose")
    network.eval()
    say(f"pose: looking {config.pose_looks} times")
    seen, wanted = _seen(network, material, config, rng)
    steps = config.pose_epochs * len(seen) // BATCH
    optimiser = torch.optim.AdamW(network.pose.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    last = np.zeros(3)
    for _ in range(steps):
        index = torch.from_numpy(rng.integers(len(seen), size=BATCH))
        part = Targets(*(values[index] for values in wanted))
        told = network.pose(seen[index] + NOISE * torch.randn(BATCH, seen.shape[1]))
        faces, view, numbers = pose_losses(told, part)
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(faces + view + NUMBERS * numbers)
        optimiser.step()
        schedule.step()
        last = 0.99 * last + 0.01 * np.array([float(term.detach()) for term in (faces, view, numbers)])
    say(f"pose: faces {last[0]:.3f} view {last[1]:.3f} roll, yaw and width {last[2]:.3f}")


def _seen(
    network: RegionNetwork, material: Material, config: RegionConfig, rng: np.random.Generator
) -> tuple[Tensor, Targets]:
    """What the pose is told from, (looks, features), and what should be told."""
    features: list[Tensor] = []
    targets: list[Targets] = []
    with torch.no_grad():
        for _ in range(max(1, config.pose_looks // config.batch)):
            squares, wanted = batch_of([take_look(material, config, rng) for _ in range(config.batch)])
            features.append(network.see(squares)[1])
            targets.append(wanted._replace(label=wanted.label[:, :1, :1]))  # not needed here, and large
    return torch.cat(features), Targets(*(torch.cat(parts) for parts in zip(*targets, strict=True)))
