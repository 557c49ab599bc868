"""`COURSE.toml` or a folder of visits: what was written down of a course, checked, before any photo is opened.

Whatever is wrong is told with the file and the row, and nothing is guessed. docs/course.md tells what may stand there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scarscore.serve.course.check import checked
from scarscore.serve.course.entries import Entry, read_toml
from scarscore.serve.course.layout import Planned, visits_in, visits_of, visits_table
from scarscore.serve.course.parts import Entered, clinic_of, findings_of, plan_of, sessions_of, sessions_table
from scarscore.serve.course.records import Course, Needling, Session, Shot, Visit
from scarscore.serve.errors import UsageError

FILE, SESSIONS = "course.toml", "sessions.csv"  # what a folder of visits may hold beside them
TOP = ("patient", "camera", "photos", "visits", "plan", "session", "visit", "finding", "caution", "clinic")


@dataclass(frozen=True)
class Manifest:
    """A course as it was written down; `root` is the folder that its photos' names start from.

    `files` are what it was read from, which no output may overwrite.
    """

    course: Course
    root: Path
    files: tuple[Path, ...]

    def path_of(self, shot: Shot) -> Path:
        """Where a shot's photo lies."""
        return self.root / shot.photo


def read(path: Path, today: date) -> Manifest:
    """The course of a TOML file or of a folder. Raises UsageError, naming file and row, for all that is wrong."""
    if not path.is_dir() and path.suffix.lower() != ".toml":
        raise UsageError(f"{str(path)!r} is neither a folder nor a .toml file")
    try:
        return _of_folder(path, today) if path.is_dir() else _of_file(path, today)
    except UsageError as error:
        raise UsageError(f"{path.name or path}: {error}") from None
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}") from error


def _of_file(path: Path, today: date) -> Manifest:
    top = read_toml(path)
    top.only(*TOP)
    camera, table = top.text("camera", ""), top.text("visits", "")
    if table and top.has("visit"):
        raise UsageError("say the visits once: either visits = 'FILE.csv' or [[visit]]")
    told = visits_table(path.parent / table, camera) if table else Planned(visits_of(top, camera), ())
    course = _course(top, path.parent, top.text("patient"), told.visits, _agreed(sessions_of(top), told.sessions))
    files = [path, *(path.parent / name for name in (table, _clinic_file(top)) if name)]
    return _checked(Manifest(course, path.parent / top.text("photos", "."), tuple(files)), today)


def _of_folder(path: Path, today: date) -> Manifest:
    top = read_toml(path / FILE) if (path / FILE).exists() else Entry("", {})
    top.only(*(key for key in TOP if key not in ("photos", "visits", "visit")))
    sessions, table = sessions_of(top), path / SESSIONS
    if table.exists() and sessions:
        raise UsageError(f"say the sessions once: either in {FILE} or in {SESSIONS}")
    if table.exists():
        sessions = sessions_table(table)
    visits = visits_in(path, top.text("camera", ""))
    course = _course(top, path, top.text("patient", path.resolve().name), visits, sessions)
    files = [path / FILE, table, *(path / name for name in (_clinic_file(top),) if name)]
    return _checked(Manifest(course, path, tuple(files)), today)


def _clinic_file(top: Entry) -> str:
    return top.text("clinic") if isinstance(top.values.get("clinic"), str) else ""


def _course(top: Entry, folder: Path, patient: str, visits: tuple[Visit, ...], sessions: tuple[Session, ...]) -> Course:
    entered = _with_findings(visits, findings_of(top))
    return Course(patient, plan_of(top), sessions, entered, clinic_of(top, folder))


def _agreed(entered: tuple[Session, ...], told: tuple[Session, ...]) -> tuple[Session, ...]:
    """The sessions of the TOML file; those that the CSV manifest names must be among them. Without any, the CSV's."""
    if not entered:
        return told
    dates = {session.number: session.date for session in entered}
    for session in told:
        if dates.get(session.number) != session.date:
            raise UsageError(f"session {session.number} of {session.date} in the visits is not so under [[session]]")
    return entered


def _with_findings(visits: Sequence[Visit], entered: Sequence[Entered]) -> tuple[Visit, ...]:
    """The visits with what was entered of them; a day without photos becomes a visit of findings alone."""
    told = list(visits)
    for each in entered:
        place = _place(told, each)
        if place is None:
            told.append(Visit(each.date, (), each.needling, (each.finding,), row="a finding"))
        else:
            told[place] = replace(told[place], findings=(*told[place].findings, each.finding))
    return tuple(told)


def _place(visits: Sequence[Visit], entered: Entered) -> int | None:
    of_day = [n for n, visit in enumerate(visits) if visit.date == entered.date]
    fitting = [n for n in of_day if entered.needling in (None, visits[n].needling)]
    if len(fitting) > 1:
        both = " or ".join(Needling)
        raise UsageError(f"a finding of {entered.date}: that day has two visits; say needling = {both}")
    if of_day and not fitting:
        raise UsageError(f"a finding of {entered.date}: there is no visit {entered.needling} needling on that day")
    return fitting[0] if fitting else None


def _checked(manifest: Manifest, today: date) -> Manifest:
    if not manifest.course.visits:
        raise UsageError("there is no visit in it: photos go into folders like 2026-03-01, or into [[visit]]")
    manifest = replace(manifest, course=checked(manifest.course, today))
    _check_photos(manifest)
    return manifest


def _check_photos(manifest: Manifest) -> None:
    """Raise UsageError for a photo that is not there, and for one that stands twice under two names."""
    seen: dict[str, str] = {}
    for shot in (shot for visit in manifest.course.visits for shot in visit.shots):
        path = manifest.path_of(shot)
        if not path.is_file():
            raise UsageError(f"{shot.row}: there is no photo {shot.photo!r}")
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UsageError(f"{shot.row}: the photo {shot.photo!r} cannot be read: {error.strerror}") from error
        if digest in seen:
            raise UsageError(f"{shot.row}: the photo {shot.photo!r} is the same as that of {seen[digest]}")
        seen[digest] = shot.row
