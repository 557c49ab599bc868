"""The beginning of a clinic: its key, its settings and its first admin; and whether a data folder has one already.

A set-up that was cut short left no account, so nothing was sealed yet, and it simply begins again. A folder whose
master key is gone but whose records are there is never set up anew: its recovery key brings them back. Nor is a place
whose vault holds photos, though the database is empty: it is another database than the clinic's. No key is ever
deleted here, since an empty database does not prove that a key opens nothing.
"""

from __future__ import annotations

from scarscore.serve.records.accounts import new_account
from scarscore.serve.records.audit import NOBODY, Deed, record
from scarscore.serve.records.clinic import Clinic, Place, now
from scarscore.serve.records.database import Database
from scarscore.serve.records.errors import Conflict, VaultError
from scarscore.serve.records.keys import MASTER, RECOVERY
from scarscore.serve.records.people import Role
from scarscore.serve.records.settings import first_settings
from scarscore.serve.records.staff import has_accounts
from scarscore.serve.records.vault import holds_photos


def opened(place: Place) -> Clinic | None:
    """The clinic of this place; None where it has still to be set up. Raises `RecordsError`.

    The data folder is made where it is not there.
    """
    known = _is_set_up(place)
    if place.is_new and known:
        raise VaultError("the clinic's records are here, but its master key is not: `scarscore vault recover`")
    if not known:
        _check_nothing_is_sealed(place)
    return Clinic.open(place) if known else None


def set_up(place: Place, name: str, login: str, password: str) -> tuple[Clinic, str]:
    """Make a clinic with its first admin; its recovery key is shown once and kept nowhere.

    Raises `Invalid`, or `Conflict` where there is a clinic already, or photos of one. The caller lets only one set-up
    run at a time.
    """
    if _is_set_up(place):
        raise Conflict("this clinic has been set up already: sign in")
    settings, admin = first_settings(name), new_account(login, password, Role.ADMIN)
    _check_nothing_is_sealed(place)
    _put_aside(place)
    clinic, recovery = Clinic.create(place)
    with clinic.database.write() as session:
        session.add_all((settings, admin))
        record(session, Deed(NOBODY, "set-up", f"account/{admin.id}", {"role": Role.ADMIN}))
    return clinic, recovery


def answers(clinic: Clinic) -> None:
    """Raises `RecordsError` where the clinic's database does not answer."""
    with clinic.database.read() as session:
        has_accounts(session)


def _check_nothing_is_sealed(place: Place) -> None:
    """Raises `Conflict` where the vault holds photos: under a new key they could never be opened again."""
    if holds_photos(place.vault_url):
        raise Conflict(
            "the vault holds photos, but nobody has an account in this database: it is not the one that belongs to "
            "them, and nothing was set up. Name the clinic's own database (--database, SCARSCORE_DATABASE), or set up "
            "in another data folder"
        )


def _put_aside(place: Place) -> None:
    """Move what lies where the new keys will into a folder beside them, from which it can be taken back."""
    left = [path for name in (MASTER, RECOVERY) if (path := place.keys / name).exists()]
    if not left:
        return
    aside = place.keys / f"before-{now():%Y%m%d-%H%M%S-%f}"
    aside.mkdir(mode=0o700)
    for path in left:
        path.rename(aside / path.name)


def _is_set_up(place: Place) -> bool:
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database.open(place.database_url)
    try:
        with database.read() as session:
            return has_accounts(session)
    finally:
        database.close()
