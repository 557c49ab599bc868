"""What waits in a course: by its plan, by its timing rules, and by what came of its photos."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scarscore.serve.course.due import Kind, Taken, Task, waiting
from scarscore.serve.course.records import Course, Needling, Plan, Session
from scarscore.serve.scoring.result import HINTS, Reason, refusal

START = date(2026, 3, 2)
BLURRED = refusal(Reason.BLURRED)


def day(days: int) -> date:
    return START + timedelta(days=days)


def course(*sessions: int, planned: int = 3, maintenance: int = 0) -> Course:
    done = tuple(Session(number, day(days)) for number, days in enumerate(sessions, start=1))
    return Course("P-1", Plan(planned, 28, maintenance), done)


def taken(days: int, *, needling: Needling | None = None, refused: int = 0, photos: int = 1) -> Taken:
    return Taken(day(days), needling, photos, refused, (BLURRED,) * refused, visit_id=f"v{days}")


def told(course: Course, *visits: Taken) -> dict[Kind, Task]:
    return {task.kind: task for task in waiting(course, visits, START)}


def test_a_new_course_waits_for_its_first_photos_since_it_was_entered() -> None:
    assert told(course()) == {Kind.PHOTOS: Task(Kind.PHOTOS, START, "baseline, before session 1")}
    assert told(course(), taken(0)) == {}


def test_the_next_session_waits_with_photos_before_it_until_they_are_taken() -> None:
    due = told(course(0), taken(0, needling=Needling.BEFORE))
    assert due[Kind.SESSION] == Task(Kind.SESSION, day(28), "session 2 of 3, as planned")
    assert due[Kind.PHOTOS].due == day(28)
    assert due[Kind.PHOTOS].why == (
        f"before needling of session 2 of 3, as planned; they count from {day(14)} on, 14 days after session 1"
    )
    early = told(course(0), taken(0, needling=Needling.BEFORE), taken(13))
    assert early[Kind.PHOTOS] == due[Kind.PHOTOS], "photos that do not count are not those that wait"
    assert set(told(course(0), taken(0, needling=Needling.BEFORE), taken(20))) == {Kind.SESSION}


@pytest.mark.parametrize(("last", "endpoint"), [(56, 28), (56 + 28, 90), (56 + 90, 180)])
def test_after_the_last_session_the_end_points_wait_one_after_the_other(last: int, endpoint: int) -> None:
    due = told(course(0, 28, 56), taken(0, needling=Needling.BEFORE), taken(last, needling=Needling.BEFORE))
    assert due == {
        Kind.PHOTOS: Task(Kind.PHOTOS, day(56 + endpoint), f"end-point {endpoint} days after the last session")
    }
    assert told(course(0, 28, 56), taken(56 + 180)) == {}


def test_maintenance_waits_when_it_was_planned() -> None:
    due = told(course(0, planned=1, maintenance=2), taken(200))
    assert due == {Kind.SESSION: Task(Kind.SESSION, day(182), "maintenance, 2 a year as planned")}


def test_a_visit_whose_photos_were_all_refused_waits_with_reason_and_hint() -> None:
    due = told(course(0), taken(0, needling=Needling.BEFORE), taken(28, refused=2, photos=2))
    hint = HINTS[Reason.BLURRED]
    assert due[Kind.RETAKE] == Task(Kind.RETAKE, day(28), "both photos were refused: blurred", (hint,), "v28")
    assert Kind.PHOTOS not in due, "the visit is what waits"
    assert told(course(0), taken(28, refused=1))[Kind.RETAKE].why == "the only photo was refused: blurred"
    assert told(course(0), taken(28, refused=3, photos=3))[Kind.RETAKE].why == "all 3 photos were refused: blurred"


@pytest.mark.parametrize(
    ("sessions", "visits"),
    [
        ((0,), (taken(28, refused=1, photos=2),)),  # one can be used
        ((0,), (taken(28, refused=1), taken(29))),  # they were taken again since
        ((0, 29), (taken(28, refused=1),)),  # the skin has been treated since
        ((0,), (taken(0, needling=Needling.BEFORE, refused=1),)),  # on the session's own day too
        ((0,), (taken(10, refused=1),)),  # never counted
        ((0,), (Taken(day(28), None, 0, findings=True),)),  # findings alone
    ],
)
def test_no_other_visit_waits_to_be_photographed_again(sessions: tuple[int, ...], visits: tuple[Taken, ...]) -> None:
    assert Kind.RETAKE not in told(course(*sessions), *visits)


def test_a_visit_without_photos_waits_for_them() -> None:
    due = told(course(), taken(0, photos=0))
    assert due == {Kind.PHOTOS: Task(Kind.PHOTOS, START, "this visit was entered without a photo", visit_id="v0")}
