"""What a report may hold: consents, names, erased and unreadable photos, others' courses; each export audited."""

from __future__ import annotations

from pathlib import Path

import pytest

from scarscore.serve.records.consents import Use, withdraw_consent
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.patients import create_patient
from scarscore.serve.records.refile import erase_photo
from scarscore.serve.reports import gather
from scarscore.serve.reports.course import course_pdf
from scarscore.serve.reports.visit import visit_pdf
from tests.serve.records.parts import ADMIN, NURSE, Here, lines, take, upload
from tests.serve.reports.parts import NAME, Recorded, pictures, small, text


def exports(told: Recorded) -> list[dict[str, object]]:
    return [dict(line.detail) for line in lines(told.clinic, f"course/{told.course}", "export")]


def test_a_name_is_shown_while_the_patient_consents_to_care(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE)
    assert told.of_course().head.name == NAME
    assert told.of_visit(0).head.name == NAME
    assert told.of_course(names=False).head.name is None
    withdraw_consent(told.clinic, NURSE, told.patient, Use.CARE)
    assert told.of_course().head.name is None
    assert told.of_visit(0).head.name is None
    assert NAME not in text(course_pdf(told.of_course()))
    with pytest.raises(Conflict, match="no name leaves"):
        told.of_course(names=True)
    assert [each["names"] for each in exports(told)] == [True, False, False, False]
    told.clinic.close()


def test_any_other_purpose_needs_its_own_consent_and_has_no_name(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE, Use.RESEARCH)
    assert told.of_course(purpose=Use.RESEARCH).head.name is None
    with pytest.raises(Invalid, match="care alone"):
        told.of_course(purpose=Use.RESEARCH, names=True)
    with pytest.raises(Conflict, match="publication"):
        told.of_course(purpose=Use.PUBLICATION)
    withdraw_consent(told.clinic, NURSE, told.patient, Use.RESEARCH)
    with pytest.raises(Conflict, match="research"):
        told.of_visit(0, purpose=Use.RESEARCH)
    assert exports(told) == [{"as": "pdf", "purpose": "research", "photos": True, "names": False}]
    assert lines(told.clinic, f"visit/{told.visits[0]}", "export") == []
    told.clinic.close()


def test_a_report_is_audited_as_an_export_and_each_photo_as_read(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE)
    told.of_visit(0)
    (line,) = lines(told.clinic, f"visit/{told.visits[0]}", "export")
    assert (line.account, line.detail) == (
        NURSE.account, {"as": "pdf", "purpose": "care", "photos": True, "names": True},
    )  # fmt: skip
    read = lines(told.clinic, f"photo/{told.first[0]}", "read")
    assert [each.detail for each in read] == [{"what": "image"}]
    told.of_visit(0, pictures=False)
    assert len(lines(told.clinic, f"photo/{told.first[0]}", "read")) == 1
    told.clinic.close()


def test_an_erased_photo_is_gone_and_counted(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE)
    second = take(told.clinic, told.visits[0], upload(1))
    before = visit_pdf(told.of_visit(0))
    erase_photo(told.clinic, NURSE, second.id)
    visit, course = told.of_visit(0), told.of_course()
    for photos, erased, pdf in (
        (visit.photos, visit.erased, visit_pdf(visit)),
        (course.photos, course.erased, course_pdf(course)),
    ):
        assert erased == 1
        assert [photo.shot.photo for photo in photos] == [told.first[0]]
        assert "1 photo erased since; nothing is left to show" in text(pdf)
    assert pictures(before) == 5
    assert pictures(visit_pdf(visit)) == 3
    told.clinic.close()


def test_a_photo_that_cannot_be_read_any_more_leaves_a_frame_that_says_so(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE)
    told.clinic.vault.drop(told.first[0])
    pdf = visit_pdf(told.of_visit(0))
    assert "The photo: cannot be read any more." in text(pdf)
    assert pictures(pdf) == 0
    told.clinic.close()


def test_photos_that_the_present_network_has_not_scored_are_counted(tmp_path: Path) -> None:
    told = small(tmp_path / "clinic", Use.CARE)
    take(told.clinic, told.visits[0], upload(2), scoring=Here("fold0"))
    pdf = visit_pdf(told.of_visit(0))
    assert "1 photo not scored by this network yet: scores of two are never mixed." in text(pdf)
    assert "close-up of left cheek 2 Not scored by this network" in text(pdf)
    told.clinic.close()


def test_another_patient_s_course_is_not_found(tmp_path: Path) -> None:
    told, other = small(tmp_path / "clinic", Use.CARE), "2222222222222222"
    assert told.of_course().head.name == NAME
    with pytest.raises(NotFound):
        Recorded(told.clinic, other, told.course, told.visits, ()).of_course()
    stranger = create_patient(told.clinic, NURSE, pseudonym=None, name="Stranger").id
    for asking in (Recorded.of_course, lambda who: who.of_visit(0)):
        with pytest.raises(NotFound, match="no such course of this patient"):
            asking(Recorded(told.clinic, stranger, told.course, told.visits, ()))
    erase_patient(told.clinic, ADMIN, told.patient)
    with pytest.raises(NotFound):
        told.of_course()
    assert len(exports(told)) == 1
    told.clinic.close()


def test_nothing_is_asked_by_default_but_care_and_photos() -> None:
    assert gather.Asked("x") == gather.Asked("x", Use.CARE, None, True)
