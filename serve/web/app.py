"""The web application: the routes, and what every request passes through before it reaches one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.web import problems
from scarscore.serve.web.csrf import CrossSite
from scarscore.serve.web.door import Door
from scarscore.serve.web.encrypted import Encrypted
from scarscore.serve.web.headers import SafeHeaders
from scarscore.serve.web.hosts import KnownHosts
from scarscore.serve.web.metrics import Counted, Metrics
from scarscore.serve.web.ready import warm_up
from scarscore.serve.web.routes import ROUTERS
from scarscore.serve.web.schema import errors
from scarscore.serve.web.state import SMALL, Service, allowed
from scarscore.serve.web.watch import Watch

THREADS = 40  # for whatever does not wait for a photo's score: who waits for that must not hold up the others


class _App(FastAPI):
    """FastAPI, but for what it says of a request that cannot be (422): that is answered in our shape, as all errors."""

    def openapi(self) -> dict[str, Any]:
        """The description of the API."""
        described = super().openapi()
        for told in (told for methods in described["paths"].values() for told in methods.values()):
            if "HTTPValidationError" in str(told["responses"].get("422")):
                told["responses"]["422"] = told["responses"]["500"] | {"description": errors(422)[422]["description"]}
        for unused in ("HTTPValidationError", "ValidationError"):
            described["components"]["schemas"].pop(unused, None)
        return described


def create_app(service: Service) -> FastAPI:
    """The application over this service. Nothing is opened here; a photo is scored once it runs (`/readyz`)."""
    app = _App(
        title="scarscore",
        description="Severity of acne scars over a course. A measurement for documentation; not a diagnosis.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(allowed)],
        lifespan=_running,
    )
    app.state.service, app.state.metrics = service, Metrics()
    service.scoring = Counted(service.scoring, app.state.metrics)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    _guard(app, service)
    return app


def _guard(app: FastAPI, service: Service) -> None:
    """What a request passes; Starlette takes the innermost first. A route that brings a file sets its own limit."""
    app.add_middleware(Door)
    app.add_middleware(CrossSite)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BYTES + SMALL)
    app.add_middleware(KnownHosts, hosts=service.hosts)
    app.add_middleware(Encrypted, secure=service.secure)
    app.add_middleware(Watch, metrics=app.state.metrics)
    app.add_middleware(SafeHeaders, secure=service.secure)


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    current_default_thread_limiter().total_tokens = THREADS + service.callers
    warm_up(service.scoring, service.ready, app.state.metrics)
    yield
    service.ready.stop.set()
