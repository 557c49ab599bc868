"""The picture beside a stored photo's number: its heat map, drawn from its stored bytes when it is asked for.

Both networks run in the server's own process for it, so no more are drawn at once than there are processors.
"""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from threading import BoundedSemaphore

from PIL import Image

from scarscore.serve.course.measured import Networks
from scarscore.serve.course.records import Timing
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Busy, Conflict
from scarscore.serve.records.find import photo_row, visit_row
from scarscore.serve.records.history import when_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.pool import RETRY, cores
from scarscore.serve.records.turns import turn
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.overlay import draw
from scarscore.serve.scoring.result import PhotoScore, Refusal, View

IN_LINE = 16  # heat maps that may wait for a processor: more than a visit's page shows; the next is turned away
_AT_ONCE = BoundedSemaphore(cores())
_LINE = BoundedSemaphore(IN_LINE + cores())


def photo_overlay(clinic: Clinic, who: Who, networks: Networks, photo_id: str) -> bytes | Refusal:
    """A photo under its heat map by the present networks, as PNG; the refusal where it cannot be judged.

    Raises `NotFound`, `VaultError`, `Conflict` where timing forbids a severity, and `Busy`.
    """
    with clinic.doing(Deed(who.account, "read", f"photo/{photo_id}", {"what": "overlay"})) as session:
        row = photo_row(session, photo_id)
        when = when_of(session, visit_row(session, row.visit_id))
    if when.timing is Timing.NOT_SCORED:
        raise Conflict(when.words)
    with _turn():
        data = unsealed(clinic, who, row)
        seen = networks.scorer.examine(data, view=View(row.view), front_camera=row.front_camera)
        if not isinstance(seen.answer, PhotoScore):
            return seen.answer
        assert seen.pixels is not None
        assert seen.severity_map is not None
        buffer = io.BytesIO()
        Image.fromarray(draw(seen.pixels, seen.severity_map, seen.answer)).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


def _turn() -> AbstractContextManager[None]:
    return turn(_LINE, _AT_ONCE, Busy("too many heat maps are being drawn: try again in a few seconds", RETRY))
