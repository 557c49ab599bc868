"""Folds by group: never a group cut, every photo once, every source and severity spread evenly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarscore.datasets.errors import DataError, GroupCut
from scarscore.datasets.photos import Photo, Rated, Reading, load
from scarscore.datasets.split import Folds, grouped_folds

SOURCES = ("scarnet", "acne04", "london")


def rated(key: str, source: str, group: str, severity: int) -> Rated:
    photo = Photo(f"{source}/{key}.jpg", source, group, "label", key, 320, 320, "0" * 64)
    reading = Reading(key, "A", True, "face", severity, 0, 2, (), 0, 0, 0, 2)
    return Rated(key, photo, None, (reading,), None)


@st.composite
def collections(draw: st.DrawFn) -> list[Rated]:
    """Rated photos in groups of one to seven, of three sources, in any order."""
    groups = draw(st.lists(st.tuples(st.sampled_from(SOURCES), st.integers(1, 7)), min_size=1, max_size=40))
    photos = [
        rated(f"r{number}-{member}", source, f"{source}-{number}", draw(st.integers(0, 100)))
        for number, (source, size) in enumerate(groups)
        for member in range(size)
    ]
    return draw(st.permutations(photos))


@given(collections(), st.integers(2, 6), st.integers(0, 99))
def test_no_fold_ever_cuts_a_group(photos: list[Rated], count: int, seed: int) -> None:
    folds = grouped_folds(photos, count, seed)
    homes: dict[str, set[int]] = {}
    for item in photos:
        homes.setdefault(item.photo.group, set()).add(folds.fold_of[item.key])
    assert all(len(home) == 1 for home in homes.values())


@given(collections(), st.integers(2, 6))
def test_every_photo_is_held_out_exactly_once(photos: list[Rated], count: int) -> None:
    folds = grouped_folds(photos, count)
    held_out = Counter(key for fold in range(count) for key in folds.held_out(fold))
    assert held_out == Counter({item.key: 1 for item in photos})


@given(collections(), st.integers(0, 99))
def test_folds_depend_on_the_photos_and_the_seed_never_on_their_order(photos: list[Rated], seed: int) -> None:
    again = sorted(photos, key=lambda item: item.key)
    assert grouped_folds(photos, 5, seed) == grouped_folds(again, 5, seed)


@given(st.lists(st.integers(0, 100), min_size=15, max_size=120), st.integers(2, 6))
def test_single_photos_are_spread_evenly_over_thirds_of_severity(severities: list[int], count: int) -> None:
    photos = [rated(f"r{n}", "scarnet", f"g{n}", severity) for n, severity in enumerate(severities)]
    folds = grouped_folds(photos, count)
    ranked = sorted(photos, key=lambda item: (item.severity, item.key))
    for third in range(3):
        members = [item for rank, item in enumerate(ranked) if 3 * rank // len(ranked) == third]
        loads = Counter(folds.fold_of[item.key] for item in members)
        assert max(loads.values()) - min(loads.get(fold, 0) for fold in range(count)) <= 1


def test_another_seed_gives_other_folds() -> None:
    photos = [rated(f"r{n}", "scarnet", f"g{n}", n) for n in range(60)]
    assert grouped_folds(photos, 5, seed=0).fold_of != grouped_folds(photos, 5, seed=1).fold_of


def test_a_hand_made_split_that_cuts_a_group_cannot_be_made() -> None:
    with pytest.raises(GroupCut, match="group person-7 lies in folds 0 and 1"):
        Folds(2, {"r1": 0, "r2": 1}, {"r1": "person-7", "r2": "person-7"})


def test_a_fold_that_is_not_there_is_refused() -> None:
    with pytest.raises(DataError, match="r1 lies in fold 2, of 2"):
        Folds(2, {"r1": 2}, {"r1": "g"})


@pytest.mark.parametrize("count", [1, 0, -3])
def test_fewer_than_two_folds_are_refused(count: int) -> None:
    with pytest.raises(DataError, match="at least 2"):
        grouped_folds([rated("r1", "scarnet", "g", 3)], count)


def test_a_cut_is_held_out_with_its_photo(data_root: Path) -> None:
    photos = load(data_root).rated()
    folds = grouped_folds(photos)
    home = {item.photo.file: folds.fold_of[item.key] for item in photos if item.cut is None}
    cuts = [item for item in photos if item.cut is not None and item.photo.file in home]
    assert len(cuts) > 50
    assert all(folds.fold_of[item.key] == home[item.photo.file] for item in cuts)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_real_source_is_spread_over_the_folds(data_root: Path, seed: int) -> None:
    photos = load(data_root).rated()
    folds = grouped_folds(photos, 5, seed)
    for source in {item.photo.source for item in photos}:
        own = [item for item in photos if item.photo.source == source]
        loads = Counter(folds.fold_of[item.key] for item in own)
        largest = max(Counter(item.photo.group for item in own).values())  # a whole group goes to one fold
        assert max(loads.values()) - min(loads[fold] for fold in range(5)) <= max(4, len(own) // 20, largest // 3)
