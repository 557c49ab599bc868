"""One table of a TOML file, or one row of a CSV file, read strictly: every mistake is told with its place.

A key that is unknown is a mistake, since it is most likely a known one misspelt. Nothing here knows what a course is.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TypeVar

from scarscore.datasets.errors import why
from scarscore.serve.errors import UsageError

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True)
class Entry:
    """Values by key, and `where` they stand, for messages. Each reader raises UsageError where a value does not fit."""

    where: str
    values: Mapping[str, object]

    def wrong(self, said: str) -> UsageError:
        """An error that begins with the place."""
        return UsageError(f"{self.where}: {said}" if self.where else said)

    def only(self, *known: str) -> None:
        """Refuse every key but these."""
        for key in self.values:
            if key not in known:
                raise self.wrong(f"there is no {key!r} here; known are {', '.join(known)}")

    def has(self, key: str) -> bool:
        """Whether the key says anything; an empty cell, or one of blanks, says nothing."""
        value = self.values.get(key)
        return bool(value.strip()) if isinstance(value, str) else value is not None

    def text(self, key: str, default: str | None = None) -> str:
        """A text without blanks around it; without a default it must be there."""
        if not self.has(key):
            if default is None:
                raise self.wrong(f"{key!r} is {'empty' if key in self.values else 'missing'}")
            return default
        value = self.values[key]
        if not isinstance(value, str):
            raise self.wrong(f"{key} must be a text, not {value!r}")
        return value.strip()

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number; yes is 1 and no is 0. Without a default it must be there."""
        if not self.has(key):
            if default is None:
                raise self.wrong(f"{key!r} is missing")
            return default
        value = self.values[key]
        try:
            number = float(value) if isinstance(value, bool | int | float | str) else float("nan")
        except (ValueError, OverflowError):
            number = float("nan")
        if not isfinite(number):
            raise self.wrong(f"{key} must be a number, not {value!r}")
        return number

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        if isinstance(value := self.values.get(key), bool):
            raise self.wrong(f"{key} must be a whole number, not {str(value).lower()}")
        number = self.number(key, default)
        if number != int(number):
            raise self.wrong(f"{key} must be a whole number, not {number:g}")
        return int(number)

    def yes_no(self, key: str) -> bool | None:
        """True, false, or None where nothing is said."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(f"{key} must be true or false, not {value!r}")
        return value

    def day(self, key: str) -> date:
        """A date, as TOML has it or as the text 2026-03-01."""
        value = self.values.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        text = self.text(key) if isinstance(value, str | None) else ""
        found = day_of(text)
        if found is None:
            raise self.wrong(f"{key} must be a date like 2026-03-01, not {str(value)!r}")
        return found

    def word(self, key: str, words: type[Word]) -> Word:
        """One of a closed list of words."""
        text = self.text(key)
        found = next((word for word in words if word.value == text.lower()), None)
        if found is None:
            raise self.wrong(f"the {key} {text!r} is none of {', '.join(words)}")
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; in CSV they are separated by semicolons."""
        value = self.values.get(key)
        parts = value.split(";") if isinstance(value, str) else value
        if parts is None:
            return ()
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise self.wrong(f"{key} must be a list of texts")
        return tuple(part.strip() for part in parts if part.strip())

    def table(self, key: str, *, where: str | None = None) -> Entry:
        """A table within; an empty one where there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{key} must be a table: [{key}]")
        return Entry(where or _within(self.where, key), value)

    def tables(self, key: str) -> tuple[Entry, ...]:
        """A list of tables within, numbered from 1."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self.wrong(f"{key} must be a list of tables: [[{key}]]")
        return tuple(Entry(_within(self.where, f"{key} {n}"), part) for n, part in enumerate(value, start=1))


def read_toml(path: Path) -> Entry:
    """A whole TOML file. Raises UsageError where it cannot be read."""
    try:
        return Entry("", tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {why(error)}") from error


def read_csv(path: Path, needed: Sequence[str], known: Sequence[str]) -> tuple[Entry, ...]:
    """The rows of a CSV file with a header. Raises UsageError for a column unknown or missing, and ragged rows."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            names = [name.strip() for name in table.fieldnames or ()]
            _check_columns(path, names, needed, known)
            table.fieldnames = names
            return tuple(_row(path, table.line_num, row) for row in table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path.name} cannot be read: {why(error)}") from error


def day_of(text: str) -> date | None:
    """The date of a text like 2026-03-01; None for any other."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-03-01") else None
    except ValueError:
        return None


def _row(path: Path, line: int, row: Mapping[str | None, object]) -> Entry:
    where = f"{path.name} line {line}"
    if None in row or None in row.values():
        raise UsageError(f"{where}: this row has more or fewer cells than the header")
    return Entry(where, {str(key): value for key, value in row.items()})


def _check_columns(path: Path, names: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known or names.count(name) > 1:
            raise UsageError(f"{path.name} line 1: the column {name!r} is unknown or twice; known: {', '.join(known)}")
    for name in needed:
        if name not in names:
            raise UsageError(f"{path.name} line 1: the column {name!r} is missing")


def _within(where: str, key: str) -> str:
    return f"{where}, {key}" if where else key
