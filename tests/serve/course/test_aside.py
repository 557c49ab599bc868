"""Photos of the days after a session are kept and shown, and never get a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.aside import SIDE, set_aside
from scarscore.serve.course.records import Course, Plan, Session, Shot, Timing, Visit
from scarscore.serve.scoring.result import View

FIRST = date(2026, 3, 2)
DAYS = (-1, 3, 10, 30)
COURSE = Course(
    "p", Plan(1), (Session(1, FIRST),),
    tuple(Visit(FIRST + timedelta(days=days), (Shot(f"day {days}", View.FRONT),)) for days in DAYS),
)  # fmt: skip


def wide(_: Shot) -> Pixels:
    return np.full((500, 1000, 3), 120, np.uint8)


def test_only_visits_that_do_not_count_are_shown_and_small() -> None:
    told = set_aside(COURSE, wide)
    assert [(each.shot.photo, each.timing, each.days) for each in told] == [
        ("day 3", Timing.NOT_SCORED, 3), ("day 10", Timing.PROVISIONAL, 10),
    ]  # fmt: skip
    assert {each.pixels.shape for each in told} == {(SIDE // 2, SIDE, 3)}


def test_a_photo_that_is_small_already_stays_as_it_is_and_one_that_is_gone_is_passed_over() -> None:
    tiny = np.full((100, 80, 3), 120, np.uint8)
    told = set_aside(COURSE, lambda photo: tiny if photo.photo == "day 3" else None)
    assert [each.pixels.shape for each in told] == [(100, 80, 3)]


def test_a_course_without_such_visits_shows_none() -> None:
    assert set_aside(replace(COURSE, sessions=()), wide) == ()
