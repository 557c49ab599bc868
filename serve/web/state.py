"""What a running server holds, and how a route gets at it: the open clinic, the scoring, who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from scarscore.serve.records.accounts import identify
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.errors import NotAllowed, NotSignedIn, RecordsError
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.scored import Scoring
from scarscore.serve.web.access import least_role
from scarscore.serve.web.ready import Readiness
from scarscore.serve.web.setup_code import OneTimeCode

COOKIE = "scarscore"
SMALL = 65_536  # bytes: the most that a request without a photo or a file may bring


@dataclass
class Service:
    """A running server. `clinic` is None until it has been set up."""

    place: Place
    scoring: Scoring
    clinic: Clinic | None = None
    secure: bool = False  # whether browsers reach it by TLS
    proxied: bool = False  # whether a proxy does that, by whose address they come
    setup_code: OneTimeCode | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()  # the names it goes by, where they are known; any without
    addresses: tuple[str, ...] = ()  # the web addresses by which other machines reach it
    fingerprint: str = ""  # of a certificate that the server made itself
    callers: int = 0  # threads that may wait for `scoring` at once
    ready: Readiness = field(default_factory=Readiness)

    @property
    def cookie(self) -> str:
        """The name of the browser's cookie. By TLS no other host of the domain can plant one of that name."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE


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
    if "asking" not in request.scope:  # asked once for each request
        request.scope["asking"] = _identified(request)
    found: Who | None = request.scope["asking"]
    return found


def _identified(request: Request) -> Who | None:
    served = service(request)
    if served.clinic is None:
        return None
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return identify(served.clinic, token=token.strip())
    cookie = request.cookies.get(served.cookie)
    return identify(served.clinic, cookie=cookie) if cookie else None


async def allowed(request: Request) -> None:
    """Hold the request against the table of roles. What is refused is audited.

    What everybody may ask takes no thread, so that `/livez` answers though all threads are busy.
    """
    path = request.scope["route"].path
    try:
        least = least_role(request.method, path)
    except KeyError:
        raise NotAllowed("this route stands in no table of roles, so nobody may use it") from None
    if least is not None:
        await run_in_threadpool(_check, request, path, least)


def _check(request: Request, path: str, least: Role) -> None:
    who = asking(request)
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
