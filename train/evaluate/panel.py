"""The networks that judge: for every photo the one that has not seen it, each opened once.

Refuses to judge with networks that were trained on other photos than those at hand: no score would be unseen; or on
skin that another region network found: nobody would be told such scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Photo, Rated
from scarscore.datasets.split import Folds, grouped_folds
from scarscore.model.bundle import DEFAULT, Bundle, load_bundle, names
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.train.run import network_file
from scarscore.train.samples import fingerprint


@dataclass(frozen=True)
class Panel:
    """The shipped network, those of the folds, what finds the skin, and which fold each rated photo lies in."""

    shipped: Engine
    of_fold: tuple[Engine, ...]
    finder: RegionEngine
    folds: Folds

    def engine(self, photo: Photo) -> Engine:
        """The network that has seen neither this photo nor another of its group.

        Its group's fold's, or the shipped one where no photo of the group was trained on. So a photo of a source that
        is never trained on, but which repeats one that is, is unseen too.
        """
        fold = self.fold_of_group.get(photo.group)
        return self.shipped if fold is None else self.of_fold[fold]

    @cached_property
    def fold_of_group(self) -> dict[str, int]:
        """Which fold each group that was trained on is held out in."""
        return {self.folds.group_of[key]: fold for key, fold in self.folds.fold_of.items()}

    def severity(self, engine: Engine, pixels: Pixels) -> float:
        """What the network tells of a photo, uint8 RGB (h, w, 3), as the product would show it: 0 to 100."""
        return engine.judge(engine.look(self.finder.frame(pixels))).severity.value


@dataclass(frozen=True)
class Networks:
    """The network of all photos, and that of each fold."""

    whole: Bundle
    of_fold: tuple[Bundle, ...]


def networks_of(run: Path | None = None) -> Networks:
    """The shipped networks, or those of a run's folder. Raises `ModelError` where they cannot be had."""
    if run is None:
        count = sum(name.startswith("fold") for name in names())
        return Networks(load_bundle(DEFAULT), tuple(load_bundle(f"fold{fold}") for fold in range(count)))
    count = len(list(run.glob(network_file(0).replace("fold0", "fold*"))))
    files = [run / network_file(fold) for fold in (None, *range(count))]
    bundles = [load_bundle(str(file)) for file in files]
    return Networks(bundles[0], tuple(bundles[1:]))


def open_panel(rated: Sequence[Rated], networks: Networks | None = None) -> Panel:
    """The panel for these photos and cuts, by default of the shipped networks, with the shipped region network.

    Raises `DataError` where they saw other photos, or were trained with another region network.
    """
    opened = networks or networks_of()
    bundle, of_fold = opened.whole, opened.of_fold
    folds = grouped_folds(rated, len(of_fold), bundle.metadata.seed)
    _check(bundle, of_fold, rated, folds)
    finder = RegionEngine.load()
    _check_skin((bundle, *of_fold), finder)
    return Panel(Engine(bundle), tuple(Engine(b) for b in of_fold), finder, folds)


def _check(bundle: Bundle, of_fold: Sequence[Bundle], rated: Sequence[Rated], folds: Folds) -> None:
    """The networks must say themselves that they were trained on exactly these photos."""
    if bundle.metadata.training_fingerprint != fingerprint(tuple(rated)):
        raise DataError(
            "the shipped network was trained on other photos or readings than these: verify the data folder"
        )
    for fold, other in enumerate(of_fold):
        seen = tuple(item for item in rated if folds.fold_of[item.key] != fold)
        if other.metadata.training_fingerprint != fingerprint(seen):
            raise DataError(f"the network of fold {fold} was trained on other photos: its scores would not be unseen")


def _check_skin(networks: Sequence[Bundle], finder: RegionEngine) -> None:
    """The networks must say themselves that they were trained on what this region network takes for skin."""
    for each in networks:
        if each.metadata.regions_sha256 != finder.bundle.sha256:
            raise DataError(
                f"{each.metadata.name} {each.metadata.version} was trained with another region network than the "
                "shipped one, with which it would be evaluated: make both a bundle (`scarscore train "
                "--install-bundle`), and evaluate that by --model"
            )
