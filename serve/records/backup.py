"""A clinic's records in one file, and back: database, sealed photos, and the sealed copy of the master key.

The database is copied by SQLite's own online backup, so that it is one moment's state however much is written
meanwhile. A photo that was erased while its file was being copied makes the copy begin again. Without the master key a
backup opens with the recovery key alone; PostgreSQL's own `pg_dump` backs up a database there.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select

from scarscore.serve.batch.write import sync_folder
from scarscore.serve.errors import OutputError, UsageError
from scarscore.serve.records.audit import NOBODY, Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.database import FILE
from scarscore.serve.records.errors import VaultError
from scarscore.serve.records.exports.parcel import Item, packed
from scarscore.serve.records.keys import MASTER, RECOVERY
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.records.vault import SUFFIX

FORMAT, VERSION = "scarscore backup", 1
TRIES = 3
_PIECE = 1 << 20  # bytes


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds: whether the database, how many photos, whether the master key."""

    database: bool
    photos: int
    key: bool


class _Erased(Exception):
    """A photo was erased between the copy of the database and that of its file."""


def backup(clinic: Clinic, out: Path, *, with_key: bool = False) -> BackedUp:
    """Write a backup to `out`, whole or not at all, readable by its owner alone. Raises `UsageError`, `OutputError`,
    and `VaultError` where a photo's file or a key's is missing. A folder gets a file named by the moment in it."""
    path = out / f"scarscore-{now():%Y%m%d-%H%M%S}.zip" if out.is_dir() else out
    if path.suffix != ".zip" or not path.parent.is_dir():
        raise UsageError(f"{str(out)!r} must be a folder that is there, or a name in one that ends in .zip")
    if path.exists():
        raise UsageError(f"{str(path)!r} is there already: a backup is never written over another")
    _check_keys(clinic.place.keys, with_key)
    for _ in range(TRIES):
        try:
            done = _written(clinic, path, with_key)
        except _Erased:
            continue
        clinic.note(Deed(NOBODY, "backup", "records", {"photos": done.photos, "key": with_key}))
        return done
    raise VaultError("photos are being erased all the time: try the backup again later")


def _check_keys(keys: Path, with_key: bool) -> None:
    if not (keys / RECOVERY).is_file():
        raise VaultError(
            f"{keys / RECOVERY} is missing, without which the recovery key opens nothing: make another with "
            "`scarscore vault new-recovery-key`, then back up"
        )
    if with_key and not (keys / MASTER).is_file():
        raise VaultError(f"{keys / MASTER} is missing: bring it back with `scarscore vault recover`, then back up")


def _written(clinic: Clinic, path: Path, with_key: bool) -> BackedUp:
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".scarscore-backup-") as folder:  # beside, so it can move
        whole = Path(folder) / "backup.zip"
        copy = _copied(clinic, Path(folder))
        photos = _photos(clinic) if copy is None else _photos_in(copy)
        told = BackedUp(copy is not None, len(photos), with_key)
        about = {"made": now().isoformat(timespec="seconds"), "photos": len(photos), "key": with_key,
                 "database": "sqlite" if copy else "none"}  # fmt: skip
        try:
            with whole.open("xb") as file:
                whole.chmod(0o600)
                for piece in packed(FORMAT, VERSION, about, _items(clinic, copy, photos, with_key)):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            whole.rename(path)
            sync_folder(path.parent)
        except OSError as error:
            raise OutputError(f"the backup cannot be written: {error.strerror}; nothing was left there") from None
    return told


def _copied(clinic: Clinic, folder: Path) -> Path | None:
    """A copy of SQLite's file as it is at one moment; None where the records are not in SQLite."""
    if clinic.database.engine.dialect.name != "sqlite":
        return None
    copy = folder / FILE
    try:
        path = clinic.database.engine.url.database or ""
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise OutputError(f"the records cannot be copied: {error}") from None
    return copy


def _items(clinic: Clinic, copy: Path | None, photos: list[str], with_key: bool) -> Iterator[Item]:
    keys = clinic.place.keys
    if copy is not None:
        yield Item(FILE, lambda: _pieces(copy), small=True)
    yield Item(f"keys/{RECOVERY}", lambda: _pieces(keys / RECOVERY))
    if with_key:
        yield Item(f"keys/{MASTER}", lambda: _pieces(keys / MASTER))
    for photo in photos:
        yield Item(f"vault/{photo}{SUFFIX}", partial(_sealed, clinic, photo))


def _sealed(clinic: Clinic, photo: str) -> list[bytes]:
    try:
        return [clinic.vault.sealed(photo)]
    except VaultError:
        if photo not in _photos(clinic):
            raise _Erased from None
        raise VaultError(f"the file of photo {photo} is missing: the backup would not be whole") from None


def _photos(clinic: Clinic) -> list[str]:
    """The photos that are to be in the vault now."""
    with clinic.database.read() as session:
        return list(session.scalars(select(PhotoRow.id).where(PhotoRow.erased.is_(None)).order_by(PhotoRow.id)))


def _photos_in(copy: Path) -> list[str]:
    """The photos that the copy of the database names."""
    with closing(sqlite3.connect(copy)) as database:
        return [row[0] for row in database.execute("SELECT id FROM photos WHERE erased IS NULL ORDER BY id")]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
