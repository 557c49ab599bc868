"""What is said of a course: its last valid visit against its baseline, against the measurement error.

**The rule.** SDC95 allows one comparison in twenty to be called a change by chance. A course is looked at again and
again, so by the fifth or eighth look one unchanged course in four would once have been called changed. Hence a change
must exceed SDC95 *and* be backed, the same way, by one of these:

* the valid visit before also differed from the baseline by more than its SDC95;
* the 99.5 % interval of the trend over all valid visits leaves 0 out;
* the last visit alone exceeds 1.55 times its SDC95;
* it is the course's only look, at or after the day from which response is judged: then nothing was tried twice.

tests/serve/course/test_simulated.py measures how often unchanged courses are called changed over all their looks, and
how often a true fall is called improved. It holds as far as the measurement error does: the bundle's is a lower bound,
and a clinic whose photos stray further must measure its own. A provisional visit never enters. Nothing here recommends
anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scarscore.serve.course.baseline import baseline_note, baseline_of, valid_scores
from scarscore.serve.course.change import change_between, change_notes, point_of, trend
from scarscore.serve.course.error import LOWER_BOUND
from scarscore.serve.course.expected import expected_range
from scarscore.serve.course.records import (
    Change,
    Course,
    ErrorSource,
    Trend,
    Verdict,
    VerdictKind,
    VisitScore,
)
from scarscore.serve.course.timing import is_valid, next_valid_day, timed
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.course.words import (
    no_baseline,
    nothing_in_common,
    nothing_usable,
    nothing_valid,
    told,
    unconfirmed,
)

ALONE = 1.55  # times SDC95: what the last visit must exceed if nothing else backs it
SURE = 2.81  # standard errors of the trend: its 99.5 % interval


@dataclass(frozen=True)
class Look:
    """Everything that one look at a course rests on: the last two changes (the earlier perhaps None), and the trend."""

    change: Change
    before: Change | None
    trend: Trend | None
    single: bool


def judge(course: Course, on: date) -> Verdict:
    """The verdict on a course as it stood on a day. Raises UsageError as `visit_scores` does."""
    known = as_of(course, on)
    return verdict(known, visit_scores(known))


def as_of(course: Course, on: date) -> Course:
    """The course without what came after that day."""
    return replace(
        course,
        sessions=tuple(session for session in course.sessions if session.date <= on),
        visits=tuple(visit for visit in course.visits if visit.date <= on),
    )


def verdict(course: Course, scores: Sequence[VisitScore]) -> Verdict:
    """The verdict on a course whose visits have been scored already, by `visit_scores`."""
    baseline = baseline_of(scores)
    if baseline is None:
        return Verdict(VerdictKind.TOO_EARLY, no_baseline(), notes=_unusable(course, scores))
    later = [score for score in valid_scores(scores) if score.date > baseline.date and score.sessions > 0]
    if not later:
        return _not_compared(course, scores, baseline)
    return _judged(course, scores, baseline, later)


def _not_compared(course: Course, scores: Sequence[VisitScore], baseline: VisitScore) -> Verdict:
    """There is a baseline, and no score after treatment: for want of time, or because no photo could be used."""
    notes = (*_notes(baseline), *_unusable(course, scores))
    rules, done = course.clinic.timing, course.sessions
    later = [visit.date for visit in course.visits if visit.date > baseline.date and visit.shots]
    tried = [visit for visit in course.visits if visit.date in later and is_valid(timed(visit, done, rules).timing)]
    if any(timed(visit, done, rules).sessions for visit in tried):
        return Verdict(VerdictKind.NOT_COMPARABLE, nothing_usable(baseline), baseline=baseline, notes=notes)
    treated = [session.date for session in done if session.date >= baseline.date]
    first = next_valid_day(max(treated), rules) if treated else None
    return Verdict(VerdictKind.TOO_EARLY, nothing_valid(baseline, first), baseline=baseline, notes=notes)


def direction(look: Look) -> int:
    """-1 where a fall is called, +1 where a rise is, 0 where no change is: the rule above."""
    change = look.change
    if abs(change.points) <= change.sdc95:
        return 0
    sign = -1 if change.points < 0 else 1
    before = look.before is not None and sign * look.before.points > look.before.sdc95
    line = look.trend is not None and sign * look.trend.per_28_days > SURE * _error(look.trend)
    alone = look.single or abs(change.points) > ALONE * change.sdc95
    return sign if before or line or alone else 0


def looks(baseline: VisitScore, later: Sequence[VisitScore], response: int) -> tuple[Look | None, ...]:
    """What each visit after the baseline, in the order of dates, could be judged on at its own time.

    None where it has no view in common with the baseline. `response` is in days after the last session.
    """
    changes = [change_between(baseline, score) for score in later]
    points = [point_of(baseline, score) for score in (baseline, *later)]
    lines = [trend([point for point in points[: n + 2] if point is not None]) for n in range(len(later))]
    single = (later[0].days or 0) >= response
    return tuple(
        None if change is None else Look(change, changes[n - 1] if n else None, lines[n], n == 0 and single)
        for n, change in enumerate(changes)
    )


def _judged(course: Course, scores: Sequence[VisitScore], baseline: VisitScore, later: Sequence[VisitScore]) -> Verdict:
    last = later[-1]
    notes = (*_notes(baseline, last), *_unusable(course, scores))
    look = looks(baseline, later, course.clinic.timing.response)[-1]
    if look is None:
        words = nothing_in_common(baseline, last)
        return Verdict(VerdictKind.NOT_COMPARABLE, words, baseline=baseline, last=last, notes=notes)
    change, line = look.change, look.trend
    kind = _KINDS[direction(look)]
    waiting = kind is VerdictKind.NO_DETECTABLE_CHANGE and abs(change.points) > change.sdc95
    open_until = _open_until(course, last)
    return Verdict(
        kind, told(kind, change, last, open_until, waiting), change, line, baseline, last,
        (*notes, *((unconfirmed(change),) if waiting else ())),
        expected_range(course, change.baseline, last), open_until,
    )  # fmt: skip


_KINDS = {-1: VerdictKind.IMPROVED, 0: VerdictKind.NO_DETECTABLE_CHANGE, 1: VerdictKind.WORSE}


def _error(line: Trend) -> float:
    """Standard error of the trend, in points per 28 days."""
    return (line.high - line.low) / (2 * 1.96)


def _open_until(course: Course, last: VisitScore) -> date | None:
    """The day from which the course's response can be judged; None where the last visit lies at or after it.

    It counts from the last session of all: one that followed these photos, if only by hours, is still at work.
    """
    response_from = max(session.date for session in course.sessions) + timedelta(days=course.clinic.timing.response)
    return None if last.date >= response_from else response_from


def _notes(baseline: VisitScore, last: VisitScore | None = None) -> tuple[str, ...]:
    notes = [baseline_note(baseline)] if baseline.sessions else []
    seen = (baseline,) if last is None else (baseline, last)
    if last is not None:
        notes.extend(change_notes(baseline, last))
    if any(view.error.source is ErrorSource.BUNDLE for score in seen for view in score.views):
        notes.append(LOWER_BOUND)
    return (*notes, *(f"{score.date.isoformat()}: {note}" for score in seen for note in score.notes))


def _unusable(course: Course, scores: Sequence[VisitScore]) -> tuple[str, ...]:
    """The visits on a right day of whose photos none could be used."""
    scored = {score.date for score in scores}
    without = (visit for visit in course.visits if visit.date not in scored and visit.shots)
    return tuple(
        f"{visit.date.isoformat()}: none of the photos could be used"
        for visit in without
        if is_valid(timed(visit, course.sessions, course.clinic.timing).timing)
    )
