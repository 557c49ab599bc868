"""The scales: every vector of the published tables, ranges where something is missing, and the audit trail."""

from __future__ import annotations

import pytest

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.ecca import ATROPHIC, ecca
from scarscore.serve.course.scales.global_scales import scar_s, sga
from scarscore.serve.course.scales.goodman_baron_qualitative import goodman_baron_qualitative
from scarscore.serve.course.scales.goodman_baron_quantitative import DEEP, ROWS, goodman_baron_quantitative
from scarscore.serve.course.scales.items import reported
from scarscore.serve.errors import UsageError


def found(by: str = "Dr A", **values: float) -> tuple[Finding, ...]:
    return tuple(Finding(item, value, by) for item, value in values.items())


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({}, 0),
        ({"mild_dish": 5}, 1),
        ({"mild_dish": 12, "moderate_dish": 25, "linear": 3}, 11),
        ({**dict.fromkeys((*ROWS, *DEEP), 21), "keloid_area": 20.1}, 84),
        ({"macular": 10}, 1),
        ({"macular": 11}, 2),
        ({"macular": 20}, 2),
        ({"macular": 21}, 3),
        ({"keloid_area": 4.9}, 6),
        ({"keloid_area": 5}, 12),
        ({"keloid_area": 20}, 12),
        ({"keloid_area": 0}, 0),
        ({"keloid_present": 0}, 0),
    ],
)
def test_goodman_baron_quantitative_gives_the_published_points(values: dict[str, float], score: float) -> None:
    told = goodman_baron_quantitative(found(**values))
    assert told.value == score
    assert sum(part.low for part in told.parts) == score
    assert told.of == 84


def test_goodman_baron_quantitative_is_a_range_where_a_photo_cannot_tell() -> None:
    keloid = goodman_baron_quantitative(found(keloid_present=1))
    assert (keloid.low, keloid.high, keloid.missing) == (6, 18, ("keloid_area",))
    # 25 deep scars: 9 points in one row; 6 + 6 or 9 + 3 where they are of both kinds.
    deep = goodman_baron_quantitative(found(punched_out_deep=25))
    assert (deep.low, deep.high, deep.missing) == (9, 12, ("punched_out_deep",))
    assert goodman_baron_quantitative(found(punched_out_deep=1)).value == 3


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"elastolysis": 0}, 0),
        ({"elastolysis": 0, "icepick": 4}, 15),
        ({"elastolysis": 0, "icepick": 5}, 30),
        ({"elastolysis": 0, "icepick": 20}, 30),
        ({"elastolysis": 0, "icepick": 21}, 45),
        ({"elastolysis": 2, "boxcar": 1, "rolling": 30}, 60 + 20 + 75),
        ({"elastolysis": 0, "hypertrophic_under_2_years": 1, "hypertrophic_over_2_years": 5}, 40 + 100),
        (
            {**dict.fromkeys(ATROPHIC, 21), "elastolysis": 3}
            | {"hypertrophic_under_2_years": 21, "hypertrophic_over_2_years": 21},
            540,
        ),
    ],
)
def test_ecca_gives_the_published_points(values: dict[str, float], score: float) -> None:
    told = ecca(found(**values))
    assert told.value == score
    assert sum(part.low for part in told.parts) == score


def test_ecca_is_a_range_without_elastolysis_and_without_the_age_of_raised_scars() -> None:
    told = ecca(found(icepick=3))
    assert (told.low, told.high, told.missing) == (15, 105, ("elastolysis",))
    raised = ecca(found(elastolysis=0, hypertrophic=3))
    assert (raised.low, raised.high, raised.missing) == (40, 90, ("hypertrophic",))  # all young; of both ages
    assert ecca(found(elastolysis=0, hypertrophic=1)).text == "40 to 50"


def test_ecca_is_a_range_where_scars_were_seen_and_not_counted() -> None:
    seen = (Finding("boxcar_seen", 1), Finding("elastolysis", 0, "Dr A"))
    told = ecca(seen)
    assert (told.low, told.high, told.missing) == (20, 60, ("boxcar",))
    assert next((line.item, line.by) for line in told.parts if line.high) == ("boxcar_seen", MODEL)
    assert ecca((*seen, Finding("boxcar", 7, "Dr A"))).value == 40
    assert ecca((*seen, Finding("boxcar", 0, "Dr A"))).value == 0
    assert ecca((*seen, Finding("boxcar_seen", 0, "Dr A"))).value == 0


@pytest.mark.parametrize(
    ("grades", "values", "low", "high"),
    [
        ((1,), {}, 1, 1),
        ((2,), {}, 2, 2),
        ((3,), {}, 3, 4),
        ((4,), {}, 3, 4),
        ((2, 3), {}, 2, 4),
        ((3, 4), {"stretch_flattens": 1}, 3, 3),
        ((3, 4), {"stretch_flattens": 0}, 4, 4),
        ((3,), {"stretch_flattens": 0}, 4, 4),
        ((4,), {"stretch_flattens": 1}, 3, 3),
        ((2, 3), {"stretch_flattens": 0, "photo_grade": 3}, 4, 4),
        ((2,), {"stretch_flattens": 0}, 2, 2),
    ],
)
def test_goodman_baron_qualitative_never_tells_3_from_4_unstretched(
    grades: tuple[int, ...], values: dict[str, float], low: float, high: float
) -> None:
    told = goodman_baron_qualitative(grades, found(**values))
    assert (told.low, told.high) == (low, high)
    assert ("stretch_flattens" in told.missing) == (high == 4 and low < 4)


def test_grade_0_is_told_as_an_extension() -> None:
    assert "extension" in goodman_baron_qualitative((0,)).notes[0]
    assert goodman_baron_qualitative((1,)).notes == ()


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ({"face_area": 0}, 0, 0),
        ({"face_area": 0.3, "face_recognisable": 0}, 1, 1),
        ({"face_area": 0.3, "face_recognisable": 1}, 2, 2),
        ({"face_area": 0.3}, 1, 2),
        ({"face_area": 0.6, "face_recognisable": 1}, 3, 3),
        ({"face_area": 1, "face_recognisable": 1, "face_prominent": 0}, 4, 4),
        ({"face_area": 1, "face_recognisable": 1, "face_prominent": 1}, 5, 5),
        ({"face_area": 1, "face_recognisable": 1}, 4, 5),
        ({}, 0, 5),
    ],
)
def test_scar_s_goes_by_area_and_visibility(values: dict[str, float], low: float, high: float) -> None:
    told = scar_s(found(**values, chest_area=0, back_area=0))
    assert (told.low, told.high) == (low, high)
    everywhere = scar_s(found(**values))
    assert (everywhere.low, everywhere.high) == (low, high + 10)


def test_scar_s_reaches_15() -> None:
    sites = ("face", "chest", "back")
    values = {f"{site}_{item}": 1.0 for site in sites for item in ("area", "recognisable", "prominent")}
    assert scar_s(found(**values)).value == 15


@pytest.mark.parametrize(
    ("area", "recognisable", "grade"), [(0, 1, 0), (0.2, 0, 1), (0.2, 1, 2), (0.5, 1, 3), (0.75, 1, 3), (0.76, 1, 4)]
)
def test_sga_goes_by_the_area_of_half_a_face(area: float, recognisable: float, grade: int) -> None:
    told = sga(found(left_half_area=area, left_half_recognisable=recognisable), "left_half")
    assert told.value == grade
    assert (sga((), "right_half").low, sga((), "right_half").high) == (0, 4)


def test_the_audit_trail_names_who_entered_each_point_and_what_that_replaced() -> None:
    proposed, corrected = Finding("icepick", 30), Finding("icepick", 4, "Dr A")
    told = ecca((corrected, proposed, Finding("elastolysis", 0, "Dr B")))
    lines = {part.item: part for part in told.parts}
    assert told.value == 15
    assert (lines["icepick"].by, lines["icepick"].value, lines["icepick"].replaced) == ("Dr A", 4, (proposed,))
    assert lines["elastolysis"].by == "Dr B"
    assert lines["boxcar"].value is None
    assert ecca((proposed,)).parts[0].by == MODEL


@pytest.mark.parametrize(
    ("finding", "message"),
    [
        (Finding("icepik", 3), "icepik"),
        (Finding("icepick", -1), "icepick is -1"),
        (Finding("icepick", 2.5), "whole number"),
        (Finding("icepick", float("nan")), "icepick is nan"),
        (Finding("dlqi_total", 31), "from 0 to 30"),
        (Finding("gais", 0), "from 1 to 5"),
    ],
)
def test_a_finding_that_cannot_be_is_refused_by_name(finding: Finding, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ecca((finding,))


def test_what_patients_report_is_kept_and_never_counts_towards_a_scale() -> None:
    findings = found(scars_total=21, dlqi_total=6, gais=2, elastolysis=0)
    assert [finding.item for finding in reported(findings)] == ["scars_total", "dlqi_total", "gais"]
    assert ecca(findings).value == 0
