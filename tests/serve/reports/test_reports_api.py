"""Reports by the API: who may, what is answered, and that a name is left out where that is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from scarscore.serve.records.consents import Use
from scarscore.serve.records.people import Role
from tests.serve.records.told import NAME, Told, patient_with_everything
from tests.serve.reports.parts import pictures, text
from tests.serve.web import parts


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[parts.Running, Told]]:
    made = parts.running(tmp_path_factory.mktemp("reports") / "clinic")
    yield made, patient_with_everything(made.clinic, Use.CARE)
    made.clinic.close()


@pytest.fixture
def nurse(recorded: tuple[parts.Running, Told]) -> TestClient:
    return recorded[0].program(Role.PRACTITIONER)


def addresses(told: Told) -> tuple[str, str]:
    patient = f"/api/v1/patients/{told.patient}"
    return f"{patient}/courses/{told.course}/report.pdf", f"{patient}/visits/{told.visits[0]}/report.pdf"


def test_a_report_is_a_pdf_to_be_shown(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    told = recorded[1]
    for address, name in zip(addresses(told), (f"course-{told.course}", f"visit-{told.visits[0]}"), strict=True):
        answer = nurse.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.headers["content-disposition"] == f'inline; filename="scarscore-{name}.pdf"'
        assert answer.headers["cache-control"] == "no-store"
        assert NAME in text(answer.content)
        assert nurse.get(address).content == answer.content
        nameless = nurse.get(address, params={"names": "no"})
        assert nameless.status_code == 200
        assert NAME.split()[0] not in text(nameless.content)


def test_sheet_and_photos_are_as_asked(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    for address in addresses(recorded[1]):
        answer = nurse.get(address, params={"paper": "letter", "photos": "no"})
        assert round(PdfReader(io.BytesIO(answer.content)).pages[0].mediabox.height) == 792
        assert pictures(answer.content) == 0


def test_a_course_s_report_is_of_a_day(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    address = addresses(recorded[1])[0]
    early = nurse.get(address, params={"on": "2020-01-01"})
    assert "As of 1 Jan 2020" in text(early.content)
    assert "Severity over time" not in text(early.content)
    assert nurse.get(address, params={"on": "2999-01-01"}).status_code == 422


def test_consents_hold(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    for address in addresses(recorded[1]):
        refused = nurse.get(address, params={"purpose": "publication"})
        assert (refused.status_code, refused.json()["error"]["reason"]) == (409, "conflict")
        assert nurse.get(address, params={"purpose": "fun"}).status_code == 422


def test_a_viewer_and_nobody_get_none(recorded: tuple[parts.Running, Told]) -> None:
    running, told = recorded
    for address in addresses(told):
        assert running.program(Role.VIEWER).get(address).status_code == 403
        assert running.client().get(address).status_code == 401


def test_what_is_not_this_patient_s_is_not_found(recorded: tuple[parts.Running, Told], nurse: TestClient) -> None:
    for address in addresses(recorded[1]):
        assert nurse.get(address.replace(recorded[1].patient, "2222222222222222")).status_code == 404
