"""From an upload to the bytes that are stored and their score: decoded safely, re-encoded, scored from those bytes.

What is stored is a new JPEG of the photo's pixels, upright and in sRGB, at most 4,096 px long, with no metadata at
all. An upload that cannot be decoded is refused and leaves nothing; one that can, but shows no skin that can be
judged, is stored with its refusal, so that the visit shows that a retake is needed. Nothing here stores anything.
"""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from scarscore.serve.batch.rows import networks_text
from scarscore.serve.records.scored import Scored
from scarscore.serve.scoring.decode import upright
from scarscore.serve.scoring.result import Refusal, View
from scarscore.serve.scoring.score import Scorer

LONG_SIDE = 4_096  # px; a phone's 12 MP (4,032 px) is kept whole
QUALITY = 92  # 4:4:4 at this quality moves a score less than the same photo taken twice


def prepare(upload: bytes, view: View | None, scorer: Scorer, *, judge: bool = True, guess: bool = False) -> Scored:
    """Make an upload ready to be stored, and score it from the bytes that are stored. Never raises for any bytes.

    Without `judge` no severity is computed: timing forbids it. With `guess` a photo without a view gets the one that it
    shows.
    """
    networks = networks_text(scorer.model, scorer.region_model)
    read = upright(upload, LONG_SIDE)
    if isinstance(read, Refusal):
        return Scored(b"", "", 0, 0, front_camera=False, answer=read, model=networks)
    data = encoded(read.picture)
    seen = scorer.view_in(data) if guess and view is None else view
    answer = scorer.examine(data, view=seen, front_camera=read.front_camera).answer if judge else None
    return Scored(data, hashlib.sha256(data).hexdigest(), *read.picture.size, read.front_camera, answer, networks, seen)


def again(stored: bytes, view: View, scorer: Scorer, *, front_camera: bool) -> Scored:
    """Score a photo that is stored, from exactly its bytes; `front_camera` as it was read at its upload."""
    answer = scorer.examine(stored, view=view, front_camera=front_camera).answer
    networks = networks_text(scorer.model, scorer.region_model)
    return Scored(b"", "", 0, 0, front_camera, answer, networks, view)  # whoever asks has the bytes


def encoded(picture: Image.Image) -> bytes:
    """The picture as JPEG: its pixels and nothing else."""
    picture.info.clear()  # Pillow would write a comment that it read back into the file
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()
