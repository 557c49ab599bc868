"""Writes a trained network as one ONNX file, and proves that it computes what torch computes.

Export is not done until the exported file has been evaluated: `export` fails if the two differ by more than 1e-4.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from scarscore.model.engine import OUTPUTS
from scarscore.model.errors import ModelError
from scarscore.model.preprocess import INPUT_SIDE

NEARER = (512, 640)  # px: sides of a picture that is not square, as in a nearer look
TOLERANCE = 1e-4  # of the output's own scale: severities reach 100, weights 1


class _AsTuple(nn.Module):
    """The exporter names a plain tuple's members; it does not know named ones."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, photo: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.network(photo))


def export(network: nn.Module, outputs: Sequence[str] = OUTPUTS, side: int | None = None) -> bytes:
    """The network as the bytes of an ONNX file, with a free batch size. Raises `ModelError` on a difference.

    `outputs` names what the network answers, in its order; `side` is its input's, in px. By default they are the
    severity network's, whose pictures may have any sides in whole multiples of 32 px.
    """
    network.eval()
    sides = {2: "rows", 3: "columns"}
    free = {} if side else {axis: 32 * torch.export.Dim(name, min=1, max=40) for axis, name in sides.items()}
    example = _noise(2, side or INPUT_SIDE, side or INPUT_SIDE)
    program = torch.onnx.export(
        _AsTuple(network).eval(),
        (example,),
        input_names=["photo"],
        output_names=list(outputs),
        dynamic_shapes={"photo": {0: torch.export.Dim("batch", min=1, max=64), **free}},
        external_data=False,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    buffer = io.BytesIO()
    onnx.save_model(program.model_proto, buffer)
    data = buffer.getvalue()
    for photos in (example, *([_noise(1, *NEARER)] if free else [])):
        check_parity(network, data, photos, outputs)
    return data


def _noise(count: int, rows: int, columns: int) -> Tensor:
    return torch.rand(count, 3, rows, columns, generator=torch.Generator().manual_seed(0)) * 2 - 1


def check_parity(network: nn.Module, data: bytes, photos: Tensor, outputs: Sequence[str] = OUTPUTS) -> float:
    """Largest difference between torch and ONNX Runtime on these inputs, relative to each output's own scale.

    Raises `ModelError` above 1e-4.
    """
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    there = session.run(list(outputs), {"photo": photos.numpy()})
    with torch.inference_mode():
        here = network.eval()(photos)
    worst = 0.0
    for name, ours, theirs in zip(outputs, here, there, strict=True):
        scale = max(1.0, float(np.abs(ours.numpy()).max()))
        difference = float(np.abs(ours.numpy() - theirs).max()) / scale
        if not difference <= TOLERANCE:
            raise ModelError(f"the exported network's {name} differs from torch's by {difference:.2g} of its scale")
        worst = max(worst, difference)
    return worst
