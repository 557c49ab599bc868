"""How many depressed scars there are in all: from proposals and entries to ranges of ECCA and of Goodman-Baron."""

from __future__ import annotations

from math import inf

import pytest

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.answer import Part
from scarscore.serve.course.scales.ecca import ecca
from scarscore.serve.course.scales.goodman_baron_quantitative import goodman_baron_quantitative
from scarscore.serve.course.scales.total import Total, total_of

CLEAR = Finding("elastolysis", 0, "AB")


def by(who: str, **values: float) -> tuple[Finding, ...]:
    return tuple(Finding(item, value, who) for item, value in values.items())


@pytest.mark.parametrize(
    ("findings", "total"),
    [
        ((), None),
        (by(MODEL, depressed_at_least=1), Total(1, inf)),
        ((*by(MODEL, depressed_at_least=1), *by("AB", depressed_at_most=0)), Total(0, 0)),
        ((*by(MODEL, depressed_at_least=1), *by("AB", depressed_at_least=5, depressed_at_most=20)), Total(5, 20)),
        (by("AB", icepick=12), Total(12, inf)),
        ((*by(MODEL, depressed_at_least=1), *by("AB", icepick=0, boxcar=0, rolling=0)), Total(0, 0)),
        (by("AB", depressed_at_least=9, depressed_at_most=5), Total(5, 9)),
    ],
)
def test_what_a_person_entered_bounds_what_the_network_proposed(
    findings: tuple[Finding, ...], total: Total | None
) -> None:
    assert total_of(findings) == total


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ({"boxcar_seen": 1, "depressed_at_least": 5}, 40, 60),
        ({"boxcar_seen": 1, "depressed_at_least": 5, "depressed_at_most": 20}, 40, 40),
        ({"boxcar_seen": 1, "rolling_seen": 1, "depressed_at_most": 5}, 45, 45),  # four of one kind at most
        ({"boxcar_seen": 1, "rolling_seen": 1, "depressed_at_most": 1}, 0, 45),
        ({"boxcar_seen": 1, "depressed_at_most": 0}, 0, 0),
        ({"icepick": 12, "rolling_seen": 1, "depressed_at_most": 14}, 30 + 25, 30 + 25),
        ({"depressed_at_least": 1}, 0, 180),
        ({"depressed_at_least": 1, "icepick_seen": 0, "rolling_seen": 0}, 20, 60),
        ({"depressed_at_least": 0}, 0, 0),
    ],
)
def test_ecca_narrows_with_the_number_in_all(values: dict[str, float], low: float, high: float) -> None:
    told = ecca((*by("AB", **values), CLEAR))
    assert (told.low, told.high) == (low, high)
    assert sum(line.low for line in told.parts) == low


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ({"depressed_at_least": 0}, 0, 57),
        ({"depressed_at_least": 1}, 1, 57),
        ({"depressed_at_least": 21}, 3, 57),
        ({"depressed_at_least": 1, "depressed_at_most": 1}, 1, 3),
        (
            {"depressed_at_least": 1, "depressed_at_most": 17},
            1,
            21,
        ),  # one row of eleven, one scar in each of six others
        ({"depressed_at_most": 0}, 0, 0),
        ({"icepick": 12, "boxcar": 0, "rolling": 0}, 2, 19),
    ],
)
def test_goodman_baron_is_a_range_from_the_number_in_all(values: dict[str, float], low: float, high: float) -> None:
    told = goodman_baron_quantitative(by("AB", **values))
    assert (told.low, told.high) == (low, high)
    assert ("row_counts" in told.missing) == (low < high)


def test_kinds_that_the_network_alone_saw_at_a_low_severity_may_be_none() -> None:
    doubtful = (*by(MODEL, boxcar_seen=1, depressed_at_least=0), CLEAR)
    assert (ecca(doubtful).low, ecca(doubtful).high) == (0, 60)
    assert ecca((*doubtful, *by("AB", boxcar_seen=1))).low == 20
    assert ecca((*doubtful, *by("AB", depressed_at_least=5))).low == 40
    assert ecca((*doubtful, *by("AB", boxcar=3))).value == 20
    assert ecca((*by(MODEL, boxcar_seen=1, depressed_at_least=1), CLEAR)).low == 20


def test_a_row_that_a_person_counted_ends_the_range_and_flat_marks_do_not() -> None:
    proposed = by(MODEL, depressed_at_least=1)
    assert goodman_baron_quantitative((*proposed, *by("AB", mild_dish=5))).value == 1
    marks = goodman_baron_quantitative((*proposed, *by("AB", macular=5)))
    assert (marks.low, marks.high) == (2, 58)


def test_the_trail_names_who_told_the_least_number() -> None:
    def line(*findings: Finding) -> Part:
        return next(line for line in goodman_baron_quantitative(findings).parts if line.low)

    proposed = Finding("depressed_at_least", 1)
    told = line(proposed)
    assert (told.item, told.value, told.by) == ("depressed_at_least", 1, MODEL)
    told = line(proposed, Finding("icepick", 12, "AB"))
    assert (told.item, told.value, told.by) == ("kinds_counted", 12, "AB")
    told = line(proposed, Finding("depressed_at_least", 5, "AB"))
    assert (told.by, told.replaced) == ("AB", (proposed,))
