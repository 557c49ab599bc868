"""Courses, sessions, visits and findings as recorded: held against the course's own rules, in their words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scarscore.serve.course.records import Caution, Depth, Needling, Plan, Timing
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.courses import correct_course, course, courses, create_course
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.findings import add_finding, findings
from scarscore.serve.records.history import course_of
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.sessions import (
    add_session,
    correct_session,
    delete_session,
    session,
    sessions,
)
from scarscore.serve.records.visits import add_visit, correct_visit, delete_visit, visit, visits
from tests.serve.records.parts import (
    NURSE,
    Here,
    ago,
    each_database,
    lines,
    new_course,
    session_on,
    settle_in,
    take,
    visit_on,
)


@each_database
def test_a_course_comes_back_as_it_was_planned(clinic: Clinic) -> None:
    settle_in(clinic)
    plan = Plan(3, 14, 1, (Caution("active acne", present=False, by="nurse"), Caution("allergy to metal")))
    patient = course(clinic, NURSE, new_course(clinic)).patient_id
    made = create_course(clinic, NURSE, patient, plan)

    assert course(clinic, NURSE, made).plan == plan
    assert [each.id for each in courses(clinic, NURSE, patient)][-1] == made

    correct_course(clinic, NURSE, made, Plan(6))
    assert course(clinic, NURSE, made).plan == Plan(6)
    (line,) = lines(clinic, f"course/{made}", "correct")
    old, new = line.detail["plan"]
    assert (old["sessions"], new["sessions"], line.detail["cautions"]) == (3, 6, "cautions changed")


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Plan(sessions=0), "sessions is 0"),
        (Plan(spacing_days=6), "spacing_days is 6"),
        (Plan(maintenance_per_year=13), "maintenance_per_year is 13"),
        (Plan(cautions=(Caution("x"), Caution("x"))), "may stand once"),
        (Plan(cautions=(Caution(""),)), "needs a name"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(here: Clinic, plan: Plan, said: str) -> None:
    made = new_course(here)
    with pytest.raises(Invalid, match=said):
        correct_course(here, NURSE, made, plan)
    assert course(here, NURSE, made).plan == Plan()
    assert not lines(here, f"course/{made}", "correct")


@each_database
def test_sessions_are_numbered_by_their_dates(clinic: Clinic) -> None:
    made = new_course(clinic)
    late, early = session_on(clinic, made, 10), session_on(clinic, made, 40)

    assert [(each.id, each.session.number) for each in sessions(clinic, NURSE, made)] == [(early, 1), (late, 2)]
    assert session(clinic, NURSE, late).session.number == 2


@each_database
def test_a_session_keeps_what_was_recorded_of_it(clinic: Clinic) -> None:
    made = new_course(clinic)
    depths = (Depth("left_cheek", 1.5), Depth("chin", 0.5))
    one = add_session(clinic, NURSE, made, ago(9), " Pen 4 ", depths, ("PRP", " ", "TCA 20 %"))

    told = session(clinic, NURSE, one).session
    assert (told.device, told.depths, told.treatments) == ("Pen 4", depths, ("PRP", "TCA 20 %"))


@pytest.mark.parametrize(
    ("days", "depths", "error", "said"),
    [
        (-1, (), Invalid, "future"),
        (30, (), Conflict, "another session of that day"),
        (5, (Depth("left_cheek", 5.1),), Invalid, "outside 0 to 5 mm"),
        (5, (Depth("knee", 1.0),), Invalid, "none of forehead"),
        (5, (Depth("chin", 1.0), Depth("chin", 2.0)), Invalid, "may stand once"),
    ],
)
def test_a_session_that_cannot_be_is_refused(
    here: Clinic, days: int, depths: tuple[Depth, ...], error: type[Exception], said: str
) -> None:
    made = new_course(here)
    session_on(here, made, 30)

    with pytest.raises(error, match=said):
        add_session(here, NURSE, made, ago(days), "", depths, ())
    assert len(sessions(here, NURSE, made)) == 1


@each_database
@pytest.mark.parametrize(
    ("days", "needling", "error", "said"),
    [
        (-1, None, Invalid, "future"),
        (50, None, Conflict, "another visit of that day"),
        (20, None, Invalid, "is the day of a session: say whether"),
        (19, Needling.BEFORE, Invalid, "no session on that day"),
        (10, Needling.BEFORE, Conflict, "another visit of that day"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_in_the_words_of_the_check(
    clinic: Clinic, days: int, needling: Needling | None, error: type[Exception], said: str
) -> None:
    made = new_course(clinic)
    visit_on(clinic, made, 50)
    session_on(clinic, made, 20)
    session_on(clinic, made, 10)
    visit_on(clinic, made, 10, Needling.BEFORE)

    with pytest.raises(error, match=said):
        add_visit(clinic, NURSE, made, ago(days), needling)
    assert len(visits(clinic, NURSE, made)) == 2


def test_two_visits_of_a_session_s_day_are_told_apart(here: Clinic) -> None:
    made = new_course(here)
    session_on(here, made, 10)
    after, before = visit_on(here, made, 10, Needling.AFTER), visit_on(here, made, 10, Needling.BEFORE)

    told = visits(here, NURSE, made)
    assert [(each.id, each.timing) for each in told] == [(before, Timing.PREFERRED), (after, Timing.NOT_SCORED)]
    assert "after needling" in told[1].why


def test_photos_taken_before_their_session_was_entered_are_told_apart_with_it(here: Clinic) -> None:
    made = new_course(here)
    taken = visit_on(here, made, 3)

    with pytest.raises(Invalid, match="before or after needling"):
        session_on(here, made, 3)
    one = add_session(here, NURSE, made, ago(3), "", (), (), needling=Needling.BEFORE)

    assert visit(here, NURSE, taken).needling is Needling.BEFORE
    assert lines(here, f"session/{one}", "create")[0].detail["visits"] == [[taken, None, "before"]]


def test_a_session_that_moves_takes_the_mark_off_the_photos_of_its_old_day(here: Clinic) -> None:
    made = new_course(here)
    one = session_on(here, made, 20)
    taken = visit_on(here, made, 20, Needling.BEFORE)

    correct_session(here, NURSE, Here(), one, day=ago(22), device="Pen 2")

    assert visit(here, NURSE, taken).needling is None
    assert visit(here, NURSE, taken).days == 2
    detail = lines(here, f"session/{one}", "correct")[0].detail
    assert detail["day"] == [ago(20).isoformat(), ago(22).isoformat()]
    assert detail["device"] == "device changed"
    assert "treatments" not in detail
    assert detail["visits"] == [[taken, "before", None]]


def test_a_session_that_was_entered_by_mistake_is_taken_back(here: Clinic) -> None:
    made = new_course(here)
    one = session_on(here, made, 20)
    taken = visit_on(here, made, 20, Needling.AFTER)

    delete_session(here, NURSE, Here(), one)

    assert sessions(here, NURSE, made) == ()
    assert visit(here, NURSE, taken).needling is None
    assert lines(here, f"session/{one}", "delete")[0].detail["day"] == ago(20).isoformat()


def test_a_refused_correction_changes_nothing(here: Clinic) -> None:
    made = new_course(here)
    one, other = session_on(here, made, 40), session_on(here, made, 10)
    taken = visit_on(here, made, 30)

    with pytest.raises(Conflict):
        correct_session(here, NURSE, Here(), other, day=ago(40))
    with pytest.raises(Invalid):
        correct_session(here, NURSE, Here(), other, day=ago(30))  # the visit's day, and nothing said of needling
    with pytest.raises(Invalid):
        correct_visit(here, NURSE, Here(), taken, day=ago(-2))

    assert [each.session.date for each in sessions(here, NURSE, made)] == [ago(40), ago(10)]
    assert visit(here, NURSE, taken).day == ago(30)
    assert not [line for name in (one, other) for line in lines(here, f"session/{name}", "correct")]


def test_a_visit_is_corrected_with_its_old_values_in_the_log(here: Clinic) -> None:
    made = new_course(here)
    session_on(here, made, 20)
    taken = visit_on(here, made, 18)

    assert correct_visit(here, NURSE, Here(), taken, day=ago(20), needling=Needling.BEFORE).timing is Timing.PREFERRED
    detail = lines(here, f"visit/{taken}", "correct")[0].detail
    assert detail == {"day": [ago(18).isoformat(), ago(20).isoformat()], "needling": [None, "before"]}


def test_an_empty_visit_is_taken_back_and_one_with_photos_is_not(here: Clinic) -> None:
    made = new_course(here)
    empty, used, asked = visit_on(here, made, 30), visit_on(here, made, 29), visit_on(here, made, 28)
    take(here, used)
    add_finding(here, NURSE, asked, "icepick", 4)

    delete_visit(here, NURSE, empty)
    for kept in (used, asked):
        with pytest.raises(Conflict):
            delete_visit(here, NURSE, kept)
    assert [each.id for each in visits(here, NURSE, made)] == [used, asked]


@each_database
def test_findings_are_added_with_who_entered_them_and_the_last_counts(clinic: Clinic) -> None:
    made = new_course(clinic)
    taken = visit_on(clinic, made, 30)
    add_finding(clinic, NURSE, taken, "icepick", 12)
    add_finding(clinic, Who("x", "doctor", Role.ADMIN), taken, "icepick", 14)

    assert [(each.finding.value, each.finding.by) for each in findings(clinic, NURSE, taken)] == [
        (12, "nurse"), (14, "doctor"),
    ]  # fmt: skip
    with clinic.database.read() as transaction:
        assert len(course_of(transaction, made).visits[0].findings) == 2


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("icepicks", 3, "no scale asks for"),
        ("icepick", -1, "must lie from"),
        ("icepick", 1.5, "whole number"),
        ("face_area", float("nan"), "must lie from"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(here: Clinic, item: str, value: float, said: str) -> None:
    taken = visit_on(here, new_course(here), 30)
    with pytest.raises(Invalid, match=said):
        add_finding(here, NURSE, taken, item, value)
    assert findings(here, NURSE, taken) == ()


def test_nobody_enters_findings_in_the_network_s_name(here: Clinic) -> None:
    taken = visit_on(here, new_course(here), 30)
    with pytest.raises(Invalid, match="network"):
        add_finding(here, Who("x", "model", Role.ADMIN), taken, "icepick", 1)


ACTS: dict[str, Callable[[Clinic, str], object]] = {
    "course": lambda c, i: course(c, NURSE, i),
    "plan": lambda c, i: correct_course(c, NURSE, i, Plan()),
    "courses": lambda c, i: courses(c, NURSE, i),
    "create course": lambda c, i: create_course(c, NURSE, i, Plan()),
    "session": lambda c, i: session(c, NURSE, i),
    "sessions": lambda c, i: sessions(c, NURSE, i),
    "add session": lambda c, i: add_session(c, NURSE, i, ago(1), "", (), ()),
    "correct session": lambda c, i: correct_session(c, NURSE, Here(), i, device="x"),
    "delete session": lambda c, i: delete_session(c, NURSE, Here(), i),
    "visit": lambda c, i: visit(c, NURSE, i),
    "visits": lambda c, i: visits(c, NURSE, i),
    "add visit": lambda c, i: add_visit(c, NURSE, i, ago(1), None),
    "correct visit": lambda c, i: correct_visit(c, NURSE, Here(), i, day=ago(1)),
    "delete visit": lambda c, i: delete_visit(c, NURSE, i),
    "add finding": lambda c, i: add_finding(c, NURSE, i, "icepick", 1),
    "findings": lambda c, i: findings(c, NURSE, i),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("bad", ["nothing", "../../x", "a\0b"])
def test_what_is_not_there_is_not_found(here: Clinic, act: str, bad: str) -> None:
    settle_in(here)
    with pytest.raises(NotFound):
        ACTS[act](here, bad)
