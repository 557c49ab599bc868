"""The routes of the API, one file for each subject."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.web.routes import accounts, audit, health, pages, settings, setup, signing, tokens

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    pages.router,
    setup.router,
    signing.router,
    accounts.router,
    tokens.router,
    settings.router,
    audit.router,
)
