"""What each signal gives: the same short recipe with one taken away or added, on one fold and without one data set.

The recipe is shorter than the shipped one, and as that was up to 0.7.0, so that all variants fit into some three hours
on two cores; they are compared among themselves alone. Whatever any of them is taught lies in one material, of which
each sees its own part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

from scarscore.datasets.errors import DataError
from scarscore.model.export import export
from scarscore.train.augment import Variation
from scarscore.train.claim import claim
from scarscore.train.config import Config, load_config
from scarscore.train.drawn import DRAWN
from scarscore.train.loop import Material, train_network
from scarscore.train.pairs import teach_pairs
from scarscore.train.run import (
    MARK,
    Held,
    Run,
    held_out_of,
    mark_of,
    material_of,
    open_run,
    read_start_weights,
    variation_of,
)
from scarscore.train.samples import Sample
from scarscore.train.views import Say

PRESET = "severity"
FOLD = 0
UNSEEN = "scarnet"  # the data set that each variant is trained without, too: the only one with severe scars
NETWORKS: tuple[Held, ...] = (FOLD, UNSEEN)  # of every variant
SHORTER: dict[str, Any] = {"epochs": 4, "average_epochs": 1, "pair_epochs": 1, "fold_norms": True, "heads": 0}
# What the recipe was up to 0.7.0, with which the variants were trained: what came since is a row of its own.
BEFORE: dict[str, Any] = {
    "average_share": 0.2,
    "pair_rate": 0.4,
    "body_rate": 5e-4,
    "head_rate": 2e-3,
    "label_weight": 0.0,
}
LOW_CELLS, ACNE, PICTURES = 8.0, 150, (60, 60, 60)
BASE = "base recipe"
CHANGES: dict[str, dict[str, Any]] = {
    BASE: {},
    "without ranking": {"rank_weight": 0.0},
    "without cells": {"cell_weight": 0.0},
    "without clear cheeks": {"close_ups_below": 0.0},
    "without pairs of looks": {"pair_epochs": 0},
    "without masks": {"masks": False},
    "with the readings' spread": {"spread_scale": 10.0},
    "with low cells as close-ups": {"low_cells_below": LOW_CELLS},
    "with boxes of acne as close-ups": {"acne_close_ups": ACNE},
    "with boxes of scars": {"box_weight": 2.0},
    "with scars drawn on clear skin": {"drawn": PICTURES},
    "with painted marks": {"marks": 0.5},
    "with healed pairs": {"healed_weight": 4.0},
    "with a wider zoom": {"scale": (0.6, 1.6)},
    "with sharper views": {"sharp_to": 260},
    "with other skin tones": {"tones": 0.5},
    "with grey views": {"greys": 0.3},
    "with close-ups turned": {"turns": 0.75},
    "with labels of types": {"label_weight": 2.0},
    "with lower rates": {"body_rate": 2e-4},
}


@dataclass(frozen=True)
class Variant:
    """A variant of the recipe, what it is called, and the folder of the run that its networks lie in."""

    name: str
    config: Config
    run: Path

    def file(self, held: Held = FOLD) -> Path:
        """Where its network lies that has not seen this fold or data set."""
        without = f"-without-{held}" if isinstance(held, str) else ""
        return self.run / f"{self.name.replace(' ', '-').replace(chr(39), '')}{without}.onnx"

    @property
    def trained(self) -> bool:
        """Whether its network of the fold is there. Without the other one nothing is told of the unseen set."""
        return self.file().exists()


def variants(folder: Path) -> tuple[Variant, ...]:
    """All variants, the base recipe first."""
    base = replace(load_config(PRESET), **SHORTER, **BEFORE)
    return tuple(Variant(name, replace(base, **change), folder) for name, change in CHANGES.items())


def open_ablation(root: Path, folder: Path, labels: Path | None, say: Say) -> Run:
    """A run over everything that any variant is taught; its folds hold for all of them."""
    base = variants(folder)[0].config
    every = replace(
        base,
        sources=(*base.sources, DRAWN),
        low_cells_below=LOW_CELLS,
        acne_close_ups=ACNE,
        drawn=PICTURES,
        healed_weight=1.0,
        label_weight=1.0,
    )
    run = open_run(root, every, folder, labels=labels, say=say)
    if not any(item.photo.source == UNSEEN for item in run.rated):
        raise DataError(
            f"{root} holds no rated photo of {UNSEEN}, without which each variant is trained and judged, too"
        )
    return run


def train_ablation(run: Run, start: Path, wanted: Sequence[Variant], say: Say) -> None:
    """Train and export what is missing of these variants' networks; each goes on from its last epoch."""
    begin = read_start_weights(start)
    recipes = "".join(f"{variant.name}: {variant.config}\n" for variant in variants(run.folder))
    claim(run.folder, MARK, mark_of(run, begin) + recipes)
    shared = cache(lambda: material_of(run, begin, say))
    for variant in wanted:
        missing = [held for held in NETWORKS if not variant.file(held).exists()]
        if missing:
            config, home = variant.config, variant.file().with_suffix("")
            own = _looks(config) != _looks(run.config)
            material = material_of(replace(run, config=config, folder=home), begin, say) if own else shared()
            material = replace(material, spread_scale=config.spread_scale)
        for held in missing:
            say(variant.file(held).stem)
            hidden = held_out_of(run, material, held) | _absent(material, config)
            folder = variant.file(held).with_suffix("")
            network = train_network(begin, material, hidden, config, folder, say)
            network = teach_pairs(network, material, hidden, config, folder / "pairs", say)
            variant.file(held).write_bytes(export(network))


def _looks(config: Config) -> tuple[bool, Variation]:
    """What a photo's views depend on: variants in which it is the same share them."""
    return config.masks, variation_of(config)


def _absent(material: Material, config: Config) -> frozenset[str]:
    """The keys of what this variant is not taught."""
    return frozenset(item.rated.key for item in material.samples if not taught(item, config))


def taught(item: Sample, config: Config) -> bool:
    """Whether a variant is taught this photo or part of one, by what kind it is of."""
    key = item.rated.key
    if item.rated.photo.source == DRAWN:
        return any(config.drawn)
    if isnan(item.severity):  # nobody read it, it has a label alone
        return config.label_weight > 0.0
    if item.at_most:
        return config.acne_close_ups > 0
    if key.endswith("+"):
        return config.close_ups_below > 0.0
    return "+" not in key or item.severity < config.low_cells_below
