"""What waits, read from the records: by patient and course, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scarscore.serve.course.due import Kind
from scarscore.serve.course.records import Needling
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.due import due, patient_standings, standings
from scarscore.serve.records.errors import NotFound
from scarscore.serve.records.findings import add_finding
from scarscore.serve.records.refile import erase_photo
from scarscore.serve.scoring.result import Reason
from tests.serve.records.parts import (
    ADMIN,
    NURSE,
    ago,
    blurred,
    each_database,
    lines,
    new_course,
    session_on,
    take,
    upload,
    visit_on,
)

pytestmark = each_database


def test_a_course_stands_where_its_rows_say(clinic: Clinic) -> None:
    course, other = new_course(clinic, "Somebody"), new_course(clinic)
    session_on(clinic, course, 40)
    visit_on(clinic, course, 40, Needling.BEFORE)
    take(clinic, visit_on(clinic, course, 12))
    first, second = standings(clinic, NURSE)
    assert (first.course_id, second.course_id) == (course, other)
    assert (first.sessions, first.visits, first.last_photos) == ((ago(40),), 2, ago(12))
    assert (first.begun, second.begun) == (ago(40), today())
    assert patient_standings(clinic, NURSE, first.patient_id) == (first,)
    assert standings(clinic, NURSE, [second.patient_id]) == (second,)
    assert standings(clinic, NURSE, []) == ()
    with pytest.raises(NotFound):
        patient_standings(clinic, NURSE, "nobody")
    assert "Somebody" not in str([row.detail for row in lines(clinic, "due")])


def test_refused_photos_wait_until_one_can_be_used(clinic: Clinic) -> None:
    course = new_course(clinic)
    visit = visit_on(clinic, course, 3)
    take(clinic, visit, blurred())
    (waiting,) = due(clinic, NURSE, today())
    assert (waiting.course_id, waiting.task.kind, waiting.task.due) == (course, Kind.RETAKE, ago(3))
    assert waiting.task.why == "the only photo was refused: blurred"
    assert Reason.BLURRED.value in waiting.task.why
    good = take(clinic, visit, upload())
    assert due(clinic, NURSE, today()) == ()
    erase_photo(clinic, ADMIN, good.id)
    (again,) = due(clinic, NURSE, today())
    assert again == waiting, "an erased photo counts no more"
    add_finding(clinic, NURSE, visit, "icepick", 2)
    assert [each.task.kind for each in due(clinic, NURSE, today())] == [Kind.PHOTOS], "the visit is used otherwise"


def test_what_waits_by_a_day_is_told_and_no_more(clinic: Clinic) -> None:
    course = new_course(clinic)
    session_on(clinic, course, 20)
    assert due(clinic, NURSE, today()) == ()
    assert due(clinic, NURSE, today() + timedelta(7)) == ()
    kinds = [each.task.kind for each in due(clinic, NURSE, today() + timedelta(8))]
    assert kinds == [Kind.PHOTOS, Kind.SESSION]
