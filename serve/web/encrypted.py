"""Where browsers are to come by TLS, what comes in plain HTTP is turned away: it came past the proxy that encrypts.

A request's scheme is what the declared proxy says of it (`X-Forwarded-Proto`), and `http` for everybody else. Behind a
proxy a password or a photo that somebody sent to the server itself would be read by anyone in between.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from scarscore.serve.web.hosts import is_loopback, peer_of
from scarscore.serve.web.problems import problem

HEALTH = frozenset({"/livez", "/readyz", "/metrics"})  # a watcher on this machine asks without the proxy


class Encrypted:
    """Turns away plain requests where `secure`; whether the server lives is told on this machine all the same."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403 with the body unread."""
        if scope["type"] != "http" or not self._secure or scope["scheme"] == "https" or _watches(scope):
            await self._app(scope, receive, send)
            return
        told = "this came unencrypted: come by https, through the proxy, which must send X-Forwarded-Proto"
        await problem(403, "not_encrypted", told)(scope, receive, send)


def _watches(scope: Scope) -> bool:
    return scope["path"] in HEALTH and is_loopback(peer_of(scope))
