"""A backup becomes a data folder again: proven first, written beside, moved into place when all of it is right.

Nothing is written over: the folder must be new or empty. What was written by an older version is brought up to date,
the audit log's chain is gone through, and every photo that the records name must be there; with the master key each is
opened too.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from scarscore.serve.batch.write import sync_folder
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.records.audit import NOBODY, Broken, Deed, record, verify
from scarscore.serve.records.backup import FORMAT, VERSION
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.database import FILE, Database, sqlite_url
from scarscore.serve.records.errors import Invalid, VaultError
from scarscore.serve.records.exports.parcel import Parcel
from scarscore.serve.records.keys import MASTER, RECOVERY
from scarscore.serve.records.tables import ID, PhotoRow
from scarscore.serve.records.vault import SUFFIX

LARGEST = 1 << 44  # bytes unpacked: more than a clinic's disk holds
_NAMES = re.compile(rf"{re.escape(FILE)}|keys/({MASTER}|{RECOVERY})|vault/{ID}{re.escape(SUFFIX)}")


@dataclass(frozen=True)
class Restored:
    """What was restored. `lines` of the audit log are whole; None where the backup holds no database."""

    photos: int
    key: bool
    lines: int | None


def restore(file: Path, folder: Path) -> Restored:
    """Make `folder` a clinic's data folder again, from a backup. Raises `UsageError` where it is not empty, `Invalid`

    for a backup that was changed or is not whole, `NewerRecords`, `VaultError`, `OutputError`; nothing is left then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty: a backup is restored into a new folder")
    try:
        with file.open("rb") as content:
            parcel = Parcel(content, FORMAT, VERSION, LARGEST)
            return _restored(parcel, folder)
    except OSError as error:
        raise OutputError(f"the backup cannot be restored: {error.strerror}; nothing was left there") from None


def _restored(parcel: Parcel, folder: Path) -> Restored:
    names = list(parcel.manifest.files)
    if not all(_NAMES.fullmatch(name) for name in names) or f"keys/{RECOVERY}" not in names:
        raise Invalid("this backup holds what does not belong in one, or lacks its keys: nothing was restored")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".scarscore-restore-"))
    try:
        for name in names:
            _write(parcel, name, beside / name)
        told = _checked(beside, names)
        for inner in (*(path for path in beside.rglob("*") if path.is_dir()), beside):
            sync_folder(inner)
        beside.rename(folder)  # takes the place of an empty folder
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return told


def _write(parcel: Parcel, name: str, path: Path) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in parcel.pieces(name):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _checked(folder: Path, names: list[str]) -> Restored:
    """Bring the records up to date and prove them; the audit log then says that they were restored."""
    photos = {Path(name).stem for name in names if name.startswith("vault/")}
    with_key = f"keys/{MASTER}" in names
    if FILE not in names:
        return Restored(len(photos), with_key, None)
    database = Database.open(sqlite_url(folder))
    try:
        with database.write() as session:
            found = verify(session)
            if isinstance(found, Broken):
                raise Invalid(f"the audit log in this backup is broken at line {found.number}: {found.why}")
            named = set(session.scalars(select(PhotoRow.id).where(PhotoRow.erased.is_(None))))
            if named != photos:
                raise Invalid("the photos in this backup are not those that its records name")
            record(session, Deed(NOBODY, "restore", "records", {"photos": len(photos)}))
    finally:
        database.close()
    if with_key:
        _open_all(Place(folder))
    return Restored(len(photos), with_key, found)


def _open_all(place: Place) -> None:
    """Open every photo. Raises `VaultError` for the first that is not what was stored."""
    clinic = Clinic.open(place)
    try:
        with clinic.database.read() as session:
            rows = session.scalars(select(PhotoRow).where(PhotoRow.erased.is_(None))).all()
        for row in rows:
            if row.wrapped_key is None:
                raise VaultError(f"the key of photo {row.id} is missing")
            clinic.vault.get(row.id, row.wrapped_key)
    finally:
        clinic.close()
