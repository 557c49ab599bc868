"""Clears the vault of files that no row names: what a crash left between a photo's file and its row, or its erasure."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import NotFound
from scarscore.serve.records.tables import PhotoRow

AGE = timedelta(hours=1)  # a photo is stored within a minute: what is older belongs to no request that still runs


def sweep(clinic: Clinic, older: timedelta = AGE) -> tuple[str, ...]:
    """Remove the files that no photo's row names and that are older than this; their ids. Run when a server starts."""
    # Before the rows, so that what is stored in between is not among them.
    lying = [name for name in clinic.vault.names() if name.isalnum()]
    with clinic.database.read() as session:
        named = set(session.scalars(select(PhotoRow.id).where(PhotoRow.erased.is_(None))))
    swept = tuple(name for name in lying if name not in named and _is_old(clinic, name, older))
    for name in swept:
        clinic.vault.drop(name)
    if swept:
        clinic.note(Deed("-", "sweep", "vault", {"files": list(swept)}))
    return swept


def _is_old(clinic: Clinic, name: str, older: timedelta) -> bool:
    try:
        return now() - clinic.vault.written(name) > older
    except NotFound:  # somebody else removed it meanwhile
        return False
