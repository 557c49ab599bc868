"""Whether a course can be judged as it was written down: every mistake is named with its row, none is guessed away.

What passes comes back in the order of dates. Nothing here opens a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from scarscore.serve.course.records import Clinic, Course, Needling, Plan, Session, Shot, TimingRules, Visit
from scarscore.serve.course.scales.items import checked as checked_findings
from scarscore.serve.course.timing import timed
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

REGIONS = ("forehead", "left_cheek", "right_cheek", "nose", "chin", "other_skin")
SESSIONS, SPACING, MAINTENANCE, DEPTH = (1, 12), (7, 92), (0, 12), (0.0, 5.0)  # what nobody would write but by mistake
LATEST = 3650  # days after a session, ten years: what lies further is a slip, and no date may be left to hold it
EARLIEST = date(1990, 1, 1)  # a browser makes the year 26 of two digits, and a camera whose clock was lost 1970 or 1980


def checked(course: Course, today: date) -> Course:
    """The course in the order of dates. Raises UsageError for what cannot be, naming the row.

    That is: a pseudonym that is not UTF-8 (a folder's name may not be), a date in the future or before `EARLIEST`,
    sessions whose numbers and dates do not ascend together, two visits of one day that are not told apart by
    `needling`, `needling` on a day without a session or none on a session's day, a photo twice, a visit without photos
    and findings, a region on another view than a close-up, values out of range.
    """
    _check_pseudonym(course.patient)
    _check_plan(course.plan)
    check_rules(course.clinic.timing)
    sessions = _sessions(course.sessions, today)
    visits = tuple(sorted(course.visits, key=lambda visit: (visit.date, visit.needling is Needling.AFTER)))
    for visit in visits:
        _check_visit(visit, sessions, course.clinic, today)
    for first, second in pairwise(visits):
        if first.date == second.date and (
            first.needling is second.needling or None in (first.needling, second.needling)
        ):
            raise UsageError(f"{_named(second.row, second.date)}: there is another visit of that day; make them one")
    _check_photos(visits)
    return replace(course, sessions=sessions, visits=visits)


def check_day(day: date, what: str, today: date) -> None:
    """Raises UsageError where a visit or a session cannot have been on that day; `what` begins the sentence."""
    if day > today:
        raise UsageError(f"{what} lies in the future")
    if day < EARLIEST:
        raise UsageError(f"{what} lies before {EARLIEST.year}: is the year written in full?")


def check_rules(rules: TimingRules) -> None:
    """Raises UsageError where a clinic's timing rules contradict themselves, or reach beyond `LATEST`."""
    if not 0 <= rules.not_scored <= rules.provisional < rules.preferred <= LATEST:
        raise UsageError(
            f"timing: the days must ascend from 0 to {LATEST} at most, but are {rules.not_scored} (not scored), "
            f"{rules.provisional} (provisional) and {rules.preferred} (preferred)"
        )
    if any(a >= b for a, b in pairwise((rules.provisional, *rules.endpoints, LATEST + 1))):
        raise UsageError(
            f"timing: end-points must ascend and lie after day {rules.provisional}, up to day {LATEST}: "
            f"{', '.join(map(str, rules.endpoints))}"
        )
    if not rules.provisional < rules.response <= LATEST:
        raise UsageError(
            f"timing: response is {rules.response}; it must lie after day {rules.provisional}, up to day {LATEST}"
        )


def _check_pseudonym(patient: str) -> None:
    try:
        patient.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"the patient {patient!r} is not written in UTF-8: rename the folder, or say patient in course.toml"
        ) from None


def _check_plan(plan: Plan) -> None:
    limits = (
        ("sessions", plan.sessions, SESSIONS),
        ("spacing_days", plan.spacing_days, SPACING),
        ("maintenance_per_year", plan.maintenance_per_year, MAINTENANCE),
    )
    for name, value, (low, high) in limits:
        if not low <= value <= high:
            raise UsageError(f"plan: {name} is {value}; it must lie from {low} to {high}")


def _sessions(sessions: Sequence[Session], today: date) -> tuple[Session, ...]:
    for session in sessions:
        check_day(session.date, f"session {session.number}: {session.date}", today)
        for depth in session.depths:
            if depth.region not in REGIONS:
                raise UsageError(f"session {session.number}: {depth.region!r} is none of {', '.join(REGIONS)}")
            if not DEPTH[0] <= depth.mm <= DEPTH[1]:
                raise UsageError(f"session {session.number}: a depth of {depth.mm:g} mm lies outside 0 to 5 mm")
    ordered = tuple(sorted(sessions, key=lambda session: session.number))
    for number, session in enumerate(ordered, start=1):
        if session.number != number:
            raise UsageError(f"session {number} is missing, or its number stands twice")
    for first, second in pairwise(ordered):
        if first.date >= second.date:
            raise UsageError(f"dates out of order: session {second.number} ({second.date}) is not after {first.date}")
    return ordered


def _check_visit(visit: Visit, sessions: Sequence[Session], clinic: Clinic, today: date) -> None:
    where = _named(visit.row, visit.date)
    check_day(visit.date, where, today)
    if not visit.shots and not visit.findings:
        raise UsageError(f"{where}: a visit without photos and without findings")
    if visit.needling is not None and all(session.date != visit.date for session in sessions):
        raise UsageError(f"{where} says {visit.needling.value} needling, but there is no session on that day")
    timed(visit, sessions, clinic.timing)  # raises where a session's own day lacks `needling`
    try:
        checked_findings(visit.findings)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    for shot in visit.shots:
        _check_region(shot, visit)


def _check_region(shot: Shot, visit: Visit) -> None:
    if shot.region is None:
        return
    where = _named(shot.row or visit.row, visit.date)
    if shot.region not in REGIONS:
        raise UsageError(f"{where}: the region {shot.region!r} is none of {', '.join(REGIONS)}")
    if shot.view is not View.CLOSEUP:
        raise UsageError(f"{where}: only a close-up is of one region, not a {shot.view.value} view")


def _check_photos(visits: Sequence[Visit]) -> None:
    seen: dict[str, str] = {}
    for visit in visits:
        for shot in visit.shots:
            where = _named(shot.row or visit.row, visit.date)
            if shot.photo in seen:
                raise UsageError(f"{where}: the photo {shot.photo!r} stands in {seen[shot.photo]} already")
            seen[shot.photo] = where


def _named(row: str, when: date) -> str:
    return f"{row + ': ' if row else ''}{when.isoformat()}"
