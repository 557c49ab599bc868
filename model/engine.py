"""Runs a severity network with ONNX Runtime: a photo in, local severities out. No torch.

One session per process, one thread each: small networks gain little from a wide pool, and results must not depend
on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import onnxruntime

from scarscore.model.bundle import Bundle
from scarscore.model.grades import redness_spread
from scarscore.model.heads import OUTPUTS as HEAD_OUTPUTS
from scarscore.model.heads import (
    HeadMaps,
    distance,
    looked_at,
    named_types,
    raised_probability,
    spread_out,
    type_probabilities,
)
from scarscore.model.preprocess import Floats, Frame, normalise
from scarscore.model.severity import Calibration, Severity, calibrated, pool

OUTPUTS = ("severity", "weight", "types")  # of every severity network; `types` are those that readers name
ERRORS_ONLY = 3  # ONNX Runtime's log level: its warnings about hardware it did not find are not the user's


@dataclass(frozen=True)
class LocalMaps:
    """What the network sees, one value per position (rows x columns, at stride 8) that covers the photo.

    `severity` is local and uncalibrated (>= 0), `weight` how much the position counts in a pool (0-1, 0 off the
    skin), `judged` its share of skin that can be judged (0-1). `heads` are None for a network without them;
    `redness` is the photo's `redness_spread`.
    """

    severity: Floats
    weight: Floats
    judged: Floats
    heads: HeadMaps | None
    redness: float

    @property
    def pooled(self) -> float:
        """The photo's uncalibrated severity."""
        return pool(self.severity, self.weight)

    def within(self, share: Floats) -> LocalMaps:
        """The same maps for a part of the skin alone; `share` (rows, columns) says which, 0 to 1."""
        return replace(self, weight=self.weight * share, judged=self.judged * share)


@dataclass(frozen=True)
class Types:
    """What is told of scar types: those named, the likeliest first, and all five probabilities (their sum is 1).

    `probabilities` are in the order of `SCAR_TYPES`; `raised` is whether a raised scar is told as present, by
    `raised_probability` (0-1).
    """

    named: tuple[str, ...]
    probabilities: tuple[float, ...]
    raised: bool
    raised_probability: float


@dataclass(frozen=True)
class Judgement:
    """Everything that a network says of one photo, in the readings' terms.

    `severity` 0-100 with its reading interval; `grade` the photo grade 0-4, `grade_set` the set that holds the
    reference grade with 90 % probability; `types` None without heads; `distance` how far the photo lies from those
    trained on, about 1 if it is of them, 0 where that is not measured.
    """

    severity: Severity
    grade: int
    grade_set: tuple[int, ...]
    types: Types | None
    distance: float


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
        self._wanted = [*OUTPUTS[:2], *(HEAD_OUTPUTS if bundle.metadata.calibration.heads else ())]

    def look(self, frame: Frame) -> LocalMaps:
        """The maps of one photo."""
        square = {"photo": normalise(frame.square[np.newaxis])}
        severity, weight, *heads = self._session.run(self._wanted, square)
        part = (Ellipsis, slice(frame.rows), slice(frame.columns))
        maps = HeadMaps(*(spread_out(each[0], frame.rows, frame.columns) for each in heads)) if heads else None
        return LocalMaps(severity[0][part], weight[0][part] * frame.judged, frame.judged, maps, redness_spread(frame))

    def judge(self, maps: LocalMaps) -> Judgement:
        """The photo in the readings' terms."""
        calibration = self.bundle.metadata.calibration
        severity = calibrated(maps.pooled, calibration)
        grade, grade_set = calibration.grades.told(severity.value, maps.redness)
        far = distance(maps.heads.place, maps.judged) if maps.heads else 0.0
        return Judgement(severity, grade, grade_set, types_of(maps, calibration, grade_set), far)


def types_of(maps: LocalMaps, calibration: Calibration, grade_set: tuple[int, ...]) -> Types | None:
    """The scar types of a photo, or of the part of one; None without heads.

    Depressed types are named only where a depressed scar may be told at all: where the set reaches grade 2.
    """
    limits = calibration.heads
    if maps.heads is None or limits is None:
        return None
    share = looked_at(maps.severity, maps.weight, maps.judged)
    probabilities = type_probabilities(maps.heads.logits, share, limits)
    raised = raised_probability(maps.heads.logits, share, limits)
    present = raised >= limits.raised_from
    named = named_types(probabilities, limits, depressed=grade_set[-1] >= 2, raised=present)
    return Types(named, probabilities, present, raised)
