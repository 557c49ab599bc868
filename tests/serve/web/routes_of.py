"""Every route that an application really has, as the framework sees it."""

from __future__ import annotations

import re

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from scarscore.serve.web.csrf import SAFE


def routes(app: FastAPI) -> list[tuple[str, str]]:
    """(method, path) of each; HEAD goes with GET."""
    found = {
        (method, context.path)
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or ())
        if method not in ("HEAD", "OPTIONS")
    }
    return sorted(found, key=lambda route: (route[1], route[0]))


def unsafe_routes(app: FastAPI) -> list[tuple[str, str]]:
    return [(method, path) for method, path in routes(app) if method not in SAFE]


def address(path: str) -> str:
    """The path with ids of things that do not exist."""
    return re.sub(r"\{[^}]+\}", "nothing", path)
