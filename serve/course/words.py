"""A verdict in words that a patient can read, with its numbers. Plain, without promise or advice.

Severities and changes are rounded to whole points: the measurement carries no more. A change is rounded once, from the
change itself, here and in every table; where the two rounded severities would differ by another number, they are told
in tenths, so that nobody is left to do sums that do not come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from scarscore.serve.course.records import Change, Shot, VerdictKind, ViewScore, Visit, VisitScore
from scarscore.serve.scoring.result import View


def told(kind: VerdictKind, change: Change, last: VisitScore, open_until: date | None, waiting: bool) -> str:
    """The verdict of a compared course. `waiting`: the change exceeds its error, and nothing backs it yet."""
    start, now = ends(change)
    numbers = (
        f"Your scars measured {start} of 100 at the start and {now} on {day(last.date)}: "
        f"{_difference(change)}. Photos of the same unchanged skin differ by up to {change.sdc95:.0f} points."
    )
    if kind is VerdictKind.IMPROVED:
        return f"{numbers} This is an improvement that the photos can show."
    if kind is VerdictKind.WORSE:
        return f"{numbers} The photos show more depressed scarring than at the start."
    if waiting:
        return f"{numbers} One visit alone can mislead: the next one will show whether the change lasts."
    return f"{numbers} No change can be told from these photos{_yet(open_until)}"


def no_baseline() -> str:
    """Nothing has been measured yet."""
    return "It is too early to say anything: there is no photo yet that can be measured."


def nothing_valid(baseline: VisitScore, first: date | None) -> str:
    """There is a baseline, and no later photo after treatment that counts; `first` is the day on which one can."""
    start = f"Your scars measured {baseline.severity:.0f} of 100 on {day(baseline.date)}. "
    if first is None and baseline.sessions:
        return start + "It is too early to speak of change: there are no later photos yet to compare these with."
    if first is None:
        return start + "It is too early to speak of change: no treatment has been followed by photos yet."
    return start + f"It is too early to speak of change: photos can be compared from {day(first)} on."


def nothing_in_common(baseline: VisitScore, last: VisitScore) -> str:
    """The two visits show no view in common."""
    shown = ([place_words(view) for view in score.views] for score in (baseline, last))
    views = [", ".join(dict.fromkeys(places)) for places in shown]
    return (
        f"The photos of {day(last.date)} ({views[1]}) cannot be compared with those of the start ({views[0]}): "
        "they do not show the same skin."
    )


def place_words(shown: Shot | ViewScore) -> str:
    """What a photo, or the photos of a view, show."""
    return f"close-up of {shown.region.replace('_', ' ')}" if shown.region else side_words(shown.view)


def side_words(view: View) -> str:
    """From where a photo was taken."""
    return "close-up" if view is View.CLOSEUP else f"{view} view"


def nothing_usable(baseline: VisitScore) -> str:
    """Photos were taken after treatment on a right day, and none of them can be used."""
    return (
        f"Your scars measured {baseline.severity:.0f} of 100 on {day(baseline.date)}. None of the photos taken since "
        "can be compared with those."
    )


def unconfirmed(change: Change) -> str:
    """For the practitioner: why a change beyond SDC95 is not called one."""
    return (
        f"the change of {change.points:+.1f} exceeds SDC95 ({change.sdc95:.1f}), but neither the visit before, nor the "
        "trend, nor its own size backs it; a further visit decides"
    )


def day(when: date) -> str:
    """A date as people write it: 3 May 2027."""
    return f"{when.day} {when:%B %Y}"


def counted(number: int, what: str) -> str:
    """So many of something: 1 day, 2 days."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def sessions_of(done: int, planned: int) -> str:
    """How much of the plan is done: 2 of 3 planned sessions; where there were more, 4 sessions, 3 planned."""
    if done > planned:
        return f"{counted(done, 'session')}, {planned} planned"
    return f"{done} of {counted(planned, 'planned session')}"


def signed(points: float) -> str:
    """A change in whole points with its sign: -48, +3, and 0 where it is none."""
    whole = round(points)
    return f"{whole:+d}" if whole else "0"


def ends(change: Change) -> tuple[str, str]:
    """The severities at the start and now: whole points where their difference is the change that is told."""
    fits = round(change.now) - round(change.baseline) == round(change.points)
    return f"{change.baseline:.{0 if fits else 1}f}", f"{change.now:.{0 if fits else 1}f}"


def by_number(notes: Iterable[str], visits: Sequence[Visit]) -> tuple[str, ...]:
    """The notes with each photo's number within its visit, in the place of the id that records know it by."""
    names = {shot.photo: f"photo {number}" for visit in visits for number, shot in enumerate(visit.shots, start=1)}
    known = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    return tuple(known.sub(lambda found: names[found[0]], note) for note in notes)


def _difference(change: Change) -> str:
    points = round(change.points)
    if points == 0:
        return "about the same"
    return f"{counted(abs(points), 'point')} {'lower' if points < 0 else 'higher'}"


def _yet(open_until: date | None) -> str:
    if open_until is None:
        return "."
    return f" yet. Skin can go on changing for months: what came of the course can be said from {day(open_until)} on."
