"""What a network has to beat, on the same folds: the source's mean, and a ridge on frozen features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from scarscore.datasets.photos import Rated
from scarscore.datasets.split import Folds
from scarscore.model.network import LATERALS, SeverityNetwork
from scarscore.model.preprocess import STRIDE, Frame, normalise
from scarscore.train.evaluate.statistics import Values
from scarscore.train.norms import fold_norms

ALPHAS = np.logspace(0, 6, 13)


def source_means(rated: Sequence[Rated], folds: Folds) -> Values:
    """For each photo the mean reading of its source in the folds that it is not held out in."""
    told = np.zeros(len(rated))
    for i, item in enumerate(rated):
        others = [
            o.severity
            for o in rated
            if o.photo.source == item.photo.source and folds.fold_of[o.key] != folds.fold_of[item.key]
        ]
        told[i] = np.mean(others)
    return told


def frozen_features(photos: Sequence[Frame], start: dict[str, Tensor]) -> Values:
    """Features of the untrained network, (n, 448): means over the photo at strides 8, 16 and 32."""
    network = SeverityNetwork()
    network.load_start_weights(start)
    fold_norms(network)  # with its norms folded and channels last it takes half the time
    blocks = [*network.stem, *network.body]
    cuts = [0, *(index + 1 for index in LATERALS)]
    last = torch.channels_last
    stages = [torch.nn.Sequential(*blocks[a:b]).eval().to(memory_format=last) for a, b in pairwise(cuts)]
    rows = []
    with torch.inference_mode():
        for frame in photos:
            x = torch.from_numpy(normalise(frame.square[None])).contiguous(memory_format=last)
            means = []
            for stage, stride in zip(stages, (STRIDE, 2 * STRIDE, 4 * STRIDE), strict=True):
                x = stage(x)
                down, across = (-(-side // stride) for side in frame.picture.shape[:2])
                means.append(x[0, :, :down, :across].mean((-2, -1)))
            rows.append(torch.cat(means).numpy())
    return np.array(rows, dtype=np.float64)


def ridge(features: Values, rated: Sequence[Rated], folds: Folds) -> Values:
    """Out-of-fold severities of a ridge regression on frozen features, its penalty chosen within the other folds."""
    readings = np.array([item.severity for item in rated])
    home = np.array([folds.fold_of[item.key] for item in rated])
    told = np.zeros(len(rated))
    for fold in range(folds.count):
        model = make_pipeline(StandardScaler(), RidgeCV(ALPHAS))
        model.fit(features[home != fold], readings[home != fold])
        told[home == fold] = model.predict(features[home == fold])
    return np.clip(told, 0.0, 100.0)
