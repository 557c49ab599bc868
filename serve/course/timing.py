"""How far a visit lies from the last session, and what that makes its photos good for.

Needling swells and reddens the skin for days: swelling fills depressions and feigns improvement, redness and peeling
feign worsening. The rules, their sources and their defaults are `TimingRules`. Nothing here looks at a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scarscore.serve.course.records import Needling, Session, Timing, TimingRules, Visit
from scarscore.serve.course.words import counted
from scarscore.serve.errors import UsageError


@dataclass(frozen=True)
class Timed:
    """A visit's place in the course: its timing, days since the last session (None before the first), sessions before.

    `words` says in one sentence why the photos are not scored or only provisional; empty where they are valid.
    """

    timing: Timing
    days: int | None
    sessions: int
    words: str = ""


def timed(visit: Visit, sessions: Sequence[Session], rules: TimingRules) -> Timed:
    """The visit's timing. Raises UsageError where the photos are of a session's day without saying if before needling.

    Photos of the session's own day count from the session before, if they were taken before needling.
    """
    same_day = any(session.date == visit.date for session in sessions)
    if same_day and visit.needling is None:
        raise UsageError(
            f"{_named(visit)} is the day of a session: say whether the photos were taken before or after needling"
        )
    before = [s.date for s in sessions if s.date < visit.date or (same_day and _after(visit) and s.date == visit.date)]
    if not before:
        return Timed(Timing.PREFERRED, None, 0)
    days = (visit.date - max(before)).days
    timing = timing_after(days, rules)
    return Timed(timing, days, len(before), _words(timing, days, rules))


def timing_after(days: int, rules: TimingRules) -> Timing:
    """What so many days (0 and more) after a session make of a photo: 0-7, 8-13, 14-27, from 28 on, by default."""
    if days <= rules.not_scored:
        return Timing.NOT_SCORED
    if days <= rules.provisional:
        return Timing.PROVISIONAL
    return Timing.VALID if days < rules.preferred else Timing.PREFERRED


def is_valid(timing: Timing) -> bool:
    """Whether a visit of this timing may enter a trend and a verdict."""
    return timing in (Timing.VALID, Timing.PREFERRED)


def next_valid_day(last_session: date, rules: TimingRules) -> date:
    """The first day on which photos are valid again."""
    return last_session + timedelta(days=rules.provisional + 1)


def _after(visit: Visit) -> bool:
    return visit.needling is Needling.AFTER


def _words(timing: Timing, days: int, rules: TimingRules) -> str:
    since = "on the day of a session, after needling" if days == 0 else f"{counted(days, 'day')} after a session"
    if timing is Timing.NOT_SCORED:
        return f"taken {since}: swelling and redness mislead until day {rules.not_scored}, so it is not scored"
    if timing is Timing.PROVISIONAL:
        return f"taken {since}: provisional until day {rules.provisional}, shown but never counted"
    return ""


def _named(visit: Visit) -> str:
    return f"{visit.row + ': ' if visit.row else ''}{visit.date.isoformat()}"
