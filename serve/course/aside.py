"""Photos that are kept and shown, and never counted: those taken too soon after a session, and the provisional ones.

A patient may want to see how the skin looked in the first days. They are small, not aligned, and carry no number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.records import Course, Shot, Timing, Visit
from scarscore.serve.course.timing import is_valid, timed
from scarscore.serve.scoring.quality.arrays import reduced

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
                small = reduced(pixels, SIDE / max(pixels.shape[:2]))
                told.append(Aside(visit, shot, when.timing, when.days or 0, small))
    return tuple(told)
