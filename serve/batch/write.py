"""Rows to a file: CSV, JSON lines or Parquet, by the file's suffix; or CSV to a stream.

The file at `--out` is either the old one or the whole new one, never a part: rows go to a hidden file beside
it, which takes its name once all of them are on the disk. What may be written where is asked before any work.
There are two tables: photos, and their regions.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from scarscore.serve.batch.rows import (
    COLUMNS,
    PLACES,
    REGION_COLUMNS,
    REGION_PLACES,
    Row,
    cells,
    record,
    region_records,
)
from scarscore.serve.errors import OutputError, UsageError

PARQUET_GROUP = 8192  # rows held in memory at a time


@dataclass(frozen=True)
class Table:
    """One kind of output: its columns, the decimals of its numbers, and the records that a photo's row gives."""

    columns: tuple[str, ...]
    places: Mapping[str, int]
    records: Callable[[Row], list[dict[str, Any]]]


PHOTOS = Table(COLUMNS, PLACES, lambda row: [record(row)])
REGIONS = Table(REGION_COLUMNS, REGION_PLACES, region_records)


def check_out(out: Path, option: str) -> None:
    """Raise `UsageError` where a file could not be written at `out`, before any work is done."""
    if out.suffix.lower() not in FORMATS:
        raise UsageError(f"{option} {str(out)!r}: the name must end in {', '.join(FORMATS)}")
    if not out.parent.is_dir():
        raise UsageError(f"{option} {str(out)!r}: the folder {str(out.parent)!r} does not exist")
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        raise UsageError(f"{option} {str(out)!r}: a file cannot be written there")
    if out.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise UsageError('Parquet needs pyarrow. Run: pip install "scarscore[parquet]"')


def temporary(out: Path) -> Path:
    """The hidden file that becomes `out`."""
    return out.with_name(f".{out.name}.tmp")


def write_whole(out: Path, rows: Iterable[Row], table: Table = PHOTOS) -> None:
    """Put all rows in place of `out` at once. Raises `OutputError`; `out` is then as it was."""
    try:
        with temporary(out).open("wb") as file:
            FORMATS[out.suffix.lower()](rows, file, table)
            file.flush()
            os.fsync(file.fileno())
        temporary(out).replace(out)
        sync_folder(out.parent)
    except OSError as error:
        raise OutputError(f"{str(out)!r} cannot be written: {error.strerror}. Then add --resume") from error


def write_csv(rows: Iterable[Row], file: BinaryIO, table: Table = PHOTOS) -> None:
    """Rows as CSV: UTF-8, a header, line feeds; each row is handed on before the next is asked for."""
    lines = (cells(values, table.places) for values in _records(rows, table))
    for line in chain([table.columns], lines):
        file.write(_csv_line(line))
        file.flush()


def write_jsonl(rows: Iterable[Row], file: BinaryIO, table: Table = PHOTOS) -> None:
    """Rows as one JSON object a line: `null` where there is nothing to say, lists as lists."""
    for values in _records(rows, table):
        file.write(json.dumps(values, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def write_parquet(rows: Iterable[Row], file: BinaryIO, table: Table = PHOTOS) -> None:
    """Rows as Parquet, with the types of the columns fixed whatever the rows hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, _parquet_type(pa, name, table)) for name in table.columns])
    with pq.ParquetWriter(file, schema) as writer:
        for group in _groups(_records(rows, table)):
            writer.write_table(pa.Table.from_pylist(group, schema))


FORMATS: dict[str, Callable[[Iterable[Row], BinaryIO, Table], None]] = {
    ".csv": write_csv,
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
}


def _records(rows: Iterable[Row], table: Table) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield from table.records(row)


def _csv_line(values: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _parquet_type(pa: Any, column: str, table: Table) -> Any:  # pyarrow has no types of its own to name
    special = {
        "grade_set": pa.list_(pa.int8()),
        "types": pa.list_(pa.string()),
        "flags": pa.list_(pa.string()),
        "grade": pa.int8(),
        "raised": pa.bool_(),
        "width": pa.int32(),
        "height": pa.int32(),
    }
    numbers = dict.fromkeys(table.places, pa.float64())
    return (special | numbers).get(column, pa.string())


def _groups(records: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while group := list(islice(records, PARQUET_GROUP)):
        yield group


def check_apart(files: Mapping[str, Path | None]) -> None:
    """Raise UsageError where two options name one file: the later one would overwrite the earlier."""
    named: dict[str, str] = {}
    for option, file in files.items():
        if file is not None and (other := named.setdefault(os.path.realpath(file), option)) != option:
            raise UsageError(f"{other} and {option} name the same file")


def sync_folder(folder: Path) -> None:
    """Make sure that a folder's new names survive a power cut."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no such thing
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
