"""The trend's interval means what it says also where the later visits share what moves them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from scarscore.serve.course.change import change_between, point_of, trend
from scarscore.serve.course.error import BUNDLE, CAMERA_SEM
from scarscore.serve.course.power import needed
from scarscore.serve.course.records import Course, Plan, Visit
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.scoring.result import View
from tests.serve.course.simulate import START, shot

THREE = (View.FRONT, View.LEFT, View.RIGHT)
COURSES = 600


def visit(
    rng: np.random.Generator, number: int, views: tuple[View, ...], shots: int, camera: str, bias: float
) -> Visit:
    """Skin that does not change, photographed by the model of `serve/course/error.py`."""
    together = rng.normal(0, BUNDLE.sem * BUNDLE.shared**0.5) + bias
    alone = rng.normal(0, BUNDLE.sem * (1 - BUNDLE.shared) ** 0.5, (len(views), shots))
    taken = (
        shot(50 + 3 * THREE.index(v) + together + e, v, camera=camera)
        for v, es in zip(views, alone, strict=True)
        for e in es
    )
    return Visit(START + timedelta(days=40 * number), tuple(taken))


def same_throughout(rng: np.random.Generator) -> list[Visit]:
    return [visit(rng, n, THREE, 2, "A", 0.0) for n in range(6)]


def front_alone_later(rng: np.random.Generator) -> list[Visit]:
    return [visit(rng, n, (View.FRONT,) if n else THREE, 3, "A", 0.0) for n in range(6)]


def new_camera_after_the_start(rng: np.random.Generator) -> list[Visit]:
    bias = rng.normal(0, CAMERA_SEM, 2)
    return [visit(rng, n, THREE, 3, "AB"[n > 0], bias[int(n > 0)]) for n in range(7)]


def a_camera_each_time(rng: np.random.Generator) -> list[Visit]:
    return [visit(rng, n, THREE, 3, "ABCDEF"[n], rng.normal(0, CAMERA_SEM)) for n in range(6)]


@pytest.mark.parametrize("design", [same_throughout, front_alone_later, new_camera_after_the_start, a_camera_each_time])
def test_unchanged_skin_leaves_the_trend_s_interval_in_5_percent(
    design: Callable[[np.random.Generator], list[Visit]],
) -> None:
    left = []
    for seed in range(COURSES):
        scores = visit_scores(Course("made-up", Plan(1, 28), (), tuple(design(np.random.default_rng(seed)))))
        line = trend([point for score in scores if (point := point_of(scores[0], score)) is not None])
        assert line is not None
        left.append(line.low > 0 or line.high < 0)
    print(np.mean(left))
    assert 0.02 <= np.mean(left) <= 0.075


def test_what_would_be_detected_is_told_of_the_photos_that_are_compared() -> None:
    """A baseline of the front alone, and a last visit of three views by another camera, with redder skin."""
    first = Visit(START, (shot(50.0, camera="A"),))
    more = (shot(50.0, v, redness=9.0, camera="B") for v in THREE for _ in range(5))
    last = Visit(START + timedelta(days=90), (shot(50.0, redness=9.0, camera="B"), *more))
    then, now = visit_scores(Course("made-up", Plan(1, 28), (), (first, last)))
    change = change_between(then, now)
    assert change is not None
    told = needed(then, now)
    assert told.sdc95 == pytest.approx(change.sdc95)
    assert told.detected == pytest.approx(change.sdc95 * 2.8 / 1.96)
    assert told.shots is None  # no number of photos takes away what another camera adds
