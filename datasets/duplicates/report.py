"""Writes what was found: a table for programs (CSV, JSON) and a page for people (Markdown). File names, no pictures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from scarscore.datasets.duplicates.confirm import SAME_FROM
from scarscore.datasets.duplicates.find import GROUPS_OF_PICTURES, Pair, Search
from scarscore.datasets.errors import DataError

SUFFIXES = (".csv", ".json", ".md")

HEAD = """# Photos that show the same picture
Written by `scarscore datasets duplicates`; no figure here is typed by hand.

Of {photos} photos, {suspected} pairs were suspected (perceptual hash, grey thumbnail, shared points, each also
mirrored) and compared point by point (SIFT, RANSAC, likeness of the skin where they overlap). {confirmed} pairs show
the same: points x likeness reaches {limit}. Such a pair is mostly one picture, cropped, brightened, recompressed or
mirrored; it may be one person in two shots of one pose (london's neutral and smiling face are). So a new pair is
looked at before it is written into `datasets/groups.toml`, which the reader applies to every split.
"""


@dataclass(frozen=True)
class Row:
    """One found pair in a table."""

    first: str
    second: str
    first_label: str
    second_label: str
    first_group: str
    second_group: str
    mirrored: bool
    hash_bits: int
    points: int
    likeness: float
    overlap: float
    known: str


def row(pair: Pair) -> Row:
    """A pair as it stands in a table; likeness and overlap with two decimals."""
    return Row(
        pair.first.file,
        pair.second.file,
        pair.first.label,
        pair.second.label,
        pair.first.group,
        pair.second.group,
        pair.mirrored,
        pair.bits,
        pair.match.points,
        round(pair.match.likeness, 2),
        round(pair.match.overlap, 2),
        pair.known,
    )


def write_search(search: Search, path: Path) -> None:
    """Write the pairs as the suffix says: .csv, .json or .md."""
    check_suffix(path)
    write = {".csv": as_csv, ".json": as_json, ".md": as_markdown}[path.suffix]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(write(search), encoding="utf-8", newline="")


def check_suffix(path: Path) -> None:
    """Raise `DataError` where the suffix names no kind of report: before the work, not after it."""
    if path.suffix not in SUFFIXES:
        raise DataError(f"{path.name}: a report ends in one of {', '.join(SUFFIXES)}")


def as_csv(search: Search) -> str:
    """One line a pair, under a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row(pair)) for pair in search.pairs)
    return text.getvalue()


def as_json(search: Search) -> str:
    """The counts, the pairs, and the grouped pairs that were not found."""
    told = {
        "photos": search.photos,
        "suspected": search.suspected,
        "grouped": search.grouped,
        "grouped_and_same": search.truly_grouped,
        "found_of_grouped": search.found,
        "conflicts": [{photo.file: photo.label for photo in chain} for chain in search.conflicts],
        "pairs": [asdict(row(pair)) for pair in search.pairs],
        "missed": [
            {"first": item.first.file, "second": item.second.file, "seen_to_differ": item.different}
            for item in search.missed
        ],
    }
    return json.dumps(told, indent=1) + "\n"


def as_markdown(search: Search) -> str:
    """The page: known groups, repeats and conflicts within scarnet, pairs that `groups.toml` added, new ones."""
    head = HEAD.format(
        photos=f"{search.photos:,}",
        suspected=f"{search.suspected:,}",
        confirmed=len(search.pairs),
        limit=SAME_FROM,
    )
    scarnet = [pair for pair in search.pairs if {pair.first.source, pair.second.source} == {"scarnet"}]
    across = [pair for pair in search.pairs if pair.first.source != pair.second.source]
    return "\n".join(
        [
            head,
            _known(search),
            _table("Repeats within scarnet", scarnet),
            _conflicts(search),
            _table("The same picture in two sources", across),
            _table("In different groups of the tables, united by groups.toml", _by(search, "groups.toml")),
            _table("New: in different groups still", _by(search, "")),
        ]
    )


def _by(search: Search, known: str) -> list[Pair]:
    return [pair for pair in search.pairs if pair.known == known]


def _known(search: Search) -> str:
    sources = " and ".join(GROUPS_OF_PICTURES)
    share = f"{search.found / search.grouped:.1%}" if search.grouped else "-"
    true = f"{search.found / search.truly_grouped:.1%}" if search.truly_grouped else "-"
    lines = [
        "## Against the groups of the tables",
        f"In {sources} a group of `photos.csv` means one picture. They hold {search.grouped} pairs of photos that "
        f"lie in one group; the finder brings {search.found} of them together ({share}), directly or by a chain of "
        f"pairs. Without the pairs that were looked at and show different pictures: {search.found} of "
        f"{search.truly_grouped} ({true}). Groups of the other sources are people or blocks of photos, and count for "
        "nothing here.",
        "",
    ]
    if search.missed:
        lines += ["| not brought together | | looked at |", "| --- | --- | --- |"]
        lines += [
            f"| {item.first.file} | {item.second.file} | {'different pictures' if item.different else 'no'} |"
            for item in search.missed
        ]
    return "\n".join(lines) + "\n"


def _conflicts(search: Search) -> str:
    lines = ["; ".join(f"{photo.file} is called {photo.label}" for photo in chain) for chain in search.conflicts]
    told = "\n".join(f"- {line}" for line in lines) or "None."
    return f"## One picture, conflicting labels\n{told}\n"


def _table(title: str, pairs: Sequence[Pair]) -> str:
    if not pairs:
        return f"## {title}\nNone.\n"
    titles = ("photos", "labels", "points", "likeness", "hash bits", "mirrored", "grouped by")
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    for pair in pairs:
        told = row(pair)
        labels = (
            told.first_label if told.first_label == told.second_label else f"{told.first_label}, {told.second_label}"
        )
        cells = (
            f"{told.first}, {told.second}",
            labels,
            str(told.points),
            f"{told.likeness:.2f}",
            str(told.hash_bits),
            "yes" if told.mirrored else "",
            told.known or "nobody",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return f"## {title}\n{len(pairs)} pairs.\n\n" + "\n".join(lines) + "\n"
