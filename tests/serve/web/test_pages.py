"""The first pages, their headers, the settings and the audit log over the API."""

from __future__ import annotations

import re

import pytest

from scarscore.serve.records.people import Role
from scarscore.serve.scoring.result import DISCLAIMER
from scarscore.serve.web.headers import POLICY
from scarscore.serve.web.pages import HERE, STATIC
from tests.serve.web.parts import INLINE, Running

PAGES = ("/account", "/connect", "/patients", "/sign-in")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_the_numbers_are_not_and_holds_nothing_inline(shared_app: Running, path: str) -> None:
    answer = shared_app.client(Role.ADMIN).get(path)
    assert answer.status_code == 200
    assert DISCLAIMER in answer.text
    assert not re.search(INLINE, answer.text)
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_field_of_a_form_has_a_label_and_every_file_of_a_page_is_served(shared_app: Running) -> None:
    client = shared_app.client()
    for template in (HERE / "templates").glob("*.html"):
        text = template.read_text(encoding="utf-8")
        for field in re.finditer(r"<input\b[^>]*>", text):
            named = re.search(r'\bid="([^"]+)"', field[0])
            if re.search(r'type="hidden"|aria-label=', field[0]) or (named and f'<label for="{named[1]}"' in text):
                continue
            assert text.rfind("<label", 0, field.start()) > text.rfind("</label>", 0, field.start()), template.name
        for name in re.findall(r'(?:src|href)="/static/([^"]+)"', text):
            assert client.get(f"/static/{name}").status_code == 200
    for name in STATIC:
        assert client.get(f"/static/{name}").headers["cache-control"] == "public, max-age=3600"


def test_a_browser_is_led_to_where_it_can_sign_in_and_a_program_is_told(shared_app: Running) -> None:
    client = shared_app.client()
    assert client.get("/").headers["location"] == "/sign-in"
    led = client.get("/connect", headers={"Accept": "text/html"})
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in")
    assert client.get("/api/v1/me", headers={"Accept": "text/html"}).status_code == 401


def test_a_tablet_finds_the_address_as_a_code(clinic_app: Running) -> None:
    browser = clinic_app.client(Role.VIEWER)
    assert "--tls self-signed" in browser.get("/connect").text
    clinic_app.service.addresses = ("https://192.0.2.7:8000/",)
    page = browser.get("/connect").text
    assert "<svg" in page
    assert 'href="https://192.0.2.7:8000/"' in page


def test_a_clinics_name_is_never_taken_for_markup(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    admin.put("/api/v1/settings", json={**admin.get("/api/v1/settings").json(), "name": "<script>alert(1)</script>"})
    page = admin.get("/patients").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_settings_are_changed_by_an_admin_and_the_old_ones_stay_in_the_audit_log(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    asked = admin.get("/api/v1/settings").json()
    asked["timing"]["not_scored"] = 10
    asked["retention_years"] = 15
    asked["errors"] = [{"sem": 2.5, "view": "left", "camera": "iPad", "subjects": 12, "shots": 48}]
    assert admin.put("/api/v1/settings", json=asked).status_code == 200
    now_set = clinic_app.client(Role.VIEWER).get("/api/v1/settings").json()
    assert (now_set["timing"]["not_scored"], now_set["retention_years"]) == (10, 15)
    assert now_set["errors"][0]["camera"] == "iPad"
    (line,) = admin.get("/api/v1/audit", params={"action": "correct", "object": "settings"}).json()
    assert line["detail"]["before"]["timing"]["not_scored"] == 7
    assert line["detail"]["before"]["retention_years"] == 10


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "bell\x07"}, "cannot be printed"),
        ({"retention_years": 0}, "1 to 100 years"),
        (
            {"timing": {"not_scored": 20, "provisional": 13, "preferred": 28, "endpoints": [28], "response": 90}},
            "ascend",
        ),
        ({"errors": [{"sem": 0}]}, "greater than 0"),
        ({"errors": [{"sem": 3, "shared": 2}]}, "less than or equal to 1"),
        ({"errors": [{"sem": 3, "source": "bundle"}]}, "not permitted"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_reason(
    shared_app: Running, change: dict[str, object], why: str
) -> None:
    admin = shared_app.client(Role.ADMIN)
    before = admin.get("/api/v1/settings").json()
    answer = admin.put("/api/v1/settings", json={**before, **change})
    assert answer.status_code == 422
    assert why in answer.json()["error"]["message"]
    assert admin.get("/api/v1/settings").json() == before


def test_the_audit_log_is_read_by_pages_and_proven_whole(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    for _ in range(4):
        admin.get("/api/v1/settings")
    first = admin.get("/api/v1/audit", params={"limit": 3}).json()
    numbers = [line["number"] for line in first]
    assert numbers == sorted(numbers, reverse=True)
    second = admin.get("/api/v1/audit", params={"limit": 3, "before": numbers[-1]}).json()
    assert second[0]["number"] == numbers[-1] - 1
    reads = admin.get("/api/v1/audit", params={"object": "settings", "action": "read"}).json()
    assert len(reads) == 4
    assert admin.get("/api/v1/audit", params={"object": "%"}).json() == [], "no pattern, but a beginning"
    assert admin.get("/api/v1/audit", params={"until": "2020-01-01T00:00:00Z"}).json() == []
    proof = admin.get("/api/v1/audit/verify").json()
    assert proof["whole"] is True
    assert proof["lines"] >= 10
