"""Clears away what a crash may leave: files of the vault that no row names or that are half written, and old pages in
the database's log."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import Engine, select

from scarscore.serve.records.audit import NOBODY, Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.database import WAIT
from scarscore.serve.records.errors import NotFound, RecordsError
from scarscore.serve.records.tables import PhotoRow

AGE = timedelta(hours=1)  # a photo is stored within a minute: what is older belongs to no request that still runs

TRIES, PAUSE = 20, 0.25  # for the write-ahead log, which a transaction that reads keeps from being emptied


def tidy(clinic: Clinic) -> None:
    """Clear away what a crash left, before a server answers anybody. Raises `VaultError` and `RecordsError`."""
    sweep(clinic)
    empty_log(clinic)


def sweep(clinic: Clinic, older: timedelta = AGE) -> tuple[str, ...]:
    """Remove the files that no photo's row names or that are half written, if they are older than this; their ids."""
    # Before the rows, so that what is stored in between is not among them.
    lying = [name for name in clinic.vault.names() if name.isalnum()]
    with clinic.database.read() as session:
        named = set(session.scalars(select(PhotoRow.id).where(PhotoRow.erased.is_(None))))
    swept = tuple(name for name in lying if name not in named and _is_old(clinic, name, older))
    for name in swept:
        clinic.vault.drop(name)
    swept += clinic.vault.drop_half_written(now() - older)
    if swept:
        clinic.note(Deed(NOBODY, "sweep", "vault", {"files": list(swept)}))
    return swept


def _is_old(clinic: Clinic, name: str, older: timedelta) -> bool:
    try:
        return now() - clinic.vault.written(name) > older
    except NotFound:  # somebody else removed it meanwhile
        return False


def empty_log(clinic: Clinic) -> None:
    """Take SQLite's write-ahead log into the file and cut it to nothing. Raises `RecordsError` while it is in use."""
    engine = clinic.database.engine
    if engine.dialect.name != "sqlite":
        return
    for _ in range(TRIES):
        if _is_emptied(engine):
            return
        time.sleep(PAUSE)
    raise RecordsError(
        "what was to be erased is erased already, but the write-ahead log is in use and could not be emptied: old "
        "pages may lie in it. Start the server again"
    )


def _is_emptied(engine: Engine) -> bool:
    """One try, at once: SQLite would wait as long as a transaction does, and let nobody write meanwhile."""
    connection = engine.raw_connection()  # the engine's own begin a transaction, in which it cannot be emptied
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={WAIT}000")
        return not busy
    finally:
        connection.close()
