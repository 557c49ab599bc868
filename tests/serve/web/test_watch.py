"""What the log and the numbers say of a request whose sender went away: nothing failed here."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.types import Message, Scope

from scarscore.serve.records.people import Role
from tests.serve.web.parts import Running


def _scope(path: str, token: str) -> Scope:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "client": ("192.0.2.9", 1), "server": ("localhost", 80),
        "headers": [
            (b"host", b"localhost"), (b"authorization", token.encode()), (b"content-type", b"application/json"),
        ],
    }  # fmt: skip


def sent_in_part(served: Running, path: str) -> list[Message]:
    """What is answered to somebody who goes away in the middle of the body."""
    coming: list[Message] = [
        {"type": "http.request", "body": b'{"name": ', "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    token = served.program(Role.ADMIN).headers["Authorization"]
    asyncio.run(served.app(_scope(path, token), receive, send))
    return answered


@pytest.mark.parametrize("path", ["/api/v1/score", "/api/v1/tokens"], ids=["a photo", "a form"])
def test_whoever_goes_away_while_sending_is_no_failure_of_the_server(
    clinic_app: Running, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.INFO, "scarscore"):
        assert sent_in_part(clinic_app, path) == []
    assert f"POST {path} 499" in caplog.text
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]
    counted = f'scarscore_requests_total{{method="POST",route="{path}",status="499"}} 1.0'
    assert counted in clinic_app.app.state.metrics.text().decode()
