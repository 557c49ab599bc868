"""Looks at every photo, taken once for all folds: the frozen stem's features of each augmented view, on disk.

The stem is not trained and every epoch wants one new view, so a run of five folds would compute the same features
six times. View 0 is the photo as it is; views 1 to `epochs` are augmented. Resumable view by view.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from scarscore.model.preprocess import STRIDE, normalise
from scarscore.train.augment import augmented, pipeline
from scarscore.train.samples import MAP_SIDE, Sample

BATCH = 32
STEM_SHAPE = (32, 40, 40)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Views:
    """Stem features float16 (views, photos, 32, 40, 40) and cells uint8 (views, photos, 40, 40), 0 beside the photo."""

    features: npt.NDArray[np.float16]
    cells: npt.NDArray[np.uint8]

    @property
    def augmented_count(self) -> int:
        """How many views are augmented."""
        return int(self.features.shape[0]) - 1


def take_views(samples: Sequence[Sample], stem: nn.Module, count: int, seed: int, folder: Path, say: Say) -> Views:
    """Views 0 to `count` of every photo, from the folder as far as they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    views = _open(folder, _identity(samples, stem, count, seed), (count + 1, len(samples)))
    done = folder / "done"
    first = int(done.read_text()) if done.exists() else 0
    stem.eval()
    start = time.monotonic()
    for view in range(first, count + 1):
        _fill(views, view, samples, stem, seed)
        done.write_text(str(view + 1))
        left = (time.monotonic() - start) / (view - first + 1) * (count - view)
        say(f"views: {view + 1} of {count + 1}, {left / 60:.0f} min left")
    return views


def _identity(samples: Sequence[Sample], stem: nn.Module, count: int, seed: int) -> str:
    """What the stored views depend on: the photos, the stem, the seed and the augmentations."""
    digest = hashlib.sha256(f"{count} {seed} {pipeline()}".encode())
    for item in samples:
        digest.update(item.square.tobytes())
    for value in stem.state_dict().values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def _open(folder: Path, identity: str, shape: tuple[int, int]) -> Views:
    """The stored arrays; made anew where they belong to other photos or another stem."""
    name = folder / "identity"
    mode = "r+" if name.exists() and name.read_text() == identity else "w+"
    if mode == "w+":
        (folder / "done").unlink(missing_ok=True)
    opened = np.lib.format.open_memmap
    features = opened(folder / "features.npy", mode, np.float16, (*shape, *STEM_SHAPE))
    cells = opened(folder / "cells.npy", mode, np.uint8, (*shape, MAP_SIDE, MAP_SIDE))
    name.write_text(identity)
    return Views(features, cells)


def _fill(views: Views, view: int, samples: Sequence[Sample], stem: nn.Module, seed: int) -> None:
    steps = pipeline()
    for start in range(0, len(samples), BATCH):
        part = samples[start : start + BATCH]
        looks = [
            (s.square, s.cells) if view == 0 else augmented(steps, s.square, s.cells, f"{seed} {view} {s.rated.key}")
            for s in part
        ]
        squares = torch.from_numpy(normalise(np.stack([square for square, _ in looks])))
        with torch.inference_mode():
            features = stem(squares.contiguous(memory_format=torch.channels_last))
        rows = slice(start, start + len(part))
        views.features[view, rows] = features.numpy()
        middle = slice(STRIDE // 2, None, STRIDE)
        views.cells[view, rows] = np.stack([cells[middle, middle] for _, cells in looks])
