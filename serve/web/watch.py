"""Around all that may fail: every request is timed, counted and logged, and no error gets past it unshaped.

A line of the log is method, route, status and time: the route as a template, never the path, which holds ids. What
nobody foresaw is logged as the kind of error and where in the code, never its text, which may say who a patient is.
Whoever goes away before the answer is no failure of the server: it counts as 499, as nginx has it.
"""

from __future__ import annotations

import logging
import traceback
from time import perf_counter

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scarscore.serve.web.metrics import Metrics
from scarscore.serve.web.problems import FRAMEWORK, problem

_LOG = logging.getLogger("scarscore")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
GONE = 499
UNKNOWN = "(none)"  # the route of what matches none: a made-up path must not become a label


class Watch:
    """Times, counts and logs requests, and answers for what failed below."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. What fails before anything was answered is answered 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, answer = perf_counter(), _Answer(scope, receive, send)
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            answer.status = answer.status or GONE
        except Exception as error:  # noqa: BLE001 - whatever it is, its text must not reach uvicorn's log
            _LOG.error("%s at %s", type(error).__name__, _where(error))
            await answer.failed()
        finally:
            self._note(scope, answer.status, perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", None) or UNKNOWN
        self._metrics.answered(method, route, status, seconds)
        _LOG.info("%s %s %d %.0f ms", method, route, status, seconds * 1000)


class _Answer:
    """An answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._replaced = False
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass it on; what Starlette says in plain text of a body that is too large is said in our shape."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status == 413 and (b"content-type", b"text/plain; charset=utf-8") in message["headers"]:
                self._replaced = True
                await self._answer(problem(413, *FRAMEWORK[413]))
                return
        if not self._replaced:
            await self._send(message)

    async def failed(self) -> None:
        """Answer 500, where nothing has been answered yet; otherwise the connection ends in the middle."""
        if self.status == 0:
            self.status = 500
            await self._answer(problem(500, "failed", "the server failed; its log names the kind of error"))

    async def _answer(self, response: Response) -> None:
        await response(self._scope, self._receive, self._send)


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
