"""The report as a file: a page, a table of visits, or everything as JSON, by the file's suffix; whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from scarscore.serve.batch.rows import cells
from scarscore.serve.batch.write import temporary
from scarscore.serve.course.aside import set_aside
from scarscore.serve.course.compared import Look
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.plan import checklist, next_photo, next_session
from scarscore.serve.course.power import needed
from scarscore.serve.course.report.page import render_page
from scarscore.serve.course.report.timeline import Moment, moments
from scarscore.serve.course.report.trail import scales
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.scoring.result import DISCLAIMER, Refusal

SCHEMA_VERSION = 1
COLUMNS = (
    *("patient", "date", "needling", "days", "sessions", "timing", "became", "severity", "sem", "views"),
    *("photos", "used", "refused", "not_comparable", "model", "notes"),
)
PLACES = {"severity": 2, "sem": 2}


def check_report(out: Path, formats: Sequence[str], option: str, leave: Sequence[Path] = ()) -> None:
    """Raise UsageError where a file could not be written at `out`, or would take the place of one of `leave`."""
    if out.suffix.lower() not in formats:
        raise UsageError(f"{option} {str(out)!r}: the name must end in {', '.join(formats)}")
    if not out.parent.is_dir():
        raise UsageError(f"{option} {str(out)!r}: the folder {str(out.parent)!r} does not exist")
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        raise UsageError(f"{option} {str(out)!r}: a file cannot be written there")
    if os.path.realpath(out) in map(os.path.realpath, leave):
        raise UsageError(f"{option} {str(out)!r} is read by this command and would be overwritten")


def put(out: Path, text: str) -> None:
    """Put a text in place of `out` at once. Raises OutputError; `out` is then as it was.

    Whatever goes wrong, no hidden file with a patient's data stays behind.
    """
    try:
        with temporary(out).open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary(out).replace(out)
    except OSError as error:
        raise OutputError(f"{str(out)!r} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # it has become `out`, or was never begun
            temporary(out).unlink()


def write_report(out: Path, measured: Measured, look: Look | None) -> None:
    """Write the report in the format that the suffix names. Raises OutputError.

    `look` opens the photos that are shown and were never measured; without it no picture is in a page.
    """
    suffix = out.suffix.lower()
    put(out, page_of(measured, look) if suffix == ".html" else FORMATS[suffix](measured))


def page_of(measured: Measured, look: Look | None) -> str:
    """The report as a page, with photos where `look` opens them."""
    aside = () if look is None else set_aside(measured.course, look)
    return render_page(measured, aside, photos=look is not None)


def csv_of(measured: Measured) -> str:
    """A row for each visit, in the order of dates."""
    return table_of(COLUMNS, [_record(measured, moment) for moment in moments(measured)], PLACES)


def table_of(columns: Sequence[str], records: Sequence[dict[str, Any]], places: dict[str, int]) -> str:
    """Records as CSV with a header, guarded against what a spreadsheet would run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(cells({column: record[column] for column in columns}, places) for record in records)
    return text.getvalue()


def json_of(measured: Measured) -> str:
    """Everything that the page says but its pictures, as one JSON object."""
    verdict, course = measured.verdict, measured.course
    told = {
        "schema_version": SCHEMA_VERSION,
        "patient": course.patient,
        "on": measured.on,
        "verdict": asdict(verdict),
        "visits": [_record(measured, moment) for moment in moments(measured)],
        "course": asdict(course),
        "cautions": [asdict(caution) for caution in checklist(course.plan.cautions)],
        "next_photo": _asdict(next_photo(course)),
        "next_session": _asdict(next_session(course)),
        "needed": _asdict(needed(verdict.baseline, verdict.last) if verdict.baseline and verdict.last else None),
        "matches": [asdict(match) for match in measured.matches],
        "new_scars": [
            {"photo": pair.match.shot.photo, "against": pair.match.baseline.photo, **asdict(scar)}
            for pair in measured.pairs
            for scar in pair.changes.new_scars
        ],
        "scales": [asdict(each) for each in scales(measured)],
        "model": asdict(measured.model),
        "region_model": asdict(measured.region_model),
        "disclaimer": DISCLAIMER,
    }
    return json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1, default=_plain) + "\n"


FORMATS: dict[str, Callable[[Measured], str]] = {".csv": csv_of, ".json": json_of}
SUFFIXES = (".html", *FORMATS)


def _record(measured: Measured, moment: Moment) -> dict[str, Any]:
    score, shots = moment.score, moment.visit.shots
    return {
        "patient": measured.course.patient,
        "date": moment.date.isoformat(),
        "needling": moment.visit.needling,
        "days": moment.days,
        "sessions": moment.sessions,
        "timing": moment.timing,
        "became": moment.mark.value,
        "severity": score and round(score.severity, 2),
        "sem": score and round(score.sem, 2),
        "views": tuple(dict.fromkeys(shot.view.value for shot in shots)),
        "photos": len(shots),
        "used": sum(view.shots for view in score.views) if score else 0,
        "refused": sum(isinstance(shot.answer, Refusal) for shot in shots),
        "not_comparable": sum(shot.not_comparable is not None for shot in shots),
        "model": score and score.model,
        "notes": "; ".join(score.notes) if score else moment.words,
    }


def _asdict(record: Any) -> dict[str, Any] | None:  # any of the plan's and the power's dataclasses, or None
    return None if record is None else asdict(record)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
