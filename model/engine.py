"""Runs a severity network with ONNX Runtime: a photo in, local severities out. No torch.

One session per process, one thread each: small networks gain little from a wide pool, and results must not depend
on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnxruntime

from scarscore.model.bundle import Bundle
from scarscore.model.preprocess import Floats, Frame, normalise
from scarscore.model.severity import Severity, calibrated, pool, pool_types

OUTPUTS = ("severity", "weight", "types")
ERRORS_ONLY = 3  # ONNX Runtime's log level: its warnings about hardware it did not find are not the user's


@dataclass(frozen=True)
class LocalMaps:
    """What the network sees, one value per position (rows x columns, at stride 8) that covers the photo.

    `severity` is local and uncalibrated (>= 0), `weight` how much the position counts in a pool (0-1, 0 off the
    skin), `judged` its share of skin that can be judged (0-1), `types` the logits of the scar types (3, rows, columns).
    """

    severity: Floats
    weight: Floats
    judged: Floats
    types: Floats

    @property
    def pooled(self) -> float:
        """The photo's uncalibrated severity."""
        return pool(self.severity, self.weight)

    @property
    def type_probabilities(self) -> tuple[float, ...]:
        """Probability of each scar type, where the scars are."""
        return pool_types(self.types, self.severity, self.weight)


def open_session(data: bytes) -> onnxruntime.InferenceSession:
    """A session on one thread, built from the verified bytes of a network."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


class Engine:
    """A severity network ready to look at photos. Safe to use from several threads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._session = open_session(bundle.data)

    def look(self, frame: Frame) -> LocalMaps:
        """The maps of one photo."""
        severity, weight, types = self._session.run(OUTPUTS, {"photo": normalise(frame.square[np.newaxis])})
        part = (Ellipsis, slice(frame.rows), slice(frame.columns))
        return LocalMaps(severity[0][part], weight[0][part] * frame.judged, frame.judged, types[0][part])

    def judge(self, maps: LocalMaps) -> Severity:
        """The photo's severity in the readings' terms."""
        return calibrated(maps.pooled, maps.type_probabilities, self.bundle.metadata.calibration)
