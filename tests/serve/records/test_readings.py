"""One visit in numbers is the course's own, with what the network proposes and what was entered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scarscore.serve.course.records import MODEL, Needling
from scarscore.serve.records import readings, verdicts
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.errors import NotFound
from scarscore.serve.records.findings import add_finding
from scarscore.serve.records.foreseen import foreseen
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place
from scarscore.serve.records.readings import reading
from scarscore.serve.records.starts import start_photos
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.records.verdicts import measured, networks
from scarscore.serve.scoring.result import View
from tests.serve.records.parts import NURSE, Here, ago, blurred, lines, new_course, session_on, take, upload, visit_on


def test_a_visit_reads_as_its_course_does_with_proposals_and_entries(clinic: Clinic) -> None:
    course = new_course(clinic)
    visit = visit_on(clinic, course, 40)
    take(clinic, visit)
    add_finding(clinic, NURSE, visit, "icepick", 7)
    told = reading(clinic, NURSE, networks(), visit)

    (score,) = measured(clinic, NURSE, networks(), course, today()).scores
    assert told.score == score
    items = {(finding.item, finding.by) for finding in told.visit.findings}
    assert ("depressed_at_least", MODEL) in items
    assert ("icepick", NURSE.login) in items
    assert {"ECCA", "Goodman-Baron qualitative"} <= {scale.name for scale in told.scales}
    assert [line.detail["what"] for line in lines(clinic, f"visit/{visit}", "read")] == ["scales"]


def test_what_is_entered_looks_at_no_photo_anew(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    course = new_course(clinic)
    visits = [visit_on(clinic, course, days) for days in (60, 40, 20)]
    for number, visit in enumerate(visits):
        take(clinic, visit, upload(number))
    before = [reading(clinic, NURSE, networks(), visit) for visit in visits]

    def looked(*_: object, **__: object) -> None:
        raise AssertionError("a photo was looked at again")

    monkeypatch.setattr(verdicts, "unsealed", looked)
    monkeypatch.setattr(readings, "unsealed", looked)
    add_finding(clinic, NURSE, visits[1], "boxcar", 3)
    after = [reading(clinic, NURSE, networks(), visit) for visit in visits]
    assert [each.score for each in after] == [each.score for each in before]
    assert after[1].visit.findings[:-1] == before[1].visit.findings
    assert (after[1].visit.findings[-1].item, after[0]) == ("boxcar", before[0])
    assert any(finding.by == MODEL for finding in after[1].visit.findings), "a visit between is proposed for, too"


def test_a_visit_too_soon_after_a_session_has_neither_severity_nor_scales(clinic: Clinic) -> None:
    course = new_course(clinic)
    session_on(clinic, course, 20)
    visit = visit_on(clinic, course, 18)
    take(clinic, visit)
    told = reading(clinic, NURSE, networks(), visit)

    assert (told.score, told.scales) == (None, ())
    assert told.when.days == 2
    with pytest.raises(NotFound):
        reading(clinic, NURSE, networks(), "nothing")


def test_the_photos_of_the_start_are_the_first_that_was_scored_of_each_view(clinic: Clinic) -> None:
    course, scoring = new_course(clinic), Here()
    assert start_photos(clinic, NURSE, scoring.networks, course) == ()
    start, later = visit_on(clinic, course, 60), visit_on(clinic, course, 20)
    session_on(clinic, course, 50)
    take(clinic, start, blurred())
    kept = [take(clinic, start, upload(seed)).id for seed in (1, 2)]
    front = take_photo(clinic, NURSE, scoring, start, upload(3), Place(View.FRONT))
    take(clinic, later, upload(4))

    told = start_photos(clinic, NURSE, scoring.networks, course)
    assert {(each.view, each.region): each.id for each in told} == {
        (View.CLOSEUP, "left_cheek"): kept[0],
        (View.FRONT, None): getattr(front, "id", None),
    }
    assert {each.day for each in told} == {ago(60)}


def test_what_photos_of_a_day_are_good_for_is_told_before_there_are_any(clinic: Clinic) -> None:
    who: Who = NURSE
    course = new_course(clinic)
    session_on(clinic, course, 20)
    visit = visit_on(clinic, course, 20, Needling.BEFORE)

    open_ = foreseen(clinic, who, course, ago(20), None)
    assert (open_.session, open_.when, open_.visits) == (1, None, ((visit, Needling.BEFORE),))
    words = [
        foreseen(clinic, who, course, ago(20) + timedelta(days), needling)
        for days, needling in ((0, Needling.BEFORE), (0, Needling.AFTER), (3, None), (10, None), (14, Needling.AFTER))
    ]
    timings = [each.when.timing.value for each in words if each.when]
    assert timings == ["preferred", "not_scored", "not_scored", "provisional", "valid"]
