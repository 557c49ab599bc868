"""The region network's training loop: it learns, and a run that was stopped ends as one that was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from scarscore.datasets.errors import DataError
from scarscore.model.region_network import RegionNetwork
from scarscore.model.regions import Pose, Region
from scarscore.train.regions.augment import Look, whole_look
from scarscore.train.regions.command import _config
from scarscore.train.regions.loop import OVERLAP, train_regions
from scarscore.train.regions.losses import batch_of, map_losses, pose_losses
from scarscore.train.regions.material import Material, RegionConfig
from scarscore.train.regions.pose import fit_pose
from scarscore.train.regions.samples import ANY_SKIN, NO_REGION, UNKNOWN, Sample

TINY = RegionConfig(epochs=1, fine_epochs=2, looks=4, batch=2, pose_looks=4, pose_epochs=64)


def made_sample(number: int) -> Sample:
    label = np.zeros((160, 160), np.uint8)
    label[30:130, 40:120] = Region.LEFT_CHEEK if number % 2 else Region.FOREHEAD
    pixels = np.asarray(label * 50 + 20, np.uint8)[..., None].repeat(3, axis=2)
    return Sample(f"london/{number}.jpg", pixels, label, Pose(1, "front", 1.0, 0.0, 0.0, 90.0))


@pytest.fixture(scope="module")
def material() -> Material:
    weak = replace(made_sample(9), pose=None, label=np.full((160, 160), ANY_SKIN, np.uint8))
    return Material((tuple(map(made_sample, range(4))),), (weak,), (np.full((120, 120, 3), 170, np.uint8),))


def weights(network: RegionNetwork) -> list[Tensor]:
    return list(network.state_dict().values())


def test_a_stopped_run_ends_as_one_that_was_not(start: dict[str, Tensor], material: Material, tmp_path: Path) -> None:
    whole = train_regions(start, material, TINY, tmp_path / "whole", lambda _: None)

    class Stopped(Exception):
        pass

    def stop(_: str) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        train_regions(start, material, TINY, tmp_path / "stopped", stop)
    said: list[str] = []
    resumed = train_regions(start, material, TINY, tmp_path / "stopped", said.append)
    assert [line[:5] for line in said] == ["epoch", "epoch", "pose:", "pose:"]
    assert all(torch.equal(a, b) for a, b in zip(weights(whole), weights(resumed), strict=True))


def test_another_runs_checkpoint_is_refused(start: dict[str, Tensor], material: Material, tmp_path: Path) -> None:
    train_regions(start, material, replace(TINY, seed=1), tmp_path, lambda _: None)
    with pytest.raises(DataError, match="another configuration"):
        train_regions(start, material, TINY, tmp_path, lambda _: None)


def looks(label: int, count: int = 2) -> list[Look]:
    rng = np.random.default_rng(0)
    made = [whole_look(made_sample(1), rng) for _ in range(count)]
    return [replace(look, label=np.full((112, 112), label, np.uint8), faces=-1, view=-1, posed=False) for look in made]


def test_the_loss_falls_when_one_batch_is_learnt(start: dict[str, Tensor]) -> None:
    torch.manual_seed(1)
    network = RegionNetwork()
    rng = np.random.default_rng(0)
    squares, targets = batch_of([whole_look(made_sample(n), rng) for n in range(2)])
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3)
    values = []
    for _ in range(10):
        labels, overlap = map_losses(network.see(squares)[0], targets.label)
        loss = labels + OVERLAP * overlap
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        values.append(float(loss.detach()))
    assert values[-1] < 0.9 * values[0]


def told_as(region: Region, label: int) -> float:
    """The loss of labels when the network is sure of one region and the label says another."""
    sure = torch.full((2, len(Region), 112, 112), -10.0)
    sure[:, region] = 10.0
    return float(map_losses(sure, batch_of(looks(label))[1].label)[0])


def test_fitting_the_pose_leaves_the_map_as_it_is_and_lowers_its_loss(
    start: dict[str, Tensor], material: Material
) -> None:
    torch.manual_seed(2)
    network = RegionNetwork().eval()
    network.load_start_weights(start)
    before = {name: value.clone() for name, value in network.state_dict().items() if not name.startswith("pose.")}
    rng = np.random.default_rng(0)
    squares, targets = batch_of([whole_look(made_sample(n), rng) for n in range(2)])
    with torch.no_grad():
        seen = network.see(squares)[1]
    first = float(torch.stack(pose_losses(network.pose(seen), targets)).sum().detach())
    fit_pose(network, material, replace(TINY, pose_looks=32, pose_epochs=300), lambda _: None)
    last = float(torch.stack(pose_losses(network.pose(seen), targets)).sum().detach())
    assert last < 0.5 * first
    assert all(torch.equal(before[name], network.state_dict()[name]) for name in before)


def test_weak_labels_punish_only_what_they_rule_out() -> None:
    assert told_as(Region.NOSE, ANY_SKIN) == pytest.approx(0, abs=1e-3)
    assert told_as(Region.NOT_SKIN, ANY_SKIN) > 5
    assert told_as(Region.NOT_SKIN, NO_REGION) == told_as(Region.OTHER_SKIN, NO_REGION) == pytest.approx(0, abs=1e-3)
    assert told_as(Region.CHIN, NO_REGION) > 5
    assert told_as(Region.CHIN, UNKNOWN) == 0


@pytest.mark.parametrize(
    ("epochs", "fine", "told"),
    [(None, None, RegionConfig()), (8, None, RegionConfig(epochs=8, fine_epochs=4)),
     (8, 1, RegionConfig(epochs=8, fine_epochs=1)), (None, 3, RegionConfig(fine_epochs=3))],
)  # fmt: skip
def test_each_number_of_epochs_is_heeded_alone(epochs: int | None, fine: int | None, told: RegionConfig) -> None:
    assert _config(epochs, fine, None) == told
    assert _config(epochs, fine, "london") == replace(told, sources=("london",))
