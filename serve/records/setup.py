"""The beginning of a clinic: its key, its settings and its first admin; and whether a data folder has one already.

A set-up that was cut short left no account, so nothing was sealed yet, and it simply begins again. A folder whose
master key is gone but whose records are there is never set up anew: its recovery key brings them back.
"""

from __future__ import annotations

from scarscore.serve.records.accounts import new_account
from scarscore.serve.records.audit import NOBODY, Deed, record
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.database import Database
from scarscore.serve.records.errors import Conflict, VaultError
from scarscore.serve.records.keys import MASTER, RECOVERY
from scarscore.serve.records.people import Role
from scarscore.serve.records.settings import first_settings
from scarscore.serve.records.staff import has_accounts


def opened(place: Place) -> Clinic | None:
    """The clinic of this place; None where it has still to be set up. Raises `RecordsError`.

    The data folder is made where it is not there.
    """
    known = _is_set_up(place)
    if place.is_new and known:
        raise VaultError("the clinic's records are here, but its master key is not: `scarscore vault recover`")
    return Clinic.open(place) if known else None


def set_up(place: Place, name: str, login: str, password: str) -> tuple[Clinic, str]:
    """Make a clinic with its first admin; its recovery key is shown once and kept nowhere.

    Raises `Invalid`, or `Conflict` where there is a clinic already. The caller lets only one set-up run at a time.
    """
    if _is_set_up(place):
        raise Conflict("this clinic has been set up already: sign in")
    settings, admin = first_settings(name), new_account(login, password, Role.ADMIN)
    for left_over in (MASTER, RECOVERY):
        (place.keys / left_over).unlink(missing_ok=True)
    clinic, recovery = Clinic.create(place)
    with clinic.database.write() as session:
        session.add_all((settings, admin))
        record(session, Deed(NOBODY, "set-up", f"account/{admin.id}", {"role": Role.ADMIN}))
    return clinic, recovery


def answers(clinic: Clinic) -> None:
    """Raises `RecordsError` where the clinic's database does not answer."""
    with clinic.database.read() as session:
        has_accounts(session)


def _is_set_up(place: Place) -> bool:
    place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database.open(place.database_url)
    try:
        with database.read() as session:
            return has_accounts(session)
    finally:
        database.close()
