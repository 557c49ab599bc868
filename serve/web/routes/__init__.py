"""The routes of the API, one file for each subject."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.web.routes import (
    accounts,
    audit,
    consents,
    courses,
    erasure,
    exports,
    findings,
    health,
    imports,
    pages,
    patients,
    photos,
    scores,
    sessions,
    settings,
    setup,
    signing,
    tokens,
    verdicts,
    visits,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    pages.router,
    setup.router,
    signing.router,
    accounts.router,
    tokens.router,
    settings.router,
    audit.router,
    patients.router,
    consents.router,
    courses.router,
    sessions.router,
    visits.router,
    findings.router,
    photos.router,
    scores.router,
    verdicts.router,
    erasure.router,
    exports.router,
    imports.router,
)
