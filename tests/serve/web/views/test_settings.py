"""The settings' pages: what each role is shown, what they change over the API, hostile names, no inline code."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from pypdf import PdfReader

from scarscore.model.bundles import ModelBundle, open_model, pack_bundle, read_shipped
from scarscore.serve.course.records import TimingRules
from scarscore.serve.records.accounts import create_account
from scarscore.serve.records.clinic import today
from scarscore.serve.records.people import Role
from scarscore.serve.scoring.result import DISCLAIMER
from scarscore.serve.web.views.settings_words import LICENCE_CLASSES, RULES
from tests.serve.web import parts
from tests.serve.web.parts import INLINE, Running

FOR_ALL = ("/settings", "/settings/tokens", "/settings/models", "/settings/models/default", "/settings/repeatability")
FOR_ADMINS = (
    "/settings/people", "/settings/people/list", "/settings/records", "/settings/audit", "/settings/audit/chain",
)  # fmt: skip
HOSTILE = "<img src=x onerror=alert(1)>"
TIMING = {"not_scored": 7, "provisional": 13, "preferred": 30, "endpoints": [30, 180], "response": 90}


def tabs(page: str) -> list[str]:
    nav = re.search(r'<nav aria-label="Settings".*?</nav>', page, re.DOTALL)
    assert nav
    return re.findall(r">([^<>\n]+)</a>", nav[0])


def test_each_role_is_shown_what_it_may(shared_app: Running) -> None:
    admin, viewer = shared_app.client(Role.ADMIN), shared_app.client(Role.VIEWER)
    assert tabs(viewer.get("/settings").text) == ["Clinic and timing", "Repeatability", "Models", "Tokens"]
    assert {"People", "Records", "Audit"} < set(tabs(admin.get("/settings").text))
    for path in FOR_ALL:
        assert viewer.get(path).status_code == 200
    for path in FOR_ADMINS:
        assert admin.get(path).status_code == 200
        assert shared_app.client(Role.PRACTITIONER).get(path).status_code == 403
    seen = viewer.get("/settings").text
    assert "<input" not in seen
    assert "save-settings" not in seen


@pytest.mark.parametrize("path", [*FOR_ALL, *FOR_ADMINS])
def test_no_page_holds_inline_code_and_each_says_what_numbers_are_not(shared_app: Running, path: str) -> None:
    page = shared_app.client(Role.ADMIN).get(path).text
    assert not re.search(INLINE, page)
    assert (DISCLAIMER in page) is not path.endswith(("list", "chain"))


def test_every_timing_rule_stands_with_its_value_its_default_and_its_source(clinic_app: Running) -> None:
    assert {rule.field for rule in RULES} == set(TimingRules.__dataclass_fields__)
    admin = clinic_app.client(Role.ADMIN)
    assert "changed</span>" not in admin.get("/settings").text
    assert admin.patch("/api/v1/settings", json={"timing": TIMING}).status_code == 200
    page = admin.get("/settings").text
    assert 'value="30, 180"' in page
    assert page.count("changed</span>") == 2
    for rule in RULES:
        assert rule.source.replace("'", "&#39;") in page


def test_what_is_not_sent_stays_as_somebody_else_set_it_meanwhile(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    admin.put("/api/v1/settings/errors", json={"sem": 2.5, "view": "front", "camera": "A", "subjects": 10, "shots": 2})
    told = admin.patch("/api/v1/settings", json={"name": "Another", "retention_years": 20, "paper": "letter"}).json()
    assert (told["name"], told["retention_years"], len(told["errors"])) == ("Another", 20, 1)
    assert (told["timing"]["preferred"], told["paper"]) == (28, "letter")
    assert '<option value="letter" selected>' in admin.get("/settings").text
    assert admin.patch("/api/v1/settings", json={"retention_years": 0}).status_code == 422
    assert admin.patch("/api/v1/settings", json={"timing": TIMING | {"provisional": 40}}).status_code == 422
    assert admin.get("/api/v1/settings").json() == told
    line = admin.get("/api/v1/audit?action=correct&limit=1").json()[0]
    assert line["detail"]["before"]["retention_years"] == 10
    assert "Another" not in str(line)
    assert clinic_app.client(Role.PRACTITIONER).patch("/api/v1/settings", json={"name": "x"}).status_code == 403


def test_a_stated_error_takes_the_place_of_the_same_and_is_taken_back_alone(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    where = "/api/v1/settings/errors"
    for sem, view, camera in ((2.0, "front", HOSTILE), (3.0, "left", None), (2.5, "front", HOSTILE)):
        assert admin.put(where, json={"sem": sem, "view": view, "camera": camera}).status_code == 200
    assert [each["sem"] for each in admin.get("/api/v1/settings").json()["errors"]] == [3.0, 2.5]
    page = admin.get("/settings/repeatability").text
    assert HOSTILE not in page
    assert "Not measured yet" not in page
    addresses = [each.replace("&amp;", "&") for each in re.findall(rf'data-send="({where}[^"]*)"', page)]
    assert "data-send" not in clinic_app.client(Role.VIEWER).get("/settings/repeatability").text.split('id="own"')[1]
    assert admin.delete(f"{where}?view=right").status_code == 404
    assert clinic_app.client(Role.PRACTITIONER).delete(addresses[1]).status_code == 403
    assert admin.delete(addresses[1]).json()["errors"][0]["view"] == "left"
    assert admin.delete(addresses[0]).json()["errors"] == []
    assert "Not measured yet" in admin.get("/settings/repeatability").text


def test_people_are_told_apart_and_nobody_shuts_oneself_out(clinic_app: Running) -> None:
    made = create_account(clinic_app.clinic, None, "<b>eve</b>", parts.PASSWORD, Role.VIEWER)
    admin = clinic_app.client(Role.ADMIN)
    page = admin.get("/settings/people").text
    assert "<b>eve" not in page
    assert f"/api/v1/accounts/{made.id}/deactivate" in page
    own = clinic_app.who(Role.ADMIN).account
    assert f"/api/v1/accounts/{own}/" not in page
    assert admin.post(f"/api/v1/accounts/{made.id}/deactivate").status_code == 200
    page = admin.get("/settings/people/list").text
    row = re.search(rf'id="account-{made.id}".*?</tr>', page, re.DOTALL)
    assert row
    assert "closed</span>" in row[0]
    assert "reactivate" in row[0]
    assert "<select" not in row[0]


def test_tokens_are_ones_own_and_everybodys_for_an_admin(clinic_app: Running) -> None:
    viewer, admin = clinic_app.client(Role.VIEWER), clinic_app.client(Role.ADMIN)
    assert "No program has a token" in viewer.get("/settings/tokens").text
    assert re.findall(r'<option value="(\w+)"', viewer.get("/settings/tokens").text) == ["viewer"]
    made = viewer.post("/api/v1/tokens", json={"name": HOSTILE, "role": "viewer"}).json()
    for who in (viewer, admin):
        page = who.get("/settings/tokens").text
        assert made["id"] in page
        assert made["token"] not in page
        assert HOSTILE not in page
    assert made["id"] not in clinic_app.client(Role.PRACTITIONER).get("/settings/tokens").text


def test_the_networks_stand_with_hash_and_what_their_licence_allows(shared_app: Running) -> None:
    bundle = open_model()
    page = shared_app.client(Role.VIEWER).get("/settings/models").text
    for text in (bundle.severity.sha256, bundle.regions.sha256, "this server scores with it", "licence class research"):
        assert text in page
    assert LICENCE_CLASSES[bundle.licence_class].replace("'", "&#39;") in page
    assert set(read_shipped()) == set(re.findall(r'id="bundle-([a-z][\w-]*)"', page))


def test_a_card_is_a_page_of_which_nothing_is_taken_as_html(
    shared_app: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = open_model()
    card = (
        f"# Mine\n\n{HOSTILE}\n\n## Figures\n\n| a | n |\n| --- | ---: |\n| x | 1 |\n\n"
        "![p](https://example.org/p.png)\n\n[bad](javascript:alert(1)) [good](https://example.org/)\n"
    )
    folder = pack_bundle(ModelBundle("mine", "1", real.severity, real.regions, card), tmp_path / "mine")
    monkeypatch.setattr(type(shared_app.service.scoring), "model", property(lambda _: str(folder)))
    viewer = shared_app.client(Role.VIEWER)
    assert viewer.get("/settings/models").text.count("this server scores with it") == 1
    page = viewer.get("/settings/models/served").text
    assert not re.search(INLINE, page.replace(escape(HOSTILE), "").replace("[bad](javascript:alert(1))", ""))
    assert "p.png" not in re.sub(r"<p>.*?</p>", "", page, flags=re.DOTALL)
    assert 'aria-label="Figures"><table>' in page
    assert '<td class="to-right">1</td>' in page
    assert 'href="https://example.org/"' in page
    assert viewer.get("/settings/models/..%2F..%2Fbundles.toml").status_code == 404
    assert viewer.get("/settings/models/severity").status_code == 404


def test_whose_time_is_over_is_listed_by_pseudonym(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    assert "Nobody&#39;s records" in admin.get("/settings/records").text.replace("Nobody's", "Nobody&#39;s")
    patient = admin.post("/api/v1/patients", json={"name": "Wilhelmina", "pseudonym": "P-1"}).json()["id"]
    course = admin.post(f"/api/v1/patients/{patient}/courses", json={}).json()["id"]
    old = str(today() - timedelta(366 * 10 + 3))
    assert admin.post(f"/api/v1/courses/{course}/sessions", json={"day": old}).status_code == 201
    page = admin.get("/settings/records").text
    assert f'href="/patients/{patient}">P-1<' in page
    assert "Wilhelmina" not in page


def test_reports_are_made_for_the_clinics_paper_unless_another_is_asked_for(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    patient = admin.post("/api/v1/patients", json={}).json()["id"]
    course = admin.post(f"/api/v1/patients/{patient}/courses", json={}).json()["id"]
    report = f"/api/v1/patients/{patient}/courses/{course}/report.pdf"

    def height(address: str) -> int:
        return round(PdfReader(io.BytesIO(admin.get(address).content)).pages[0].mediabox.height)

    a4, letter = 842, 792  # pt
    assert height(report) == a4
    admin.patch("/api/v1/settings", json={"paper": "letter"})
    assert height(report) == letter
    assert height(f"{report}?paper=a4") == a4
