"""What every answer tells the browser: run nothing but our own files, frame us nowhere, keep nothing of a patient.

Nothing inline is allowed, neither script nor style, so that a name that a patient typed can never become either.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = "/static/"
YEAR = 365 * 24 * 3600  # seconds

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",  # a photo is shown before it is uploaded
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # what browsers obey that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",  # a visit's photos may come from the camera
}


class SafeHeaders:
    """Adds them. `secure` is whether browsers come by TLS: then they are told to come no other way for a year."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._always = dict(ALWAYS)
        if secure:
            self._always["Strict-Transport-Security"] = f"max-age={YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the answer gets the headers, whoever makes it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        keep = "public, max-age=3600" if scope["path"].startswith(STATIC) else "no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._always)
                headers["Cache-Control"] = keep if message["status"] < 400 else "no-store"
            await send(message)

        await self._app(scope, receive, with_headers)
