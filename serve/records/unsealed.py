"""The bytes of a stored photo, as whoever shows, scores or exports it gets them: never without holding them against
their SHA-256, and never failing in silence.
"""

from __future__ import annotations

import hashlib

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import VaultError
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import PhotoRow


def unsealed(clinic: Clinic, who: Who, row: PhotoRow) -> bytes:
    """The JPEG of a photo's row. Raises `VaultError` where it is not what was stored, which is audited."""
    try:
        if row.wrapped_key is None:
            raise VaultError("this photo was erased")
        data = clinic.vault.get(row.id, row.wrapped_key)
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise VaultError("a photo in the vault is not the one that the records name")
    except VaultError:
        clinic.note(Deed(who.account, "failed", f"photo/{row.id}", {"what": "image"}))
        raise
    return data
