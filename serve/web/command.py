"""`scarscore serve`: what is asked for, checked before anything is opened, and what the terminal then says."""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.model.options import model_option
from scarscore.serve.records.options import of_a_clinic, place_of


@click.command(context_settings={"max_content_width": 100})
@of_a_clinic
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="SCARSCORE_HOST",
    show_envvar=True,
    help="The address to listen on; 0.0.0.0 lets other machines in, :: by IPv6 too.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    envvar="SCARSCORE_PORT",
    show_envvar=True,
    help="The port to listen on; 0 takes any that is free.",
)
@click.option(
    "--tls",
    envvar="SCARSCORE_TLS",
    show_envvar=True,
    metavar="self-signed|CERT",
    help="Encrypt: with a certificate that is made for this machine, or with your own in the file CERT (PEM).",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SCARSCORE_TLS_KEY",
    show_envvar=True,
    metavar="KEY",
    help="The file of the key that belongs to CERT (PEM).",
)
@click.option(
    "--proxy",
    envvar="SCARSCORE_PROXY",
    show_envvar=True,
    metavar="ADDRESS",
    help="A proxy at ADDRESS encrypts; who is behind it is believed from its headers, and from nobody else's. What "
    "comes past it unencrypted is refused.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    envvar="SCARSCORE_WORKERS",
    show_envvar=True,
    help="Processes that score photos, each of 250 to 600 MB.  [default: one for each core, 8 at most]",
)
@model_option
def serve(
    data: Path,
    database: str | None,
    vault: str | None,
    host: str,
    port: int,
    tls: str | None,
    tls_key: Path | None,
    proxy: str | None,
    workers: int | None,
    model: str,
) -> None:
    """Serve a clinic's records, with their pages and their API, from this machine.

    \b
      scarscore serve
      scarscore serve --data /srv/clinic --host 0.0.0.0 --tls self-signed

    The first time it makes the data folder and prints a one-time code: open the address in a browser and enter it
    there to make the first account. There is no default password.

    On another address than this machine's own it starts only with --tls or --proxy, and once there is an account. A
    data folder is served by one process at a time. Ctrl-C ends it when what is under way has been answered.

    The log, on standard error, tells method, route, status and time of each request, and never an id.
    """
    from scarscore.serve.web.start import Wanted, start

    start(Wanted(place_of(data, database, vault), host, port, tls, tls_key, proxy, model, workers))
