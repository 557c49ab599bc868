"""By which names and addresses the server is called and calls its askers, and which of them are this machine's own.

A website can let its own name point to 127.0.0.1 and so have a browser talk to this server as if it were that site
(DNS rebinding). On loopback the names that are ours are known, so that a request by any other is turned away.
"""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from scarscore.serve.web.problems import problem

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
ANY = ("0.0.0.0", "::")  # noqa: S104 - to be recognised, not to be listened on


class KnownHosts:
    """Turns away requests to a name that is none of `hosts`; without any, all names will do."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] != "http" or not self._hosts or host_of(Headers(scope=scope)) in self._hosts:
            await self._app(scope, receive, send)
            return
        await problem(421, "unknown_host", "this server does not go by that name")(scope, receive, send)


def host_of(headers: Headers) -> str:
    """The name that a request was sent to, without its port; empty where it cannot be read."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def peer_of(scope: Scope) -> str:
    """The address of whoever asks; empty where it is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def address_of(scheme: str, host: str, port: int) -> str:
    """The web address of a server at that name or address."""
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether a name or an address reaches nothing but this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(each.partition("%")[0]).is_loopback for each in found)


def own_addresses() -> tuple[str, ...]:
    """The addresses by which other machines may reach this one.

    Of other machines at most a name server is asked, by the system, for this machine's own name.
    """
    found: list[str] = []
    # Connecting a datagram socket sends nothing; it only chooses the address one would send from. Both are addresses
    # that are kept for documents (RFC 5737, RFC 3849).
    for family, aim in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect((aim, 9))
                found.append(str(asked.getsockname()[0]))
        except OSError:
            continue
    with suppress(OSError):  # a machine whose own name leads nowhere
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None)]
    return tuple(dict.fromkeys(each for each in found if not ipaddress.ip_address(each.partition("%")[0]).is_loopback))
