"""Bad courses are refused by row; the plan tells what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scarscore.serve.course.check import checked
from scarscore.serve.course.plan import CAUTIONS, brown_marks, checklist, next_photo, next_session, pigment_flags
from scarscore.serve.course.records import (
    Caution,
    Course,
    Depth,
    Finding,
    Needling,
    Plan,
    RegionMean,
    Session,
    Visit,
)
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.errors import UsageError
from tests.serve.course.simulate import shot

FIRST = date(2026, 3, 2)
TODAY = date(2026, 6, 1)


def day(days: int) -> date:
    return FIRST + timedelta(days=days)


def visit(days: int, photo: str, needling: Needling | None = None) -> Visit:
    return Visit(day(days), (shot(50, photo=photo),), needling, row=f"line {days}")


GOOD = Course(
    "p1", Plan(3), (Session(1, FIRST), Session(2, day(28))),
    (visit(28, "c", Needling.BEFORE), visit(-2, "a"), visit(60, "d")),
)  # fmt: skip


def test_a_good_course_comes_back_in_the_order_of_dates() -> None:
    assert [v.row for v in checked(GOOD, TODAY).visits] == ["line -2", "line 28", "line 60"]


Change = Callable[[Course], Course]


def with_visit(extra: Visit) -> Change:
    return lambda course: replace(course, visits=(*course.visits, extra))


BAD: list[tuple[Change, str]] = [
    (with_visit(visit(200, "e")), "line 200: 2026-09-18 lies in the future"),
    (with_visit(replace(visit(60, "e"), date=date(26, 3, 2))), "line 60: 0026-03-02 lies before 1990"),
    (lambda c: replace(c, sessions=(Session(1, date(26, 3, 2)), *c.sessions[1:])), "session 1: 0026-03-02 lies before"),
    (with_visit(visit(70, "a")), r"line 70: 2026-05-11: the photo 'a' stands in line -2"),
    (with_visit(visit(60, "e")), "line 60: 2026-05-01: there is another visit of that day"),
    (with_visit(visit(40, "e", Needling.AFTER)), "line 40: .* there is no session on that day"),
    (with_visit(visit(0, "e")), "line 0: 2026-03-02 is the day of a session"),
    (with_visit(Visit(day(70), row="line 9")), "line 9: .* without photos"),
    (with_visit(Visit(day(70), (), None, (Finding("gais", 9),), "line 9")), "line 9: .*gais is 9"),
    (with_visit(Visit(day(70), (replace(shot(5, photo="e"), region="nose"),))), "only a close-up is of one region"),
    (lambda c: replace(c, sessions=(Session(1, day(28)), Session(2, FIRST))), "dates out of order: session 2"),
    (lambda c: replace(c, sessions=(Session(1, FIRST), Session(3, day(28)))), "session 2 is missing"),
    (lambda c: replace(c, sessions=(Session(1, FIRST), Session(2, day(400)))), "session 2: .* future"),
    (lambda c: replace(c, sessions=(Session(1, FIRST, depths=(Depth("nose", 15),)),)), "session 1: a depth of 15 mm"),
    (lambda c: replace(c, sessions=(Session(1, FIRST, depths=(Depth("ear", 1),)),)), "session 1: 'ear'"),
    (lambda c: replace(c, plan=Plan(0)), "plan: sessions is 0"),
    (lambda c: replace(c, plan=Plan(4, 2)), "plan: spacing_days is 2"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[message for _, message in BAD])
def test_a_bad_course_is_refused_naming_the_row(change: Change, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        checked(change(GOOD), TODAY)


def test_the_plan_tells_the_next_session_and_the_next_photos() -> None:
    session, photo = next_session(GOOD), next_photo(GOOD)
    assert session is not None
    assert photo is not None
    assert (session.date, session.what) == (day(56), "session 3 of 3, as planned")
    assert (photo.date, photo.what) == (day(56), "before needling of session 3 of 3, as planned")


def test_after_the_last_session_the_end_points_come_one_by_one() -> None:
    done = replace(GOOD, plan=Plan(2))
    due = []
    for extra in ((), (visit(60 + 30, "e"),), (visit(28 + 91, "e"),), (visit(28 + 181, "e"),)):
        photo = next_photo(replace(done, visits=(*done.visits, *extra)))
        due.append(None if photo is None else (photo.date - day(28)).days)
    assert due == [90, 90, 180, None]  # day 60 was past the 28 days already
    assert next_session(done) is None
    maintained = next_session(replace(done, plan=Plan(2, 28, 4)))
    assert maintained is not None
    assert maintained.date == day(28 + 91)


def test_photos_of_a_short_spacing_wait_for_the_first_valid_day() -> None:
    weekly = replace(GOOD, plan=Plan(3, 7))
    photo = next_photo(weekly)
    assert photo is not None
    assert photo.date == day(28 + 14)


def test_a_visit_of_findings_alone_took_no_photos() -> None:
    alone = Visit(day(-2), findings=(Finding("icepick", 3, "Dr A"),))
    new = next_photo(replace(GOOD, sessions=(), visits=(alone,)))
    assert new is not None
    assert new.what == "baseline, before session 1"
    late = replace(alone, date=day(28 + 181))
    photo = next_photo(replace(GOOD, plan=Plan(2), visits=(*GOOD.visits, late)))
    assert photo is not None
    assert photo.what == "end-point 90 days after the last session"


def test_cautions_are_recorded_and_never_judged() -> None:
    told = checklist((Caution("active acne", True, "Dr A"), Caution("cold sore last week", True, "Dr A")))
    assert [caution.name for caution in told] == [*CAUTIONS, "cold sore last week"]
    assert [caution.present for caution in told] == [True, *[None] * (len(CAUTIONS) - 1), True]


def test_pigment_is_flagged_apart_from_severity_and_shade_is_not() -> None:
    start, *_, end = visit_scores(checked(GOOD, TODAY))
    light = replace(start, regions=(RegionMean("left_cheek", 50.0, 0.5, lightness=-1.0, hyperpigmented=0.004),))
    brown = replace(end, regions=(RegionMean("left_cheek", 50.0, 0.5, lightness=-5.5, hyperpigmented=0.052),))
    shaded = replace(end, regions=(RegionMean("left_cheek", 50.0, 0.5, lightness=-9.0, hyperpigmented=0.004),))
    untold = replace(end, regions=(RegionMean("left_cheek", 50.0, 0.5, lightness=-9.0),))
    elsewhere = replace(end, regions=(RegionMean("chin", 50.0, 0.5, hyperpigmented=0.052),))
    assert pigment_flags(light, brown) == ("left cheek: brown spots on 5 % of the skin, 0 % at baseline",)
    assert pigment_flags(untold, brown) == ()
    for other in (shaded, untold, elsewhere, light):
        assert pigment_flags(light, other) == ()
    assert pigment_flags(brown, light) == ()


def test_brown_marks_stay_told_until_somebody_enters_that_they_are_gone() -> None:
    def entered(value: float, by: str) -> tuple[Finding, ...]:
        return (Finding("pih", value, by),)

    first, second, third = checked(GOOD, TODAY).visits
    marked = replace(second, findings=entered(1, "Dr A"))
    said = "brown marks after inflammation, entered by Dr A on 30 March 2026"
    assert brown_marks((first, marked)) == said
    assert brown_marks((first, marked, replace(third, findings=(Finding("icepick", 3, "Dr A"),)))) == said
    assert brown_marks((first, marked, replace(third, findings=entered(0, "model")))) == said
    assert brown_marks((first, marked, replace(third, findings=entered(0, "Dr B")))) == ""
    assert brown_marks((first, second, third)) == ""
