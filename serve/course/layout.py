"""The visits of a course, from `[[visit]]` tables, from a CSV manifest, or from a folder per visit.

All three say the same: on which day which photo was taken, from where, and on a session's own day whether before
needling or after. docs/course.md tells the layouts. No photo is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scarscore.serve.course.check import REGIONS
from scarscore.serve.course.entries import Entry, day_of, read_csv
from scarscore.serve.course.parts import needling_of
from scarscore.serve.course.records import Needling, Session, Shot, Visit
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

COLUMNS = ("date", "session", "needling", "view", "photo", "camera", "region")
PHOTO_KEYS = ("photo", "view", "camera", "region")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
LEFT_BY_SYSTEMS = ("thumbs.db", "desktop.ini")
_FOLDER = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})(?:[ _](?P<needling>before|after))?")
_PHOTO = re.compile(rf"(?P<view>{'|'.join(View)})(?:[ _-](?P<region>{'|'.join(REGIONS)}))?(?:[ _-]?\d+)?")


@dataclass(frozen=True)
class Planned:
    """What a CSV manifest tells: the visits, and the sessions whose numbers it names with their dates."""

    visits: tuple[Visit, ...]
    sessions: tuple[Session, ...]


def visits_of(top: Entry, camera: str) -> tuple[Visit, ...]:
    """`[[visit]]` tables with their `[[visit.photo]]`. Raises UsageError where dates descend."""
    visits: list[Visit] = []
    for entry in top.tables("visit"):
        entry.only("date", "needling", "photo")
        when = entry.day("date")
        _check_order(entry, when, visits[-1].date if visits else None)
        shots = tuple(_shot(photo, camera, PHOTO_KEYS) for photo in entry.tables("photo"))
        visits.append(Visit(when, shots, needling_of(entry), row=entry.where))
    return tuple(visits)


def visits_table(path: Path, camera: str) -> Planned:
    """A CSV manifest, a row for each photo; a row without photo tells of a session alone."""
    visits: dict[tuple[date, Needling | None], Visit] = {}
    sessions: dict[int, Session] = {}
    last: date | None = None
    for row in read_csv(path, ("date", "view", "photo"), COLUMNS):
        when = row.day("date")
        _check_order(row, when, last)
        last = when
        if row.has("session"):
            _add_session(row, when, sessions)
        if row.has("photo") or not row.has("session"):
            visit = visits.setdefault((when, needling_of(row)), Visit(when, (), needling_of(row), row=row.where))
            shots = (*visit.shots, _shot(row, camera, COLUMNS))
            visits[when, visit.needling] = Visit(when, shots, visit.needling, row=visit.row)
    return Planned(tuple(visits.values()), tuple(sessions.values()))


def visits_in(folder: Path, camera: str) -> tuple[Visit, ...]:
    """A folder per visit, named by its date (`2026-03-01`, `2026-03-01 before`), with photos named by their view."""
    visits = []
    for inner in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        if inner.is_dir():
            visits.append(_visit_in(inner, camera))
        elif inner.suffix.lower() in SUFFIXES:
            raise UsageError(f"{inner.name}: a photo must lie in the folder of its visit, like 2026-03-01/front.jpg")
    return tuple(visits)


def named_view(path: Path, where: str) -> tuple[View, str | None]:
    """View and region (of a close-up) that a file's name tells: `front.jpg`, `left-2.jpg`, `closeup chin.jpg`."""
    found = _PHOTO.fullmatch(path.stem.lower())
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{where}: this is no photo; its name must end in {', '.join(SUFFIXES)}")
    if found is None:
        raise UsageError(f"{where}: the name must begin with the view, one of {', '.join(View)}, like front-2.jpg")
    return View(found["view"]), found["region"]


def _visit_in(folder: Path, camera: str) -> Visit:
    found = _FOLDER.fullmatch(folder.name.lower())
    when = day_of(found["date"]) if found else None
    if found is None or when is None:
        raise UsageError(f"{folder.name}: a visit's folder is named by its date, like 2026-03-01 or 2026-03-01 before")
    needling = Needling(found["needling"]) if found["needling"] else None
    shots = tuple(_shot_in(photo, folder, camera) for photo in sorted(folder.iterdir()) if not _passed_over(photo))
    return Visit(when, shots, needling, row=folder.name)


def _passed_over(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in LEFT_BY_SYSTEMS


def _shot_in(path: Path, folder: Path, camera: str) -> Shot:
    where = f"{folder.name}/{path.name}"
    view, region = named_view(path, where)
    return Shot(where, view, camera=camera, region=region, row=where)


def _shot(entry: Entry, camera: str, known: Sequence[str]) -> Shot:
    entry.only(*known)
    return Shot(
        entry.text("photo"),
        entry.word("view", View),
        camera=entry.text("camera", camera),
        region=entry.text("region", "") or None,
        row=entry.where,
    )


def _add_session(row: Entry, when: date, sessions: dict[int, Session]) -> None:
    """A session that a row names; dates of rows ascend, so that only numbers can be wrong."""
    number = row.whole("session")
    known = sessions.get(number)
    if known is not None and known.date != when:
        raise row.wrong(f"session {number} stands with two dates, {known.date} and {when}")
    if known is None and number != len(sessions) + 1:
        raise row.wrong(f"session {number} cannot follow session {len(sessions)}")
    sessions.setdefault(number, Session(number, when))


def _check_order(entry: Entry, when: date, last: date | None) -> None:
    if last is not None and when < last:
        raise entry.wrong(f"dates out of order: {when} is before {last}")
