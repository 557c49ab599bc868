"""Every error as one shape of JSON, and each kind's HTTP status: the only place where they meet.

`{"error": {"reason": "not_found", "message": "…"}}`. A photo that is refused answers 422 with its own reason and hint
in the same shape; one on which the program itself failed 503, since it may go well the next time. What nobody foresaw
is answered by `watch.py`.
"""

from __future__ import annotations

import json

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from scarscore.model.errors import ModelError
from scarscore.serve.errors import ServeError, UsageError
from scarscore.serve.records import errors
from scarscore.serve.records.pool import RETRY
from scarscore.serve.scoring.result import Reason, Refusal
from scarscore.serve.web.pages import page

# The first that fits counts.
STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.NotSignedIn, 401, "not_signed_in"),
    (errors.NotAllowed, 403, "not_allowed"),
    (errors.NotFound, 404, "not_found"),
    (errors.Conflict, 409, "conflict"),
    (errors.Invalid, 422, "invalid"),
    (errors.Busy, 503, "busy"),
    (errors.TooMany, 429, "too_many_attempts"),
    (errors.NoSpace, 507, "no_space"),
    (errors.VaultError, 500, "vault"),
    (errors.RecordsError, 503, "records"),
    (UsageError, 422, "invalid"),
    (ServeError, 500, "failed"),
    (ModelError, 500, "model"),
)


# What the framework itself refuses.
FRAMEWORK: dict[int, tuple[str, str]] = {
    400: ("invalid", "the request cannot be read"),
    404: ("not_found", "there is nothing at this address"),
    405: ("method_not_allowed", "this address does not answer to that method"),
    413: ("too_large", "this is more than the server takes at once"),
}

# How a page is headed that tells of an error.
TITLES = {403: "Not for this account", 404: "Not found", 409: "It contradicts what is recorded", 503: "Not now"}


class Refused(Exception):
    """A photo that was refused where a score was asked for."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.hint)
        self.refusal = refusal


def problem(status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error's answer."""
    if status == 401:
        headers = {"WWW-Authenticate": "Bearer", **(headers or {})}  # RFC 9110 asks for it
    return JSONResponse({"error": {"reason": reason, "message": message}}, status, headers)


def install(app: FastAPI) -> None:
    """Answer every error of ours, and of the framework, in the one shape."""
    for kind in (ServeError, ModelError):
        app.add_exception_handler(kind, _ours)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)


def ours(error: Exception) -> JSONResponse:
    """The answer to an error of ours."""
    status, reason = next((status, reason) for kind, status, reason in STATUS if isinstance(error, kind))
    headers = {"Retry-After": str(error.wait)} if isinstance(error, errors.TooMany) else None
    return problem(status, reason, str(error), headers)


def _ours(request: Request, error: Exception) -> Response:
    if _wants_page(request) and isinstance(error, errors.NotSignedIn):
        return RedirectResponse("/sign-in", 303)
    return _as_page(request, ours(error))


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def _as_page(request: Request, told: JSONResponse) -> Response:
    """The same error for somebody who reads pages."""
    if not _wants_page(request):
        return told
    message = json.loads(bytes(told.body))["error"]["message"]
    return page("problem", told.status_code, title=TITLES.get(told.status_code, "This did not work"), message=message)


def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    reason, hint = error.refusal.reason, error.refusal.hint
    if reason is Reason.CRASHED:  # that is this machine's doing, and no program may take it for the photo's
        return problem(503, reason.value, hint, {"Retry-After": str(RETRY)})
    return problem(422, reason.value, hint)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors())
    return problem(422, "invalid", told)


def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ClientDisconnect):  # FastAPI makes a 400 of it, as if the body were malformed
        raise error.__cause__
    reason, message = FRAMEWORK.get(error.status_code, ("failed", str(error.detail)))
    return _as_page(request, problem(error.status_code, reason, message, dict(error.headers or {})))
