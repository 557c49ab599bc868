"""No other website can act in the name of somebody who is signed in here."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from scarscore.serve.records.people import Role
from scarscore.serve.web.csrf import passes
from tests.serve.web.parts import HOME, Running
from tests.serve.web.routes_of import address, unsafe_routes

FROM_ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"},
    {"Sec-Fetch-Site": "something-new"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8001"},  # another program on this machine
    {"Origin": "null"},
    {"Origin": "http://["},
)
FROM_HERE = (
    {},  # no browser
    {"Sec-Fetch-Site": "same-origin", "Origin": HOME},
    {"Sec-Fetch-Site": "none"},
    {"Origin": HOME},
)


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
def test_no_unsafe_route_is_reached_from_another_website(shared_app: Running, headers: dict[str, str]) -> None:
    browser = shared_app.client(Role.ADMIN)
    found = unsafe_routes(shared_app.app)
    assert len(found) > 8
    for method, path in found:
        answer = browser.request(method, address(path), headers=headers)
        assert answer.status_code == 403, (method, path)
        assert answer.json()["error"]["reason"] == "cross_site", (method, path)
    assert browser.get("/api/v1/me").status_code == 200, "nothing was carried out: the browser is still signed in"


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
def test_a_token_beside_a_cookie_does_not_open_the_way(shared_app: Running, headers: dict[str, str]) -> None:
    browser = shared_app.client(Role.ADMIN)
    browser.headers["Authorization"] = shared_app.program(Role.ADMIN).headers["Authorization"]
    for method, path in unsafe_routes(shared_app.app):
        assert browser.request(method, address(path), headers=headers).json()["error"]["reason"] == "cross_site"


@pytest.mark.parametrize("headers", FROM_HERE, ids=str)
def test_the_own_pages_and_programs_reach_every_unsafe_route(shared_app: Running, headers: dict[str, str]) -> None:
    for method, path in unsafe_routes(shared_app.app):
        answer = shared_app.client().request(method, address(path), headers=headers)
        assert "cross_site" not in answer.text, (method, path)


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
def test_a_program_with_a_token_and_no_cookie_passes_from_anywhere(
    shared_app: Running, headers: dict[str, str]
) -> None:
    program = shared_app.program(Role.ADMIN)
    for method, path in unsafe_routes(shared_app.app):
        assert "cross_site" not in program.request(method, address(path), headers=headers).text, (method, path)


@pytest.mark.parametrize("scheme", ["Basic dXNlcg==", "Digest x", "bearer-like x", ""])
def test_what_a_browser_may_send_by_itself_is_no_token(scheme: str) -> None:
    assert not passes(Headers({"authorization": scheme, "sec-fetch-site": "cross-site"}))


def test_reading_is_open_to_a_link_from_elsewhere(shared_app: Running) -> None:
    answer = shared_app.client(Role.VIEWER).get("/api/v1/me", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_the_port_belongs_to_the_host() -> None:
    assert passes(Headers({"origin": "http://clinic.example:8000", "host": "Clinic.example:8000"}))
    assert not passes(Headers({"origin": "http://clinic.example:8000", "host": "clinic.example"}))
    assert not passes(Headers({"origin": "http://clinic.example"}))
