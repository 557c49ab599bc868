"""Another recovery key for a clinic: where the paper with the one before was lost, or somebody saw it.

The master key stays, and so does everything that is sealed under it. The clinic's own sealed copy opens with the new
key alone from then on; backups that were made before hold the old copy, and open with the old key.
"""

from __future__ import annotations

from sqlalchemy import select

from scarscore.serve.records.audit import NOBODY, Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import VaultError
from scarscore.serve.records.tables import PatientRow, PhotoRow


def renew_recovery_key(clinic: Clinic) -> str:
    """Seal the master key under a new recovery key, which is kept nowhere; that key.

    Raises `VaultError` where the master key does not open this clinic's records, or its copy cannot be written; then
    the recovery key of before still holds.
    """
    _prove(clinic)
    with clinic.doing(Deed(NOBODY, "new-recovery-key", "vault")):
        return clinic.vault.master.seal_for_recovery(clinic.place.keys)


def _prove(clinic: Clinic) -> None:
    """Raises `VaultError` where the key is another clinic's: its copy in place of the right one would lose the photos.

    A clinic without a name and a photo has nothing that could be lost.
    """
    master = clinic.vault.master
    with clinic.database.read() as session:
        photo = session.scalars(select(PhotoRow).where(PhotoRow.wrapped_key.is_not(None)).limit(1)).first()
        person = session.scalars(select(PatientRow).where(PatientRow.sealed_name.is_not(None)).limit(1)).first()
    try:
        if photo is not None and photo.wrapped_key is not None:
            master.unwrap(photo.wrapped_key, photo.id)
        if person is not None and person.sealed_name is not None:
            master.unseal_text(person.sealed_name, person.id)
    except VaultError:
        raise VaultError(
            "the master key here is not the one of these records, and nothing was changed. `scarscore vault recover` "
            "restores the right one"
        ) from None
