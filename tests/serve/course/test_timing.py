"""Days since a session: what they make of a visit, and which visit is the baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scarscore.serve.course.baseline import baseline_note, baseline_of
from scarscore.serve.course.check import check_rules
from scarscore.serve.course.records import Course, Needling, Plan, Session, Timing, TimingRules, Visit
from scarscore.serve.course.timing import next_valid_day, timed, timing_after
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.errors import UsageError
from tests.serve.course.simulate import shot

FIRST = date(2026, 3, 2)
SESSIONS = (Session(1, FIRST), Session(2, FIRST + timedelta(days=28)))


def visit(days: int, needling: Needling | None = None, severity: float = 50.0) -> Visit:
    return Visit(FIRST + timedelta(days=days), (shot(severity, photo=f"day {days} {needling}"),), needling)


@pytest.mark.parametrize(
    ("days", "timing"),
    [
        (0, Timing.NOT_SCORED),
        (3, Timing.NOT_SCORED),
        (7, Timing.NOT_SCORED),
        (8, Timing.PROVISIONAL),
        (13, Timing.PROVISIONAL),
        (14, Timing.VALID),
        (27, Timing.VALID),
        (28, Timing.PREFERRED),
        (180, Timing.PREFERRED),
    ],
)
def test_the_days_since_the_last_session_decide(days: int, timing: Timing) -> None:
    assert timing_after(days, TimingRules()) is timing
    found = timed(visit(days), SESSIONS[:1], TimingRules()) if days else timed(
        visit(0, Needling.AFTER), SESSIONS[:1], TimingRules()
    )  # fmt: skip
    assert (found.timing, found.days, found.sessions) == (timing, days, 1)
    assert bool(found.words) == (timing in (Timing.NOT_SCORED, Timing.PROVISIONAL))


def test_before_the_first_session_a_photo_is_valid() -> None:
    found = timed(visit(-3), SESSIONS, TimingRules())
    assert (found.timing, found.days, found.sessions) == (Timing.PREFERRED, None, 0)


def test_on_a_sessions_day_a_photo_before_needling_counts_from_the_session_before() -> None:
    first = timed(visit(0, Needling.BEFORE), SESSIONS, TimingRules())
    second = timed(visit(28, Needling.BEFORE), SESSIONS, TimingRules())
    after = timed(visit(28, Needling.AFTER), SESSIONS, TimingRules())
    assert (first.timing, first.days, first.sessions) == (Timing.PREFERRED, None, 0)
    assert (second.timing, second.days, second.sessions) == (Timing.PREFERRED, 28, 1)
    assert (after.timing, after.days, after.sessions) == (Timing.NOT_SCORED, 0, 2)


def test_on_a_sessions_day_it_must_be_said_whether_before_or_after() -> None:
    with pytest.raises(UsageError, match="line 4: 2026-03-30 is the day of a session"):
        timed(replace(visit(28), row="line 4"), SESSIONS, TimingRules())


def test_a_clinic_sets_its_own_days_but_not_against_each_other() -> None:
    own = TimingRules(not_scored=3, provisional=9, preferred=20)
    assert [timing_after(day, own) for day in (3, 4, 10, 20)] == list(Timing)
    assert next_valid_day(FIRST, own) == FIRST + timedelta(days=10)
    check_rules(own)
    with pytest.raises(UsageError, match="must ascend"):
        check_rules(TimingRules(not_scored=14))
    with pytest.raises(UsageError, match="end-points"):
        check_rules(TimingRules(endpoints=(90, 28)))


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (TimingRules(response=10), "response is 10; it must lie after day 13, up to day 3650"),
        (TimingRules(response=-5), "response is -5"),
        (TimingRules(response=100_000_000), "response is 100000000"),
        (TimingRules(endpoints=(28, 99_999_999)), "up to day 3650: 28, 99999999"),
        (TimingRules(preferred=99_999_999), "from 0 to 3650 at most"),
    ],
)
def test_days_that_no_calendar_or_course_holds_are_refused(rules: TimingRules, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_rules(rules)
    check_rules(TimingRules(preferred=3650, endpoints=(3650,), response=3650))


def course(*visits: Visit) -> Course:
    return Course("p1", Plan(2), SESSIONS, visits)


def test_photos_of_the_first_week_get_no_severity() -> None:
    scores = visit_scores(course(visit(0, Needling.BEFORE), visit(5), visit(10), visit(20)))
    assert [(score.date - FIRST).days for score in scores] == [0, 10, 20]


def test_the_baseline_is_the_last_valid_visit_before_session_1() -> None:
    told = baseline_of(visit_scores(course(visit(-40), visit(-5), visit(20), visit(60))))
    assert told is not None
    assert told.date == FIRST - timedelta(days=5)
    assert baseline_note(told) == ""


def test_without_one_it_is_the_first_valid_visit_and_that_is_said() -> None:
    told = baseline_of(visit_scores(course(visit(10), visit(28, Needling.BEFORE), visit(60))))
    assert told is not None
    assert told.date == FIRST + timedelta(days=28)
    assert baseline_note(told) == "baseline after session 1"
    assert baseline_of(visit_scores(course(visit(10)))) is None
