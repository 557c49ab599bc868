"""Looks at photos whose scars were made to fade: each must be told less than the same look at the photo as it is.

The readings say how photos of different people compare, never how one face compares with itself when its scars have
faded, which is what a course asks. The relief goes by the methods that the bench heals by too; one more is held back
there, so that what was learnt can be told from what was practised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.nn import functional

from scarscore.train.bench.healing import HEALING, SCARRED, scarred_cells
from scarscore.train.bench.perturb import random_of
from scarscore.train.losses import RANK_SOFTNESS
from scarscore.train.samples import Picture, Sample
from scarscore.train.views import Read, Views

Take = Callable[[Sequence[Sample], Read], Views]  # samples, and how they are read, to their views

FADED = (0.3, 0.9)  # least and greatest share of the relief that goes
NONE = -1  # the row of a photo that has no scarred cell


@dataclass(frozen=True, eq=False)
class Healed:
    """The healed photos' views, each by the augmentation of the same view of the photo itself.

    `row_of` (photos,) is the place of a photo's healed one in `views`, `NONE` where no cell of it reads as scarred.
    """

    row_of: npt.NDArray[np.int64]
    views: Views


def take_healed(samples: Sequence[Sample], read: Read, take: Take) -> Healed | None:
    """Heal every photo with scarred cells, once, and take its views; None where there is none."""
    index = [number for number, item in enumerate(samples) if _scarred(item)]
    if not index:
        return None
    row_of = np.full(len(samples), NONE, np.int64)
    row_of[index] = np.arange(len(index))
    return Healed(row_of, take([samples[number] for number in index], lambda item: faded(read(item), item)))


def faded(shown: Picture, item: Sample) -> Picture:
    """The photo with a share of the relief taken away in its scarred cells; how, and how much, by the photo's key."""
    chance = random_of(f"{item.rated.key} fading")
    method = HEALING[str(chance.choice(list(HEALING)))]
    where = scarred_cells(item.rated.cells or (), shown.skin.shape[:2]) * shown.skin
    healed = method(shown.pixels, np.asarray(where, np.float32), float(chance.uniform(*FADED)))
    return replace(shown, pixels=healed)


def not_less(healed: Tensor, whole: Tensor) -> Tensor:
    """How far healed photos (n,) are told no less than the photos themselves (n,): logistic ranking, in nats."""
    return functional.softplus((healed - whole) / RANK_SOFTNESS).mean()


def _scarred(item: Sample) -> bool:
    cells = item.rated.cells if item.rated.cut is None else None
    return any(value is not None and value >= SCARRED for value in cells or ())
