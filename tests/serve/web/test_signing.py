"""Signing in by the API: the cookie's flags, fixation, reuse, brute force, roles that change under one's feet."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from scarscore.serve.records.people import Role
from scarscore.serve.records.throttle import FIRST_WAIT
from tests.serve.web.parts import HOME, PASSWORD, Running, fresh, running

NEW = "nine loud magpies"


def sign_in(client: TestClient, login: str = "viewer", password: str = PASSWORD) -> int:
    return client.post("/api/v1/sign-in", json={"login": login, "password": password}).status_code


def test_a_browser_signs_in_and_out_and_its_old_cookie_is_worth_nothing(clinic_app: Running) -> None:
    browser = clinic_app.client()
    assert sign_in(browser) == 200
    me = browser.get("/api/v1/me").json()
    assert (me["login"], me["role"]) == ("viewer", "viewer")
    kept = browser.cookies["scarscore"]
    assert browser.post("/api/v1/sign-out").status_code == 204
    assert "scarscore" not in browser.cookies
    thief = clinic_app.client()
    thief.cookies.set("scarscore", kept)
    assert thief.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path: Path, secure: bool) -> None:
    served = running(tmp_path / "clinic", secure=secure)
    client = served.client(base=HOME.replace("http", "https") if secure else HOME)
    answer = client.post("/api/v1/sign-in", json={"login": "viewer", "password": PASSWORD})
    flags = answer.headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= set(flags)
    assert ("secure" in flags) is secure
    assert flags[0].startswith("__host-scarscore=" if secure else "scarscore=")
    assert not any(flag.startswith("domain") for flag in flags)
    assert ("Strict-Transport-Security" in answer.headers) is secure


def test_behind_tls_a_cookie_that_another_host_could_plant_is_not_looked_at(tmp_path: Path) -> None:
    served = running(tmp_path / "clinic", secure=True)
    browser = served.client(Role.ADMIN, base="https://localhost")
    assert browser.get("/api/v1/me").status_code == 200
    value = browser.cookies["__Host-scarscore"]
    browser.cookies.clear()
    browser.cookies.set("scarscore", value)
    assert browser.get("/api/v1/me").status_code == 401


def test_a_cookie_that_was_planted_is_never_taken_over(clinic_app: Running) -> None:
    victim = clinic_app.client()
    victim.cookies.set("scarscore", "planted by somebody")
    answer = victim.post("/api/v1/sign-in", json={"login": "viewer", "password": PASSWORD})
    assert answer.cookies["scarscore"] != "planted by somebody"
    thief = clinic_app.client()
    thief.cookies.set("scarscore", "planted by somebody")
    assert thief.get("/api/v1/me").status_code == 401


def test_signing_in_again_ends_the_sign_in_that_was_there(clinic_app: Running) -> None:
    mallory, victim = clinic_app.client(Role.VIEWER), clinic_app.client()
    planted = mallory.cookies["scarscore"]
    victim.cookies.set("scarscore", planted)
    assert sign_in(victim, "practitioner") == 200
    assert mallory.get("/api/v1/me").status_code == 401


def test_a_changed_role_and_a_changed_password_sign_out(clinic_app: Running) -> None:
    admin, viewer = clinic_app.client(Role.ADMIN), clinic_app.client(Role.VIEWER)
    account = viewer.get("/api/v1/me").json()["account"]
    assert admin.put(f"/api/v1/accounts/{account}/role", json={"role": "practitioner"}).status_code == 200
    assert viewer.get("/api/v1/me").status_code == 401

    viewer = clinic_app.client(Role.VIEWER)
    assert viewer.put("/api/v1/me/password", json={"old": PASSWORD, "new": NEW}).status_code == 204
    assert viewer.get("/api/v1/me").status_code == 401
    assert sign_in(viewer, password=PASSWORD) == 401
    assert sign_in(viewer, password=NEW) == 200

    assert admin.put(f"/api/v1/accounts/{account}/password", json={"password": PASSWORD}).status_code == 204
    assert viewer.get("/api/v1/me").status_code == 401
    assert sign_in(viewer) == 200

    closed = admin.post(f"/api/v1/accounts/{account}/deactivate")
    assert closed.json()["active"] is False
    assert viewer.get("/api/v1/me").status_code == 401
    assert sign_in(viewer) == 401
    assert admin.post(f"/api/v1/accounts/{account}/reactivate").json()["active"] is True
    assert sign_in(viewer) == 200


def test_guessing_is_answered_with_how_long_to_wait(clinic_app: Running) -> None:
    browser = clinic_app.client()
    assert [sign_in(browser, password=f"guess number {number}") for number in range(6)] == [401] * 5 + [429]
    answer = browser.post("/api/v1/sign-in", json={"login": "viewer", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= FIRST_WAIT
    assert answer.json()["error"]["reason"] == "too_many_attempts"


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(clinic_app: Running) -> None:
    answers = [
        clinic_app.client().post("/api/v1/sign-in", json={"login": login, "password": "a wrong guess"})
        for login in ("viewer", "ghost")
    ]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].content == answers[1].content


def test_an_account_is_made_by_an_admin_and_the_last_admin_stays(clinic_app: Running) -> None:
    admin = clinic_app.client(Role.ADMIN)
    made = admin.post("/api/v1/accounts", json={"login": "Nora", "password": NEW, "role": "practitioner"})
    assert made.status_code == 201
    assert made.json()["login"] == "nora"
    assert sign_in(clinic_app.client(), "nora", NEW) == 200
    again = admin.post("/api/v1/accounts", json={"login": "nora", "password": NEW, "role": "viewer"})
    assert again.status_code == 409
    short = admin.post("/api/v1/accounts", json={"login": "otto", "password": "short", "role": "viewer"})
    assert short.status_code == 422
    assert "at least 12 signs" in short.json()["error"]["message"]
    own = admin.get("/api/v1/me").json()["account"]
    assert admin.post(f"/api/v1/accounts/{own}/deactivate").status_code == 409
    assert {each["login"] for each in admin.get("/api/v1/accounts").json()} == {
        "admin", "practitioner", "viewer", "nora",
    }  # fmt: skip


def test_a_token_works_without_a_cookie_until_it_is_withdrawn(clinic_app: Running) -> None:
    browser = clinic_app.client(Role.PRACTITIONER)
    assert browser.post("/api/v1/tokens", json={"name": "too much", "role": "admin"}).status_code == 403
    made = browser.post("/api/v1/tokens", json={"name": "practice software", "role": "viewer"}).json()
    program = clinic_app.client()
    program.headers["Authorization"] = f"Bearer {made['token']}"
    assert program.get("/api/v1/me").json()["role"] == "viewer"
    listed = browser.get("/api/v1/tokens").json()
    assert [each["name"] for each in listed] == ["practice software"]
    assert made["token"] not in browser.get("/api/v1/tokens").text
    assert clinic_app.client(Role.VIEWER).get("/api/v1/tokens").json() == []
    assert clinic_app.client(Role.VIEWER).get("/api/v1/tokens", params={"everybody": True}).status_code == 403
    everybody = clinic_app.client(Role.ADMIN).get("/api/v1/tokens", params={"everybody": True}).json()
    assert [each["id"] for each in everybody] == [made["id"]]
    assert browser.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/me").status_code == 401


def test_a_clinic_is_set_up_once_by_whoever_has_the_code(tmp_path: Path) -> None:
    client = TestClient(fresh(tmp_path / "clinic"), base_url=HOME, raise_server_exceptions=False)
    asked = {"code": "AAAA-AAAA-AAAA", "clinic": "Made-up", "login": "boss", "password": PASSWORD}
    assert client.get("/api/v1/me").status_code == 401
    assert sign_in(client) == 503
    assert client.post("/api/v1/setup", json=asked).status_code == 403
    assert client.post("/api/v1/setup", json={**asked, "code": "abcdefghjklm", "password": "short"}).status_code == 422
    done = client.post("/api/v1/setup", json={**asked, "code": "abcd efgh jklm"})
    assert done.status_code == 201
    assert len(done.json()["recovery_key"]) == 47
    assert client.post("/api/v1/setup", json={**asked, "code": "ABCD-EFGH-JKLM"}).status_code == 409
    assert sign_in(client, "boss") == 200
    assert client.get("/api/v1/me").json()["role"] == "admin"


def test_the_set_up_code_cannot_be_guessed(tmp_path: Path) -> None:
    client = TestClient(fresh(tmp_path / "clinic"), base_url=HOME, raise_server_exceptions=False)
    asked = {"clinic": "Made-up", "login": "boss", "password": PASSWORD}
    got = [client.post("/api/v1/setup", json={**asked, "code": f"guess {n}"}).status_code for n in range(8)]
    assert got == [403] * 5 + [429] * 3
    assert client.post("/api/v1/setup", json={**asked, "code": "ABCD-EFGH-JKLM"}).status_code == 429
    assert not (tmp_path / "clinic" / "keys").exists()


def test_a_set_up_that_was_cut_short_begins_again(tmp_path: Path) -> None:
    app = fresh(tmp_path / "clinic")
    (tmp_path / "clinic" / "keys").mkdir()
    (tmp_path / "clinic" / "keys" / "master.key").write_text("of a set-up that never ended")
    client = TestClient(app, base_url=HOME)
    asked = {"code": "ABCD-EFGH-JKLM", "clinic": "Made-up", "login": "boss", "password": PASSWORD}
    assert client.post("/api/v1/setup", json=asked).status_code == 201
    assert sign_in(client, "boss") == 200
