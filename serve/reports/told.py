"""What a report is drawn from: whose it is, what was measured, and its photos as they are printed.

Everything has been read, unsealed and computed by then (`gather.py`); whoever draws opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import Shot
from scarscore.serve.course.report.timeline import Moment


@dataclass(frozen=True)
class Head:
    """What stands above a report: the clinic, the patient's pseudonym, and the name where it may be shown.

    `title` says what the report is of; `on` is the day as of which it tells.
    """

    clinic: str
    pseudonym: str
    name: str | None
    title: str
    on: date


@dataclass(frozen=True, eq=False)
class Jpeg:
    """A picture ready to be printed: a JPEG file's bytes, its size in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo as a report shows it: alone, and under its heat map where it has a severity of the present network.

    Without a `picture`, `missing` says why there is none.
    """

    moment: Moment
    shot: Shot
    label: str
    picture: Jpeg | None = None
    heat: Jpeg | None = None
    missing: str = ""


@dataclass(frozen=True, eq=False)
class Course:
    """A course's report. `erased` photos of it are gone; `unscored` have no score of the present network."""

    head: Head
    measured: Measured
    moments: tuple[Moment, ...]
    photos: tuple[Photo, ...]
    pictures: bool
    erased: int
    unscored: int


@dataclass(frozen=True, eq=False)
class Visit:
    """The report of one visit of a course; the rest as in `Course`, counted at this visit."""

    head: Head
    measured: Measured
    moment: Moment
    photos: tuple[Photo, ...]
    pictures: bool
    erased: int
    unscored: int
