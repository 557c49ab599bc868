r"""The row that each photo gets in the output, its columns, and how they are written as text.

Numbers are rounded here, once, so that every format and every machine writes the same digits. Paths are made
safe to print, reversibly: a byte that is no UTF-8, and a control character, becomes `\xNN` (its bytes in
hexadecimal), and so does the backslash of a `\xNN` that stood in the name already; `original_path` undoes it.
In CSV a text that a spreadsheet could run as a formula (it begins with = + - @, a blank or an apostrophe)
gets an apostrophe before it; numbers of ours never do. Nothing here reads or scores.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scarscore.serve.scoring.quality import NAMES as QUALITY
from scarscore.serve.scoring.result import Check, ModelId, PhotoScore, Refusal

SCORED, REFUSED = "scored", "refused"
PLACES = {"severity": 2, "severity_low": 2, "severity_high": 2} | dict.fromkeys(QUALITY, 4)
COLUMNS = (
    *("path", "status", "reason", "severity", "severity_low", "severity_high", "grade_set", "types", "model"),
    *("photo_sha256", "width", "height"),
    *QUALITY,
)

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]|\\(?=x[0-9a-f]{2})")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_FORMULA = re.compile(r"[=+\-@\s'\uff1d\uff0b\uff0d\uff20]")  # the last four are full-width, run by some


@dataclass(frozen=True)
class Row:
    """One photo's line of the output: what a column holds, `None` where there is nothing to say.

    `severity` and its bounds are 0 to 100; `grade_set` are photo grades, ascending; `types` the likeliest
    first; `width` and `height` pixels; `quality` the values of the checks in the order of `QUALITY`.
    """

    path: str
    status: str
    reason: str | None
    severity: float | None
    severity_low: float | None
    severity_high: float | None
    grade_set: tuple[int, ...]
    types: tuple[str, ...]
    model: str | None
    photo_sha256: str | None
    width: int | None
    height: int | None
    quality: tuple[float | None, ...]


def row_of(path: str, answer: PhotoScore | Refusal, photo_sha256: str | None = None) -> Row:
    """The row of one answer. `photo_sha256` is for a refused photo, whose answer does not carry it."""
    name, quality = printable_path(path), _quality(answer.quality)
    if isinstance(answer, Refusal):
        nothing = (None, None, None, (), (), None, photo_sha256, None, None)
        return Row(name, REFUSED, answer.reason.value, *nothing, quality)
    low, value, high = (
        _rounded(number, PLACES["severity"]) for number in (answer.severity_low, answer.severity, answer.severity_high)
    )
    return Row(
        name, SCORED, None, value, low, high, answer.grade_set, answer.types, model_text(answer.model),
        answer.photo_sha256, answer.width, answer.height, quality,
    )  # fmt: skip


def model_text(model: ModelId) -> str:
    """A network's name, version and the beginning of its file's SHA-256, in one cell."""
    return f"{model.name} {model.version} {model.sha256[:12]}"


def record(row: Row) -> dict[str, Any]:
    """The row as JSON values by column."""
    fields = vars(row) | dict(zip(QUALITY, row.quality, strict=True))
    return {column: fields[column] for column in COLUMNS}


def row_from(values: Mapping[str, Any]) -> Row:
    """The row that `record` wrote. Raises `KeyError` or `TypeError` for anything else."""
    rest = {column: values[column] for column in COLUMNS if column not in QUALITY}
    lists = {column: tuple(rest[column]) for column in ("grade_set", "types")}
    return Row(**rest | lists, quality=tuple(values[name] for name in QUALITY))


def cells(row: Row) -> list[str]:
    """The row as the text of CSV cells."""
    return [_cell(column, value) for column, value in record(row).items()]


def printable_path(path: str) -> str:
    r"""A path as it is written out: UTF-8 without control characters, the rest as `\xNN`."""
    return _UNSAFE.sub(_escape, path)


def original_path(text: str) -> str:
    """The path that `printable_path` wrote, to open the file with."""
    raw = _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode())
    return os.fsdecode(raw)


def _escape(match: re.Match[str]) -> str:
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))


def _quality(checks: tuple[Check, ...]) -> tuple[float | None, ...]:
    told = {check.name: _rounded(check.value, PLACES[check.name]) for check in checks}
    return tuple(told.get(name) for name in QUALITY)


def _rounded(number: float, places: int) -> float | None:
    return round(float(number), places) + 0.0 if math.isfinite(number) else None  # + 0.0: no "-0.00"


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{PLACES[column]}f}"
    if isinstance(value, tuple | list):
        return " ".join(map(str, value))
    text = str(value)
    return "'" + text if isinstance(value, str) and _FORMULA.match(text) else text
