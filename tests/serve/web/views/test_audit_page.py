"""The audit log's page: by page and filter, nobody's name in it, and whether its chain is whole."""

from __future__ import annotations

import re

from scarscore.serve.records.people import Role
from scarscore.serve.records.trail import Asked, lines
from scarscore.serve.web.views.audit import PAGE
from tests.serve.web.parts import Running


def numbers(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="line-(\d+)"', page)]


def test_the_log_is_turned_page_by_page_to_its_first_line(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    for _ in range(PAGE + 5):
        admin.get("/api/v1/patients")
    page = admin.get("/settings/audit").text
    seen = numbers(page)
    assert len(seen) == PAGE
    while older := re.search(r'href="([^"]+)" id="older"', page):
        page = admin.get(older[1].replace("&amp;", "&")).text
        seen += numbers(page)
        assert 'id="newest"' in page
    assert seen == list(range(seen[0], 0, -1))


def test_what_is_looked_for_is_kept_on_the_next_page_and_empty_fields_ask_for_nothing(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    nurse = clinic_app.client(Role.PRACTITIONER)
    for _ in range(PAGE + 1):
        nurse.get("/api/v1/patients")
    who = clinic_app.who(Role.PRACTITIONER).account
    page = admin.get(f"/settings/audit?account={who}&action=read&object=patients&since=&until=&before=").text
    assert len(numbers(page)) == PAGE
    assert f'value="{who}" selected' in page
    older = re.search(r'href="([^"]+)" id="older"', page)
    assert older
    assert len(numbers(admin.get(older[1].replace("&amp;", "&")).text)) == 1
    assert "No line of the log is like that" in admin.get("/settings/audit?object=%3Cb%3Ex&until=2001-01-01").text
    assert "<b>x" not in admin.get("/settings/audit?object=%3Cb%3Ex").text
    assert admin.get("/settings/audit?since=0001-01-01&until=9999-12-31").status_code == 200
    assert admin.get("/settings/audit?since=tomorrow").status_code == 422


def test_no_name_of_a_patient_stands_on_it_and_reading_it_is_a_line(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    patient = admin.post("/api/v1/patients", json={"name": "Wilhelmina"}).json()["id"]
    admin.patch(f"/api/v1/patients/{patient}", json={"name": "Henrietta"})
    admin.get("/settings/audit")
    page = admin.get("/settings/audit").text
    assert f"patient/{patient}" in page
    assert "Wilhelmina" not in page
    newest = lines(clinic_app.clinic, clinic_app.who(Role.ADMIN), Asked(action="read", object="audit"))
    assert len(newest) == 2


def test_the_chain_is_gone_through_and_its_digest_can_be_found_again(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    told = admin.get("/settings/audit/chain").text
    digest, line = re.search(r'id="chain-digest">(\w{64})<', told), re.search(r"show line (\d+)", told)
    assert digest
    assert line
    page = admin.get(f"/settings/audit?before={int(line[1]) + 1}").text
    assert numbers(page)[0] == int(line[1])
    assert digest[1] in page.split(f'id="line-{int(line[1]) - 1}"')[0]


def test_a_log_that_was_changed_is_told_with_its_line(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    admin.get("/api/v1/patients")
    with clinic_app.clinic.database.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET action = 'slept' WHERE number = 2")
    told = admin.get("/settings/audit/chain").text
    assert "not whole" in told
    assert "is 2:" in told
