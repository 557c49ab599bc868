"""What the region network looks at, and how often: the configuration of a run, its photos, and one random look.

Each source of photos is drawn as often as the others, so that the largest does not decide what a face is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scarscore.datasets.synthetic.course import healing_course
from scarscore.model.preprocess import Pixels
from scarscore.train.regions.augment import Look, crop_look, empty_look, pair_look, skin_look, whole_look
from scarscore.train.regions.labels import ALL_SOURCES
from scarscore.train.regions.samples import Sample

MADE_UP = 10  # made-up cheeks


@dataclass(frozen=True)
class RegionConfig:
    """How the region network is trained: rates are the peaks of a one-cycle schedule, shares add up to 1 or less.

    What the shares leave is crops of photos with labels. `sources` are the data sets that it is shown.
    """

    seed: int = 20261123
    epochs: int = 54
    fine_epochs: int = 16  # a second cycle at a third of the rates, in which edges are refined at stride 2
    looks: int = 1152  # per epoch
    pose_looks: int = 6000
    pose_epochs: int = 60
    batch: int = 24
    body_rate: float = 6e-4
    head_rate: float = 3e-3
    weight_decay: float = 0.02
    whole_share: float = 0.44
    weak_share: float = 0.13
    pair_share: float = 0.05
    empty_share: float = 0.05
    skin_share: float = 0.03
    sources: tuple[str, ...] = ALL_SOURCES


@dataclass(frozen=True)
class Material:
    """What there is to look at: photos by source, weakly labelled photos, made-up skin (uint8 RGB)."""

    photos: tuple[tuple[Sample, ...], ...]
    weak: tuple[Sample, ...]
    skin: tuple[Pixels, ...]


def material_of(photos: Sequence[Sample], weak: Sequence[Sample]) -> Material:
    """Photos grouped by their source, and a few made-up cheeks."""
    sources = sorted({sample.file.partition("/")[0] for sample in photos})
    grouped = tuple(tuple(s for s in photos if s.file.startswith(f"{source}/")) for source in sources)
    cheeks = (healing_course(seed, visits=2)[0].pixels for seed in range(100, 100 + MADE_UP))
    # The made-up cheek fills all but a strip at the right.
    return Material(grouped, tuple(weak), tuple(np.ascontiguousarray(c[:, : c.shape[1] * 3 // 5]) for c in cheeks))


def take_look(material: Material, config: RegionConfig, rng: np.random.Generator) -> Look:
    """One look of a random kind at a random photo, each source as often as the others."""
    shares = (config.whole_share, config.weak_share, config.pair_share, config.empty_share, config.skin_share)
    kind = int(np.searchsorted(np.cumsum(shares), rng.random(), side="right"))
    if kind == 0:
        return whole_look(_any(material, rng), rng)
    if kind == 1 and material.weak:
        sample = material.weak[rng.integers(len(material.weak))]
        return whole_look(sample, rng) if rng.random() < 0.6 else crop_look(sample, rng)
    if kind == 2:
        return pair_look(_any(material, rng), _any(material, rng), rng)
    if kind == 3:
        return empty_look(rng)
    if kind == 4 and material.skin:
        return skin_look(material.skin[rng.integers(len(material.skin))], rng)
    return crop_look(_any(material, rng), rng)


def _any(material: Material, rng: np.random.Generator) -> Sample:
    source = material.photos[rng.integers(len(material.photos))]
    return source[rng.integers(len(source))]
