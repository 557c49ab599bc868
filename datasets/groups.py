"""Groups that the tables do not know of: photos of one picture or one person, found later and looked at.

`groups.toml` beside this file names the photos; `photos.py` unites their groups when it loads a folder, so that no
split parts them. It takes nothing apart: what `[[different]]` names stays in its group, and is only not counted
against the finder. Photos that a folder does not hold are passed over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scarscore.datasets.errors import DataError, why

FILE = Path(__file__).with_name("groups.toml")
SHOWS = ("picture", "person")


@dataclass(frozen=True)
class Same:
    """Photos that show the same picture, or the same person on the same day; `found` says how that was found."""

    files: tuple[str, ...]
    shows: str
    found: str


@dataclass(frozen=True)
class Different:
    """A photo that shows another picture than these, though the tables give them one group; `found` says how."""

    file: str
    than: tuple[str, ...]
    found: str


@dataclass(frozen=True)
class Reviewed:
    """What was looked at: photos to unite, and photos that share a group without showing the same."""

    same: tuple[Same, ...]
    different: tuple[Different, ...]

    def parted(self) -> frozenset[frozenset[str]]:
        """The pairs of files that were looked at and found different."""
        return frozenset(frozenset((entry.file, other)) for entry in self.different for other in entry.than)


NOTHING = Reviewed((), ())


def load_groups(path: Path = FILE) -> Reviewed:
    """Read the file. Raises `DataError` naming the entry that is wrong."""
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path.name} cannot be read: {why(error)}") from None
    if odd := stated.keys() - {"same", "different"}:
        raise DataError(f"{path.name}: unknown part {sorted(odd)[0]!r}")
    return Reviewed(
        tuple(_same(entry, f"{path.name}: same {n}") for n, entry in enumerate(stated.get("same", []), 1)),
        tuple(
            _different(entry, f"{path.name}: different {n}") for n, entry in enumerate(stated.get("different", []), 1)
        ),
    )


def united(group_of: Mapping[str, str], same: Sequence[Same]) -> dict[str, str]:
    """For each group its name once the entries are applied: the first, by name, of the groups that became one.

    `group_of` is file -> group as the tables say; the order of the entries makes no difference.
    """
    parent = {group: group for group in group_of.values()}

    def root(group: str) -> str:
        while parent[group] != group:
            group = parent[group]
        return group

    for entry in same:
        roots = sorted({root(group_of[file]) for file in entry.files if file in group_of})
        for other in roots[1:]:
            parent[other] = roots[0]
    return {group: root(group) for group in parent}


def _same(entry: Mapping[str, Any], place: str) -> Same:
    files, shows = _files(entry, "files", place), entry.get("shows")
    if len(set(files)) < 2:
        raise DataError(f"{place}: two or more files are needed")
    if shows not in SHOWS:
        raise DataError(f"{place}: shows is {shows!r}, not one of {', '.join(SHOWS)}")
    return Same(files, shows, _text(entry, "found", place))


def _different(entry: Mapping[str, Any], place: str) -> Different:
    return Different(_text(entry, "file", place), _files(entry, "than", place), _text(entry, "found", place))


def _files(entry: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    files = entry.get(key)
    if not isinstance(files, list) or not files or not all(isinstance(file, str) for file in files):
        raise DataError(f"{place}: {key} is no list of files")
    return tuple(files)


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise DataError(f"{place}: no {key}")
    return value
