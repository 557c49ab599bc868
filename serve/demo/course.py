"""The demo's course: synthetic visits, each photo scored through the same door as any other.

It renders, encodes and scores; `command.py` prints and `page.py` writes. It judges no change: with one photo
a visit there is nothing here but six numbers and their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.course import SyntheticVisit, healing_course
from scarscore.serve.errors import ServeError
from scarscore.serve.scoring.overlay import draw, heat
from scarscore.serve.scoring.result import PhotoScore
from scarscore.serve.scoring.score import Scorer

GRADES = ("none", "macular", "mild", "moderate", "severe")
PHOTO_QUALITY, EMBEDDED_QUALITY = 95, 86


@dataclass(frozen=True)
class ScoredVisit:
    """One visit: as it was made, its photo as JPEG bytes, its score, its heat map and its overlay (uint8 RGB)."""

    number: int
    visit: SyntheticVisit
    photo: bytes
    score: PhotoScore
    heated: npt.NDArray[np.uint8]
    overlay: npt.NDArray[np.uint8]

    @property
    def interval(self) -> str:
        """The reading interval as text, such as `48 to 71`."""
        return f"{self.score.severity_low:.0f} to {self.score.severity_high:.0f}"

    @property
    def grades(self) -> str:
        """The photo grade set in words, such as `mild or moderate`, or `none to mild` for three and more."""
        grades = [GRADES[grade] for grade in self.score.grade_set]
        return f"{grades[0]} to {grades[-1]}" if len(grades) > 2 else " or ".join(grades)

    @property
    def types(self) -> str:
        """The scar types seen, the likeliest first, or a dash."""
        return ", ".join(self.score.types) or "-"


def scored_course(seed: int, scorer: Scorer) -> tuple[ScoredVisit, ...]:
    """Render the course of `seed` and score each photo. Raises ServeError where one is refused."""
    return tuple(_scored(number, visit, scorer) for number, visit in enumerate(healing_course(seed), start=1))


def rises(visits: Sequence[ScoredVisit]) -> tuple[int, ...]:
    """The numbers of the visits whose severity is not below that of the visit before; empty if all fall."""
    return tuple(after.number for before, after in pairwise(visits) if after.score.severity >= before.score.severity)


def made_up_skin() -> npt.NDArray[np.uint8]:
    """The first photo of a course, uint8 RGB: with it an installation is tried."""
    return healing_course(seed=1, visits=2)[0].pixels


def as_jpeg(pixels: npt.NDArray[np.uint8], quality: int = PHOTO_QUALITY) -> bytes:
    """A picture, uint8 RGB, as the bytes of a JPEG file."""
    _, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _scored(number: int, visit: SyntheticVisit, scorer: Scorer) -> ScoredVisit:
    photo = as_jpeg(visit.pixels)
    seen = scorer.examine(photo)
    if not isinstance(seen.answer, PhotoScore) or seen.pixels is None or seen.severity_map is None:
        reason = getattr(seen.answer, "reason", "no map")
        raise ServeError(f"the photo of visit {number} was refused ({reason}); try another --seed")
    heated = heat(seen.pixels, seen.severity_map)
    overlay = draw(seen.pixels, seen.severity_map, seen.answer)
    return ScoredVisit(number, visit, photo, seen.answer, heated, overlay)
