"""What a visit of some day would be good for, told before anybody enters it: too soon after a session, or valid.

Nothing here writes anything but the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scarscore.serve.course.records import Needling, Visit
from scarscore.serve.course.timing import Timed, timed
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.find import course_row
from scarscore.serve.records.history import needling_of, sessions_of, visit_rows
from scarscore.serve.records.people import Who
from scarscore.serve.records.settings import course_settings


@dataclass(frozen=True)
class Foreseen:
    """A day of a course: the number of its session (None without one), what its photos would be good for, its visits.

    `when` is None where it is the day of a session and nobody said yet whether before or after needling. `visits` are
    those of that day, by id, with their `needling`.
    """

    day: date
    session: int | None
    when: Timed | None
    visits: tuple[tuple[str, Needling | None], ...]


def foreseen(clinic: Clinic, who: Who, course_id: str, day: date, needling: Needling | None) -> Foreseen:
    """What photos of that day would be good for. Raises `NotFound`."""
    deed = Deed(who.account, "read", f"course/{course_id}", {"what": "timing", "on": day.isoformat()})
    with clinic.doing(deed) as session:
        course_row(session, course_id)
        sessions, rules = sessions_of(session, course_id), course_settings(session).timing
        visits = tuple((row.id, needling_of(row)) for row in visit_rows(session, course_id) if row.day == day)
    number = next((each.number for each in sessions if each.date == day), None)
    asked = needling if number is not None else None
    unknown = number is not None and asked is None
    return Foreseen(day, number, None if unknown else timed(Visit(day, needling=asked), sessions, rules), visits)
