"""The region network in torch, and that the exported file computes the same."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from scarscore.model.export import TOLERANCE, check_parity, export
from scarscore.model.region_engine import OUTPUTS
from scarscore.model.region_network import BLOCKS, RegionNetwork
from scarscore.model.regions import REGION_SIDE, VIEWS, Region


@pytest.fixture(scope="module")
def network() -> RegionNetwork:
    torch.manual_seed(3)
    made = RegionNetwork().eval()
    for module in made.modules():  # an untrained network tells nothing apart: give its BatchNorm some life
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)  # type: ignore[union-attr]  # tracked here, so never None
            module.weight.data.uniform_(0.8, 1.6)
    return made


def photos(count: int) -> torch.Tensor:
    return torch.rand(count, 3, REGION_SIDE, REGION_SIDE, generator=torch.Generator().manual_seed(count)) * 2 - 1


def test_torch_and_onnx_agree(network: RegionNetwork) -> None:
    data = export(network, OUTPUTS, REGION_SIDE)
    assert check_parity(network, data, photos(3), OUTPUTS) <= TOLERANCE == 1e-4


def test_the_answers_have_the_shapes_that_they_promise(network: RegionNetwork) -> None:
    with torch.inference_mode():
        told = network(photos(2))
    assert told.regions.shape == (2, len(Region), 112, 112)
    assert told.faces.shape == (2, 3)
    assert told.view.shape == (2, len(VIEWS))
    assert told.roll.shape == (2, 2)
    assert told.yaw.shape == told.width.shape == (2,)


def test_start_weights_are_taken_by_torchvisions_names(network: RegionNetwork) -> None:
    state = {
        f"features.{index}.{name}": torch.full_like(value, 0.5)
        for index, block in enumerate([*network.stem, *network.body])
        for name, value in block.state_dict().items()
    }
    assert {int(name.split(".")[1]) for name in state} == set(range(BLOCKS))
    made = RegionNetwork()
    made.load_start_weights(state)
    assert all((value == 0.5).all() for value in made.body[-1].state_dict().values() if value.is_floating_point())
