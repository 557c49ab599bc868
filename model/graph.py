"""Surgery on an exported network's graph: which nodes compute a tensor, that part alone, or a second one beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import onnx
from onnx import NodeProto, numpy_helper

from scarscore.model.bundle import parse
from scarscore.model.errors import ModelError
from scarscore.model.preprocess import Floats


def read_by(proto: onnx.ModelProto, weight: str) -> str:
    """The tensor that the node with this weight reads. Raises `ModelError` for a network without such a node."""
    readers = [node for node in proto.graph.node if weight in node.input]
    if not readers:
        raise ModelError("this network has no block of features that heads could read")
    return str(readers[0].input[0])


def leading_to(proto: onnx.ModelProto, wanted: Collection[str], given: Collection[str] = ()) -> list[NodeProto]:
    """The nodes that compute these tensors, from those given, in the graph's order."""
    missing, found = set(wanted) - set(given), []
    for node in reversed(proto.graph.node):  # sorted, so that whoever reads a tensor comes after who computes it
        if missing & set(node.output):
            found.append(node)
            missing |= set(node.input) - set(given)
    return found[::-1]


def only(data: bytes, outputs: Collection[str]) -> bytes:
    """The network with these outputs alone, and nothing that they do not need."""
    proto = parse(data)
    nodes = leading_to(proto, outputs)
    read = {name for node in nodes for name in node.input}
    graph = proto.graph
    kept = [each for each in graph.output if each.name in outputs]
    weights = [each for each in graph.initializer if each.name in read]
    for field, values in (("node", nodes), ("output", kept), ("initializer", weights)):
        copies = [type(each).FromString(each.SerializeToString()) for each in values]
        graph.ClearField(field)
        getattr(graph, field).extend(copies)
    return bytes(proto.SerializeToString())


def doubled(
    proto: onnx.ModelProto, path: tuple[str, str], begins: str, weights: Mapping[str, Floats], mark: str
) -> str:
    """Lay the nodes between the two tensors of a path a second time, from the tensor `begins` on; the new one's end.

    `weights` replace those of the first by their names; everything new has `mark` before its name.
    """
    start, end = path
    nodes = leading_to(proto, [end], [start])
    named: dict[str, str] = (
        {start: begins}
        | {name: mark + name for node in nodes for name in node.output}
        | {name: mark + name for name in weights}
    )
    for node in nodes:
        copy = NodeProto.FromString(node.SerializeToString())
        copy.name = mark + node.name
        for field, names in (("input", node.input), ("output", node.output)):
            renamed = [named.get(name, name) for name in names]
            copy.ClearField(field)
            getattr(copy, field).extend(renamed)
        proto.graph.node.append(copy)
    for name, values in weights.items():
        proto.graph.initializer.append(numpy_helper.from_array(np.asarray(values, np.float32), mark + name))
    return mark + end


def weights_of(proto: onnx.ModelProto, path: tuple[str, str], prefix: str) -> dict[str, Floats]:
    """The weights between two tensors whose names begin so."""
    start, end = path
    read = {name for node in leading_to(proto, [end], [start]) for name in node.input if name.startswith(prefix)}
    return {each.name: np.array(numpy_helper.to_array(each)) for each in proto.graph.initializer if each.name in read}
