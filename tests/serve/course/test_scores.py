"""What a course keeps of a photo's score, straight from scoring or back from a row that was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scarscore.serve.batch.rows import kept, row_from, row_of
from scarscore.serve.course.records import ShotScore
from scarscore.serve.course.scores import kept_of, kept_of_row
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.quality.checks import NAMES
from scarscore.serve.scoring.result import Check, ModelId, PhotoScore, Reason, RegionScore, View, refusal

SCORE = PhotoScore(
    "ab" * 32, 640, 480, 41.25, 33.5, 52.0, (2, 3), ("icepick",), (Check(NAMES[0], 0.5, 0.2, True),),
    ModelId("severity", "0.2.0", "5c" * 32, "research"), ModelId("regions", "0.2.0", "6d" * 32, "research"),
    View.FRONT, (RegionScore("nose", 0.25, 1.0, 12.5, (), 1.5, -0.5, 0.25),), None,
)  # fmt: skip


def test_a_course_keeps_the_numbers_and_names_both_networks() -> None:
    told = kept_of(SCORE)
    assert isinstance(told, ShotScore)
    assert (told.severity, told.low, told.high, told.grade_set) == (41.25, 33.5, 52.0, (2, 3))
    assert told.model == "severity 0.2.0 5c5c5c5c5c5c regions 0.2.0 6d6d6d6d6d6d"
    assert told.regions == SCORE.regions


def test_a_row_that_was_written_gives_the_same_back() -> None:
    straight, written = kept_of(SCORE), kept_of_row(row_from(kept(row_of("a.jpg", SCORE))))
    assert isinstance(straight, ShotScore)
    assert isinstance(written, ShotScore)
    assert replace(written, quality=()) == replace(straight, quality=())


def test_a_refusal_stays_a_refusal() -> None:
    no = refusal(Reason.BLURRED)
    assert kept_of(no) is no
    assert kept_of_row(row_of("a.jpg", no)) == no


def test_a_row_that_lacks_its_numbers_is_refused_by_name() -> None:
    row = row_of("a.jpg", SCORE)
    with pytest.raises(UsageError, match=r"a\.jpg says scored, but lacks"):
        kept_of_row(replace(row, severity=None))
    with pytest.raises(UsageError, match=r"a\.jpg gives no reason that is known: 'tired'"):
        kept_of_row(replace(row_of("a.jpg", refusal(Reason.BLURRED)), reason="tired"))
