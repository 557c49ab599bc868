"""Photos that are kept and shown, and never counted: those taken too soon after a session, and the provisional ones.

A patient may want to see how the skin looked in the first days. They are small, not aligned, and carry no number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.records import Course, Shot, Timing, Visit
from scarscore.serve.course.timing import is_valid, timed

SIDE = 320  # px: the long side at which they are shown


@dataclass(frozen=True, eq=False)
class Aside:
    """A photo that is shown alone: its visit and what that visit's timing is, and small pixels, uint8 RGB (h, w, 3)."""

    visit: Visit
    shot: Shot
    timing: Timing
    days: int
    pixels: Pixels


def set_aside(course: Course, look: Callable[[Shot], Pixels | None]) -> tuple[Aside, ...]:
    """The photos of all visits that are not valid, in the order of dates; one that cannot be read is passed over."""
    told = []
    for visit in course.visits:
        when = timed(visit, course.sessions, course.clinic.timing)
        for shot in () if is_valid(when.timing) else visit.shots:
            pixels = look(shot)
            if pixels is not None:
                told.append(Aside(visit, shot, when.timing, when.days or 0, small(pixels)))
    return tuple(told)


def small(pixels: Pixels) -> Pixels:
    """The photo with a long side of `SIDE` px; a smaller one as it is."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
