"""Folds by group, never by photo: photos of one group show the same picture or person.

A split that cuts a group cannot be made: `Folds` checks itself when it is built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from scarscore.datasets.errors import DataError, GroupCut
from scarscore.datasets.photos import Photo, Rated


@dataclass(frozen=True)
class Folds:
    """Which fold each rated photo is held out in: rating id -> 0 .. count-1."""

    count: int
    fold_of: dict[str, int]
    group_of: dict[str, str]

    def __post_init__(self) -> None:
        seen: dict[str, int] = {}
        for key, fold in self.fold_of.items():
            if not 0 <= fold < self.count:
                raise DataError(f"{key} lies in fold {fold}, of {self.count}")
            group = self.group_of[key]
            if seen.setdefault(group, fold) != fold:
                raise GroupCut(f"group {group} lies in folds {seen[group]} and {fold}")

    def held_out(self, fold: int) -> frozenset[str]:
        """Rating ids that a network trained for this fold has not seen."""
        return frozenset(key for key, home in self.fold_of.items() if home == fold)


def grouped_folds(rated: Sequence[Rated], count: int = 5, seed: int = 0) -> Folds:
    """Split rated photos into folds by group, spreading each source and its range of severity evenly.

    Whole groups are dealt, the largest first, each to the fold that has the fewest photos of the group's
    stratum (source x third of that source's severities), then of its source, then of all.
    """
    if count < 2:
        raise DataError(f"{count} folds: at least 2 are needed")
    strata = _strata(rated)
    groups: dict[str, list[Rated]] = {}
    for item in rated:
        groups.setdefault(item.photo.group, []).append(item)
    stratum_load: dict[tuple[int, str, int], int] = {}
    source_load: dict[tuple[int, str], int] = {}
    load = [0] * count
    home: dict[str, int] = {}
    for group in sorted(groups, key=lambda g: (-len(groups[g]), _shuffle(seed, g))):
        members = groups[group]
        source, third = members[0].photo.source, max(strata[m.key] for m in members)
        fold = min(
            range(count),
            key=lambda f: (
                stratum_load.get((f, source, third), 0),
                source_load.get((f, source), 0),
                load[f],
                f,
            ),
        )
        home[group] = fold
        stratum_load[fold, source, third] = stratum_load.get((fold, source, third), 0) + len(members)
        source_load[fold, source] = source_load.get((fold, source), 0) + len(members)
        load[fold] += len(members)
    fold_of = {item.key: home[item.photo.group] for item in rated}
    return Folds(count, fold_of, {item.key: item.photo.group for item in rated})


def _strata(rated: Sequence[Rated]) -> dict[str, int]:
    """The third (0, 1, 2) of its own source's severities that each photo lies in."""
    third: dict[str, int] = {}
    for source in {item.photo.source for item in rated}:
        ordered = sorted((item for item in rated if item.photo.source == source), key=lambda i: (i.severity, i.key))
        third.update({item.key: 3 * rank // len(ordered) for rank, item in enumerate(ordered)})
    return third


def _shuffle(seed: int, group: str) -> str:
    """A seeded order of groups that is the same on every machine."""
    return hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()


def by_label(photos: Sequence[Photo], count: int) -> dict[str, int]:
    """Folds of groups of labelled photos that nobody read: group -> 0 .. count-1, each label spread evenly."""
    groups: dict[str, list[Photo]] = {}
    for photo in photos:
        groups.setdefault(photo.group, []).append(photo)
    load: dict[tuple[int, str], int] = {}
    home: dict[str, int] = {}
    for group in sorted(groups, key=lambda g: (-len(groups[g]), _shuffle(0, g))):
        label = groups[group][0].label
        fold = min(range(count), key=lambda f: (load.get((f, label), 0), f))
        home[group] = fold
        load[fold, label] = load.get((fold, label), 0) + len(groups[group])
    return home
