"""Behind a proxy nothing is taken in plain HTTP, and a tablet is shown the address by which it can really come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from scarscore.serve.records.people import Role
from tests.serve.web.parts import PASSWORD, Running, running

PROXY, LOCAL, STRANGER = "192.0.2.1", "127.0.0.1", "192.0.2.9"
SIGN_IN = {"login": Role.ADMIN.value, "password": PASSWORD}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A clinic behind a proxy."""
    made = running(tmp_path_factory.mktemp("behind") / "clinic", secure=True)
    made.service.proxied = True
    yield made
    made.clinic.close()


def asker(served: Running, peer: str, **headers: str) -> TestClient:
    """Somebody at that address, as uvicorn tells the application of them where the proxy is declared."""
    believed = ProxyHeadersMiddleware(served.app, trusted_hosts=PROXY)  # type: ignore[arg-type]  # one ASGI, two typings
    return TestClient(
        believed, base_url=f"http://{LOCAL}", client=(peer, 50000), headers=headers, follow_redirects=False
    )  # type: ignore[arg-type]  # likewise


def test_what_comes_past_the_proxy_unencrypted_is_refused_whatever_it_claims(behind: Running) -> None:
    for client in (asker(behind, STRANGER), asker(behind, STRANGER, **{"X-Forwarded-Proto": "https"})):
        for method, path in (("POST", "/api/v1/sign-in"), ("GET", "/sign-in"), ("GET", "/livez"), ("GET", "/nowhere")):
            answer = client.request(method, path, json=SIGN_IN if method == "POST" else None)
            assert answer.status_code == 403, path
            assert answer.json()["error"]["reason"] == "not_encrypted"
            assert "set-cookie" not in answer.headers


def test_what_the_proxy_took_in_plain_http_is_refused_too(behind: Running) -> None:
    for claimed in ({}, {"X-Forwarded-Proto": "http"}):
        answer = asker(behind, PROXY, **{"X-Forwarded-For": STRANGER, **claimed}).post("/api/v1/sign-in", json=SIGN_IN)
        assert answer.json()["error"]["reason"] == "not_encrypted"


def test_what_the_proxy_encrypted_is_served(behind: Running) -> None:
    answer = asker(behind, PROXY, **{"X-Forwarded-For": STRANGER, "X-Forwarded-Proto": "https"}).post(
        "/api/v1/sign-in", json=SIGN_IN
    )
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]


def test_on_the_machine_itself_a_watcher_may_ask_without_the_proxy_for_health_alone(behind: Running) -> None:
    watcher = asker(behind, LOCAL)
    assert watcher.get("/livez").json() == {"alive": True}
    assert watcher.get("/metrics").status_code == 200
    assert watcher.get("/sign-in").status_code == 403


def test_a_tablet_is_shown_the_proxys_address_and_none_where_only_this_machine_is_served(
    behind: Running, tmp_path: Path
) -> None:
    shown = behind.client(Role.VIEWER, base="https://scars.clinic.example").get("/connect").text
    assert 'href="https://scars.clinic.example/"' in shown
    alone = running(tmp_path / "alone", secure=True)  # TLS, on loopback
    told = alone.client(Role.VIEWER, base=f"https://{LOCAL}").get("/connect").text
    alone.clinic.close()
    assert "--tls self-signed" in told
    assert "<svg" not in told
