"""What a running server holds, and how a route gets at it: the open clinic, the scoring, who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from scarscore.serve.records.accounts import identify
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.errors import NotAllowed, NotSignedIn, RecordsError
from scarscore.serve.records.people import Who
from scarscore.serve.records.scored import Scoring
from scarscore.serve.web.access import least_role

COOKIE = "scarscore"


@dataclass
class Service:
    """A running server. `clinic` is None until it has been set up."""

    place: Place
    scoring: Scoring
    clinic: Clinic | None = None
    secure: bool = False  # whether browsers reach it by TLS
    setup_code: str = field(default="", repr=False)


def service(request: Request) -> Service:
    """The server that this request came to."""
    found = request.app.state.service
    assert isinstance(found, Service)
    return found


def open_clinic(request: Request) -> Clinic:
    """The clinic's records. Raises `RecordsError` before it is set up."""
    clinic = service(request).clinic
    if clinic is None:
        raise RecordsError("this clinic has not been set up yet: open its address in a browser")
    return clinic


def asking(request: Request) -> Who | None:
    """Who is asking: by a token in the Authorization header, else by the browser's cookie; None where by neither."""
    clinic = service(request).clinic
    if clinic is None:
        return None
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return identify(clinic, token=token.strip())
    cookie = request.cookies.get(COOKIE) or request.cookies.get(f"__Host-{COOKIE}")
    return identify(clinic, cookie=cookie) if cookie else None


def allowed(request: Request, who: Annotated[Who | None, Depends(asking)]) -> None:
    """Hold the request against the table of roles. What is refused is audited."""
    path = request.scope["route"].path
    least = least_role(request.method, path)
    if least is None:
        return
    if who is None:
        raise NotSignedIn("sign in first, or send a token")
    if not who.may(least):
        open_clinic(request).note(Deed(who.account, "refused", f"{request.method} {path}"))
        raise NotAllowed(f"this needs the role {least.value}; yours is {who.role.value}")


def signed_in(who: Annotated[Who | None, Depends(asking)]) -> Who:
    """Whoever is asking, where somebody must be."""
    if who is None:
        raise NotSignedIn("sign in first, or send a token")
    return who


Served = Annotated[Service, Depends(service)]
Open = Annotated[Clinic, Depends(open_clinic)]
Asker = Annotated[Who, Depends(signed_in)]
