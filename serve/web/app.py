"""The web application: the routes, and what every request passes through before it reaches one."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.web import problems
from scarscore.serve.web.routes import ROUTERS
from scarscore.serve.web.state import Service, allowed

ROOM = 65_536  # bytes beside a photo that a request may hold


def create_app(service: Service) -> FastAPI:
    """The application over this service. Nothing is opened or started here."""
    app = FastAPI(
        title="scarscore",
        description="Severity of acne scars over a course. A measurement for documentation; not a diagnosis.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(allowed)],
        max_body_size=MAX_BYTES + ROOM,
    )
    app.state.service = service
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
