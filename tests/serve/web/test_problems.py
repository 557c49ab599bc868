"""Every error has one shape, whoever makes it, and none tells what only the log may know - and not even that a name."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter
from starlette.exceptions import HTTPException

from scarscore.model.errors import ModelError
from scarscore.serve.errors import ServeError, UsageError
from scarscore.serve.records import errors
from scarscore.serve.records.people import Role
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.result import Reason, refusal
from scarscore.serve.web.access import ACCESS
from scarscore.serve.web.problems import Refused
from scarscore.serve.web.state import SMALL
from tests.serve.web.parts import Running

NAME = "Wilhelmina Mustermann"
CAUSES: tuple[tuple[Exception, int, str], ...] = (
    (errors.NotSignedIn("x"), 401, "not_signed_in"),
    (errors.NotAllowed("x"), 403, "not_allowed"),
    (errors.NotFound("x"), 404, "not_found"),
    (errors.Conflict("x"), 409, "conflict"),
    (errors.Invalid("x"), 422, "invalid"),
    (UsageError("x"), 422, "invalid"),
    (errors.TooMany("x", 7), 429, "too_many_attempts"),
    (errors.Busy("x", 7), 503, "busy"),
    (errors.NoSpace("x"), 507, "no_space"),
    (errors.VaultError("x"), 500, "vault"),
    (errors.NewerRecords("x"), 503, "records"),
    (errors.RecordsError("x"), 503, "records"),
    (ServeError("x"), 500, "failed"),
    (ModelError("x"), 500, "model"),
    (Refused(refusal(Reason.BLURRED)), 422, "blurred"),
    (Refused(refusal(Reason.CRASHED)), 503, "crashed"),
    (HTTPException(404), 404, "not_found"),
    (HTTPException(418, "x"), 418, "failed"),
    (ValueError(NAME), 500, "failed"),
    (KeyError(NAME), 500, "failed"),
    (ExceptionGroup("x", [ValueError(NAME)]), 500, "failed"),
)


def shape_of(answer: httpx.Response) -> str:
    """The reason; fails where the answer has another shape than every other error."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"reason", "message"}
    assert body["error"]["message"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    reason: str = body["error"]["reason"]
    return reason


@pytest.fixture(scope="module")
def failing(shared_app: Running) -> Iterator[list[Exception]]:
    """A route `/fails` that raises what is put into the list."""
    raised: list[Exception] = []
    router = APIRouter()

    @router.get("/fails")
    def fails() -> None:
        raise raised.pop()

    ACCESS["GET", "/fails"] = None
    shared_app.app.include_router(router)
    yield raised
    del ACCESS["GET", "/fails"]


@pytest.mark.parametrize(("cause", "status", "reason"), CAUSES, ids=lambda value: type(value).__name__)
def test_each_error_has_its_status_and_the_one_shape(
    shared_app: Running,
    failing: list[Exception],
    caplog: pytest.LogCaptureFixture,
    cause: Exception,
    status: int,
    reason: str,
) -> None:
    failing.append(cause)
    with caplog.at_level(logging.DEBUG):
        answer = shared_app.client().get("/fails")
    assert answer.status_code == status
    assert shape_of(answer) == reason
    assert NAME not in answer.text + caplog.text
    if isinstance(cause, errors.TooMany):
        assert answer.headers["Retry-After"] == "7"
    if reason == "crashed":
        assert int(answer.headers["Retry-After"]) > 0
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_log_tells_where_the_server_failed(
    shared_app: Running, failing: list[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    failing.append(ValueError(NAME))
    shared_app.client().get("/fails")
    assert "ValueError at test_problems.py:" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "/nowhere", None, 404, "not_found"),
        ("GET", "/static/nosuch.css", None, 404, "not_found"),
        ("GET", "/static/%2e%2e", None, 404, "not_found"),
        ("GET", "/static/%2e%2e%2fapp.py", None, 404, "not_found"),
        ("PATCH", "/api/v1/patients", None, 405, "method_not_allowed"),
        ("POST", "/api/v1/tokens", "{", 422, "invalid"),
        ("POST", "/api/v1/tokens", '{"name": "x"}', 422, "invalid"),
        ("POST", "/api/v1/tokens", '{"name": "x", "role": "viewer", "more": 1}', 422, "invalid"),
        ("POST", "/api/v1/tokens", '{"name": "x", "role": "owner"}', 422, "invalid"),
        ("POST", "/api/v1/tokens", b"\xff\xfe", 422, "invalid"),
        ("GET", "/api/v1/audit?limit=100000", None, 422, "invalid"),
        ("GET", "/api/v1/audit?since=0001-01-01T00:00:00%2B14:00", None, 422, "invalid"),
        ("GET", "/api/v1/audit?until=9999-12-31T23:59:59-14:00", None, 422, "invalid"),
        ("POST", "/api/v1/tokens", "x" * (SMALL + 1), 413, "too_large"),
        ("POST", "/api/v1/tokens", b"x" * (MAX_BYTES + 2 * SMALL), 413, "too_large"),
        ("GET", "/metrics", None, 403, "not_allowed"),
    ],
)
def test_what_the_framework_refuses_has_the_shape_too(
    shared_app: Running, method: str, path: str, body: str | bytes | None, status: int, reason: str
) -> None:
    answer = shared_app.client(Role.ADMIN).request(
        method, path, content=body, headers={"Content-Type": "application/json"} if body else None
    )
    assert answer.status_code == status, answer.text
    assert shape_of(answer) == reason


def test_a_body_that_is_refused_is_not_told_back(shared_app: Running) -> None:
    answer = shared_app.client(Role.ADMIN).post("/api/v1/tokens", json={"name": [NAME], "role": NAME})
    assert answer.status_code == 422
    assert NAME not in answer.text


def test_a_name_that_is_not_the_servers_is_refused_where_its_names_are_known(clinic_app: Running) -> None:
    clinic_app.app.middleware_stack = None
    for each in clinic_app.app.user_middleware:
        if "hosts" in each.kwargs:
            each.kwargs["hosts"] = frozenset({"localhost", "127.0.0.1", "::1"})
    for name in ("localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"):
        assert clinic_app.client(base="http://localhost").get("/livez", headers={"Host": name}).status_code == 200
    for name in ("evil.example", "localhost.evil.example", "", "[::1", "127.0.0.1.nip.example:8000"):
        answer = clinic_app.client().get("/livez", headers={"Host": name})
        assert answer.status_code == 421, name
        assert shape_of(answer) == "unknown_host"
