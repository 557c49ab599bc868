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
from dataclasses import asdict, dataclass, fields
from typing import Any

from scarscore.model.bundles import LICENCE_CLASSES
from scarscore.model.heads import SCAR_TYPES
from scarscore.serve.scoring.quality.checks import NAMES as QUALITY
from scarscore.serve.scoring.quality.checks import flags
from scarscore.serve.scoring.result import Check, ModelId, PhotoScore, Refusal, RegionScore

SCORED, REFUSED = "scored", "refused"
_TYPED = tuple(f"p_{name}" for name in (*SCAR_TYPES, "raised"))
_POINTS = ("severity", "severity_low", "severity_high", "sem", "left_minus_right")
PLACES = dict.fromkeys(_POINTS, 2) | dict.fromkeys((*_TYPED, *QUALITY), 4)
COLUMNS = (
    *("path", "status", "reason", "severity", "severity_low", "severity_high", "grade_set", "types", "model"),
    *("licence_class", "flags", "view", "left_minus_right", "photo_sha256", "width", "height"),
    *("sem", "grade", "raised", *_TYPED),
    *QUALITY,
)
_NO_TYPES: tuple[float | None, ...] = (None,) * len(_TYPED)
REGION_PLACES = dict.fromkeys(("severity", "redness", "lightness", "yellowness"), 2) | dict.fromkeys(
    ("area", "judged", "hyperpigmented"), 4
)
REGION_COLUMNS = ("path", "view", *(field.name for field in fields(RegionScore)), "model", "licence_class")

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]|\\(?=x[0-9a-f]{2})")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_FORMULA = re.compile(r"[=+\-@\s'\uff1d\uff0b\uff0d\uff20]")  # the last four are full-width, run by some


@dataclass(frozen=True)
class Row:
    """One photo's line of the output: what a column holds, `None` where there is nothing to say.

    `severity` and its bounds are 0 to 100, `sem` is in points; `grade` and `grade_set` are photo grades, ascending;
    `types` the likeliest first; `raised` whether a raised scar is told, `typed` the probabilities of `SCAR_TYPES` and
    of a raised scar; `licence_class` the more restricted one of both networks; `flags` the reasons that are told
    beside a score; `view` is what the photo shows; `width` and `height` pixels; `quality` the values of the checks in
    the order of `QUALITY`; `regions` have a table of their own.
    """

    path: str
    status: str
    reason: str | None
    severity: float | None
    severity_low: float | None
    severity_high: float | None
    sem: float | None
    grade: int | None
    grade_set: tuple[int, ...]
    types: tuple[str, ...]
    raised: bool | None
    typed: tuple[float | None, ...]
    model: str | None
    licence_class: str | None
    flags: tuple[str, ...]
    view: str | None
    left_minus_right: float | None
    photo_sha256: str | None
    width: int | None
    height: int | None
    quality: tuple[float | None, ...]
    regions: tuple[RegionScore, ...] = ()


def row_of(path: str, answer: PhotoScore | Refusal, photo_sha256: str | None = None) -> Row:
    """The row of one answer. `photo_sha256` is for a refused photo, whose answer does not carry it."""
    name, quality = printable_path(path), _quality(answer.quality)
    if isinstance(answer, Refusal):
        nothing = (*(None,) * 5, (), (), None, _NO_TYPES, None, None, (), None, None, photo_sha256, None, None)
        return Row(name, REFUSED, answer.reason.value, *nothing, quality)
    told = (answer.severity, answer.severity_low, answer.severity_high, answer.sem, answer.left_minus_right)
    value, low, high, sem, between = (_rounded(number, PLACES["severity"]) for number in told)
    models = networks_text(answer.model, answer.region_model)
    return Row(
        name, SCORED, None, value, low, high, sem, answer.grade, answer.grade_set, answer.types, answer.raised,
        _typed(answer), models, licence_class(answer),
        tuple(flag.value for flag in flags(answer.quality)), answer.view_seen.value, between,
        answer.photo_sha256, answer.width, answer.height, quality, tuple(map(_region, answer.regions)),
    )  # fmt: skip


def _typed(answer: PhotoScore) -> tuple[float | None, ...]:
    """The probabilities of `SCAR_TYPES` and of a raised scar, rounded."""
    if not answer.type_probabilities:
        return _NO_TYPES
    return tuple(_rounded(each, PLACES[_TYPED[0]]) for each in (*answer.type_probabilities, answer.raised_probability))


def licence_class(answer: PhotoScore) -> str:
    """What a score may be used for: the more restricted licence class of its two networks."""
    return max(answer.model.licence_class, answer.region_model.licence_class, key=LICENCE_CLASSES.index)


def networks_text(model: ModelId, region_model: ModelId) -> str:
    """Both networks in one cell: of each its name, version and the beginning of its file's SHA-256."""
    return " ".join(f"{each.name} {each.version} {each.sha256[:12]}" for each in (model, region_model))


def record(row: Row) -> dict[str, Any]:
    """The row as JSON values by column."""
    fields = vars(row) | dict(zip(QUALITY, row.quality, strict=True)) | dict(zip(_TYPED, row.typed, strict=True))
    return {column: fields[column] for column in COLUMNS}


def region_records(row: Row) -> list[dict[str, Any]]:
    """The photo's regions as JSON values by column, one record each."""
    return [
        {"path": row.path, "view": row.view, **asdict(region), "model": row.model, "licence_class": row.licence_class}
        for region in row.regions
    ]


def kept(row: Row) -> dict[str, Any]:
    """Everything that the row holds, as JSON values."""
    return record(row) | {"regions": [asdict(region) for region in row.regions]}


def row_from(values: Mapping[str, Any]) -> Row:
    """The row that `kept` wrote. Raises `KeyError` or `TypeError` for anything else."""
    rest = {column: values[column] for column in COLUMNS if column not in (*QUALITY, *_TYPED)}
    lists = {column: tuple(rest[column]) for column in ("grade_set", "types", "flags")}
    regions = tuple(RegionScore(**region | {"types": tuple(region["types"])}) for region in values["regions"])
    typed, quality = (tuple(values[name] for name in names) for names in (_TYPED, QUALITY))
    return Row(**rest | lists, typed=typed, quality=quality, regions=regions)


def cells(values: Mapping[str, Any], places: Mapping[str, int]) -> list[str]:
    """A record as the text of CSV cells; `places` are the decimals of its numbers, by column."""
    return [_cell(value, places.get(column, 0)) for column, value in values.items()]


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


def _region(region: RegionScore) -> RegionScore:
    """The region with its numbers rounded."""
    numbers = {name: _rounded(getattr(region, name), places) for name, places in REGION_PLACES.items()}
    return RegionScore(**asdict(region) | numbers)


def _rounded(number: float | None, places: int) -> float | None:
    if number is None or not math.isfinite(number):
        return None
    return round(float(number), places) + 0.0  # + 0.0: no "-0.00"


def _cell(value: object, places: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{places}f}"
    if isinstance(value, tuple | list):
        return " ".join(map(str, value))
    text = str(value)
    return "'" + text if isinstance(value, str) and _FORMULA.match(text) else text
