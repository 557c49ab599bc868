"""Several exported networks as one: their outputs averaged, position by position.

Networks that were taught differently err differently; their mean errs less, and strays less when the same skin is
photographed again (Lakshminarayanan et al., NeurIPS 2017). What they have alike, the frozen stem, is kept once, and
ONNX Runtime computes it once. No torch here, and no training.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import onnx
from onnx import helper
from onnx.compose import add_prefix

from scarscore.model.bundle import parse

SHARED = "photo"  # the input's name


def averaged(members: Sequence[bytes]) -> bytes:
    """One network whose outputs are the means of these networks' outputs; of a single one, that network.

    All must take `photo` and answer the same outputs. Raises `ModelError` where one is no ONNX file.
    """
    if len(members) == 1:
        return members[0]
    graphs = [_prefixed(parse(data), f"m{number}.") for number, data in enumerate(members)]
    nodes = [node for graph in graphs for node in graph.graph.node]
    tensors = {tensor.name: tensor for graph in graphs for tensor in graph.graph.initializer}
    _share(tensors, nodes)
    outputs = list(parse(members[0]).graph.output)
    for output in outputs:
        parts = [f"m{number}.{output.name}" for number in range(len(members))]
        nodes.append(helper.make_node("Mean", parts, [output.name], name=f"mean.{output.name}"))
    first = graphs[0]
    graph = helper.make_graph(nodes, "severity", list(first.graph.input), outputs, list(tensors.values()))
    model = helper.make_model(graph, opset_imports=list(first.opset_import), ir_version=first.ir_version)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _prefixed(model: onnx.ModelProto, prefix: str) -> onnx.ModelProto:
    """The model with a prefix before every name but that of its input."""
    renamed = add_prefix(model, prefix, rename_inputs=False)
    for node in renamed.graph.node:
        for place, name in enumerate(node.input):
            if name == f"{prefix}{SHARED}":
                node.input[place] = SHARED
    return renamed


def _share(tensors: dict[str, onnx.TensorProto], nodes: Sequence[onnx.NodeProto]) -> None:
    """Keep each tensor once: those of the same bytes and shape take the name of the first."""
    first: dict[str, str] = {}
    kept: dict[str, str] = {}
    for name, tensor in list(tensors.items()):
        digest = hashlib.sha256(onnx.numpy_helper.to_array(tensor).tobytes()).hexdigest()
        kept[name] = first.setdefault(f"{digest} {tensor.data_type} {list(tensor.dims)}", name)
        if kept[name] != name:
            del tensors[name]
    for node in nodes:
        for place, name in enumerate(node.input):
            node.input[place] = kept.get(name, name)
