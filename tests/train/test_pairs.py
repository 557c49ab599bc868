"""The stage of pairs: two looks are told more alike, a stopped one ends as one that was not, none can be asked for."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from scarscore.datasets.errors import DataError
from scarscore.model.bundle import load_bundle
from scarscore.model.network import SeverityNetwork
from scarscore.train.augment import Variation
from scarscore.train.config import Config
from scarscore.train.loop import Material
from scarscore.train.losses import photo_severity
from scarscore.train.norms import fold_norms
from scarscore.train.pairs import between, teach_pairs
from scarscore.train.start import begun, start_of
from scarscore.train.views import take_views
from tests.train.tiny import TINY, made_sample, stripes

PAIRS: Config = replace(TINY, pair_epochs=2, pair_mix=1.0)
HELD_OUT = frozenset({"s7"})


@pytest.fixture
def network(start: dict[str, Tensor]) -> SeverityNetwork:
    torch.manual_seed(1)
    made = SeverityNetwork()
    made.load_start_weights(start)
    return made


def apart(network: SeverityNetwork, material: Material) -> float:
    """How far the severities of the photos' two augmented views lie apart, over how far the photos do."""
    index = np.arange(len(material.samples))
    network.eval()
    with torch.inference_mode():
        told = []
        for view in (1, 2):
            features, targets = material.batch(np.full_like(index, view), index)
            told.append(photo_severity(network, network.decode(features), targets.cells))
    return float((told[0] - told[1]).abs().mean() / (told[0] + told[1]).std())


def test_two_looks_at_a_photo_are_told_more_alike_where_pairs_count(tmp_path: Path) -> None:
    """On the shipped network: one that was not trained tells all looks alike."""
    network = begun(start_of(load_bundle()), folded=True)
    samples = [made_sample(n) for n in range(8)]
    views = take_views(
        samples, stripes, network.stem, 2, 1, "all", Variation((0.6, 1.4), 1.0), tmp_path / "views", lambda _: None
    )
    material = Material(samples, views)
    gentle = replace(PAIRS, pair_epochs=10, body_rate=2e-4, head_rate=1e-3)  # else all fall to nearly 0 first
    left: dict[float, float] = {}
    for weight in (0.0, 1.0):
        taught = replace(gentle, pair_weight=weight)
        made = teach_pairs(
            copy.deepcopy(network), material, frozenset(), taught, tmp_path / str(weight), lambda _: None
        )
        left[weight] = apart(made, material)
    assert left[1.0] < 0.7 * left[0.0]


def test_a_stopped_stage_ends_as_one_that_was_not(material: Material, network: SeverityNetwork, tmp_path: Path) -> None:
    lines: list[str] = []
    whole = teach_pairs(copy.deepcopy(network), material, HELD_OUT, PAIRS, tmp_path / "whole", lines.append)
    assert len(lines) == PAIRS.pair_epochs

    def stop(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="epoch 1 of 2"):
        teach_pairs(copy.deepcopy(network), material, HELD_OUT, PAIRS, tmp_path / "stopped", stop)
    resumed = teach_pairs(copy.deepcopy(network), material, HELD_OUT, PAIRS, tmp_path / "stopped", lambda _: None)
    pairs = zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_the_stage_moves_body_and_head_and_leaves_the_stem(
    material: Material, network: SeverityNetwork, tmp_path: Path
) -> None:
    before = copy.deepcopy(network)
    fold_norms(before)
    made = teach_pairs(network, material, HELD_OUT, PAIRS, tmp_path, lambda _: None)
    assert all(torch.equal(a, b) for a, b in zip(made.stem.parameters(), before.stem.parameters(), strict=True))
    assert not torch.equal(made.head.weight, before.head.weight)
    assert not any(
        torch.equal(a, b)
        for (name, a), b in zip(made.body.named_parameters(), before.body.parameters(), strict=True)
        if name.endswith("weight")
    )


def test_where_none_is_asked_for_the_network_stays_as_it_is(
    material: Material, network: SeverityNetwork, tmp_path: Path
) -> None:
    same = teach_pairs(network, material, HELD_OUT, replace(PAIRS, pair_epochs=0), tmp_path / "none", lambda _: None)
    assert same is network
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_halfway_lies_between(network: SeverityNetwork, share: float) -> None:
    before = copy.deepcopy(network.state_dict())
    after = {name: value + 2 if value.is_floating_point() else value for name, value in before.items()}
    made = between(network, before, after, share).state_dict()
    assert all(
        torch.allclose(made[name], value + 2 * share) if value.is_floating_point() else torch.equal(made[name], value)
        for name, value in before.items()
    )


@pytest.mark.parametrize("change", [{"pair_epochs": -1}, {"pair_mix": 1.5}, {"pair_mix": -0.1}, {"epochs": 1}])
def test_a_stage_that_cannot_be_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(DataError, match="pair_epochs"):
        replace(PAIRS, **change)
