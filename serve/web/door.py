"""Nobody unknown gets a byte of a body read: who is asking is found out before anything that was sent is taken in.

The framework reads a request's body before it asks who sent it, so that a stranger could make the server hold as much
as its largest upload. What may be sent without an account (a sign-in, the set-up) is small and limited by its route.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from scarscore.serve.errors import ServeError
from scarscore.serve.web.access import ACCESS, PUBLIC
from scarscore.serve.web.csrf import SAFE
from scarscore.serve.web.problems import ours, problem
from scarscore.serve.web.state import asking

_OPEN = frozenset(route for route, least in ACCESS.items() if least is PUBLIC)


class Door:
    """Turns away requests that bring something from nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 with the body unread."""
        if scope["type"] != "http" or scope["method"] in SAFE or (scope["method"], scope["path"]) in _OPEN:
            await self._app(scope, receive, send)
            return
        try:
            known = await run_in_threadpool(asking, Request(scope)) is not None
        except ServeError as error:
            await ours(error)(scope, receive, send)
            return
        if known:
            await self._app(scope, receive, send)
            return
        await problem(401, "not_signed_in", "sign in first, or send a token")(scope, receive, send)
