"""Adds light heads to an exported severity network, as further outputs of the same file.

Nothing of what is there is touched, so that severities stay the same to the last bit; `attach` proves it. No torch.

The heads read the features of block 14 twice: as training left them, and by a second path from the same stem, whose
weights lie near those that training began with. What a network has learnt of severity it has partly learnt by heart,
and the types of the photos that it was taught with it; two sets of features err on other photos (2026: macro-F1 of five
types 0.63 by the first alone, 0.69 by both).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from scarscore.model.bundle import parse
from scarscore.model.engine import OUTPUTS, open_session
from scarscore.model.errors import ModelError
from scarscore.model.graph import doubled, read_by, weights_of
from scarscore.model.heads import CHANNELS, PATHS
from scarscore.model.heads import OUTPUTS as HEAD_OUTPUTS
from scarscore.model.preprocess import INPUT_SIDE, Floats

PREFIX = "network."  # of every weight in an exported file
STEM_READ_BY, READ_FROM = (f"{PREFIX}body.{n}.conv.0.0.weight" for n in (0, 10))  # what reads the stem, and block 14
FEATURES = "features"

Weights = Mapping[str, Floats]  # of blocks 5 to 14, by the names that an exported file gives them


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """Linear heads on both paths' block 14: `logits` (6, 320), those of the first path first, with `logits_bias` (6,).

    `place` (32, 160) with `place_bias` (32,) whitens the features of the first path.
    """

    logits: Floats
    logits_bias: Floats
    place: Floats
    place_bias: Floats


def path_weights(data: bytes) -> dict[str, Floats]:
    """A network's own weights of the path that the heads read."""
    proto = parse(data)
    return weights_of(proto, _path(proto), PREFIX)


def with_features(data: bytes, second: Weights) -> bytes:
    """The same network with both paths' features as a further output, `features` (1, 320, h, w), to fit heads on.

    They are of the first picture of a batch, as everything that heads tell.
    """
    proto = parse(data)
    _add(proto, [_both(proto, second, FEATURES)], {FEATURES: PATHS * CHANNELS})
    return bytes(proto.SerializeToString())


def attach(data: bytes, heads: HeadWeights, second: Weights) -> bytes:
    """The same network with the heads' outputs, of the first picture of a batch alone.

    `second` are the weights of the second path. Raises `ModelError` where any former output is not the same.
    """
    proto = parse(data)
    joined = _both(proto, second, "heads.features")
    named = {
        "heads.logits": _kernel(heads.logits),
        "heads.logits_bias": heads.logits_bias,
        "heads.place": _kernel(heads.place),
        "heads.place_bias": heads.place_bias,
    }
    for name, values in named.items():
        proto.graph.initializer.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
    logits, place = HEAD_OUTPUTS
    nodes = [
        joined,
        helper.make_node("Conv", ["heads.features", "heads.logits", "heads.logits_bias"], [logits]),
        helper.make_node("Conv", [joined.input[0], "heads.place", "heads.place_bias"], [place]),
    ]
    _add(proto, nodes, {logits: len(heads.logits_bias), place: len(heads.place_bias)})
    made = bytes(proto.SerializeToString())
    _compare(data, made)
    return made


def _path(proto: onnx.ModelProto) -> tuple[str, str]:
    """The outputs of stem and block 14. Raises `ModelError` for a network of another shape."""
    return read_by(proto, STEM_READ_BY), read_by(proto, READ_FROM)


def _both(proto: onnx.ModelProto, second: Weights, name: str) -> onnx.NodeProto:
    """Lay the second path, and the node that joins the features of both, to be added; of the first picture alone."""
    path = _path(proto)
    zero, one, stem, block = "heads.zero", "heads.one", "heads.stem", "heads.block"
    for name_of, value in ((zero, 0), (one, 1)):
        proto.graph.initializer.append(numpy_helper.from_array(np.array([value], np.int64), name_of))
    for whole, first in zip(path, (stem, block), strict=True):  # from 0 to 1 along axis 0
        proto.graph.node.append(helper.make_node("Slice", [whole, zero, one, zero], [first]))
    return helper.make_node("Concat", [block, doubled(proto, path, stem, second, "heads.")], [name], axis=1)


def _kernel(weights: Floats) -> Floats:
    return np.asarray(weights, np.float32).reshape(*weights.shape, 1, 1)


def _add(proto: onnx.ModelProto, nodes: list[onnx.NodeProto], outputs: dict[str, int]) -> None:
    proto.graph.node.extend(nodes)
    for name, channels in outputs.items():
        proto.graph.output.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, "rows / 32", "columns / 32"])
        )


def _compare(before: bytes, after: bytes) -> None:
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 3, INPUT_SIDE, INPUT_SIDE)).astype(np.float32)
    old, new = (open_session(each).run(OUTPUTS, {"photo": photo}) for each in (before, after))
    if not all(np.array_equal(a, b) for a, b in zip(old, new, strict=True)):
        raise ModelError("the heads changed what the network says of severity")
