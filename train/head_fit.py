"""Fits the light heads of one network, and how their numbers are told: all on photos with the network's own features.

Types are a multinomial regression, raised scars a logistic one, each fitted on both paths' features apart, whose logits
are averaged; the place of a photo is a whitened principal component analysis. Nothing here looks at a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from scarscore.datasets.errors import DataError
from scarscore.model.attach import HeadWeights
from scarscore.model.heads import ATROPHIC, DIMENSIONS, PATHS, SCAR_TYPES, HeadLimits
from scarscore.train.head_features import Features, Values
from scarscore.train.samples import NO_TYPE

WARY = 0.5  # beta of raised scars: told of a face that has none they do more harm than one that is passed over
STRENGTH = 0.03  # inverse of the penalty on standardised features: the same for all, chosen on folds among 0.003 to 0.1
SHARPER = np.geomspace(0.5, 8.0, 49)
ROUNDING = 1.001  # what a network's file says of a photo differs in the seventh digit

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HeadAnswers:
    """What a network's heads say of n photos: type logits (n, 5), raised logits (n,), distances (n,)."""

    types: Values
    raised: Values
    distance: Values


def fit_heads(features: Features, kinds: npt.NDArray[np.int64], seen: Mask) -> HeadWeights:
    """The heads that the seen photos support; `kinds` (n,) are their types, `NO_TYPE` where they show none."""
    typed = seen & (kinds != NO_TYPE)
    if len(set(kinds[typed])) < len(SCAR_TYPES) or seen.sum() <= 2 * DIMENSIONS:
        raise DataError(f"heads need photos of every scar type, and more than {2 * DIMENSIONS} photos in all")
    rows = np.concatenate([features.scars[seen], features.again[typed]])
    kind = np.concatenate([kinds[seen], kinds[typed]])
    fitted = [_path(path, kind) for path in np.split(rows, PATHS, axis=1)]
    logits = np.concatenate([weights for weights, _ in fitted], axis=1) / PATHS
    told = (logits, np.mean([bias for _, bias in fitted], axis=0), *_whitening(features.skin[seen]))
    return HeadWeights(*(np.asarray(each, np.float32) for each in told))


def answers(features: Features, heads: HeadWeights) -> HeadAnswers:
    """What the heads say of every photo as it is; what the network's file says of them, up to rounding."""
    logits = features.scars @ heads.logits.T + heads.logits_bias
    place = features.skin @ heads.place.T + heads.place_bias
    return HeadAnswers(logits[:, :-1], logits[:, -1], np.sqrt((place**2).mean(axis=1)))


def fit_limits(told: Sequence[tuple[HeadAnswers, Mask]], kinds: npt.NDArray[np.int64], learnt: Values) -> HeadLimits:
    """How the heads are told: from each network's answers on the photos that it has not seen (its mask).

    `learnt` (m,) are the distances of the photos that the network to be limited was fitted on.
    """
    types = np.concatenate([each.types[mask] for each, mask in told])
    raised = np.concatenate([each.raised[mask] for each, mask in told])
    far = np.concatenate([each.distance[mask] for each, mask in told])
    kind = np.concatenate([kinds[mask] for _, mask in told])
    typed, present = kind != NO_TYPE, kind >= ATROPHIC
    sharpness = min(SHARPER, key=lambda factor: _surprise(factor * types[typed], kind[typed]))
    probabilities = _softmax(sharpness * types[typed])
    limits = tuple(_best(kind[typed] == number, probabilities[:, number]) for number in range(len(SCAR_TYPES)))
    platt = LogisticRegression(C=1e4).fit(raised[:, None], present)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    chance = 1.0 / (1.0 + np.exp(-(slope * raised + offset)))
    # The farthest photo of the sets is still known, and so is what the network itself was fitted on: at 99.5 % of the
    # distances two usable photos of scars were refused, and of 249 pictures that show no skin one more than the checks
    # of quality refuse.
    farthest = ROUNDING * float(max(far.max(), learnt.max()))
    return HeadLimits(float(sharpness), limits, (slope, offset), _best(present, chance, WARY), farthest)


def _path(rows: Values, kind: npt.NDArray[np.int64]) -> tuple[Values, Values]:
    """Weights (6, 160) and biases (6,) on the features of one path: of types, then of raised scars."""
    types = _regression(rows[kind != NO_TYPE], kind[kind != NO_TYPE])
    raised = _regression(rows, (kind >= ATROPHIC).astype(np.int64))
    return np.concatenate([types[0], raised[0]]), np.concatenate([types[1], raised[1]])


def _regression(rows: Values, labels: npt.NDArray[np.int64]) -> tuple[Values, Values]:
    """Weights (k, d) and biases (k,) on the rows as they are, of a regression on their standardised values."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=STRENGTH, max_iter=2000).fit((rows - mean) / spread, labels)
    weights = fitted.coef_ / spread
    return weights, fitted.intercept_ - weights @ mean


def _whitening(skin: Values) -> tuple[Values, Values]:
    """First principal components of standardised features, each brought to variance 1: matrix (32, d), bias (32,)."""
    mean, spread = skin.mean(axis=0), skin.std(axis=0) + 1e-6
    values, vectors = np.linalg.eigh(np.cov(((skin - mean) / spread).T))
    largest = np.argsort(values)[::-1][:DIMENSIONS]
    matrix = (vectors[:, largest] / np.sqrt(values[largest])).T / spread
    return matrix, -(matrix @ mean)


def _best(truth: Mask, probability: Values, beta: float = 1.0) -> float:
    """The probability from which telling gives the best F-beta; over 1 (never) where there is nothing to tell."""
    if not truth.any():
        return 1.1
    precision, recall, at = precision_recall_curve(truth, probability)
    score = (1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-12)
    return float(at[int(np.argmax(score[:-1]))])


def _softmax(logits: Values) -> Values:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _surprise(logits: Values, kind: npt.NDArray[np.int64]) -> float:
    return float(-np.log(_softmax(logits)[np.arange(len(kind)), kind] + 1e-12).mean())
