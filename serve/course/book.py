"""The scores of a course's photos kept in a file, so that no photo is scored twice and no old score is lost.

JSON lines, one for each photo and network, only ever appended to; a last line that a crash cut short is replaced. A
photo is known by the SHA-256 of its bytes, so that renaming it loses nothing; no path, name or date stands in the file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from scarscore.serve.course.records import ShotScore
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.scoring.result import HINTS, Check, Reason, Refusal, RegionScore, View

SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Line:
    """One answer: of which photo (SHA-256), asked as which view, by which networks."""

    photo_sha256: str
    view: View
    model: str
    answer: ShotScore | Refusal


@dataclass
class Book:
    """The lines of a file, oldest first, and where new ones go. Without a path nothing is kept."""

    path: Path | None = None
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path | None) -> Book:
        """The book of that file; an empty one where there is none yet. Raises UsageError for a file that is not one."""
        if path is None or not path.exists():
            return cls(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the scores {str(path)!r} cannot be read: {error}") from error
        whole = text[: text.rfind("\n") + 1]  # a last line cut short by a crash is left; its photo is scored again
        return cls(path, [_line(path, n, part) for n, part in enumerate(whole.splitlines(), start=1) if part])

    def of(self, photo_sha256: str, view: View) -> tuple[Line, ...]:
        """All answers of a photo asked as this view, oldest first."""
        return tuple(line for line in self.lines if (line.photo_sha256, line.view) == (photo_sha256, view))

    def add(self, line: Line) -> None:
        """Append a line, and put it on the disk at once. Raises OutputError."""
        self.lines.append(line)
        if self.path is None:
            return
        try:
            with self.path.open("a+b") as file:
                _cut_to_whole_lines(file)
                file.write(_text(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"the scores {str(self.path)!r} cannot be written: {error.strerror}") from error


def _cut_to_whole_lines(file: BinaryIO) -> None:
    """Drop a last line that a crash cut short: with another one after it, it would be a wrong line in the middle."""
    file.seek(0)
    written = file.read()
    if not written.endswith(b"\n"):
        file.truncate(written.rfind(b"\n") + 1)


def _text(line: Line) -> str:
    kind = "refused" if isinstance(line.answer, Refusal) else "scored"
    values = {"photo_sha256": line.photo_sha256, "view": line.view, "model": line.model, kind: asdict(line.answer)}
    return json.dumps(values, ensure_ascii=False, allow_nan=False)


def _line(path: Path, number: int, text: str) -> Line:
    try:
        values = json.loads(text)
        answer = _refusal(values["refused"]) if "refused" in values else _score(values["scored"])
        return Line(str(values["photo_sha256"]), View(values["view"]), str(values["model"]), answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"line {number} of the scores {str(path)!r} is not what this command wrote: {error}") from None


def _score(values: Mapping[str, Any]) -> ShotScore:
    return ShotScore(
        float(values["severity"]),
        float(values["low"]),
        float(values["high"]),
        str(values["model"]),
        tuple(values["grade_set"]),
        tuple(values["types"]),
        tuple(RegionScore(**region | {"types": tuple(region["types"])}) for region in values["regions"]),
        _checks(values),
    )


def _refusal(values: Mapping[str, Any]) -> Refusal:
    reason = Reason(values["reason"])
    return Refusal(reason, HINTS[reason], _checks(values))


def _checks(values: Mapping[str, Any]) -> tuple[Check, ...]:
    return tuple(Check(**check) for check in values["quality"])
