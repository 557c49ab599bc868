"""What the page says of courses in numbers alone: each verdict by its name, and what smaller changes would take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.aside import Aside
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import (
    Clinic,
    Course,
    ErrorSource,
    Finding,
    MeasurementError,
    Plan,
    Session,
    Shot,
    Timing,
    Visit,
)
from scarscore.serve.course.report.page import render_page
from scarscore.serve.course.report.record import error_words
from scarscore.serve.course.report.timeline import Mark, moments, trend_moments
from scarscore.serve.course.report.write import csv_of, json_of, put, write_report
from scarscore.serve.course.timing import timed
from scarscore.serve.course.verdict import verdict
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.course.words import day, sessions_of
from scarscore.serve.scoring.result import ModelId, View
from tests.serve.course.simulate import shot

FIRST = date(2026, 3, 2)
MODEL = ModelId("severity", "0", "ab" * 32, "research")
FACE = (View.FRONT, View.LEFT, View.RIGHT)


def course(*severities: tuple[int, float], views: tuple[View, ...] = (View.FRONT,), shots: int = 1) -> Course:
    """Visits by days after the only session, each with so many shots of each view."""
    visits = tuple(
        Visit(
            FIRST + timedelta(days=days),
            tuple(shot(value, view, photo=f"{days} {view} {n}") for view in views for n in range(shots)),
        )
        for days, value in severities
    )
    return Course("P-1", Plan(1), (Session(1, FIRST),), visits)


def measured(made: Course) -> Measured:
    scores = visit_scores(made)
    return Measured(FIRST + timedelta(days=400), made, scores, verdict(made, scores), MODEL, MODEL)


def other_side(made: Course) -> Course:
    return replace(made, visits=(made.visits[0], *course((100, 20), views=(View.LEFT,)).visits))


@pytest.mark.parametrize(
    ("made", "headline"),
    [
        (course((-1, 60), (100, 30)), "Improved"),
        (course((-1, 60), (100, 58)), "No change that the photos can show"),
        (course((-1, 30), (100, 60)), "More scarring than at the start"),
        (course((-1, 60), (5, 30)), "Too early to say"),
        (other_side(course((-1, 60))), "The photos cannot be compared"),
    ],
    ids=["improved", "no change", "worse", "too early", "not comparable"],
)
def test_each_verdict_has_its_page_its_table_and_its_json(made: Course, headline: str) -> None:
    told = measured(made)
    page = render_page(told)
    assert f"<h2>{headline}</h2>" in page
    assert "No treatment advice".lower() in page.lower()
    assert csv_of(told).count("\n") == len(made.visits) + 1
    assert f'"kind": "{told.verdict.kind}"' in json_of(told)


def test_a_course_before_its_first_visit_has_a_page() -> None:
    for made in (course(), replace(course(), sessions=())):
        page = render_page(measured(made))
        assert "<h2>Too early to say</h2>" in page
        assert "There was no visit until this day." in page


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            course((-1, 60), (100, 58)),
            "10 points: 2 shots of each view at one visit or 2 visits like the last one, averaged.",
        ),
        (
            course((-1, 60), (100, 58), views=FACE, shots=3),
            "10 points: 1 shot of each view at one visit or 1 visit like the last one, averaged.",
        ),
    ],
    ids=["one photo a visit", "three views, three shots"],
)
def test_the_page_says_what_would_show_ten_points(made: Course, said: str) -> None:
    assert said in render_page(measured(made))


@pytest.mark.parametrize(
    "visits",
    [((-1, 60), (30, 58), (100, 50)), ((-1, 60), (30, 58)), ((-1, 60), (10, 58)), ((3, 40), (4, 40))],
    ids=["before the last visit", "at the last visit", "nothing to compare yet", "no baseline"],
)
def test_brown_marks_that_a_person_entered_are_on_the_page(visits: tuple[tuple[int, float], ...]) -> None:
    made = course(*visits)
    marked = replace(made.visits[1], findings=(Finding("pih", 1, "AB"),))
    rest = tuple(replace(visit, findings=(Finding("icepick", 3, "AB"),)) for visit in made.visits[2:])
    told = measured(replace(made, visits=(made.visits[0], marked, *rest)))
    page = render_page(told)
    assert f"brown marks after inflammation, entered by AB on {day(marked.date)}" in page


def test_a_view_that_the_start_lacks_moves_no_point_of_the_chart() -> None:
    made = course((-1, 60), (100, 60))
    more = (*made.visits[1].shots, shot(20, View.LEFT, photo="more"))
    told = measured(replace(made, visits=(made.visits[0], replace(made.visits[1], shots=more))))
    start, added = moments(told)
    assert start.score is not None
    assert added.score is not None
    assert added.level is not None
    assert added.score.severity < 55 < 60 == added.level.severity
    assert (start.drawn_apart, added.drawn_apart) == ("", "drawn at 60, over the views of the start")
    page = render_page(told)
    assert "about the same" in told.verdict.words
    assert 'aria-label="Severity over time. 1 Mar 2026: 60, start, counted; 10 Jun 2026: 60, counted"' in page
    assert added.drawn_apart in page


def test_a_visit_without_a_view_of_the_start_is_drawn_and_told_beside_the_line() -> None:
    far = Visit(FIRST + timedelta(days=200), (shot(40, photo="far"),))
    made = other_side(course((-1, 60)))
    told = measured(replace(made, visits=(*made.visits, far)))
    start, other, again = moments(told)
    assert (start.mark, other.mark, again.mark) == (Mark.BASELINE, Mark.OTHER_VIEWS, Mark.VALID)
    assert trend_moments((start, other, again)) == (start, again)
    page = render_page(told)
    assert page.count("<td>no view of the start, not counted</td>") == 1
    line = page.split('<polyline class="trend" points="')[1].split('"')[0]
    assert len(line.split()) == 2


def test_a_visit_before_the_start_is_drawn_and_told_beside_the_line() -> None:
    told = measured(course((-40, 20), (-1, 60), (100, 58)))
    early, start, last = moments(told)
    assert (early.mark, start.mark, last.mark) == (Mark.EARLIER, Mark.BASELINE, Mark.VALID)
    assert trend_moments((early, start, last)) == (start, last)
    page = render_page(told)
    assert page.count("<td>before the start, not counted</td>") == 1
    assert page.count("21 Jan 2026</th>") == 1  # its row, and no column of the regions
    line = page.split('<polyline class="trend" points="')[1].split('"')[0]
    assert len(line.split()) == 2


def test_words_table_and_heading_count_alike() -> None:
    told = measured(course((-1, 62.6), (100, 14.2)))  # 63 and 14 would be 49, and it is 48.4
    page = render_page(told)
    assert "62.6 of 100 at the start and 14.2 on 10 June 2026: 48 points lower" in told.verdict.words
    assert "<dt>Change</dt><dd>-48 points" in page
    same = measured(course((-1, 50.4), (100, 50.6)))  # 50 and 51 would be 1, and it is 0.2
    assert "about the same" in same.verdict.words
    assert "<dt>Change</dt><dd>0 points" in render_page(same)


def test_a_plan_whose_first_session_is_not_entered_is_not_told_as_done() -> None:
    made = replace(course((-1, 60)), plan=Plan(4))
    waiting = "the first session is not entered yet"
    page = render_page(measured(replace(made, sessions=())))
    assert f"<dt>Next photos</dt><dd>{waiting}</dd>" in page
    assert f"<dt>Next session</dt><dd>{waiting}</dd>" in page
    done = render_page(measured(course((-1, 60), (200, 40))))
    assert "<dt>Next photos</dt><dd>nothing further is planned</dd>" in done
    assert "<dt>Next session</dt><dd>nothing further is planned</dd>" in done


def test_an_error_that_a_visit_s_own_shots_showed_is_not_told_as_the_clinic_s() -> None:
    own = MeasurementError(2.0, ErrorSource.CLINIC, subjects=12, shots=2)
    made = course((-1, 60), (100, 30))
    far = replace(made.visits[1], shots=(shot(50, photo="a"), shot(20, photo="b")))
    told = measured(replace(made, visits=(made.visits[0], far), clinic=Clinic(errors=(own,))))
    usual, seen = (error_words(score.views[0].error) for score in told.scores)
    assert usual.endswith("Source: this clinic's own measurement, 12 subjects with 2 shots each.")
    assert seen.startswith("One photo strays by 21.2 points")
    assert seen.endswith("Source: shots of one visit, which differed by more than usual.")


def test_one_of_anything_is_said_in_the_singular() -> None:
    made = course((1, 40))
    photo = Aside(made.visits[0], made.visits[0].shots[0], Timing.NOT_SCORED, 1, np.zeros((4, 4, 3), np.uint8))
    page = render_page(measured(made), (photo,))
    assert "1 day after a session: too soon after a session, not scored" in page
    assert "1 of 1 planned session, 1 visit." in page
    assert timed(made.visits[0], made.sessions, made.clinic.timing).words.startswith("taken 1 day after a session:")


def test_more_sessions_than_were_planned_are_no_part_of_the_plan() -> None:
    assert [sessions_of(done, 3) for done in (0, 3, 4)] == [
        "0 of 3 planned sessions",
        "3 of 3 planned sessions",
        "4 sessions, 3 planned",
    ]
    assert sessions_of(2, 1) == "2 sessions, 1 planned"


def test_a_report_opens_the_photos_that_are_only_shown_where_photos_are_wanted(tmp_path: Path) -> None:
    told, opened = measured(course((-1, 60), (3, 40), (100, 30))), []

    def look(shot: Shot) -> Pixels:
        opened.append(shot.photo)
        return np.zeros((40, 40, 3), np.uint8)

    write_report(tmp_path / "report.html", told, look)
    assert opened == [told.course.visits[1].shots[0].photo]
    assert "3 days after a session" in (tmp_path / "report.html").read_text(encoding="utf-8")
    for out, see in ((tmp_path / "report.json", look), (tmp_path / "bare.html", None)):
        write_report(out, told, see)
        assert len(opened) == 1
        assert "In the days after a session" not in out.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "report.csv"
    out.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        put(out, "a patient's data \udcff")
    assert list(tmp_path.iterdir()) == [out]
    assert out.read_text() == "before"
    put(out, "after")
    assert (list(tmp_path.iterdir()), out.read_text()) == ([out], "after")
