"""A plain regression network, to be beaten: MobileNetV2, the mean over the photo, a linear layer, readings of photos.

No cells, no weights, no power mean, no ranking. So that it can be trained again with every evaluation, its first 14
blocks stay as the start weights have them; views are the photo and its mirror image.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from scarscore.datasets.photos import Rated
from scarscore.datasets.split import Folds
from scarscore.model.network import backbone
from scarscore.model.preprocess import Frame, normalise
from scarscore.train.checkpoint import freeze, seed_of, train_mode
from scarscore.train.evaluate.statistics import Values
from scarscore.train.views import Say

FROZEN = 14  # blocks, up to stride 16
EPOCHS, BATCH, RATE, DECAY = 5, 16, 3e-4, 0.02
SCALE = 20.0  # brings the linear layer's output near the readings' range


class PlainNetwork(nn.Module):
    """Blocks 14 to 17 and a linear layer on their mean over the photo: from (n, 96, 20, 20) to severity (n,)."""

    def __init__(self, start: dict[str, Tensor]) -> None:
        super().__init__()
        blocks = backbone()
        blocks.load_state_dict({name.removeprefix("features."): v for name, v in start.items() if _in(name)})
        self.stem, self.body = blocks[:FROZEN].eval(), blocks[FROZEN:]
        self.head = nn.Linear(320, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Severity, 0 where the layer says less."""
        means = self.body(features).mean((-2, -1))
        return SCALE * functional.softplus(self.head(means)[:, 0])


def plain_network(
    photos: Sequence[Frame], rated: Sequence[Rated], folds: Folds, start: dict[str, Tensor], seed: int, say: Say
) -> Values:
    """Out-of-fold severities of one plain network for each fold, on the photos as they are served."""
    features = _features(photos, PlainNetwork(start).stem)
    readings = torch.tensor([item.severity for item in rated], dtype=torch.float32)
    home = np.array([folds.fold_of[item.key] for item in rated])
    told = np.zeros(len(rated))
    for fold in range(folds.count):
        network = _trained(features, readings, np.flatnonzero(home != fold), start, seed)
        here = np.flatnonzero(home == fold)
        with torch.inference_mode():
            told[here] = network(features[0, here]).numpy()
        say(f"plain regression network: fold {fold + 1} of {folds.count}")
    return np.clip(told, 0.0, 100.0)


def _trained(
    features: Tensor, readings: Tensor, index: np.ndarray[tuple[int], np.dtype[np.int64]], start: dict[str, Tensor],
    seed: int,
) -> PlainNetwork:  # fmt: skip
    rng = seed_of(seed, "plain")
    network = PlainNetwork(start)
    freeze(network, network.stem)
    steps = -(-len(index) // BATCH)
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps * EPOCHS)
    train_mode(network)
    for _ in range(EPOCHS):
        for part in np.array_split(rng.permutation(index), steps):
            told = network(features[rng.integers(0, 2, len(part)), part])
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(functional.smooth_l1_loss(told, readings[part], beta=5.0))
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
            optimiser.step()
            schedule.step()
    return network.eval()


def _features(photos: Sequence[Frame], stem: nn.Module) -> Tensor:
    """The frozen blocks' features of each photo and its mirror image, (2, n, 96, 20, 20)."""
    with torch.inference_mode():
        rows = [stem(torch.from_numpy(normalise(frame.mirrored_too))) for frame in photos]
    return torch.stack(rows, 1)


def _in(name: str) -> bool:
    """Whether a weight belongs to blocks 0 to 17."""
    return name.startswith("features.") and int(name.split(".")[1]) < 18
