"""Runs a severity network with ONNX Runtime: a photo in, local severities out. No torch.

One session per process, one thread each: small networks gain little from a wide pool, and results must not depend
on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import onnxruntime

from scarscore.model.bundle import Bundle
from scarscore.model.grades import redness_spread
from scarscore.model.graph import only
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
from scarscore.model.preprocess import MAP_SIDE, Floats, Frame, Nearer, normalise
from scarscore.model.severity import Calibration, Severity, calibrated, pool

OUTPUTS = ("severity", "weight", "types")  # of every severity network; `types` are those that readers name
NEAR_SHARE = 0.5  # of the nearer look in the maps, though it was never taught: of 0.25 to 0.75 it told faces best
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
        # A network of before the nearer look takes squares alone, and was calibrated on one look: it has no second one.
        squares_alone = isinstance(self._session.get_inputs()[0].shape[2], int)
        # A nearer look is asked for no types: ONNX Runtime computes every output that a file has.
        self._near = None if squares_alone else open_session(only(bundle.data, OUTPUTS[:2]))

    def look(self, frame: Frame) -> LocalMaps:
        """The maps of one photo: of the look at it and at its mirror image, the nearer look at a face joined in."""
        squares = frame.square[np.newaxis] if self._near is None else frame.mirrored_too
        severity, weight, *heads = self._session.run(self._wanted, {"photo": normalise(squares)})
        maps = HeadMaps(*(_placed(spread_out(each[0], MAP_SIDE, MAP_SIDE), frame) for each in heads)) if heads else None
        seen = [_placed(_unmirrored(each), frame) for each in (severity, weight)]
        if frame.nearer is not None and self._near is not None:
            seen = [_joined(far, near) for far, near in zip(seen, _nearer(self._near, frame.nearer), strict=True)]
        return LocalMaps(seen[0], seen[1] * frame.judged, frame.judged, maps, redness_spread(frame))

    def judge(self, maps: LocalMaps) -> Judgement:
        """The photo in the readings' terms."""
        calibration = self.bundle.metadata.calibration
        severity = calibrated(maps.pooled, calibration)
        grade, grade_set = calibration.grades.told(severity.value, maps.redness)
        far = distance(maps.heads.place, maps.judged) if maps.heads else 0.0
        return Judgement(severity, grade, grade_set, types_of(maps, calibration, grade_set), far)


def _nearer(session: onnxruntime.InferenceSession, near: Nearer) -> list[Floats]:
    """Severity and weight of the nearer look over the whole photo, NaN where it was not looked at."""
    answers = session.run(OUTPUTS[:2], {"photo": normalise(near.picture[np.newaxis])})
    wide = np.full((len(answers), near.rows, near.columns), np.nan, np.float32)
    part = wide[:, near.top :, near.left :]
    rows, columns = (min(a, b) for a, b in zip(part.shape[1:], answers[0].shape[1:], strict=True))
    part[:, :rows, :columns] = [answer[0, :rows, :columns] for answer in answers]
    return list(wide)


def _unmirrored(told: Floats) -> Floats:
    """The mean map, (40, 40), of what is told of a square and, where it was looked at, of its mirror image.

    The two differ by chance alone, where the pixels lie on the network's grid: on 30 photos that were taken again as a
    clinic's camera varies their mean strayed 8 % less (2026).
    """
    return told[0] if len(told) == 1 else np.asarray((told[0] + told[1, :, ::-1]) / 2, np.float32)


def _placed(told: Floats, frame: Frame) -> Floats:
    """What is told of the square's positions, (..., 40, 40), on those of the whole photo; 0 where it is not shown."""
    whole = np.zeros((*told.shape[:-2], frame.rows, frame.columns), np.float32)
    down, across = frame.part
    whole[..., down, across] = told[..., : down.stop - down.start, : across.stop - across.start]
    return whole


def _joined(far: Floats, near: Floats) -> Floats:
    """One map of both looks, on the positions of the first; that alone where the nearer look did not reach."""
    size = (far.shape[1], far.shape[0])
    seen = cv2.resize(near, size, interpolation=cv2.INTER_AREA)
    return np.asarray(np.where(np.isnan(seen), far, far + NEAR_SHARE * (seen - far)), np.float32)


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
