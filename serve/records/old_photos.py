"""A clinic's old photos in a folder: what is there, whose it is, of which day and view. Looked at, never stored here.

A folder a patient; the folder's name is the pseudonym, unless a CSV says otherwise. The day comes from the photo's own
EXIF (`DateTimeOriginal`), else from the name of a folder that it lies in; the view from the file's name, else from what
the region network sees. `old_photos_store.py` stores what was confirmed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from scarscore.serve.batch.find import find
from scarscore.serve.course.check import check_day
from scarscore.serve.course.layout import LEFT_BY_SYSTEMS, named_view
from scarscore.serve.course.records import Needling
from scarscore.serve.errors import UsageError
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.patients import is_pseudonym
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.scoring.files import read_file
from scarscore.serve.scoring.result import PhotoScore, Refusal, View
from scarscore.serve.scoring.selfie import exif_block, exif_text

_DATE = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)(?:[ _](before|after))?", re.IGNORECASE)
_TAKEN = 0x9003  # EXIF's DateTimeOriginal

Look = Callable[[bytes, View | None], Scored]


@dataclass(frozen=True)
class Old:
    """One file and what becomes of it. `odd` says why it is not stored; None where it will be.

    `seen` is whether the view was told by the network and not by the file's name; `note` what is to be known of a photo
    that is stored all the same: that it cannot be scored.
    """

    path: Path
    patient: str
    sha256: str = ""
    day: date | None = None
    needling: Needling | None = None
    view: View | None = None
    region: str | None = None
    seen: bool = False
    odd: str | None = None
    note: str = ""
    stored: bool = False


@dataclass(frozen=True)
class Found:
    """A file with the patient that its folder names."""

    path: Path
    patient: str


def files_in(folder: Path, names: Mapping[str, str]) -> tuple[Found, ...]:
    """Every photo below the patients' folders, in a fixed order. Raises `UsageError` for what cannot be a pseudonym."""
    if not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is no folder")
    unknown = [name for name in names if not (folder / name).is_dir()]
    if unknown:
        raise UsageError(f"the CSV names a folder that is not there: {unknown[0]!r}")
    found: list[Found] = []
    for inner in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        pseudonym = names.get(inner.name, inner.name)
        if not is_pseudonym(pseudonym):
            raise UsageError(
                f"the folder {inner.name!r} gives no pseudonym (1 to 40 letters, digits, dots, dashes, underscores): "
                "rename it, or say another in a CSV with --patients"
            )
        files = (Path(each.path) for each in find((str(inner),), io.BytesIO()))
        found.extend(Found(path, pseudonym) for path in files if path.name.lower() not in LEFT_BY_SYSTEMS)
    if not found:
        raise UsageError("no photo lies there: each patient needs a folder of its own, with photos in it")
    return tuple(found)


def patients_of(path: Path | None) -> dict[str, str]:
    """Folder -> pseudonym, from a CSV with these two columns. Raises `UsageError`."""
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            if not {"folder", "pseudonym"} <= set(table.fieldnames or ()):
                raise UsageError(f"{path.name} needs the columns folder and pseudonym in its first line")
            told = [(row["folder"] or "", (row["pseudonym"] or "").strip()) for row in table]
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from None
    if len({folder for folder, _ in told}) < len(told):
        raise UsageError(f"{path.name} names a folder twice")
    return dict(told)


def planned(clinic: Clinic, files: tuple[Found, ...], look: Look) -> Iterator[Old]:
    """What becomes of each file, in their order. `look` scores a photo, as the view that its name tells."""
    with clinic.database.read() as session:
        stored = set(session.scalars(select(PhotoRow.source_sha256).where(PhotoRow.erased.is_(None))))
    first: dict[str, Path] = {}
    for found in files:
        data = read_file(found.path)
        if isinstance(data, Refusal):
            yield Old(found.path, found.patient, odd=data.hint)
            continue
        digest = hashlib.sha256(data).hexdigest()
        if digest in stored:
            yield Old(found.path, found.patient, digest, odd="stored already", stored=True)
        elif digest in first:
            yield Old(found.path, found.patient, digest, odd=f"the same photo as {first[digest].name}")
        else:
            first[digest] = found.path
            yield _looked_at(found, data, digest, look)


def _looked_at(found: Found, data: bytes, digest: str, look: Look) -> Old:
    day, needling = day_of(found.path, data)
    view, region = _named(found.path)
    scored = look(data, view)
    answer = scored.answer
    seen = answer.view_seen if view is None and isinstance(answer, PhotoScore) else None
    old = Old(found.path, found.patient, digest, day, needling, view or seen, region, seen is not None)
    if isinstance(answer, Refusal):
        if not scored.data or view is None:
            return replace(old, odd=answer.hint)
        old = replace(old, note=f"stored, but not scored. {answer.hint}")
    return replace(old, odd=_odd(old))


def _odd(old: Old) -> str | None:
    if old.day is None:
        return "no date: neither in the photo nor in a folder's name"
    try:
        check_day(old.day, f"its date, {old.day},", today())
    except UsageError as error:
        return str(error)
    return None


def day_of(path: Path, data: bytes) -> tuple[date | None, Needling | None]:
    """The day that a photo was taken, and on a session's day whether before or after needling, by its folder's name."""
    named = next((found for part in reversed(path.parent.parts) if (found := _DATE.search(part))), None)
    needling = Needling(named[4].lower()) if named and named[4] else None
    taken = taken_on(data)
    if taken is None and named is not None:
        taken = _valid(named[1], named[2], named[3])
    return taken, needling


def taken_on(data: bytes) -> date | None:
    """The day in a photo's EXIF, as its camera's clock said; None where there is none."""
    text = exif_text(exif_block(data), _TAKEN).strip(b"\0 ")[:10]
    try:
        return datetime.strptime(text.decode("ascii"), "%Y:%m:%d").date()  # of the camera's own clock
    except ValueError:
        return None


def _named(path: Path) -> tuple[View | None, str | None]:
    """View and region by the file's name; neither where it tells none."""
    try:
        return named_view(path, path.name)
    except UsageError:
        return None, None


def _valid(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
