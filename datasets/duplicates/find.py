"""Finds the photos of a collection that show the same picture, and sets them against the groups that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from scarscore.datasets.duplicates.confirm import Match, compare
from scarscore.datasets.duplicates.fingerprint import Fingerprint, fingerprint
from scarscore.datasets.duplicates.suspect import hash_distance, suspects
from scarscore.datasets.errors import DataError
from scarscore.datasets.groups import Reviewed, Same, united
from scarscore.datasets.photos import Photo

# Sources whose groups mean "the same picture". Elsewhere a group is a person (london) or a block of photos in the
# order in which they were taken (acne04), and most of its photos are different pictures.
GROUPS_OF_PICTURES = ("scarnet", "habibsatya")

Watch = Callable[[Iterable[int], str, int], Iterable[int]]


@dataclass(frozen=True)
class Pair:
    """Two photos that show the same picture: how they match, and whether the groups knew.

    `bits` is the distance of the perceptual hashes, of 64; `known` says who put them into one group: "tables",
    "groups.toml", or "" for nobody yet.
    """

    first: Photo
    second: Photo
    mirrored: bool
    bits: int
    match: Match
    known: str


@dataclass(frozen=True)
class Missed:
    """Two photos of one group of pictures that the finder did not bring together; `different`: by eye they differ."""

    first: Photo
    second: Photo
    different: bool


@dataclass(frozen=True)
class Search:
    """What was found among `photos` photos.

    `pairs` are in order of file; `conflicts` are photos of one source and one picture to which it gives different
    labels; `grouped` counts the pairs that the tables' groups of pictures hold, `missed` are those not found.
    """

    photos: int
    suspected: int
    pairs: tuple[Pair, ...]
    conflicts: tuple[tuple[Photo, ...], ...]
    grouped: int
    missed: tuple[Missed, ...]

    @property
    def truly_grouped(self) -> int:
        """Pairs of photos that one group holds, without those that were seen to differ."""
        return self.grouped - sum(item.different for item in self.missed)

    @property
    def found(self) -> int:
        """How many of the pairs that a group already holds the finder brought together."""
        return self.grouped - len(self.missed)


def unwatched(numbers: Iterable[int], what: str, total: int) -> Iterable[int]:
    """Progress that nobody sees."""
    return numbers


def search(root: Path, photos: Sequence[Photo], reviewed: Reviewed, watch: Watch = unwatched) -> Search:
    """Compare all photos with each other. `photos` are as the tables group them; `watch` shows progress.

    Raises `DataError` naming a photo that cannot be read.
    """
    prints = [_fingerprint(root, photos[i]) for i in watch(range(len(photos)), "Reading photos", len(photos))]
    pairs = suspects(prints)
    best: dict[tuple[int, int], tuple[bool, Match]] = {}
    for number in watch(range(len(pairs)), "Comparing pairs", len(pairs)):
        a, b, mirrored = pairs[number]
        match = compare(prints[a], prints[b], mirrored)
        if match.same and ((a, b) not in best or match.evidence > best[a, b][1].evidence):
            best[a, b] = mirrored, match
    names = united({photo.file: photo.group for photo in photos}, reviewed.same)
    found = (_pair(photos, prints, key, told, names) for key, told in best.items())
    ordered = sorted(found, key=lambda p: (p.first.file, p.second.file))
    joined = _chains(photos, list(best))
    missed = tuple(_missed(photos, joined, reviewed))
    grouped = sum(1 for _ in _grouped(photos))
    return Search(len(photos), len(pairs), tuple(ordered), tuple(_conflicts(photos, joined)), grouped, missed)


def _fingerprint(root: Path, photo: Photo) -> Fingerprint:
    try:
        return fingerprint(root / photo.file)
    except (OSError, ValueError) as error:
        raise DataError(f"{photo.file} cannot be read as a photo: {error}") from None


def _pair(
    photos: Sequence[Photo],
    prints: Sequence[Fingerprint],
    key: tuple[int, int],
    told: tuple[bool, Match],
    names: dict[str, str],
) -> Pair:
    (a, b), (mirrored, match) = key, told
    known = "groups.toml" if names[photos[a].group] == names[photos[b].group] else ""
    if photos[a].group == photos[b].group:
        known = "tables"
    first, second = sorted((photos[a], photos[b]), key=lambda photo: photo.file)
    return Pair(first, second, mirrored, hash_distance(prints[a], prints[b], mirrored), match, known)


def _grouped(photos: Sequence[Photo]) -> Iterator[tuple[Photo, Photo]]:
    """Every pair of photos in one group, where a group means the same picture."""
    groups: dict[str, list[Photo]] = {}
    for photo in photos:
        if photo.source in GROUPS_OF_PICTURES:
            groups.setdefault(photo.group, []).append(photo)
    for group in sorted(groups):
        yield from combinations(sorted(groups[group], key=lambda photo: photo.file), 2)


def _chains(photos: Sequence[Photo], found: Sequence[tuple[int, int]]) -> dict[str, str]:
    """For each file the first file of the chain of found pairs that it belongs to."""
    pairs = [Same((photos[a].file, photos[b].file), "picture", "") for a, b in found]
    return united({photo.file: photo.file for photo in photos}, pairs)


def _missed(photos: Sequence[Photo], joined: dict[str, str], reviewed: Reviewed) -> Iterator[Missed]:
    """Pairs of one group that no chain of found pairs joins."""
    parted = reviewed.parted()
    for first, second in _grouped(photos):
        if joined[first.file] != joined[second.file]:
            yield Missed(first, second, frozenset((first.file, second.file)) in parted)


def _conflicts(photos: Sequence[Photo], joined: dict[str, str]) -> Iterator[tuple[Photo, ...]]:
    """Photos of one source and one picture with different labels, where its labels are of the picture."""
    chains: dict[tuple[str, str], list[Photo]] = {}
    for photo in sorted(photos, key=lambda photo: photo.file):
        if photo.source in GROUPS_OF_PICTURES:
            chains.setdefault((photo.source, joined[photo.file]), []).append(photo)
    yield from (tuple(chain) for chain in chains.values() if len({photo.label for photo in chain}) > 1)
