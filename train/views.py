"""Looks at every photo, taken once for all folds: the frozen stem's features of each augmented view, on disk.

The stem is not trained and every epoch wants one new view, so a run of five folds would compute the same features
six times. View 0 is the photo as it is; views 1 to `count` are augmented. Resumable photo by photo.
"""

from __future__ import annotations

import hashlib
import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from scarscore.datasets.synthetic import tone
from scarscore.model.network import STEM_SHAPE
from scarscore.model.preprocess import MAP_SIDE, STRIDE, normalise
from scarscore.train import augment
from scarscore.train import samples as taken
from scarscore.train.augment import Look, Variation, augmented, pipeline, plain
from scarscore.train.bench import healing, light
from scarscore.train.samples import Picture, Sample

TOLD_EVERY = 50  # photos

Say = Callable[[str], None]
Read = Callable[[Sample], Picture]


@dataclass(frozen=True)
class Views:
    """What each view of each photo shows, by (view, photo).

    `features` float16 (views, photos, channels, rows, columns) of the stem; `cells` uint8 (views, photos, 40, 40), 0
    off the skin.
    """

    features: npt.NDArray[np.float16]
    cells: npt.NDArray[np.uint8]

    @property
    def augmented_count(self) -> int:
        """How many views are augmented."""
        return int(self.features.shape[0]) - 1

    def put(self, photo: int, looks: Sequence[Look], stem: nn.Module) -> None:
        """Keep all looks at one photo."""
        squares = torch.from_numpy(normalise(np.stack([look.square for look in looks])))
        with torch.inference_mode():
            features = stem(squares.contiguous(memory_format=torch.channels_last))
        middle = slice(STRIDE // 2, None, STRIDE)
        self.features[:, photo] = features.numpy()
        self.cells[:, photo] = np.stack([look.cells[middle, middle] for look in looks])


def take_views(
    samples: Sequence[Sample],
    read: Read,
    stem: nn.Module,
    count: int,
    seed: int,
    skin: str,
    variation: Variation,
    folder: Path,
    say: Say,
) -> Views:
    """Views 0 to `count` of every photo, from the folder as far as they are there.

    `skin` names what found the skin that `read` gives: views of another skin are not used.
    """
    folder.mkdir(parents=True, exist_ok=True)
    views = _open(folder, _identity(samples, stem, f"{count} {seed} {skin} {variation}"), (count + 1, len(samples)))
    done = folder / "done"
    first = int(done.read_text()) if done.exists() else 0
    stem.eval()
    steps = pipeline(variation)
    start = time.monotonic()
    for photo in range(first, len(samples)):
        item = samples[photo]
        look = plain(read(item))
        seeds = (f"{seed} {view} {item.rated.key}" for view in range(1, count + 1))
        views.put(photo, [look, *(augmented(steps, look, text, variation) for text in seeds)], stem)
        if (photo + 1) % TOLD_EVERY == 0 or photo + 1 == len(samples):
            done.write_text(str(photo + 1))
            left = (time.monotonic() - start) / (photo - first + 1) * (len(samples) - photo - 1)
            say(f"views of {photo + 1} of {len(samples)} photos, {left / 60:.0f} min left")
    return views


def _identity(samples: Sequence[Sample], stem: nn.Module, settings: str) -> str:
    """What the stored views depend on: the photos in their order, their skin, the stem, the augmentations' code."""
    # Marks are painted by healing and light, tones by tone; what a photo's cells are, samples says.
    code = (inspect.getsource(module) for module in (augment, healing, light, tone, taken))
    photos = (f"{s.rated.key} {s.rated.photo.sha256} {s.rated.cut}" for s in samples)
    digest = hashlib.sha256("\n".join([settings, *code, *photos]).encode())
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
    views = Views(
        opened(folder / "features.npy", mode, np.float16, (*shape, *STEM_SHAPE)),
        opened(folder / "cells.npy", mode, np.uint8, (*shape, MAP_SIDE, MAP_SIDE)),
    )
    name.write_text(identity)
    return views
