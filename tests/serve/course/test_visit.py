"""A visit in numbers: shots averaged, outliers flagged, views pooled, the error that goes with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations_with_replacement, permutations
from statistics import mean, stdev

import numpy as np
import pytest

from scarscore.model.severity import POWER
from scarscore.serve.course.change import change_between, change_notes
from scarscore.serve.course.error import BUNDLE, BUNDLE_SEM, error_for, sdc95, sem_of_mean
from scarscore.serve.course.power import needed
from scarscore.serve.course.records import (
    Course,
    ErrorSource,
    MeasurementError,
    Plan,
    Session,
    Shot,
    ShotScore,
    Timing,
    Visit,
    VisitScore,
)
from scarscore.serve.course.rescore import all_models, of_model, rescored
from scarscore.serve.course.timing import Timed
from scarscore.serve.course.visit import pooled, view_score, visit_score, visit_scores
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import Reason, View, refusal
from tests.serve.course.simulate import MODEL_NAME, shot

DAY = date(2026, 3, 2)
ALONE = replace(BUNDLE, shared=0.0)


def score_of(*shots: Shot, days: int = 0) -> VisitScore:
    told = visit_score(Visit(DAY + timedelta(days=days), shots), Timed(Timing.PREFERRED, None, 0))
    assert told is not None
    return told


def test_sdc95_is_2_77_times_the_sem() -> None:
    """The vector of the OSIS instrument: SEM 3.3, SDC 9.0 to 9.1."""
    assert MeasurementError(3.3, ErrorSource.BUNDLE).sdc95 == pytest.approx(9.147, abs=1e-3)
    assert sdc95(3.3, 3.3) == pytest.approx(2.77 * 3.3, rel=1e-3)
    assert pytest.approx(7.13, abs=0.01) == BUNDLE.sdc95


def test_the_sem_falls_with_the_root_of_the_shots_as_far_as_they_are_independent() -> None:
    assert [sem_of_mean(ALONE, n) / BUNDLE_SEM for n in (1, 4, 9)] == pytest.approx([1, 1 / 2, 1 / 3])
    assert sem_of_mean(BUNDLE, 10_000) == pytest.approx(BUNDLE_SEM * 0.5, rel=1e-3)  # what they share stays


@pytest.mark.parametrize("views", [(View.FRONT,), (View.FRONT, View.LEFT, View.RIGHT)])
def test_the_stated_sem_is_the_spread_of_simulated_visits(views: tuple[View, ...]) -> None:
    rng = np.random.default_rng(3)
    truth = dict(zip(views, (40.0, 55.0, 62.0), strict=False))
    told = []
    for _ in range(1500):
        light = rng.normal(0, BUNDLE_SEM * BUNDLE.shared**0.5)
        own = rng.normal(0, BUNDLE_SEM * (1 - BUNDLE.shared) ** 0.5, (len(views), 2))
        told.append(
            score_of(*(shot(truth[v] + light + e, v) for v, errors in zip(views, own, strict=True) for e in errors))
        )
    stated = np.mean([visit.sem for visit in told])
    assert np.std([visit.severity for visit in told]) == pytest.approx(stated, rel=0.08)


def test_the_clinics_own_error_is_used_where_it_fits_camera_view_and_network() -> None:
    any_view = MeasurementError(4.0, ErrorSource.CLINIC, camera="A")
    front = MeasurementError(2.0, ErrorSource.CLINIC, View.FRONT, "A", MODEL_NAME)
    own = (any_view, front)
    assert error_for(View.FRONT, "A", MODEL_NAME, own) is front
    assert error_for(View.LEFT, "A", MODEL_NAME, own) is any_view
    assert error_for(View.FRONT, "A", "another network", own) is any_view
    assert error_for(View.FRONT, "B", MODEL_NAME, own) is BUNDLE
    assert error_for(View.FRONT, "", MODEL_NAME, own) is BUNDLE


def test_an_outlying_shot_of_three_is_left_out_and_named() -> None:
    told = view_score([shot(50, photo="a"), shot(52, photo="b"), shot(30, photo="c")])
    assert told is not None
    assert (told.severity, told.shots, told.left_out) == (51.0, 2, ("c: far from the other shots",))
    assert "c lies -20 points" in told.notes[0]


def test_of_two_shots_that_disagree_both_stay_with_a_wider_error() -> None:
    apart, near = view_score([shot(50), shot(30)]), view_score([shot(50), shot(47)])
    assert apart is not None
    assert near is not None
    assert (apart.severity, apart.shots) == (40.0, 2)
    assert "differ by 20 points" in apart.notes[0]
    assert apart.sem > 3 * near.sem
    assert near.notes == ()


@pytest.mark.parametrize("severities", [(10, 40, 70), (10, 40, 80), (20, 20, 60, 60), (50, 50, 20, 20, 20)])
def test_of_shots_that_scatter_all_stay_in_any_order_with_the_error_that_they_show(
    severities: tuple[float, ...],
) -> None:
    for order in permutations(severities):
        told = view_score([shot(value, photo=str(n)) for n, value in enumerate(order)])
        assert told is not None
        assert told.severity == pytest.approx(mean(severities))
        assert (told.shots, told.left_out) == (len(severities), ())
        assert told.error.sem == pytest.approx(stdev(severities))
        assert f"the {len(severities)} shots differ by {max(severities) - min(severities)} points" in told.notes[0]


def test_the_order_of_shots_never_says_which_one_is_left_out() -> None:
    steps = (0.0, 2.0, 9.0, 10.0, 18.0, 20.0)
    for severities in (*combinations_with_replacement(steps, 3), *combinations_with_replacement(steps, 4)):
        told = {
            (round(view.severity, 9), round(view.sem, 9), view.shots)
            for order in permutations(severities)
            if (view := view_score([shot(value, photo=str(n)) for n, value in enumerate(order)])) is not None
        }
        assert len(told) == 1, severities


def test_ordinary_shots_are_rarely_flagged() -> None:
    rng = np.random.default_rng(5)
    spread = BUNDLE_SEM * (1 - BUNDLE.shared) ** 0.5
    for count in (2, 3):
        flagged = 0
        for _ in range(1500):
            view = view_score([shot(50 + e) for e in rng.normal(0, spread, count)])
            flagged += view is not None and bool(view.notes)
        assert flagged / 1500 <= 0.04


def test_refused_and_incomparable_shots_are_left_out_with_their_reason() -> None:
    blurred = Shot("b", View.FRONT, refusal(Reason.BLURRED))
    apart = replace(shot(10, photo="c"), not_comparable="light from the other side")
    told = view_score([shot(50, photo="a"), blurred, apart])
    assert told is not None
    assert (told.severity, told.shots) == (50.0, 1)
    assert told.left_out == ("b: refused, blurred", "c: not comparable, light from the other side")
    assert view_score([blurred, apart]) is None


def test_views_and_regions_are_pooled_by_visible_skin_as_scoring_does() -> None:
    told = score_of(shot(60, View.LEFT), shot(20, View.RIGHT))
    assert told.severity == pytest.approx(((60**POWER + 20**POWER) / 2) ** (1 / POWER))
    assert told.regions[0].severity == pytest.approx(told.severity)
    wide = replace(told.views[0], skin=0.9)
    assert pooled((wide, told.views[1]))[0] > told.severity
    assert pooled((replace(wide, severity=0.0), replace(wide, severity=0.0)))[0] == 0.0


def test_the_skin_of_a_close_up_is_the_region_that_the_photo_is_said_to_show() -> None:
    def close_up(severity: float, seen: str, said: str | None) -> Shot:
        made = shot(severity, View.CLOSEUP)
        assert isinstance(made.answer, ShotScore)
        regions = (replace(made.answer.regions[0], region=seen),)
        return replace(made, region=said, answer=replace(made.answer, regions=regions))

    told = score_of(close_up(40, "other_skin", "chin"), close_up(50, "other_skin", None), close_up(60, "nose", "chin"))
    assert {region.region: region.severity for region in told.regions} == pytest.approx(
        {"chin": 40, "nose": 60, "other_skin": 50}
    )


def test_the_regions_rest_on_the_shots_that_count_and_repeats_are_averaged() -> None:
    outlying = score_of(shot(50, photo="a"), shot(50, photo="b", redness=2.0), shot(95, photo="c", redness=30.0))
    assert outlying.views[0].used == ("a", "b")
    assert outlying.regions[0].severity == pytest.approx(50.0)
    assert outlying.regions[0].redness == pytest.approx(1.0)
    repeated = score_of(shot(46, photo="a"), shot(54, photo="b"), shot(20, View.LEFT, photo="c"))
    assert repeated.regions[0].severity == pytest.approx(repeated.severity)
    assert repeated.severity == pytest.approx(((50**POWER + 20**POWER) / 2) ** (1 / POWER))


def test_a_view_that_is_missing_later_is_left_out_of_both_and_named() -> None:
    before = score_of(shot(60, View.LEFT), shot(20, View.RIGHT))
    after = score_of(shot(20, View.RIGHT), days=60)
    told = change_between(before, after)
    assert told is not None
    assert (told.points, told.views) == (0.0, (View.RIGHT,))
    assert "left out: left" in change_notes(before, after)[0]
    assert change_between(before, score_of(shot(20, View.FRONT))) is None


def test_another_framing_is_no_change() -> None:
    before = score_of(shot(60, View.LEFT), shot(20, View.RIGHT))
    framed = replace(before, views=(replace(before.views[0], skin=0.1), before.views[1]))
    told = change_between(before, framed)
    assert told is not None
    assert told.points == pytest.approx(0.0)


def test_another_camera_and_another_redness_widen_the_error_and_are_named() -> None:
    before, same = score_of(shot(50, camera="A")), score_of(shot(45, camera="A"))
    camera, red = score_of(shot(45, camera="B")), score_of(shot(45, redness=5.0, camera="A"))
    unnamed = score_of(shot(45, camera=""))
    changes = [change_between(before, after) for after in (same, unnamed, camera, red)]
    widths = [change.sdc95 for change in changes if change is not None]
    assert widths[0] == widths[1] == pytest.approx(BUNDLE.sdc95)
    assert widths[0] < widths[2] < widths[3]
    assert change_notes(before, same) == ()
    assert "another camera" in change_notes(before, camera)[0]
    assert "more redness" in change_notes(before, red)[0]


def test_power_says_how_many_shots_or_visits_would_detect_ten_points() -> None:
    single = score_of(shot(50))
    told = needed(single, single)
    assert told.detected == pytest.approx(2.8 * 2**0.5 * BUNDLE_SEM)
    assert told.visits == 2  # 2.8 x 2.573 x sqrt(1 + 1/2) = 8.82; with 1, 10.19
    assert told.shots is None or told.shots > 1
    good = score_of(*(shot(50, view) for view in (View.FRONT, View.LEFT, View.RIGHT) for _ in range(3)))
    assert (needed(good, good).shots, needed(good, good).visits) == (1, 1)
    assert needed(single, single, target=5).visits is None  # the baseline alone is too uncertain


def two_models() -> Course:
    new = shot(40, photo="b")
    assert isinstance(new.answer, ShotScore)
    other = replace(new, answer=replace(new.answer, model="severity 9"))
    visits = (Visit(DAY, (shot(50, photo="a"),)), Visit(DAY + timedelta(days=60), (other,)))
    return Course("p", Plan(), (Session(1, DAY + timedelta(days=1)),), visits)


def test_scores_of_two_networks_are_never_mixed() -> None:
    with pytest.raises(UsageError, match="never mixed"):
        visit_scores(two_models())
    with pytest.raises(UsageError, match="choose one of: severity 0"):
        of_model(two_models())
    with pytest.raises(UsageError, match="was scored by 'x'"):
        of_model(two_models(), "x")
    assert len(visit_scores(of_model(two_models(), "severity 9"))) == 1


def test_rescoring_computes_the_history_again_and_keeps_the_old_scores() -> None:
    def score(photo: Shot) -> ShotScore:
        assert isinstance(photo.answer, ShotScore)
        return replace(photo.answer, severity=photo.answer.severity - 10, model="severity 10")

    old = two_models()
    new = rescored(old, score)
    assert [visit.severity for visit in visit_scores(new)] == [40.0, 30.0]
    assert [visit.shots[0].earlier for visit in new.visits] == [(visit.shots[0].answer,) for visit in old.visits]
    assert all_models(new) == (MODEL_NAME, "severity 10", "severity 9")
    back = of_model(new, MODEL_NAME)
    assert [visit.severity for visit in visit_scores(back)] == [50.0]
    assert all_models(back) == all_models(new)
