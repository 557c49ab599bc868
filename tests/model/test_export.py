"""The network in torch, its start weights' padding, and that the exported file computes the same: never skipped."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional

from scarscore.model import network as net
from scarscore.model import severity as plain
from scarscore.model.errors import ModelError
from scarscore.model.export import OUTPUTS, TOLERANCE, check_parity, export


@pytest.fixture(scope="module")
def network() -> net.SeverityNetwork:
    torch.manual_seed(3)
    made = net.SeverityNetwork().eval()
    for module in made.modules():  # an untrained network tells nothing apart: give its BatchNorm some life
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)  # type: ignore[union-attr]  # tracked here, so never None
            module.weight.data.uniform_(0.8, 1.6)
    return made


@pytest.fixture(scope="module")
def exported(network: net.SeverityNetwork) -> bytes:
    return export(network)


@pytest.mark.parametrize("count", [1, 16])
def test_torch_and_onnx_agree(network: net.SeverityNetwork, exported: bytes, count: int) -> None:
    photos = torch.rand(count, 3, 320, 320, generator=torch.Generator().manual_seed(count)) * 2 - 1
    assert check_parity(network, exported, photos) <= TOLERANCE == 1e-4


@pytest.mark.parametrize("sides", [(32, 32), (352, 640), (640, 480)])
def test_pictures_may_have_any_sides(network: net.SeverityNetwork, exported: bytes, sides: tuple[int, int]) -> None:
    photos = torch.rand(1, 3, *sides, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert check_parity(network, exported, photos) <= TOLERANCE
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    severity = np.asarray(session.run(["severity"], {"photo": photos.numpy()})[0])
    assert severity.shape == (1, sides[0] // 8, sides[1] // 8)


def test_a_difference_above_the_tolerance_fails(network: net.SeverityNetwork, exported: bytes) -> None:
    photos = torch.rand(1, 3, 320, 320)
    with torch.no_grad():
        network.head.bias[0] += 0.01
    try:
        with pytest.raises(ModelError, match="severity differs"):
            check_parity(network, exported, photos)
    finally:
        with torch.no_grad():
            network.head.bias[0] -= 0.01


def test_one_photo_scores_the_same_in_any_batch(exported: bytes) -> None:
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    photos = np.random.default_rng(0).uniform(-1, 1, (16, 3, 320, 320)).astype(np.float32)
    together = session.run(list(OUTPUTS), {"photo": photos})
    alone = session.run(list(OUTPUTS), {"photo": photos[7:8]})
    for many, one in zip(together, alone, strict=True):
        assert np.abs(many[7] - one[0]).max() <= 1e-4 * max(1.0, np.abs(one).max())


def test_stride_two_convolutions_pad_right_and_below_only() -> None:
    strided = [m for m in net.backbone().modules() if isinstance(m, nn.Conv2d) and m.stride == (2, 2)]
    assert len(strided) == 5
    assert all(isinstance(m, net.SameConv2d) and m.padding == (0, 0) for m in strided)
    one = strided[0]
    photo = torch.zeros(1, 3, 8, 8)
    photo[..., 0, 0] = 1.0
    assert torch.equal(one(photo), functional.conv2d(functional.pad(photo, (0, 1, 0, 1)), one.weight, stride=2))


def test_start_weights_are_taken_by_torchvisions_names(network: net.SeverityNetwork) -> None:
    from torchvision.models import mobilenet_v2

    torch.manual_seed(9)
    given = mobilenet_v2(weights=None).state_dict()
    made = net.SeverityNetwork()
    made.load_start_weights(given)
    assert torch.equal(made.stem[0][0].weight, given["features.0.0.weight"])
    assert torch.equal(made.body[-1].conv[0][0].weight, given["features.17.conv.0.0.weight"])


def test_pooling_in_training_is_that_of_serving() -> None:
    random = np.random.default_rng(2)
    severity = random.gamma(1.0, 20.0, (3, 40, 40)).astype(np.float32)
    weight = random.uniform(0, 1, (3, 40, 40)).astype(np.float32)
    pooled = net.pool(torch.from_numpy(severity), torch.from_numpy(weight))
    for i in range(3):
        assert float(pooled[i]) == pytest.approx(plain.pool(severity[i], weight[i]), rel=1e-4)


def test_pooling_has_a_finite_gradient_where_nothing_is_scarred() -> None:
    severity = torch.zeros(1, 4, 4, requires_grad=True)
    net.pool(severity, torch.ones(1, 4, 4)).sum().backward()
    assert severity.grad is not None
    assert torch.isfinite(severity.grad).all()
