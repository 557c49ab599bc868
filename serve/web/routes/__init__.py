"""The routes: of the API, one file for each subject, and of the pages (`views/`)."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.web.routes import (
    accounts,
    audit,
    comparisons,
    consents,
    courses,
    due,
    erasure,
    exports,
    findings,
    health,
    imports,
    patients,
    photos,
    repeats,
    reports,
    reviews,
    scales,
    scores,
    sessions,
    settings,
    setup,
    signing,
    tokens,
    verdicts,
    visits,
)
from scarscore.serve.web.views import PAGES

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    *PAGES,
    setup.router,
    signing.router,
    accounts.router,
    tokens.router,
    settings.router,
    audit.router,
    patients.router,
    due.router,
    consents.router,
    courses.router,
    sessions.router,
    visits.router,
    findings.router,
    scales.router,
    photos.router,
    scores.router,
    repeats.router,
    verdicts.router,
    comparisons.router,
    reviews.router,
    erasure.router,
    exports.router,
    reports.router,
    imports.router,
)
