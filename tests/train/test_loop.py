"""The training loop: learns, is seeded, and a run that was stopped ends as one that was not."""

from __future__ import annotations

import inspect
from dataclasses import asdict, replace
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import Tensor

from scarscore.datasets.errors import DataError
from scarscore.model.network import SeverityNetwork
from scarscore.train import augment
from scarscore.train.augment import Variation
from scarscore.train.bench import healing, light
from scarscore.train.loop import Material, train_network
from scarscore.train.norms import fold_norms
from scarscore.train.views import take_views
from tests.train.tiny import TINY, made_sample, stripes


@pytest.mark.parametrize("module", [augment, healing, light], ids=lambda module: module.__name__.rpartition(".")[2])
def test_views_are_taken_anew_where_the_code_that_makes_them_was_changed(
    start: dict[str, Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    network = SeverityNetwork()
    network.load_start_weights(start)

    def take() -> list[str]:
        said: list[str] = []
        made = [made_sample(1)]
        take_views(made, stripes, network.stem, 1, 1, "all", Variation(), tmp_path, said.append)
        return said

    assert len(take()) == 1
    assert take() == []
    read = inspect.getsource
    monkeypatch.setattr(inspect, "getsource", lambda it: read(it) + ("# changed" if it is module else ""))
    assert len(take()) == 1


def weights(network: SeverityNetwork) -> list[Tensor]:
    return [value.clone() for value in network.state_dict().values()]


def test_a_stopped_run_ends_as_one_that_was_not(material: Material, start: dict[str, Tensor], tmp_path: Path) -> None:
    lines: list[str] = []
    whole = train_network(start, material, frozenset({"s7"}), TINY, tmp_path / "whole", lines.append)
    assert len(lines) == TINY.epochs + TINY.average_epochs == 3

    def stop_after_first(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="epoch 1 of 3"):
        train_network(start, material, frozenset({"s7"}), TINY, tmp_path / "stopped", stop_after_first)
    rest: list[str] = []
    resumed = train_network(start, material, frozenset({"s7"}), TINY, tmp_path / "stopped", rest.append)
    assert len(rest) == 2
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(resumed), strict=True))


def test_training_moves_the_body_and_the_head_but_neither_stem_nor_batch_norm(
    material: Material, start: dict[str, Tensor], tmp_path: Path
) -> None:
    trained = train_network(start, material, frozenset(), TINY, tmp_path, lambda _: None)
    fresh = SeverityNetwork()
    fresh.load_start_weights(start)
    assert all(torch.equal(a, b) for a, b in zip(trained.stem.parameters(), fresh.stem.parameters(), strict=True))
    for name, value in trained.body.state_dict().items():
        batch_norm = name.rsplit(".", 1)[0] + ".running_mean" in trained.body.state_dict()
        assert torch.equal(value, fresh.body.state_dict()[name]) == batch_norm, name
    assert not torch.equal(trained.head.weight, fresh.head.weight)


def test_training_with_folded_norms_learns_too_and_leaves_their_shifts_alone(
    material: Material, start: dict[str, Tensor], tmp_path: Path
) -> None:
    trained = train_network(start, material, frozenset(), replace(TINY, fold_norms=True), tmp_path, lambda _: None)
    fresh = SeverityNetwork()
    fresh.load_start_weights(start)
    fold_norms(fresh)
    moved = [not torch.equal(a, b) for a, b in zip(trained.body.parameters(), fresh.body.parameters(), strict=True)]
    biases = [name.endswith("bias") for name, _ in fresh.body.named_parameters()]
    assert moved == [not bias for bias in biases]


def test_a_checkpoint_carries_its_configuration_and_another_is_refused(
    material: Material, start: dict[str, Tensor], tmp_path: Path
) -> None:
    train_network(start, material, frozenset(), replace(TINY, epochs=1), tmp_path, lambda _: None)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["config"] == asdict(replace(TINY, epochs=1))
    with pytest.raises(DataError, match="another configuration"):
        train_network(start, material, frozenset(), replace(TINY, epochs=1, seed=2), tmp_path, lambda _: None)
