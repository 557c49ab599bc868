"""Groups that were found later: united by name, whatever the order, and only for photos that are there."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from scarscore.datasets.errors import DataError
from scarscore.datasets.groups import NOTHING, Reviewed, Same, load_groups, united
from scarscore.datasets.photos import load

TABLES = {"a.jpg": "g3", "b.jpg": "g1", "c.jpg": "g2", "d.jpg": "g4"}


def same(*files: str) -> Same:
    return Same(files, "picture", "by hand")


def test_united_groups_take_the_first_name_in_whatever_order_the_entries_stand() -> None:
    entries = (same("a.jpg", "b.jpg"), same("c.jpg", "a.jpg"), same("d.jpg", "nowhere.jpg"))
    expected = {"g1": "g1", "g2": "g1", "g3": "g1", "g4": "g4"}
    assert [united(TABLES, order) for order in permutations(entries)] == [expected] * 6


def test_loading_unites_the_groups_of_photos_and_of_their_cuts(small_data: Path) -> None:
    entry = same("acne_new/two.jpg", "acne04/three.jpg")
    collection = load(small_data, Reviewed((entry,), ()))
    assert [photo.group for photo in collection.photos] == ["g1", "g2", "g2"]
    assert [cut.group for cut in collection.cuts] == ["g2"]
    assert [photo.group for photo in load(small_data, NOTHING).photos] == ["g1", "g2", "g3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[same]]\nfiles = ["a.jpg"]\nshows = "picture"\nfound = "x"', "same 1: two or more"),
        ('[[same]]\nfiles = ["a.jpg", "b.jpg"]\nshows = "dog"\nfound = "x"', "same 1: shows is 'dog'"),
        ('[[same]]\nfiles = ["a.jpg", "b.jpg"]\nshows = "picture"', "same 1: no found"),
        ('[[different]]\nfile = "a.jpg"\nthan = "b.jpg"\nfound = "x"', "different 1: than is no list"),
        ("[[other]]\n", "unknown part 'other'"),
        ("same = ", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "groups.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        load_groups(path)


def test_every_entry_names_real_photos_that_the_tables_keep_apart(data_root: Path) -> None:
    group = {photo.file: photo.group for photo in load(data_root, NOTHING).photos}
    reviewed = load_groups()
    assert len(reviewed.same) > 40
    for entry in reviewed.same:
        assert len({group[file] for file in entry.files}) == 2, entry
    for entry in reviewed.different:
        assert {group[file] for file in entry.than} == {group[entry.file]}, entry


def test_no_two_files_of_the_same_bytes_lie_in_different_groups_once_loaded(data_root: Path) -> None:
    first: dict[str, str] = {}
    for photo in load(data_root).photos:
        assert first.setdefault(photo.sha256, photo.group) == photo.group
