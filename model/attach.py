"""Adds light heads to an exported severity network, as further outputs of the same file.

Nothing of what is there is touched, so that severities stay the same to the last bit; `attach` proves it. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from scarscore.model.bundle import parse
from scarscore.model.engine import OUTPUTS, open_session
from scarscore.model.errors import ModelError
from scarscore.model.heads import CHANNELS
from scarscore.model.heads import OUTPUTS as HEAD_OUTPUTS
from scarscore.model.preprocess import INPUT_SIDE, Floats

READ_FROM = "network.body.10.conv.0.0.weight"  # the first convolution that reads block 14
FEATURES = "features"


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """Linear heads on block 14: `logits = on_value @ x + on_square @ ((x - middle) / scale)^2 + bias`.

    `on_value` and `on_square` (6, 160), `bias` (6,), `middle` and `scale` (160,); `place` (32, 160) with
    `place_bias` (32,) whitens the features.
    """

    on_value: Floats
    on_square: Floats
    bias: Floats
    middle: Floats
    scale: Floats
    place: Floats
    place_bias: Floats


def with_features(data: bytes) -> bytes:
    """The same network with its fourteenth block as a further output, `features` (n, 160, 10, 10), to fit heads on."""
    proto = parse(data)
    _add(proto, [helper.make_node("Identity", [_block(proto)], [FEATURES])], {FEATURES: CHANNELS})
    return bytes(proto.SerializeToString())


def attach(data: bytes, heads: HeadWeights) -> bytes:
    """The same network with the heads' outputs. Raises `ModelError` where any former output is not the same."""
    proto = parse(data)
    block = _block(proto)
    named = {
        "heads.on_value": _kernel(heads.on_value),
        "heads.on_square": _kernel(heads.on_square / heads.scale**2),
        "heads.bias": heads.bias,
        "heads.middle": heads.middle.reshape(1, CHANNELS, 1, 1),
        "heads.place": _kernel(heads.place),
        "heads.place_bias": heads.place_bias,
    }
    for name, values in named.items():
        proto.graph.initializer.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
    logits, place = HEAD_OUTPUTS
    nodes = [
        helper.make_node("Sub", [block, "heads.middle"], ["heads.centred"]),
        helper.make_node("Mul", ["heads.centred", "heads.centred"], ["heads.squares"]),
        helper.make_node("Conv", [block, "heads.on_value", "heads.bias"], ["heads.first"]),
        helper.make_node("Conv", ["heads.squares", "heads.on_square"], ["heads.second"]),
        helper.make_node("Add", ["heads.first", "heads.second"], [logits]),
        helper.make_node("Conv", [block, "heads.place", "heads.place_bias"], [place]),
    ]
    _add(proto, nodes, {logits: len(heads.bias), place: len(heads.place_bias)})
    made = bytes(proto.SerializeToString())
    _compare(data, made)
    return made


def _kernel(weights: Floats) -> Floats:
    return np.asarray(weights, np.float32).reshape(*weights.shape, 1, 1)


def _block(proto: onnx.ModelProto) -> str:
    """The name of block 14's output. Raises `ModelError` for a network of another shape."""
    readers = [node for node in proto.graph.node if READ_FROM in node.input]
    if not readers:
        raise ModelError("this network has no block of features that heads could read")
    return str(readers[0].input[0])


def _add(proto: onnx.ModelProto, nodes: list[onnx.NodeProto], outputs: dict[str, int]) -> None:
    proto.graph.node.extend(nodes)
    for name, channels in outputs.items():
        proto.graph.output.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", channels, "rows / 32", "columns / 32"])
        )


def _compare(before: bytes, after: bytes) -> None:
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 3, INPUT_SIDE, INPUT_SIDE)).astype(np.float32)
    old, new = (open_session(each).run(OUTPUTS, {"photo": photo}) for each in (before, after))
    if not all(np.array_equal(a, b) for a, b in zip(old, new, strict=True)):
        raise ModelError("the heads changed what the network says of severity")
