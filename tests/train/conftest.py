"""The made photos' views, taken once for the tests of each stage of training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.models import mobilenet_v2

from scarscore.model.network import SeverityNetwork
from scarscore.train.loop import Material
from scarscore.train.run import variation_of
from scarscore.train.views import take_views
from tests.train.tiny import TINY, made_sample, stripes


@pytest.fixture(scope="module")
def start() -> dict[str, Tensor]:
    torch.manual_seed(0)
    state: dict[str, Tensor] = mobilenet_v2(weights=None).state_dict()
    return state


@pytest.fixture(scope="module")
def material(start: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Material:
    samples = [made_sample(n) for n in range(8)]
    network = SeverityNetwork()
    network.load_start_weights(start)
    folder = tmp_path_factory.mktemp("views")
    count, looks = TINY.epochs, variation_of(TINY)
    views = take_views(samples, stripes, network.stem, count, TINY.seed, "all", looks, folder, lambda _: None)
    said: list[str] = []
    again = take_views(samples, stripes, network.stem, count, TINY.seed, "all", looks, folder, said.append)
    assert said == []  # they were there already
    assert np.array_equal(views.features, again.features)
    return Material(samples, views)
