"""Photo grades: likelier as the severity rises, marks told by redness, sets contiguous and never empty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scarscore.model.bundle import load_bundle, names
from scarscore.model.grades import GRADES, Grades, ranked_scores, redness_spread
from scarscore.model.preprocess import Frame, everywhere, fit

GRADES_OF = Grades(3.0, 2.0, (2.5, 3.6, 4.2), (-6.0, 1.0, 1.5), 0.3)
SEVERITIES, SPREADS = st.floats(0.0, 100.0), st.floats(0.0, 12.0)


@given(SEVERITIES, SPREADS)
def test_probabilities_are_some(severity: float, redness: float) -> None:
    told = GRADES_OF.probabilities(severity, redness)
    assert len(told) == GRADES
    assert min(told) >= 0.0
    assert sum(told) == pytest.approx(1.0)


@given(SEVERITIES, st.floats(0.1, 30.0), SPREADS)
def test_a_worse_severity_never_makes_a_grade_from_two_up_less_likely(severity: float, more: float, red: float) -> None:
    for grade in (2, 3, 4):
        less, worse = (sum(GRADES_OF.probabilities(s, red)[grade:]) for s in (severity, severity + more))
        assert worse >= less - 1e-12


def test_redness_tells_marks_from_nothing_and_no_more() -> None:
    pale, red = (GRADES_OF.probabilities(2.0, spread) for spread in (1.0, 6.0))
    assert pale[0] > 0.5 > pale[1]
    assert red[1] > 0.5 > red[0]
    assert pale[2:] == pytest.approx(red[2:])


@given(SEVERITIES, SPREADS, st.floats(0.0, 2.0))
def test_a_set_is_contiguous_holds_its_grade_and_grows_with_its_limit(
    severity: float, red: float, limit: float
) -> None:
    grade, told = replace(GRADES_OF, limit=limit).told(severity, red)
    assert grade in told
    assert told == tuple(range(told[0], told[-1] + 1))
    assert set(told) <= set(replace(GRADES_OF, limit=limit + 0.5).told(severity, red)[1])


def test_the_shipped_networks_give_redness_no_weight() -> None:
    for name in names():
        assert load_bundle(name).metadata.calibration.grades.marks[2] == 0.0


def test_the_ranked_score_is_worked_by_hand() -> None:
    # Cumulated: 0.1, 0.3, 0.9, 1.0; the step of grade 2 is 0, 0, 1, 1.
    assert ranked_scores((0.1, 0.2, 0.6, 0.1, 0.0))[2] == pytest.approx(0.1**2 + 0.3**2 + 0.1**2)


def test_thresholds_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="must not fall"):
        replace(GRADES_OF, thresholds=(3.0, 2.0, 4.0))


def frame(marks: int) -> Frame:
    pixels = np.full((320, 320, 3), (200, 150, 130), np.uint8)
    for number in range(marks):
        pixels[16 + 32 * number : 32 + 32 * number, 100:200] = (200, 90, 80)
    return fit(pixels, everywhere(pixels))


def test_the_spread_of_redness_grows_with_red_marks_and_is_nothing_on_even_skin() -> None:
    none, few, many = (redness_spread(frame(marks)) for marks in (0, 2, 6))
    assert none == pytest.approx(0.0, abs=1e-3)
    assert none + 1.0 < few < many


def test_what_is_no_skin_has_no_redness() -> None:
    whole = frame(6)
    assert redness_spread(replace(whole, judged=np.zeros_like(whole.judged))) == 0.0
