"""What a network begins from: MobileNetV2's weights of ImageNet, or a network that has already been trained.

A trained network is read back out of its exported file, whose weights keep their names and whose norms are folded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from scarscore.datasets.errors import DataError
from scarscore.model.attach import PREFIX
from scarscore.model.bundle import Bundle, parse
from scarscore.model.heads import CHANNELS, SCAR_TYPES
from scarscore.model.network import SeverityNetwork
from scarscore.train.norms import fold_norms

Start = Mapping[str, Tensor]  # by torchvision's names of MobileNetV2, or by those of a whole `SeverityNetwork`
BIASES = ("weight_bias", "bias")  # what the exporter calls a folded norm's shift, and what torch does
# Of training alone, an exported network has none:
SCALE, OFFSET = "photo_scale", "photo_offset"
LABELS = {"labels.weight": (len(SCAR_TYPES), CHANNELS), "labels.bias": (len(SCAR_TYPES),)}


def begun(start: Start, folded: bool) -> SeverityNetwork:
    """The network that training begins with, its norms folded where asked for, or where they came so.

    Raises `DataError` where the weights are those of another network.
    """
    network = SeverityNetwork()
    if any(name.startswith("features.") for name in start):
        network.load_start_weights(dict(start))
        if folded:
            fold_norms(network)
        return network
    fold_norms(network)
    try:
        network.load_state_dict(dict(start))
    except RuntimeError as error:
        raise DataError(f"the network to go on from is another one than is trained here: {error}") from None
    return network


def start_of(bundle: Bundle) -> dict[str, Tensor]:
    """The weights of an exported severity network, by `SeverityNetwork`'s names with folded norms.

    A photo's reading lies on a line through the network's calibration, so that training begins with its errors small.
    """
    proto = parse(bundle.data)
    held = {tensor.name: tensor for tensor in proto.graph.initializer}
    state = {name_of(name): _tensor(tensor) for name, tensor in held.items() if name.startswith(PREFIX)}
    slope, offset = _line(bundle)
    labels = {name: torch.zeros(shape) for name, shape in LABELS.items()}
    return state | labels | {SCALE: torch.tensor(slope), OFFSET: torch.tensor(offset)}


def digest(start: Start) -> str:
    """SHA-256 of start weights: of their names and bytes, in the names' order."""
    told = hashlib.sha256()
    for name, tensor in sorted(start.items()):
        told.update(name.encode() + b"\0" + tensor.detach().contiguous().numpy().tobytes())
    return told.hexdigest()


def name_of(exported: str) -> str:
    """The name in a `SeverityNetwork` of a weight in its exported file."""
    name = exported.removeprefix(PREFIX)
    return name.removesuffix(BIASES[0]) + BIASES[1] if name.endswith(BIASES[0]) else name


def _tensor(tensor: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(np.array(numpy_helper.to_array(tensor)))


def _line(bundle: Bundle) -> tuple[float, float]:
    """Slope and offset of the straight line nearest to the calibration's knots, its carried-on end left out."""
    curve = bundle.metadata.calibration.severity
    if len(curve.x) < 4:
        return 1.0, 0.0
    slope, offset = np.polyfit(curve.x[:-1], curve.y[:-1], 1)
    return float(slope), float(offset)
