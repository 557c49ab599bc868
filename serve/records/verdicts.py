"""The verdict on a recorded course, computed from its rows whenever it is asked for: corrections are followed at once.

Only scores of the networks that run now count; photos that these have not scored are named, so that the clinic can
have them scored again. Laying photos over each other takes seconds, so the last few answers are kept in memory, each
under a digest of all that it rests on: a row that changes makes another digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache

from scarscore.model.bundle import DEFAULT
from scarscore.serve.course.measured import Measured, Networks, measured_course
from scarscore.serve.course.records import Course, Shot
from scarscore.serve.course.verdict import as_of
from scarscore.serve.errors import UsageError
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.errors import Conflict, Invalid, NotFound, VaultError
from scarscore.serve.records.find import photo_row
from scarscore.serve.records.history import course_of, newest
from scarscore.serve.records.memory import Memory
from scarscore.serve.records.people import Who
from scarscore.serve.records.scores import lacking
from scarscore.serve.records.unsealed import unsealed

KEPT = 8  # courses whose pictures are held in memory, some megabytes each


CACHE: Memory[Measured] = Memory(KEPT)


@cache
def networks(model: str = DEFAULT) -> Networks:
    """The networks of this name, loaded once. Raises `ModelError`."""
    return Networks.load(model)


def measured(clinic: Clinic, who: Who, networks: Networks, course_id: str, on: date) -> Measured:
    """The course as it stood on a day: visits in numbers, photos compared, and the verdict.

    Raises `NotFound`, `Invalid` for a day that lies ahead, and `Conflict` where the records contradict themselves.
    """
    if on > today():
        raise Invalid(f"{on} lies in the future")
    deed = Deed(who.account, "read", f"course/{course_id}", {"what": "verdict", "on": on.isoformat()})
    with clinic.doing(deed) as session:
        course = as_of(course_of(session, course_id, networks.text), on)
    bare = replace(course, visits=tuple(replace(visit, findings=()) for visit in course.visits))
    digest = hashlib.sha256(repr((clinic.place, networks.text, on, bare)).encode()).hexdigest()
    told = CACHE.get(digest, lambda: _computed(clinic, who, networks, bare, on))
    return replace(told, course=_with_findings(told.course, course))


def needs_rescore(clinic: Clinic, course_id: str, networks: str, on: date) -> tuple[str, ...]:
    """The photos that count up to that day and that these networks have not scored as their view, by id."""
    with clinic.database.read() as session:
        photos = lacking(session, course_id, lambda view, rows: newest(rows, view, networks) is None, on)
        return tuple(photo.id for photo in photos)


def _with_findings(computed: Course, recorded: Course) -> Course:
    """What the network proposed, and after it what was entered: findings change no photo, so none is looked at anew."""
    pairs = zip(computed.visits, recorded.visits, strict=True)
    return replace(
        computed, visits=tuple(replace(told, findings=(*told.findings, *visit.findings)) for told, visit in pairs)
    )


def _computed(clinic: Clinic, who: Who, networks: Networks, course: Course, on: date) -> Measured:
    def photo(shot: Shot) -> bytes | None:
        try:
            with clinic.database.read() as session:
                row = photo_row(session, shot.photo)
            return unsealed(clinic, who, row)
        except (NotFound, VaultError):  # erased meanwhile, or damaged, which is audited: told as not readable
            return None

    try:
        return measured_course(course, networks, on, photo, _quiet)
    except UsageError as error:
        raise Conflict(str(error)) from None


@contextmanager
def _quiet(_: int) -> Iterator[Callable[[], None]]:
    """No progress is shown."""
    yield lambda: None
