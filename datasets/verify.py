"""Whether a data folder is what its tables and the cards say: every file, every reference, every count.

It reports what is wrong and repairs nothing. Photos are read for their checksum and their header; no pixel is
decoded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from scarscore.datasets.cards import Card, copied_cards, rows_checksum
from scarscore.datasets.photos import Collection, Photo, problems

FORMATS = ("JPEG", "PNG", "WEBP")


def check_files(collection: Collection) -> Iterator[tuple[Photo, tuple[str, ...]]]:
    """Each photo in turn with what is wrong with its file: absent, other bytes, another size."""
    for photo, problem in problems(collection):
        found = [problem] if problem else []
        path = collection.root / photo.file
        if path.is_file() and (size := _size_problem(path, photo)):
            found.append(size)
        yield photo, tuple(f"{shown(photo.file)}: {text}" for text in found)


def check_tables(collection: Collection) -> Iterator[str]:
    """What is wrong between the tables: surplus files, dangling references, cards that do not fit."""
    yield from _surplus(collection)
    yield from _repeated(collection)
    yield from _dangling(collection)
    yield from _misplaced(collection)
    yield from _against_cards(collection)


def twins(collection: Collection) -> Iterator[str]:
    """Photos of the same bytes in different groups: no error of the folder, but a split could part them."""
    first: dict[str, Photo] = {}
    for photo in collection.photos:
        other = first.setdefault(photo.sha256, photo)
        if other.group != photo.group:
            yield (
                f"{other.file} and {photo.file} are the same file, "
                f"yet lie in the groups {other.group} and {photo.group}"
            )


def shown(name: str) -> str:
    """A file's name as a terminal may show it: bytes that are no text, and control characters, escaped."""
    return name if name.isprintable() else ascii(name)


def _size_problem(path: Path, photo: Photo) -> str | None:
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        return f"is no photo: {type(error).__name__}"
    if (width, height) == (photo.width, photo.height):
        return None
    return f"is {width} x {height} pixels, not {photo.width} x {photo.height}"


def _surplus(collection: Collection) -> Iterator[str]:
    """Files below the sources' folders that no row names; the folder itself may hold notes and tables."""
    known = {photo.file for photo in collection.photos}
    found = (path.relative_to(collection.root) for path in collection.root.rglob("*") if not path.is_dir())
    for path in sorted(found):
        if len(path.parts) > 1 and path.as_posix() not in known:
            yield f"{shown(path.as_posix())}: surplus, no row of photos.csv names it"


def _repeated(collection: Collection) -> Iterator[str]:
    for file in _twice(photo.file for photo in collection.photos):
        yield f"photos.csv: {shown(file)} has more than one row"
    whole = [photo.rating_id for photo in collection.photos if photo.rating_id]
    for key in _twice([*whole, *(cut.rating_id for cut in collection.cuts)]):
        yield f"rating id {key} belongs to more than one photo or cut"
    for key in _twice(f"{r.rating_id} by reader {r.reader}" for r in collection.readings):
        yield f"ratings.csv: {key} has more than one row"
    for key in _twice(f"{c.rating_id} by reader {c.reader}" for c in collection.cells):
        yield f"grid.csv: {key} has more than one row"


def _dangling(collection: Collection) -> Iterator[str]:
    """References between tables that lead nowhere."""
    files = {photo.file for photo in collection.photos}
    whole = {photo.rating_id for photo in collection.photos if photo.rating_id}
    parts = {cut.rating_id for cut in collection.cuts}
    read = {reading.rating_id for reading in collection.readings}
    for key in sorted((whole | parts) - read):
        yield f"rating id {key}: ratings.csv has no reading of it"
    for key in sorted(read - whole - parts):
        yield f"rating id {key}: read in ratings.csv, but no photo or cut has it"
    for key in sorted({cell.rating_id for cell in collection.cells} - whole - parts):
        yield f"rating id {key}: read in grid.csv, but no photo or cut has it"
    for file in sorted({cut.file for cut in collection.cuts} - files):
        yield f"cuts.csv: {shown(file)} is no row of photos.csv"
    for file in sorted({box.file for box in collection.boxes} - files):
        yield f"boxes.csv: {shown(file)} is no row of photos.csv"


def _misplaced(collection: Collection) -> Iterator[str]:
    """Cuts that leave their photo, or that a split could part from it."""
    photos = {photo.file: photo for photo in collection.photos}
    for cut in collection.cuts:
        photo = photos.get(cut.file)
        if photo is None:
            continue
        if cut.x1 > photo.width or cut.y1 > photo.height:
            yield f"cuts.csv: {cut.rating_id} leaves its photo {shown(cut.file)}"
        if cut.group != photo.group:
            yield f"cuts.csv: {cut.rating_id} is of group {cut.group}, its photo of group {photo.group}"


def _against_cards(collection: Collection) -> Iterator[str]:
    """Sources without a card, and cards whose count, checksum, labels or box classes do not fit."""
    sources: dict[str, list[Photo]] = {}
    for photo in collection.photos:
        sources.setdefault(photo.source, []).append(photo)
    cards = {card.name: card for card in copied_cards()}
    for name in sorted(sources.keys() - cards.keys()):
        yield f"{shown(name)}: {len(sources[name])} photos, but no card"
    for name, card in cards.items():
        photos = sources.get(name, [])
        if len(photos) != card.photos:
            yield f"{name}: {len(photos)} photos, the card says {card.photos}"
        if rows_checksum(photos) != card.checksum:
            yield f"{name}: the checksum over its rows is not the card's"
        yield from _unknown_labels(card, photos, collection)


def _unknown_labels(card: Card, photos: list[Photo], collection: Collection) -> Iterator[str]:
    for label in sorted({photo.label for photo in photos} - {label.name for label in card.labels}):
        yield f"{card.name}: the card explains no label {label!r}"
    files = {photo.file for photo in photos}
    classes = {box.cls for box in collection.boxes if box.file in files}
    for cls in sorted(classes - {box.name for box in card.boxes}):
        yield f"{card.name}: the card explains no box class {cls!r}"


def _twice(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)
