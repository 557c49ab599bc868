"""A stored photo as a page shows it: smaller, so that a visit's photos come quickly; never what is scored."""

from __future__ import annotations

import io

from PIL import Image

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.find import photo_row
from scarscore.serve.records.people import Who
from scarscore.serve.records.unsealed import unsealed

LONG_SIDE = 1_024  # px: as large as the picture that the heat map lies on
QUALITY = 85


def photo_preview(clinic: Clinic, who: Who, photo_id: str) -> bytes:
    """The photo as a JPEG, 1,024 px long at most. Raises `NotFound`, and `VaultError` where it was changed."""
    with clinic.doing(Deed(who.account, "read", f"photo/{photo_id}", {"what": "preview"})) as session:
        row = photo_row(session, photo_id)
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(unsealed(clinic, who, row))) as picture:
        picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
        picture.thumbnail((LONG_SIDE, LONG_SIDE))
        picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
