"""Whether the server lives and can work, and its numbers: for whatever watches it."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fsspec.implementations.local import LocalFileSystem
from starlette.datastructures import Headers

from scarscore.serve.records.errors import NotAllowed
from scarscore.serve.records.setup import answers
from scarscore.serve.web.hosts import LOOPBACK, host_of, is_loopback, peer_of
from scarscore.serve.web.metrics import FORMAT, Metrics
from scarscore.serve.web.problems import problem
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Served, Service

LEAST = 200_000_000  # bytes: some hundred photos, or minutes of a busy day in which somebody can still act

router = APIRouter(tags=["health"])


class Alive(Answer):
    """The server answers."""

    alive: bool = True


class Ready(Answer):
    """The server can score photos; `set_up` is whether it has a clinic yet."""

    ready: bool
    set_up: bool


@router.get("/livez", summary="Whether the server answers", response_model=Alive)
async def livez() -> Alive:
    """Always 200 while the process runs, however busy it is."""
    return Alive()


@router.get("/readyz", summary="Whether photos can be scored", response_model=Ready, responses=errors(503))
def readyz(served: Served) -> Response:
    """200 once the networks' hashes were checked and a made-up photo was scored, while the records answer and the disk
    has room; else 503."""
    if not served.ready.is_ready:
        return problem(503, "not_ready", served.ready.why)
    if served.clinic is not None:
        answers(served.clinic)
    if (room := min(map(_room, _folders(served)))) < LEAST:
        told = f"the disk has {room // 1_000_000} MB left, of at least {LEAST // 1_000_000}: make room on it"
        return problem(503, "no_space", told)
    return JSONResponse(Ready(ready=True, set_up=served.clinic is not None).model_dump())


def _folders(served: Service) -> list[Path]:
    """Where on this machine something is written."""
    folders, clinic = [served.place.folder], served.clinic
    if clinic is not None and isinstance(clinic.vault.files, LocalFileSystem):
        folders.append(Path(clinic.vault.root))
    return folders


def _room(folder: Path) -> int:
    """Bytes that are free where the folder lies."""
    return shutil.disk_usage(folder).free


@router.get("/metrics", summary="Numbers for a monitor", response_class=PlainTextResponse, responses=errors(403))
def metrics(request: Request) -> PlainTextResponse:
    """Requests, latencies and scores in Prometheus's format, without any id. Only from this machine itself.

    The name asked for must be loopback's too: a proxy on this machine asks for the clinic's name.
    """
    name = host_of(Headers(scope=request.scope))
    if not is_loopback(peer_of(request.scope)) or name not in LOOPBACK:
        raise NotAllowed("the numbers are told on this machine alone, at 127.0.0.1")
    found: Metrics = request.app.state.metrics
    return PlainTextResponse(found.text(), headers={"Content-Type": FORMAT})
