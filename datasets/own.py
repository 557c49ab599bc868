"""A clinic's or a researcher's own photos and readings: one table, checked as a whole before anything is done with it.

The format stands in docs/own-data.md. Everything that is wrong is told at once, with its line; photos of one patient
can never lie on both sides of a split, nor one picture under two patients. Nothing here decodes a photo.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median_low

from scarscore.datasets.errors import DataError, why
from scarscore.datasets.photos import Collection

ALIASES = {"path": "file", "group": "patient"}  # what the columns were called first
COLUMNS = ("file", "patient", "reader", "severity", "grade")
TOLD = 20  # wrong lines that are told before the rest is only counted


@dataclass(frozen=True)
class OwnReading:
    """One reader's reading of a photo: severity 0-100, photo grade 0-4 or None, and the line that it stands in."""

    reader: str
    severity: float
    grade: int | None
    line: int


@dataclass(frozen=True)
class OwnPhoto:
    """A photo file, whose patient it shows, the SHA-256 of its bytes, and what was read in it."""

    path: Path
    patient: str
    sha256: str
    readings: tuple[OwnReading, ...]

    @property
    def severity(self) -> float:
        """Mean reading, 0-100."""
        return fmean(reading.severity for reading in self.readings)

    @property
    def grade(self) -> int | None:
        """Median photo grade (the lower of two); None unless every reader gave one."""
        grades = [reading.grade for reading in self.readings if reading.grade is not None]
        return median_low(grades) if len(grades) == len(self.readings) else None


class _Wrong(Exception):
    """What is wrong with one line."""


def read_own(table: Path, folder: Path | None = None, *, patients: bool = True) -> tuple[OwnPhoto, ...]:
    """The photos of a table, in its order; files are relative to `folder`, by default the table's own.

    Where `patients` is False, a photo without one stands for itself. Raises `DataError` with every line that is
    wrong: no such photo, a severity outside 0 to 100, a grade that is none of 0 to 4, a photo that one reader read
    twice, a photo of two patients, the same bytes under two names.
    """
    rows = _rows(table)
    missing = [name for name in ("file", "severity", *(["patient"] if patients else [])) if name not in rows[0][1]]
    if missing:
        raise DataError(f"{table.name}: no rows with the columns {', '.join(missing)}")
    found: dict[Path, OwnPhoto] = {}
    wrong: list[str] = []
    for line, row in rows:
        try:
            _add(found, row, line, folder or table.parent, patients)
        except _Wrong as problem:
            wrong.append(f"{table.name} line {line}: {problem}")
    wrong += [f"{table.name} {problem}" for problem in _twins(list(found.values()))]
    if wrong:
        more = [f"and {len(wrong) - TOLD} more"] if len(wrong) > TOLD else []
        raise DataError("\n".join([*wrong[:TOLD], *more]))
    return tuple(found.values())


def own_rows(collection: Collection, source: str) -> Iterator[dict[str, str | int]]:
    """The readings of one source's usable photos as rows of such a table; a patient is the source's group.

    Of photos that are the same byte for byte the first alone. Raises `DataError` where nothing of that source was read.
    """
    rated = [item for item in collection.rated() if item.photo.source == source and item.cut is None and item.usable]
    if not rated:
        raise DataError(f"no photo of {source!r} was read")
    first = {item.photo.sha256: item for item in reversed(rated)}
    for item in (item for item in rated if first[item.photo.sha256] is item):
        for reading in item.readings:
            values = (item.photo.file, item.photo.group, reading.reader, reading.atrophic, reading.grade)
            yield dict(zip(COLUMNS, values, strict=True))


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a table by their number, columns by their present names. Raises `DataError`."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            rows = [
                (reader.line_num, {ALIASES.get(k, k): (v or "").strip() for k, v in row.items() if k}) for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise DataError(f"{table} cannot be read: {why(error)}") from None
    return rows or [(1, {})]


def _add(found: dict[Path, OwnPhoto], row: dict[str, str], line: int, folder: Path, patients: bool) -> None:
    path = (folder / row["file"]).resolve()
    if not row["file"] or not path.is_file():
        raise _Wrong(f"there is no photo {row['file']!r}")
    patient = row.get("patient") or ("" if patients else str(path))
    if not patient:
        raise _Wrong("no patient: without one, nobody knows which photos belong together")
    reading = OwnReading(row.get("reader", ""), _severity(row["severity"]), _grade(row.get("grade", "")), line)
    before = found.get(path)
    if before is None:
        found[path] = OwnPhoto(path, patient, hashlib.sha256(path.read_bytes()).hexdigest(), (reading,))
        return
    if before.patient != patient:
        raise _Wrong(
            f"the photo is of patient {patient!r} here, of {before.patient!r} in line {before.readings[0].line}"
        )
    again = next((other for other in before.readings if other.reader == reading.reader), None)
    if again is not None:
        raise _Wrong(f"the same photo as in line {again.line}{', by the same reader' if reading.reader else ''}")
    found[path] = OwnPhoto(path, patient, before.sha256, (*before.readings, reading))


def _severity(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _Wrong(f"severity is {text!r}, not a number") from None
    if not 0.0 <= value <= 100.0:
        raise _Wrong(f"severity is {value:g}, outside 0 to 100")
    return value


def _grade(text: str) -> int | None:
    if not text:
        return None
    if text not in ("0", "1", "2", "3", "4"):
        raise _Wrong(f"grade is {text!r}, none of 0, 1, 2, 3, 4")
    return int(text)


def _twins(photos: Sequence[OwnPhoto]) -> Iterator[str]:
    """Files with the same bytes: under two patients one picture could be learnt from and measured on."""
    first: dict[str, OwnPhoto] = {}
    for photo in photos:
        other = first.setdefault(photo.sha256, photo)
        if other is not photo:
            whose = "" if other.patient == photo.patient else ", of another patient"
            here, there = photo.readings[0].line, other.readings[0].line
            yield f"line {here}: the same picture, byte for byte, as in line {there}{whose}"
