"""Several networks as one file: the mean of their answers, and nothing kept twice."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from scarscore.model.engine import OUTPUTS
from scarscore.model.ensemble import averaged
from scarscore.model.errors import ModelError
from scarscore.model.export import export
from scarscore.model.network import SeverityNetwork, fold_norms


def network(seed: int) -> SeverityNetwork:
    """Two of them share their stem, as trained ones do, and nothing else."""
    torch.manual_seed(0)
    made = SeverityNetwork()
    stem = {name: value.clone() for name, value in made.stem.state_dict().items()}
    torch.manual_seed(seed)
    other = SeverityNetwork()
    other.stem.load_state_dict(stem)
    return other.eval()


@pytest.fixture(scope="module")
def members() -> list[bytes]:
    return [export(network(seed)) for seed in (1, 2)]


def answers(data: bytes, photo: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[np.ndarray]:  # type: ignore[type-arg]
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return [np.asarray(answer) for answer in session.run(list(OUTPUTS), {"photo": photo})]


def test_the_answers_are_the_means_of_the_members(members: list[bytes]) -> None:
    photo = np.random.default_rng(0).uniform(-1, 1, (2, 3, 320, 320)).astype(np.float32)
    first, second = (answers(data, photo) for data in members)
    together = answers(averaged(members), photo)
    for name, a, b, mean in zip(OUTPUTS, first, second, together, strict=True):
        assert np.abs(a - b).max() > 1e-3, name
        assert np.abs((a + b) / 2 - mean).max() < 1e-4 * max(1.0, np.abs(mean).max()), name


def test_what_the_members_share_is_kept_once(members: list[bytes]) -> None:
    together = onnx.load_model_from_string(averaged(members))
    names = [tensor.name for tensor in together.graph.initializer]
    stems = [name for name in names if ".stem." in name and name.endswith("weight")]
    assert stems
    assert all(name.startswith("m0.") for name in stems)
    assert len(names) == len(set(names))


def test_a_single_member_stays_as_it_is(members: list[bytes]) -> None:
    assert averaged(members[:1]) == members[0]


def test_what_is_no_network_is_refused(members: list[bytes]) -> None:
    with pytest.raises(ModelError, match="not an ONNX file"):
        averaged([members[0], b"nothing"])


def test_folding_the_norms_leaves_the_function_as_it_is() -> None:
    plain = network(3)
    for module in plain.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.2, 0.2)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)  # type: ignore[arg-type]  # always there here
    photo = torch.rand(1, 3, 320, 320) * 2 - 1
    with torch.inference_mode():
        before = plain(photo)
    fold_norms(plain)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in plain.modules())
    with torch.inference_mode():
        after = plain(photo)
    for a, b in zip(before, after, strict=True):
        assert torch.allclose(a, b, atol=1e-4 * max(1.0, float(a.abs().max())))
