"""What the light heads of a severity network say: scar types, raised scars, and whether the photo is of a known kind.

They are linear in the features of the network's fourteenth block, by two paths (`attach.py`), position by position, so
that each is a map as well as a number. A network may have none: then no types are told. No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from scarscore.model.grades import logistic
from scarscore.model.preprocess import Floats

SCAR_TYPES = ("icepick", "boxcar", "rolling", "hypertrophic", "keloid")
ATROPHIC = 3  # of them, the first, are depressed
OUTPUTS = ("head_logits", "place")
CHANNELS = 160  # of block 14, at stride 32
PATHS = 2  # by which it is read for types and raised scars; the place is the first's
HEAD_STRIDE = 4  # positions of the severity map per position of the heads' maps
DIMENSIONS = 32  # of the place of a photo among those trained on


@dataclass(frozen=True)
class HeadLimits:
    """How the heads' numbers are told: fitted out of fold, on scarnet's own labels.

    `sharpness` multiplies the types' logits before they become probabilities; `types` are the probabilities from which
    each of `SCAR_TYPES` is named. `raised` are slope and offset of the raised logit (Platt 1999), `raised_from` the
    probability from which raised scars are told as present. `farthest` is the distance beyond which a photo lies
    outside what was trained on.
    """

    sharpness: float
    types: tuple[float, ...]
    raised: tuple[float, float]
    raised_from: float
    farthest: float

    def __post_init__(self) -> None:
        if len(self.types) != len(SCAR_TYPES):
            raise ValueError(f"limits of {len(SCAR_TYPES)} types are needed")


@dataclass(frozen=True)
class HeadMaps:
    """What the heads see, per position of the severity map (rows x columns).

    `logits` (6, rows, columns): five of `SCAR_TYPES`, then raised. `place` (32, rows, columns): whitened features.
    """

    logits: Floats
    place: Floats


def spread_out(coarse: Floats, rows: int, columns: int) -> Floats:
    """A head's map, (c, 10, 10), over the positions of the severity map that cover the photo: (c, rows, columns)."""
    fine = coarse.repeat(HEAD_STRIDE, axis=1).repeat(HEAD_STRIDE, axis=2)
    return np.asarray(fine[:, :rows, :columns], np.float32)


def looked_at(severity: Floats, weight: Floats, judged: Floats) -> Floats:
    """How much each position counts for the heads, in all 1: half over the judged skin, half where the scars are.

    Raised scars are not severe, so that they would be passed over where the severity alone said where to look.
    """
    skin, scars = judged.astype(np.float64), weight.astype(np.float64) * severity
    parts = [part / part.sum() for part in (skin, scars) if part.sum() > 0.0]
    return np.asarray(np.mean(parts, axis=0) if parts else np.zeros(skin.shape), np.float32)


def type_probabilities(logits: Floats, share: Floats, limits: HeadLimits) -> tuple[float, ...]:
    """Which of `SCAR_TYPES` dominates, if the skin shows scars: five probabilities whose sum is 1."""
    means = limits.sharpness * (logits[: len(SCAR_TYPES)] * share).sum((1, 2), dtype=np.float64)
    powers = np.exp(means - means.max())
    return tuple(float(value) for value in powers / powers.sum())


def raised_probability(logits: Floats, share: Floats, limits: HeadLimits) -> float:
    """Probability (0-1) that the skin shows a raised scar."""
    slope, offset = limits.raised
    return logistic(slope * float((logits[len(SCAR_TYPES)] * share).sum(dtype=np.float64)) + offset)


def named_types(
    probabilities: tuple[float, ...], limits: HeadLimits, *, depressed: bool, raised: bool
) -> tuple[str, ...]:
    """The types that are told, the likeliest first: depressed ones where such scars may be, raised ones likewise."""
    told = [
        (probability, name)
        for number, (name, probability) in enumerate(zip(SCAR_TYPES, probabilities, strict=True))
        if probability >= limits.types[number] and (depressed if number < ATROPHIC else raised)
    ]
    return tuple(name for _, name in sorted(told, reverse=True))


def distance(place: Floats, judged: Floats) -> float:
    """How far a photo lies from those trained on: root mean square of its whitened place; about 1, if it is of them.

    A Mahalanobis distance (Lee et al. 2018, arXiv 1807.03888) in the features' first principal components. Infinite
    without any judged skin.
    """
    total = float(judged.sum(dtype=np.float64))
    if total <= 0.0:
        return float("inf")
    mean = (place * judged).sum((1, 2), dtype=np.float64) / total
    return sqrt(float((mean**2).mean()))


def type_map(logits: Floats, judged: Floats, limits: HeadLimits) -> Floats:
    """The types' probabilities at every position, float32 (5, rows, columns), NaN where less than half is judged."""
    scaled = limits.sharpness * logits[: len(SCAR_TYPES)]
    powers = np.exp(scaled - scaled.max(axis=0))
    return np.where(judged >= 0.5, powers / powers.sum(axis=0), np.float32(np.nan)).astype(np.float32)
