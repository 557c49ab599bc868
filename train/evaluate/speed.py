"""What a score costs, how near a face must be looked at, and whether 8-bit integers would be worth it.

Measured side by side, in turns, in one run, everything on one thread. Milliseconds are of the machine that measured
them; ratios hold elsewhere, too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, Rated
from scarscore.model.bundle import Bundle
from scarscore.model.engine import OUTPUTS, Engine, Judgement, open_session
from scarscore.model.graph import only
from scarscore.model.preprocess import Frame, normalise
from scarscore.train.bench.subjects import bench_size, spread_out
from scarscore.train.evaluate.nearness import TURNS, Nearness, measure_nearness, seconds
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.statistics import kappa
from scarscore.train.samples import frame, photo_pixels
from scarscore.train.start import begun, start_of
from scarscore.train.views import Say

FACES = "acne04"  # a set of whole faces, each of which is looked at twice
TIMED = 20  # photos
CALIBRATED_ON = 40  # photos that a quantised network's ranges are taken from; none of them is then judged by it


@dataclass(frozen=True)
class Part:
    """A part of a score, and its median time in milliseconds."""

    name: str
    milliseconds: float


@dataclass(frozen=True)
class Against:
    """ONNX Runtime beside torch eager: how many times as fast, by the median, on one picture of this name."""

    picture: str
    faster: float


@dataclass(frozen=True)
class Int8:
    """Networks in 8-bit integers beside the same in 32-bit floats, on photos that neither has seen.

    `kappa` and `kappa_int8` are quadratic kappas of the photo grade with the median reading; `same` is the share (0-1)
    of photos told the same grade, `apart` the mean absolute difference in points, `faster` the ratio of median times.
    """

    photos: int
    kappa: float
    kappa_int8: float
    same: float
    apart: float
    faster: float


@dataclass(frozen=True)
class Speed:
    """The report's figures; `faces` counts the photos that times are of."""

    version: str
    sha256: str
    faces: int
    parts: tuple[Part, ...]
    against: tuple[Against, ...]
    nearness: tuple[Nearness, ...]
    int8: Int8


def measure_speed(panel: Panel, collection: Collection, rated: Sequence[Rated], say: Say) -> Speed:
    """Time the shipped networks, and set quantised ones beside them. Raises `DataError` where no face is at hand."""
    torch.set_num_threads(1)
    whole = [item for item in rated if item.cut is None]
    faces = spread_out([item for item in whole if item.photo.source == FACES], TIMED)
    if not faces:
        raise DataError(f"there is no photo of {FACES} to time")
    say(f"timing {len(faces)} faces")
    bundle = panel.shipped.bundle
    return Speed(
        version=bundle.metadata.version,
        sha256=bundle.sha256,
        faces=len(faces),
        parts=tuple(_parts(panel, collection, faces)),
        against=tuple(_against(panel, collection, faces[0], bundle)),
        nearness=measure_nearness(panel, collection, whole, faces, FACES, say),
        int8=_int8(panel, collection, whole, say),
    )


def _parts(panel: Panel, collection: Collection, faces: Sequence[Rated]) -> list[Part]:
    taken: dict[str, list[float]] = {"finding the skin, and laying it out": [], "first look": [], "nearer look": []}
    for item in faces:
        pixels = bench_size(photo_pixels(collection, item))
        shown = panel.finder.frame(pixels)
        found = seconds(partial(panel.finder.frame, pixels))
        first = seconds(partial(_judged, panel.shipped, replace(shown, nearer=None)))
        both = seconds(partial(_judged, panel.shipped, shown))
        for name, each in zip(taken, (found, first, both - first), strict=True):
            taken[name].append(each)
    return [Part(name, 1000.0 * float(np.median(each))) for name, each in taken.items()]


def _judged(engine: Engine, shown: Frame) -> Judgement:
    return engine.judge(engine.look(shown))


def _against(panel: Panel, collection: Collection, face: Rated, bundle: Bundle) -> list[Against]:
    shown = panel.finder.frame(bench_size(photo_pixels(collection, face)))
    network, session = begun(start_of(bundle), folded=True).eval(), open_session(only(bundle.data, OUTPUTS))
    looks = {"first look": shown.mirrored_too}
    looks |= {"nearer look": shown.nearer.picture[np.newaxis]} if shown.nearer else {}
    found = []
    for name, pictures in looks.items():
        photo = normalise(pictures)
        tensor = torch.from_numpy(photo).contiguous(memory_format=torch.channels_last)
        exported, eager = partial(session.run, OUTPUTS, {"photo": photo}), partial(network, tensor)
        with torch.inference_mode():
            times = [(seconds(exported), seconds(eager)) for _ in range(4 * TURNS)]
        ours, theirs = np.median(times, axis=0)
        found.append(Against(f"{name}, {' x '.join(map(str, pictures.shape[1:3]))} px", float(theirs / ours)))
    return found


def _int8(panel: Panel, collection: Collection, whole: Sequence[Rated], say: Say) -> Int8:
    say(f"quantising {len(panel.of_fold)} networks and asking both kinds about {len(whole)} photos")
    grades: list[tuple[int, int, int]] = []
    told: list[tuple[float, float]] = []
    times: list[tuple[float, float]] = []
    for fold, engine in enumerate(panel.of_fold):
        known = [item for item in whole if panel.folds.fold_of[item.key] != fold]
        frames = [frame(collection, item, panel.finder) for item in spread_out(known, CALIBRATED_ON)]
        small = Engine(replace(engine.bundle, data=quantised(engine.bundle.data, frames)))
        for item in whole:
            if panel.folds.fold_of[item.key] == fold:
                shown = frame(collection, item, panel.finder)
                ours, theirs = (_judged(each, shown) for each in (engine, small))
                grades.append((item.grade, ours.grade, theirs.grade))
                told.append((ours.severity.value, theirs.severity.value))
        pairs = ((partial(engine.look, shown), partial(small.look, shown)) for shown in frames[::4])
        times.extend((seconds(ours), seconds(theirs)) for ours, theirs in pairs)
    read, ours_told, theirs_told = np.array(grades).T
    float_time, small_time = np.median(times, axis=0)
    return Int8(
        len(grades),
        kappa(ours_told, read),
        kappa(theirs_told, read),
        float((ours_told == theirs_told).mean()),
        float(np.abs(np.diff(told, axis=1)).mean()),
        float(float_time / small_time),
    )


def quantised(network: bytes, frames: Sequence[Frame]) -> bytes:
    """The network in 8-bit integers, weights by channel, its ranges from what it sees of these photos."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = (Path(folder) / name for name in ("float.onnx", "int8.onnx"))
        before.write_bytes(network)
        quantize_static(
            before,
            after,
            _Squares(frames),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return after.read_bytes()


class _Squares(CalibrationDataReader):  # type: ignore[misc] # onnxruntime has no types
    def __init__(self, frames: Sequence[Frame]) -> None:
        self._left = iter(frames)

    def get_next(self) -> dict[str, Any] | None:
        shown = next(self._left, None)
        return None if shown is None else {"photo": normalise(shown.square[np.newaxis])}
