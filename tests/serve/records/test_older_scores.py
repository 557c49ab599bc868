"""A score that an earlier version stored stays readable, and may come from another installation as it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scarscore.serve.records.answers import answer_of, json_of
from scarscore.serve.records.errors import Invalid
from scarscore.serve.records.exports.gather import ScoreKept
from scarscore.serve.records.exports.received import _check_score
from scarscore.serve.records.tables import ScoreRow
from scarscore.serve.scoring.result import ModelId, PhotoScore, View

SINCE = ("sem", "grade", "type_probabilities", "raised", "raised_probability")
MODEL = ModelId("severity", "0.3.0", "ab" * 32, "research")
TOLD = PhotoScore(
    "cd" * 32, 640, 480, 41.25, 33.5, 52.0, (2, 3), ("boxcar",), (), MODEL, MODEL, View.FRONT, (), None,
    schema_version=2,
)  # fmt: skip


def stored() -> dict[str, object]:
    """The answer as version 0.3.0 wrote it."""
    return {name: value for name, value in json_of(TOLD).items() if name not in SINCE}


def kept(answer: dict[str, object]) -> ScoreKept:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    return ScoreKept("s" * 16, "p" * 16, View.FRONT, "severity 0.3.0", True, 41.25, answer, now)


def test_a_score_without_what_is_told_since_is_read_as_it_was() -> None:
    told = answer_of(ScoreRow(id="s" * 16, scored=True, answer=stored()))
    assert told == TOLD
    assert isinstance(told, PhotoScore)
    assert (told.sem, told.grade, told.raised, told.type_probabilities) == (None, None, None, ())
    assert told.schema_version == 2


def test_it_may_be_received_from_elsewhere_but_not_with_fields_that_nobody_knows() -> None:
    _check_score(kept(stored()))
    with pytest.raises(Invalid, match="contradicts itself"):
        _check_score(kept(stored() | {"diagnosis": "none"}))
    with pytest.raises(Invalid, match="contradicts itself"):
        _check_score(kept(stored() | {"severity": 12.0}))
