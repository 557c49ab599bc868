"""Checkpoints that carry their configuration, and what every training loop here does alike."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import nn

from scarscore.datasets.errors import DataError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Stateful(Protocol):
    """A network, an optimiser, a schedule: what can be put away and taken up again."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that it would need to go on."""

    def load_state_dict(self, state_dict: dict[str, Any], /) -> object:
        """Go on from there."""


def save(path: Path, parts: Mapping[str, Stateful], config: DataclassInstance, epochs: int) -> None:
    """Write a checkpoint at once or not at all."""
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "config": asdict(config), "epochs": epochs}, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def resume(path: Path, parts: Mapping[str, Stateful], config: DataclassInstance) -> int:
    """Load the checkpoint, if there is one; how many epochs it has seen."""
    if not path.exists():
        return 0
    state = read(path, config)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    return int(state["epochs"])


def read(path: Path, config: DataclassInstance) -> dict[str, Any]:
    """A checkpoint. Raises `DataError` where it is another configuration's."""
    state: dict[str, Any] = torch.load(path, weights_only=True)
    if state["config"] != asdict(config):
        raise DataError(f"{path} is a checkpoint of another configuration: choose another --out, or remove it")
    return state


def train_mode(network: nn.Module) -> None:
    """Training mode, but BatchNorm keeps the start weights' statistics: a small batch has worse ones."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def freeze(network: nn.Module, *stems: nn.Module) -> None:
    """Teach neither these parts nor any BatchNorm."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for module in (*stems, *norms):
        module.requires_grad_(False)


def seed_of(seed: int, what: str) -> np.random.Generator:
    """Seed torch and give a generator, from the run's seed and where in it we are: so a resumed run is the same."""
    value = int.from_bytes(hashlib.sha256(f"{seed} {what}".encode()).digest()[:8])
    torch.manual_seed(value)
    return np.random.default_rng(value)
