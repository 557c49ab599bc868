"""The promise end to end: rendered courses, from photos to verdict, in the right order and rightly judged."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import pytest

from scarscore.model.bundle import DEFAULT
from scarscore.serve.course.measured import Networks
from tests.serve.course.rendered import Kind, Outcome, outcome

WITH_BENCH = os.environ.get("SCARSCORE_BENCH") == "1"  # all 60 take minutes that not every run of the tests has
OF_EACH = 20 if WITH_BENCH else 2
LEAST = 0.9 if WITH_BENCH else 0.8  # of six courses one may fail, as one in ten may


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, ...]:
    cv2.setNumThreads(1)
    networks, top = Networks.load(DEFAULT), tmp_path_factory.mktemp("courses")
    return tuple(told(top / f"{kind}-{seed}", kind, seed, networks) for kind in Kind for seed in seeds(kind))


def seeds(kind: Kind) -> range:
    first = 1000 * (1 + list(Kind).index(kind))
    return range(first, first + OF_EACH)


def told(folder: Path, kind: Kind, seed: int, networks: Networks) -> Outcome:
    found = outcome(folder, kind, seed, networks)
    print(
        f"{kind} {seed}: {[round(s) for s in found.severities]} {found.verdict} {found.change:+.1f}, "
        f"steps right {found.steps_right}, unusable {found.unusable}",
        flush=True,
    )
    return found


def test_most_courses_are_in_the_right_order_and_rightly_judged(outcomes: tuple[Outcome, ...]) -> None:
    right = [found.judged_right and found.ordered_right for found in outcomes]
    assert sum(right) >= LEAST * len(right), [found for found, fine in zip(outcomes, right, strict=True) if not fine]


def test_no_course_is_judged_the_wrong_way(outcomes: tuple[Outcome, ...]) -> None:
    """To miss a change is one thing, to call a fall a rise another."""
    wrong_way = {Kind.HEALING: "worse", Kind.WORSENING: "improved"}
    assert [found for found in outcomes if found.verdict == wrong_way.get(found.kind)] == []


def test_photos_of_one_cheek_are_all_comparable(outcomes: tuple[Outcome, ...]) -> None:
    assert sum(found.unusable for found in outcomes) <= 0.05 * sum(len(found.severities) for found in outcomes)
