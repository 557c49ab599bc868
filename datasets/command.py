"""`scarscore datasets`: which public sets there are, what they may be used for, whether a copy is whole.

It downloads nothing: each card says where its set lives.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scarscore.datasets.photos import Collection

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="SCARSCORE_DATA",
    show_envvar=True,
    help="Data folder with photos.csv and the readings.  [default: ../shared/data]",
)


@dataclass(frozen=True)
class Row:
    """One data set in the list: its counts in this folder, and what its card says."""

    source: str
    photos: int
    rated: int
    cuts: int
    groups: int
    use: str
    licence: str
    shows: str
    address: str
    citation: str


@click.group("datasets")
def datasets() -> None:
    """List the public photo sets and verify a copy of them."""


@datasets.command("list")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Write a JSON list instead of a table.")
def list_command(data: Path | None, as_json: bool) -> None:
    """List the data sets: photos, readings, permitted use, licence."""
    import json

    from scarscore.datasets.photos import data_root, load

    rows = summarise(load(data_root(data)))
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        _print_table(rows)


@datasets.command("verify")
@data_option
def verify_command(data: Path | None) -> None:
    """Check every file, reference and count of a data folder.

    Exit status 0 if all is as stated, 1 with one line for each problem, 2 if the data are missing.
    """
    from scarscore.datasets.errors import DataError, DataMissing
    from scarscore.datasets.photos import data_root, load
    from scarscore.datasets.verify import check_tables, twins

    root = data_root(data)
    try:
        collection = load(root)
    except DataMissing:
        raise
    except DataError as error:
        _finish([str(error)])
        return
    for note in twins(collection):
        click.echo(f"note: {note}", err=True)
    _finish([*_checked_files(collection), *check_tables(collection)], len(collection.photos))


@datasets.command("labels")
@data_option
@click.option("--source", metavar="NAME", required=True, help="The data set, as acne04.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The table to write.")
def labels_command(data: Path | None, source: str, out: Path) -> None:
    """Write a set's readings as a table of own labels.

    The table is what `scarscore train --labels` and `scarscore evaluate --labels` read (docs/own-data.md): a way to
    try both on photos that are there. The set's groups stand for patients: a person
    each, in acne04 a block of neighbouring photos.
    """
    import csv

    from scarscore.datasets.own import COLUMNS, own_rows
    from scarscore.datasets.photos import data_root, load

    rows = list(own_rows(load(data_root(data)), source))
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    click.echo(f"{len(rows)} readings of {len({row['file'] for row in rows})} photos: {out}")


@datasets.command("duplicates")
@data_option
@click.option("--source", "sources", metavar="NAME", multiple=True, help="Only this source; may be given again.")
@click.option(
    "--out",
    "outs",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Write a report: .csv, .json or .md by its suffix; may be given again.",
)
def duplicates_command(data: Path | None, sources: tuple[str, ...], outs: tuple[Path, ...]) -> None:
    """Find photos that show the same picture: repeats, crops, mirror images.

    Compares every photo with every other, and says which pairs no group holds yet. Takes some minutes.
    """
    from scarscore.datasets.duplicates.find import search
    from scarscore.datasets.duplicates.report import check_suffix, write_search
    from scarscore.datasets.errors import DataError
    from scarscore.datasets.groups import NOTHING, load_groups
    from scarscore.datasets.photos import data_root, load

    for path in outs:
        check_suffix(path)
    collection = load(data_root(data), NOTHING)
    known = {photo.source for photo in collection.photos}
    if odd := sorted(set(sources) - known):
        raise DataError(f"no source {odd[0]!r}: there are {', '.join(sorted(known))}")
    photos = [photo for photo in collection.photos if not sources or photo.source in sources]
    found = search(collection.root, photos, load_groups(), _watched)
    for path in outs:
        write_search(found, path)
        click.echo(f"written: {path}", err=True)
    fresh = [pair for pair in found.pairs if not pair.known]
    for pair in fresh:
        click.echo(f"{pair.first.file} {pair.second.file}{' mirrored' if pair.mirrored else ''}")
    click.echo(
        f"{len(photos)} photos, {len(found.pairs)} pairs that show the same, {len(fresh)} of them in no group yet"
    )


def summarise(collection: Collection) -> tuple[Row, ...]:
    """One row for every data set that is copied, in order of name; counts are of this folder."""
    from scarscore.datasets.cards import copied_cards

    source_of = {photo.file: photo.source for photo in collection.photos}
    rows = []
    for card in copied_cards():
        photos = [photo for photo in collection.photos if photo.source == card.name]
        rows.append(
            Row(
                source=card.name,
                photos=len(photos),
                rated=sum(bool(photo.rating_id) for photo in photos),
                cuts=sum(source_of.get(cut.file) == card.name for cut in collection.cuts),
                groups=len({photo.group for photo in photos}),
                use=card.use.value,
                licence=card.licence,
                shows=card.shows,
                address=card.address,
                citation=card.citation,
            )
        )
    return tuple(rows)


def _print_table(rows: Iterable[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("source", "photos", "rated", "cuts", "groups", "permitted use", "licence as stated")
    for column in table.columns[1:5]:
        column.justify = "right"
    for column in table.columns[:6]:
        column.no_wrap = True
    for row in rows:
        counts = (str(count) for count in (row.photos, row.rated, row.cuts, row.groups))
        table.add_row(row.source, *counts, row.use, row.licence)
    Console().print(table)


def _checked_files(collection: Collection) -> list[str]:
    """The problems of all files, with a progress bar where someone watches."""
    from rich.console import Console
    from rich.progress import track

    from scarscore.datasets.verify import check_files

    console = Console(stderr=True)
    watched = track(
        check_files(collection),
        "Checking photos",
        total=len(collection.photos),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    return [problem for _, found in watched for problem in found]


def _watched(numbers: Iterable[int], what: str, total: int) -> Iterable[int]:
    """The numbers, with a progress bar where someone watches."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(numbers, what, total=total, console=console, transient=True, disable=not console.is_terminal)


def _finish(problems: list[str], photos: int = 0) -> None:
    """Print every problem and end with the exit status that says whether there were any."""
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}")
        click.get_current_context().exit(1)
    click.echo(f"{photos} photos: every file, reference and count is as stated")
