"""Who may do what: the table of roles against the routes that are really there, each asked as everybody."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.testclient import TestClient

from scarscore.serve.records.people import Role
from scarscore.serve.web import access
from scarscore.serve.web.access import ACCESS, PUBLIC
from tests.serve.web.parts import Running
from tests.serve.web.routes_of import address, routes

NOT_LET_IN = {401, 403}
ENDS_THE_SIGN_IN = ("POST", "/api/v1/sign-out")
LOOPBACK_ALONE = ("GET", "/metrics")  # refused to the test client, whose peer is no loopback address


def ask(client: TestClient, method: str, path: str) -> int:
    return client.request(method, address(path)).status_code


def test_every_route_has_its_line_and_every_line_its_route(shared_app: Running) -> None:
    assert set(routes(shared_app.app)) == set(ACCESS)


def test_nobody_gets_in_exactly_where_the_table_says_so(shared_app: Running) -> None:
    client = shared_app.client()
    wrong = []
    for method, path in routes(shared_app.app):
        status = ask(client, method, path)
        expected = set() if ACCESS[method, path] is PUBLIC else {401}
        if (method, path) == LOOPBACK_ALONE:
            expected = {403}
        if ({status} & NOT_LET_IN) != expected:
            wrong.append((method, path, status))
    assert wrong == []


def test_each_role_gets_in_exactly_where_the_table_says_so(shared_app: Running) -> None:
    order, wrong = list(Role), []
    for role in Role:
        client = shared_app.program(role)
        for method, path in routes(shared_app.app):
            status, least = ask(client, method, path), ACCESS[method, path]
            let_in = least is PUBLIC or order.index(role) >= order.index(least)
            if (method, path) == LOOPBACK_ALONE:
                let_in = False
            if (status not in NOT_LET_IN) != let_in or (not let_in and status != 403):
                wrong.append((role.value, method, path, status))
    assert wrong == []


def test_no_answer_of_the_matrix_is_a_failure_of_the_server(shared_app: Running) -> None:
    client = shared_app.program(Role.ADMIN)
    answers = {(method, path): ask(client, method, path) for method, path in routes(shared_app.app)}
    assert {route: status for route, status in answers.items() if status >= 500 and route[1] != "/readyz"} == {}


def test_a_browser_gets_in_where_a_program_of_its_role_does(shared_app: Running) -> None:
    for role in Role:
        browser, program = shared_app.client(role), shared_app.program(role)
        for method, path in routes(shared_app.app):
            if (method, path) == ENDS_THE_SIGN_IN:
                continue
            assert (ask(browser, method, path) in NOT_LET_IN) == (ask(program, method, path) in NOT_LET_IN), path


def test_a_route_that_stands_in_no_table_is_refused_to_everybody(clinic_app: Running) -> None:
    forgotten = APIRouter()
    forgotten.add_api_route("/forgotten", lambda: {"secret": 1}, methods=["GET"])
    clinic_app.app.include_router(forgotten)
    for client in (clinic_app.client(), *(clinic_app.client(role) for role in Role)):
        answer = client.get("/forgotten")
        assert answer.status_code == 403
        assert "secret" not in answer.text


def test_what_a_role_may_not_do_is_audited(clinic_app: Running) -> None:
    assert clinic_app.client(Role.VIEWER).get("/api/v1/accounts").status_code == 403
    lines = clinic_app.client(Role.ADMIN).get("/api/v1/audit", params={"action": "refused"}).json()
    assert [(line["object"], line["account"]) for line in lines] == [
        ("GET /api/v1/accounts", clinic_app.who(Role.VIEWER).account)
    ]


def test_the_public_routes_are_these_and_no_more() -> None:
    public = {path for (_, path), least in access.ACCESS.items() if least is PUBLIC}
    health = {"/livez", "/readyz", "/metrics"}
    pages = {"/", "/setup", "/sign-in", "/static/{name}"}
    assert public == health | pages | {"/api/v1/openapi.json", "/api/v1/setup", "/api/v1/sign-in"}
