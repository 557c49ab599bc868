"""The verdict on small courses, whose numbers can be followed by hand, and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scarscore.serve.course.change import Point, trend
from scarscore.serve.course.error import BUNDLE, LOWER_BOUND
from scarscore.serve.course.records import (
    Clinic,
    Course,
    ErrorSource,
    MeasurementError,
    Needling,
    Plan,
    Session,
    Shot,
    Verdict,
    VerdictKind,
    Visit,
)
from scarscore.serve.course.verdict import judge
from scarscore.serve.course.words import by_number
from scarscore.serve.scoring.result import Reason, View, refusal
from tests.serve.course.simulate import shot

FIRST = date(2026, 3, 2)
FAR = date(2030, 1, 1)
SDC95 = BUNDLE.sdc95  # one shot a visit


def course(*severities: tuple[int, float], sessions: int = 1) -> Course:
    """Visits by days after session 1, with one shot each; sessions 28 days apart."""
    visits = tuple(Visit(FIRST + timedelta(days=days), (shot(value, photo=f"{days}"),)) for days, value in severities)
    done = tuple(Session(n + 1, FIRST + timedelta(days=28 * n)) for n in range(sessions))
    return Course("p1", Plan(sessions), done, visits)


def told(*severities: tuple[int, float], sessions: int = 1) -> Verdict:
    return judge(course(*severities, sessions=sessions), FAR)


def test_a_fall_beyond_sdc95_at_the_only_look_after_90_days_is_improved() -> None:
    verdict = told((-1, 50), (100, 50 - SDC95 - 0.1))
    assert verdict.kind is VerdictKind.IMPROVED
    assert verdict.change is not None
    assert verdict.change.points == pytest.approx(-SDC95 - 0.1)
    assert (verdict.change.low, verdict.change.high) == pytest.approx((-2 * SDC95 - 0.1, -0.1))
    assert told((-1, 50), (100, 50 - SDC95 + 0.1)).kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert told((-1, 50), (100, 50 + SDC95 + 0.1)).kind is VerdictKind.WORSE


def test_an_early_change_must_be_backed_by_the_visit_before_the_trend_or_its_own_size() -> None:
    waiting = told((-1, 50), (30, 40))
    assert waiting.kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert "the next one will show whether the change lasts" in waiting.words
    assert any("exceeds SDC95" in note for note in waiting.notes)
    assert told((-1, 50), (30, 40), (45, 40)).kind is VerdictKind.IMPROVED
    assert told((-1, 50), (30, 50 - 1.6 * SDC95)).kind is VerdictKind.IMPROVED
    assert told((-1, 50), (30, 51), (45, 41)).kind is VerdictKind.NO_DETECTABLE_CHANGE


def test_no_change_before_90_days_after_the_last_session_is_never_called_final() -> None:
    early, late = told((-1, 50), (30, 48)), told((-1, 50), (30, 48), (90, 48))
    assert early.kind is late.kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert early.open_until == FIRST + timedelta(days=90)
    assert (
        "yet. Skin can go on changing for months: what came of the course can be said from 31 May 2026" in early.words
    )
    assert late.open_until is None
    assert "yet" not in late.words


@pytest.mark.parametrize("spacing", [28, 92])
def test_photos_taken_before_needling_of_the_last_session_end_nothing(spacing: int) -> None:
    """They lie long after the session before, yet the last one, of the same day, has not worked at all."""
    made = course((-1, 50), (spacing, 49))
    second = FIRST + timedelta(days=spacing)
    visits = (made.visits[0], replace(made.visits[1], needling=Needling.BEFORE))
    verdict = judge(replace(made, sessions=(Session(1, FIRST), Session(2, second)), visits=visits), FAR)
    assert verdict.kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert verdict.open_until == second + timedelta(days=90)
    assert "yet. Skin can go on changing" in verdict.words


def test_it_is_too_early_until_a_valid_photo_follows_a_session() -> None:
    for verdict in (told((-1, 50)), told((-1, 50), (5, 20)), told((-1, 50), (10, 20))):
        assert verdict.kind is VerdictKind.TOO_EARLY
        assert "from 16 March 2026 on" in verdict.words
        assert verdict.change is None
    assert told((5, 20)).kind is VerdictKind.TOO_EARLY
    assert told((5, 20)).baseline is None


def test_a_baseline_after_treatment_is_said_in_every_verdict() -> None:
    verdict = told((28 + 20, 50), (28 + 100, 50), sessions=2)
    assert verdict.notes[0] == "baseline after session 2"
    early = told((28 + 20, 50), sessions=2)
    assert (early.kind, early.notes[0]) == (VerdictKind.TOO_EARLY, "baseline after session 2")
    assert early.words.endswith("too early to speak of change: there are no later photos yet to compare these with.")
    assert told((-1, 50), sessions=0).words.endswith("no treatment has been followed by photos yet.")


def test_other_views_or_photos_that_cannot_be_used_are_not_comparable() -> None:
    start, later = Visit(FIRST - timedelta(days=1), (shot(50),)), FIRST + timedelta(days=100)
    other = replace(course(), visits=(start, Visit(later, (shot(20, View.LEFT),))))
    apart = replace(course(), visits=(start, Visit(later, (replace(shot(20), not_comparable="another person"),))))
    refused = replace(course(), visits=(start, Visit(later, (Shot("c", View.FRONT, refusal(Reason.BLURRED)),))))
    for made in (other, apart, refused):
        assert judge(made, FAR).kind is VerdictKind.NOT_COMPARABLE
    assert "(left view) cannot be compared with those of the start (front view)" in judge(other, FAR).words
    near, other_place = (
        Visit(each.date, (replace(each.shots[0], view=View.CLOSEUP, region=region),))
        for each, region in ((start, "left_cheek"), (Visit(later, (shot(20),)), "chin"))
    )
    words = judge(replace(course(), visits=(near, other_place)), FAR).words
    assert "(close-up of chin) cannot be compared with those of the start (close-up of left cheek)" in words
    assert "2026-06-10: none of the photos could be used" in judge(apart, FAR).notes


def test_a_view_that_only_one_of_the_two_visits_has_is_left_out_of_the_change_and_named() -> None:
    near = replace(shot(90, View.CLOSEUP, photo="n"), region="left_cheek")
    start, later = Visit(FIRST - timedelta(days=1), (shot(50),)), FIRST + timedelta(days=100)
    added = judge(replace(course(), visits=(start, Visit(later, (shot(20, photo="b"), near)))), FAR)
    assert added.change is not None
    assert added.change.points == -30
    assert any("not photographed at the start" in note and "close-up of left cheek" in note for note in added.notes)
    both = replace(start, shots=(*start.shots, near))
    gone = judge(replace(course(), visits=(both, Visit(later, (shot(20, photo="b"),)))), FAR)
    assert "not photographed again, so left out: close-up of left cheek" in gone.notes


def test_records_photos_are_named_by_their_number_and_files_as_they_are_called() -> None:
    visit = Visit(FIRST, (shot(5, photo="3qhmvd55"), shot(9, photo="a.b*")))
    assert by_number(("front: a.b* lies +4 points", "a-b*", "3qhmvd55: refused"), [visit]) == (
        "front: photo 2 lies +4 points", "a-b*", "photo 1: refused",
    )  # fmt: skip
    assert by_number(("said",), []) == ("said",)


def test_the_lower_bound_is_said_until_the_clinic_has_measured_its_camera() -> None:
    made = course((-1, 50), (100, 43.5))
    own = MeasurementError(2.0, ErrorSource.CLINIC, View.FRONT, "A", subjects=12, shots=2)
    measured = replace(made, clinic=Clinic(errors=(own,)))
    assert LOWER_BOUND in judge(made, FAR).notes
    assert LOWER_BOUND not in judge(measured, FAR).notes
    assert judge(made, FAR).kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert judge(measured, FAR).kind is VerdictKind.IMPROVED  # 6.5 points, against 5.5 and, by the network alone, 7.2


def test_a_verdict_of_an_earlier_day_knows_nothing_of_what_came_after() -> None:
    made = course((-1, 50), (30, 49), (100, 20))
    assert judge(made, FIRST + timedelta(days=50)).kind is VerdictKind.NO_DETECTABLE_CHANGE
    assert judge(made, FAR).kind is VerdictKind.IMPROVED


def test_the_words_hold_the_numbers_and_no_advice_on_treatment() -> None:
    verdict = told((-1, 58), (100, 41))
    assert verdict.words == (
        "Your scars measured 58 of 100 at the start and 41 on 10 June 2026: 17 points lower. Photos of the same "
        "unchanged skin differ by up to 7 points. This is an improvement that the photos can show."
    )


def test_the_slope_is_the_weighted_least_squares_line_with_its_interval() -> None:
    even = [Point(0, 60.0, 2.0), Point(28, 50.0, 2.0), Point(56, 40.0, 2.0)]
    line = trend(even)
    assert line is not None
    assert line.per_28_days == pytest.approx(-10.0)
    assert (line.high - line.low) / 2 == pytest.approx(1.96 * 2.0 / 2**0.5)  # the days' spread is 2 x 28^2
    assert line.improving > 0.999
    assert trend(even[:2]) is None
    noisy = trend([even[0], even[1], Point(56, 90.0, 1e6)])  # a visit without weight
    assert noisy is not None
    assert noisy.per_28_days == pytest.approx(-10.0, abs=1e-3)


def test_the_expected_range_is_context_from_published_courses() -> None:
    verdict = told((-1, 60), (28 * 2 - 1, 58), (200, 58), sessions=2)
    assert verdict.expected is not None
    assert (verdict.expected.low, verdict.expected.high) == pytest.approx((60 * 0.45, 60))
    assert len(verdict.expected.trials) >= 5
    early = told((-1, 60), (27, 58), sessions=1)
    assert early.expected is not None
    assert early.expected.low > verdict.expected.low
