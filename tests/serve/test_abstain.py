"""No number where it would mislead: photos unlike the known, intervals and sets too wide to say anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scarscore.model.bundle import load_bundle, names
from scarscore.model.engine import Judgement
from scarscore.model.heads import HeadLimits
from scarscore.model.severity import Severity
from scarscore.serve.scoring.abstain import LARGEST, WIDEST, abstains
from scarscore.serve.scoring.result import Reason

LIMITS = HeadLimits(1.0, (0.3,) * 5, (1.0, 0.0), 0.5, 2.0)
USUAL = Judgement(Severity(40.0, 30.0, 55.0), 2, (2, 3), None, 1.1)


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [
        (USUAL, None),
        (replace(USUAL, distance=2.0), None),
        (replace(USUAL, distance=2.01), Reason.UNFAMILIAR),
        (replace(USUAL, severity=Severity(40.0, 10.0, 10.0 + WIDEST)), None),
        (replace(USUAL, severity=Severity(40.0, 10.0, 10.1 + WIDEST)), Reason.UNCERTAIN),
        (replace(USUAL, grade_set=(1, 2, 3)), None),
        (replace(USUAL, grade_set=(1, 2, 3, 4)), Reason.UNCERTAIN),
    ],
)
def test_beyond_a_limit_there_is_a_refusal_with_its_reason(judgement: Judgement, reason: Reason | None) -> None:
    assert LARGEST == 3
    assert abstains(judgement, LIMITS) is reason


@pytest.mark.parametrize("name", names())
def test_the_shipped_networks_are_never_uncertain(name: str) -> None:
    """As docs/intended-use.md says: that refusal is for networks that tell less."""
    calibration = load_bundle(name).metadata.calibration
    for value in range(1001):
        severity = value / 10
        assert calibration.high(severity) - calibration.low(severity) < WIDEST
        assert len(calibration.grades.told(severity, 0.0)[1]) <= LARGEST


def test_without_heads_nothing_is_called_unfamiliar() -> None:
    assert abstains(replace(USUAL, distance=99.0), None) is None
