"""The photos and their reference readings, as typed records.

Reads the tables of a data folder (`photos.csv`, `ratings.csv`, `grid.csv`, `cuts.csv`, `boxes.csv`; their
columns stand in that folder's README). It decodes no photo: `problems` verifies checksums, pixels are read
elsewhere. Readings are reference readings by independent machine-assisted passes, never clinical truth.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median_low, pstdev

from scarscore.datasets.errors import DataError, DataMissing, why
from scarscore.datasets.groups import Reviewed, load_groups, united

DATA_VARIABLE = "SCARSCORE_DATA"
DEFAULT_DATA = Path(__file__).resolve().parent.parent / ".." / "shared" / "data"
CELLS = ("a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3")
TABLES = ("photos.csv", "ratings.csv", "grid.csv", "cuts.csv", "boxes.csv")


@dataclass(frozen=True)
class Photo:
    """One photo file: where it is, whose group it belongs to, what its source calls it."""

    file: str
    source: str
    group: str
    label: str
    rating_id: str
    width: int
    height: int
    sha256: str


@dataclass(frozen=True)
class Reading:
    """One reader's reading of a photo or cut: severities 0-100, grade 0-4, colours and acne 0-3."""

    rating_id: str
    reader: str
    usable: bool
    view: str
    atrophic: int
    raised: int
    grade: int
    types: tuple[str, ...]
    active_acne: int
    erythema: int
    pigment: int
    confidence: int


@dataclass(frozen=True)
class CellReading:
    """One reader's local severity (0-100) of nine cells, row by row; None where no skin can be judged."""

    rating_id: str
    reader: str
    cells: tuple[int | None, ...]


@dataclass(frozen=True)
class Cut:
    """A close-up inside a photo, with readings of its own; corners in pixels of that photo."""

    rating_id: str
    file: str
    group: str
    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True)
class Box:
    """A lesion box; centre and size as fractions of the photo."""

    file: str
    cls: str
    cx: float
    cy: float
    w: float
    h: float


@dataclass(frozen=True)
class Rated:
    """A photo, or a cut of one, with all its readings. `key` is the rating id."""

    key: str
    photo: Photo
    cut: Cut | None
    readings: tuple[Reading, ...]
    cells: tuple[float | None, ...] | None

    @property
    def severity(self) -> float:
        """Mean reading of depressed scarring, 0-100."""
        return fmean(r.atrophic for r in self.readings)

    @property
    def spread(self) -> float:
        """Standard deviation between the readings, in points of severity."""
        return pstdev(r.atrophic for r in self.readings)

    @property
    def grade(self) -> int:
        """Median photo grade, 0-4 (the lower one of two)."""
        return median_low(r.grade for r in self.readings)

    @property
    def usable(self) -> bool:
        """Whether most readers called it a normal photo of human skin."""
        return fmean(r.usable for r in self.readings) > 0.5

    def type_share(self, name: str) -> float:
        """Share of readers (0-1) who saw this type of scar."""
        return fmean(name in r.types for r in self.readings)


@dataclass(frozen=True)
class Collection:
    """All records of one data folder."""

    root: Path
    photos: tuple[Photo, ...]
    readings: tuple[Reading, ...]
    cells: tuple[CellReading, ...]
    cuts: tuple[Cut, ...]
    boxes: tuple[Box, ...]

    def rated(self) -> tuple[Rated, ...]:
        """Every rated photo, then every rated cut, in the order of the tables.

        Raises `DataError` where one table names a row that another lacks.
        """
        readings: dict[str, list[Reading]] = {}
        for reading in self.readings:
            readings.setdefault(reading.rating_id, []).append(reading)
        cells = _mean_cells(self.cells)
        files = {photo.file: photo for photo in self.photos}
        try:
            subjects: list[tuple[str, Photo, Cut | None]] = [
                *((p.rating_id, p, None) for p in self.photos if p.rating_id),
                *((c.rating_id, files[c.file], c) for c in self.cuts),
            ]
            return tuple(Rated(key, photo, cut, tuple(readings[key]), cells.get(key)) for key, photo, cut in subjects)
        except KeyError as error:
            raise DataError(f"{error.args[0]} has no row in the table it belongs to: run datasets verify") from None


def data_root(given: str | Path | None = None) -> Path:
    """The data folder: the one given, else `SCARSCORE_DATA`, else `../shared/data` beside the checkout."""
    root = Path(given or os.environ.get(DATA_VARIABLE) or DEFAULT_DATA)
    if not (root / "photos.csv").is_file():
        raise DataMissing(f"no photos.csv in {os.path.normpath(root)}: name the folder by --data or {DATA_VARIABLE}")
    return root


def load(root: Path, reviewed: Reviewed | None = None) -> Collection:
    """Read the five tables of a data folder. Raises `DataError` naming the table and line that is wrong.

    Groups that were found to show the same are united, by default as `groups.toml` says.
    """
    collection = Collection(
        root,
        tuple(_photo(row) for row in _rows(root / "photos.csv")),
        tuple(_reading(row) for row in _rows(root / "ratings.csv")),
        tuple(_cell_reading(row) for row in _rows(root / "grid.csv")),
        tuple(_cut(row) for row in _rows(root / "cuts.csv")),
        tuple(_box(row) for row in _rows(root / "boxes.csv")),
    )
    return _regrouped(collection, load_groups() if reviewed is None else reviewed)


def _regrouped(collection: Collection, reviewed: Reviewed) -> Collection:
    names = united({photo.file: photo.group for photo in collection.photos}, reviewed.same)
    return replace(
        collection,
        photos=tuple(replace(photo, group=names[photo.group]) for photo in collection.photos),
        cuts=tuple(replace(cut, group=names.get(cut.group, cut.group)) for cut in collection.cuts),
    )


def problems(collection: Collection) -> Iterator[tuple[Photo, str | None]]:
    """Each photo with what is wrong with its file (None: present, and its SHA-256 as stated)."""
    for photo in collection.photos:
        try:
            digest = hashlib.sha256((collection.root / photo.file).read_bytes()).hexdigest()
        except OSError as error:
            yield photo, f"cannot be read: {error.strerror}"
            continue
        yield (
            photo,
            None if digest == photo.sha256 else f"checksum differs: {digest[:12]}, not {photo.sha256[:12]}",
        )


class _Row:
    """One line of a table, whose fields are read with an error that names the place."""

    def __init__(self, place: str, fields: dict[str, str]) -> None:
        self.place, self.fields = place, fields

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if value is None:
            raise DataError(f"{self.place}: no column {name!r}")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.number(name, low, high)
        if value != int(value):
            raise DataError(f"{self.place}: {name} is {value}, not a whole number")
        return int(value)

    def number(self, name: str, low: float, high: float) -> float:
        try:
            value = float(self.text(name))
        except ValueError:
            raise DataError(f"{self.place}: {name} is {self.text(name)!r}, not a number") from None
        if not low <= value <= high:
            raise DataError(f"{self.place}: {name} is {value:g}, outside {low:g} to {high:g}")
        return value


def _rows(path: Path) -> Iterator[_Row]:
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            for number, fields in enumerate(csv.DictReader(lines), start=2):
                yield _Row(f"{path.name} line {number}", fields)
    except FileNotFoundError:
        raise DataMissing(f"{path.name} is missing from {path.parent}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read: {why(error)}") from None


def _photo(row: _Row) -> Photo:
    file = row.text("file")
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise DataError(f"{row.place}: {file!r} leaves the data folder")
    size = (row.whole("width", 1, 65_535), row.whole("height", 1, 65_535))
    return Photo(
        file,
        row.text("source"),
        row.text("group"),
        row.text("label"),
        row.text("rating_id"),
        *size,
        row.text("sha256"),
    )


def _reading(row: _Row) -> Reading:
    types = tuple(name for name in row.text("types").split(";") if name not in ("", "none"))
    return Reading(
        rating_id=row.text("rating_id"),
        reader=row.text("reader"),
        usable=bool(row.whole("usable", 0, 1)),
        view=row.text("view"),
        atrophic=row.whole("atrophic", 0, 100),
        raised=row.whole("raised", 0, 100),
        grade=row.whole("grade", 0, 4),
        types=types,
        active_acne=row.whole("active_acne", 0, 3),
        erythema=row.whole("erythema", 0, 3),
        pigment=row.whole("pigment", 0, 3),
        confidence=row.whole("confidence", 1, 3),
    )


def _cell_reading(row: _Row) -> CellReading:
    values = (row.whole(name, -1, 100) for name in CELLS)
    return CellReading(row.text("rating_id"), row.text("reader"), tuple(None if v < 0 else v for v in values))


def _cut(row: _Row) -> Cut:
    x0, y0, x1, y1 = (row.whole(name, 0, 65_535) for name in ("x0", "y0", "x1", "y1"))
    if x0 >= x1 or y0 >= y1:
        raise DataError(f"{row.place}: the cut is empty")
    return Cut(row.text("rating_id"), row.text("file"), row.text("group"), x0, y0, x1, y1)


def _box(row: _Row) -> Box:
    cx, cy, w, h = (row.number(name, 0.0, 1.0) for name in ("cx", "cy", "w", "h"))
    return Box(row.text("file"), row.text("cls"), cx, cy, w, h)


def _mean_cells(readings: tuple[CellReading, ...]) -> dict[str, tuple[float | None, ...]]:
    """Mean over readers; a cell counts only where every reader could judge it."""
    grouped: dict[str, list[tuple[int | None, ...]]] = {}
    for reading in readings:
        grouped.setdefault(reading.rating_id, []).append(reading.cells)
    return {key: tuple(_mean(column) for column in zip(*rows, strict=True)) for key, rows in grouped.items()}


def _mean(values: tuple[int | None, ...]) -> float | None:
    judged = [value for value in values if value is not None]
    return fmean(judged) if len(judged) == len(values) else None
