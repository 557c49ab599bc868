"""The training loop of one network, from top to bottom. Seeded; resumes after any epoch with the same result."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import spearmanr
from torch import Tensor

from scarscore.model.network import SeverityNetwork
from scarscore.train import checkpoint
from scarscore.train.config import Config
from scarscore.train.healed import Healed
from scarscore.train.losses import Batch, Losses, losses, photo_severity, total
from scarscore.train.samples import SCAR_BOX, Sample
from scarscore.train.start import Start, begun
from scarscore.train.teacher import Teacher
from scarscore.train.views import Say, Views


@dataclass(frozen=True)
class Material:
    """What a network is taught from: photos and their views, by the same index; `healed` None where none are taught."""

    samples: Sequence[Sample]
    views: Views
    spread_scale: float = 0.0
    healed: Healed | None = None

    @cached_property
    def sources(self) -> list[str]:
        """The data sets of the samples; a batch names them by their number."""
        return sorted({sample.rated.photo.source for sample in self.samples})

    def batch(self, view: npt.NDArray[np.int64], index: npt.NDArray[np.int64]) -> tuple[Tensor, Batch]:
        """Stem features and targets of these views of these photos."""
        features = torch.from_numpy(self.views.features[view, index].astype(np.float32))
        cells = torch.from_numpy(self.views.cells[view, index].astype(np.int64))
        chosen = [self.samples[i] for i in index]
        targets = Batch(
            torch.tensor([self.sources.index(s.rated.photo.source) for s in chosen]),
            torch.tensor([s.severity for s in chosen], dtype=torch.float32),
            torch.tensor([s.at_most for s in chosen]),
            torch.tensor([trust(s, self.spread_scale) for s in chosen], dtype=torch.float32),
            cells % SCAR_BOX,
            cells >= SCAR_BOX,
            torch.from_numpy(np.stack([s.cell_severity for s in chosen])),
            torch.from_numpy(np.stack([s.types for s in chosen])),
            torch.tensor([s.label for s in chosen], dtype=torch.int64),
        )
        return features.contiguous(memory_format=torch.channels_last), targets


def trust(sample: Sample, scale: float) -> float:
    """How much a reading counts, 0 to 1: half, where readers differ by `scale` points; 1 where the scale is 0."""
    if scale <= 0.0 or not sample.rated.readings:
        return 1.0
    return float(1.0 / (1.0 + (sample.rated.spread / scale) ** 2))


def train_network(
    start: Start,
    material: Material,
    held_out: frozenset[str],
    config: Config,
    folder: Path,
    say: Say,
) -> SeverityNetwork:
    """Train one network on all photos but the held-out ones; the last checkpoint in the folder is gone on from."""
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.seed_of(config.seed, "start")
    network = begun(start, config.fold_norms)
    taught = drawn_from(material, held_out, config)
    steps = -(-len(taught) // config.batch)
    rates = (config.body_rate, config.head_rate)
    teacher = Teacher.of(network, rates, config.weight_decay, steps * config.epochs)
    first = checkpoint.resume(folder / "checkpoint.pt", teacher.parts, config)
    last = config.epochs + config.average_epochs
    began = time.monotonic()
    for epoch in range(first, last):
        if epoch >= config.epochs:
            teacher.hold(config.average_share)
        shuffle = checkpoint.seed_of(config.seed, f"epoch {epoch}")
        draws = shuffle.permutation(taught)
        views = _views_of(draws, epoch, material.views.augmented_count)
        checkpoint.train_mode(network)
        sums = np.zeros(len(Losses._fields))
        for part in np.array_split(np.arange(len(draws)), steps):
            features, targets = material.batch(views[part], draws[part])
            terms = losses(network, network.see(features), targets, config)
            teacher.step(total(terms, config), cycling=epoch < config.epochs)
            sums += [float(term.detach()) for term in terms]
        if epoch >= config.epochs - 1:
            teacher.average.update_parameters(network)
        checkpoint.save(folder / "checkpoint.pt", teacher.parts, config, epoch + 1)
        left = (time.monotonic() - began) / (epoch - first + 1) * (last - epoch - 1)
        photo, cell, rank, types, _, labels = sums / steps
        shown = network if epoch < config.epochs else teacher.averaged
        say(
            f"epoch {epoch + 1} of {last}: photo {photo:.2f} cell {cell:.2f} rank {rank:.3f} "
            f"types {types:.3f} labels {labels:.3f}{_held_out_rho(shown, material, held_out)}, {left / 60:.0f} min left"
        )
    return teacher.averaged.eval()


def drawn_from(material: Material, held_out: frozenset[str], config: Config) -> npt.NDArray[np.int64]:
    """The photos of an epoch, by their number: all but the held-out ones, those of some sources twice."""
    index = np.array([i for i, s in enumerate(material.samples) if s.rated.key not in held_out])
    twice = np.array([i for i in index if material.samples[i].rated.photo.source in config.twice], dtype=np.int64)
    return np.concatenate([index, twice])


def _views_of(draws: npt.NDArray[np.int64], epoch: int, count: int) -> npt.NDArray[np.int64]:
    """The view of each draw: this epoch's, and for a photo drawn again the one half a run away."""
    first = np.zeros(len(draws), bool)
    first[np.unique(draws, return_index=True)[1]] = True
    return np.where(first, 1 + epoch % count, 1 + (epoch + count // 2) % count)


def _held_out_rho(network: SeverityNetwork, material: Material, held_out: frozenset[str]) -> str:
    """How the held-out photos rank so far, for the eye alone: nothing is chosen by it."""
    read = [i for i, s in enumerate(material.samples) if s.rated.key in held_out and not isnan(s.severity)]
    index = np.array(read, dtype=np.int64)
    if len(index) < 3:
        return ""
    network.eval()
    told: list[float] = []
    with torch.inference_mode():
        for part in np.array_split(index, max(1, len(index) // 32)):
            features, targets = material.batch(np.zeros_like(part), part)
            told.extend(photo_severity(network, network.decode(features), targets.cells).tolist())
    return f", held out rho {spearmanr(told, [material.samples[i].severity for i in index]).statistic:.3f}"
