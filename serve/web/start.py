"""Starts a server for one data folder, or says why not: whoever can reach it from elsewhere must be kept out first."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import click
import uvicorn

from scarscore.model.bundle import DEFAULT
from scarscore.model.bundles import open_model
from scarscore.serve.errors import UsageError
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.lock import held
from scarscore.serve.records.pool import ScoringPool
from scarscore.serve.records.setup import opened
from scarscore.serve.records.sweep import tidy
from scarscore.serve.web.app import create_app
from scarscore.serve.web.hosts import ANY, LOOPBACK, address_of, is_loopback, own_addresses
from scarscore.serve.web.ready import Readiness
from scarscore.serve.web.setup_code import OneTimeCode
from scarscore.serve.web.state import Service
from scarscore.serve.web.tls import Certificate, given, names_of_this_machine, self_signed

GRACE = 30  # seconds that what is under way may take when the server is ended: as long as one photo may
SELF_SIGNED = "self-signed"


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    place: Place
    host: str = "127.0.0.1"
    port: int = 8000
    tls: str | None = None
    tls_key: Path | None = None
    proxy: str | None = None
    model: str = DEFAULT
    workers: int | None = None

    @property
    def local(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return self.proxy is None and is_loopback(self.host)

    @property
    def scheme(self) -> str:
        """What its own addresses begin with."""
        return "https" if self.tls else "http"


def start(wanted: Wanted) -> None:
    """Serve until the process is told to end.

    Raises `UsageError` where it must not or cannot be started so, `ModelError` where its networks cannot be trusted.
    """
    _check(wanted)
    open_model(wanted.model)  # a bundle that cannot be trusted is told here, not by the first photo
    os.umask(0o077)  # whatever is made in the data folder is for its owner alone
    with held(wanted.place.folder):
        clinic = opened(wanted.place)
        if clinic is None and not wanted.local:
            raise UsageError(
                "nobody has an account here yet: start it for this machine alone first (`scarscore serve`), set it up "
                "in a browser, then let others in"
            )
        if clinic is not None:
            tidy(clinic)
        certificate = _certificate(wanted)
        with ExitStack() as opened_here:
            listening = [opened_here.enter_context(closing(each)) for each in _listen(wanted)]
            ready = Readiness()
            opened_here.callback(ready.end)  # once the pool is closed
            pool = opened_here.enter_context(closing(ScoringPool(wanted.workers, wanted.model)))
            port = listening[0].getsockname()[1]
            service = _service(wanted, clinic, pool, certificate, port, ready)
            _log()
            server = _server(wanted, service, certificate)
            _say(wanted, service, port)
            try:
                server.run(sockets=listening)
            finally:
                if service.clinic is not None:
                    service.clinic.close()


def _check(wanted: Wanted) -> None:
    if wanted.tls_key and not wanted.tls:
        raise UsageError("--tls-key goes with --tls CERT")
    if wanted.proxy and wanted.tls:
        raise UsageError("either a proxy encrypts (--proxy) or this server does (--tls)")
    if wanted.proxy:
        try:
            ipaddress.ip_network(wanted.proxy)
        except ValueError:
            raise UsageError(f"--proxy needs the proxy's IP address, not {wanted.proxy!r}") from None
    if not is_loopback(wanted.host) and not wanted.tls and not wanted.proxy:
        raise UsageError(
            f"on {wanted.host} others can listen in: add --tls self-signed, or --proxy ADDRESS if a proxy encrypts"
        )


def _certificate(wanted: Wanted) -> Certificate | None:
    if not wanted.tls:
        return None
    if wanted.tls != SELF_SIGNED:
        return given(Path(wanted.tls), wanted.tls_key)
    return self_signed(wanted.place.folder / "tls", names_of_this_machine(wanted.host, own_addresses()))


def _listen(wanted: Wanted) -> tuple[socket.socket, ...]:
    """On `::` two: with one for both kinds, IPv4 askers would come as `::ffff:…`, which no list of addresses knows."""
    first = _listen_on(wanted.host, wanted.port)
    if wanted.host != "::":
        return (first,)
    try:
        return first, _listen_on("0.0.0.0", first.getsockname()[1])  # noqa: S104 - `::` asks for every address
    except UsageError:
        first.close()
        raise


def _listen_on(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise UsageError(f"it cannot listen on {host}, port {port}: {error.strerror}") from None


def _service(
    wanted: Wanted,
    clinic: Clinic | None,
    pool: ScoringPool,
    certificate: Certificate | None,
    port: int,
    ready: Readiness,
) -> Service:
    return Service(
        wanted.place,
        pool,
        clinic,
        secure=bool(wanted.tls or wanted.proxy),
        proxied=wanted.proxy is not None,
        setup_code=None if clinic else OneTimeCode.new(),
        hosts=LOOPBACK | {wanted.host.lower()} if wanted.local else frozenset(),
        addresses=() if wanted.local or wanted.proxy else _addresses(wanted, port),
        fingerprint=certificate.fingerprint if certificate else "",
        callers=pool.callers,
        ready=ready,
    )


def _addresses(wanted: Wanted, port: int) -> tuple[str, ...]:
    hosts = own_addresses() if wanted.host in ANY else (wanted.host,)
    usable = (host for host in hosts if not host.startswith("fe80"))  # of one cable alone
    return tuple(address_of(wanted.scheme, host, port) for host in usable)


def _say(wanted: Wanted, service: Service, port: int) -> None:
    host = "127.0.0.1" if wanted.host in ANY else wanted.host
    click.echo(f"scarscore serves {wanted.place.folder} at {address_of(wanted.scheme, host, port)}")
    for address in service.addresses:
        click.echo(f"for other machines: {address}")
    if service.fingerprint:
        click.echo(f"its own certificate's SHA-256 fingerprint: {service.fingerprint}")
    if service.setup_code:
        click.echo(
            f"\nThis clinic is not set up yet. Open the address and enter this code:\n\n    {service.setup_code.text}\n"
        )
    click.echo("Ctrl-C ends it.")
    sys.stdout.flush()


def _log() -> None:
    """Our own lines on standard error; of uvicorn and the others only what is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("scarscore").setLevel(logging.INFO)


def _server(wanted: Wanted, service: Service, certificate: Certificate | None) -> uvicorn.Server:
    """The server, which from now on ends when the process is told to (SIGTERM): also before it has begun."""
    config = uvicorn.Config(
        create_app(service),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=wanted.proxy is not None,
        forwarded_allow_ips=wanted.proxy or "",
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    def end(*_: object) -> None:
        server.should_exit = True

    # uvicorn has its own while it runs, and then raises the signal again: that must not cut off what is closed after.
    signal.signal(signal.SIGTERM, end)
    return server
