"""The clinic's pages, one file for each. They show what is recorded; what they change goes through the API."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.web.views import (
    audit,
    blind,
    compare,
    courses,
    first,
    models,
    patient,
    patients,
    people,
    repeatability,
    settings,
    uploads,
    visit,
)

PAGES: tuple[APIRouter, ...] = (
    audit.router,
    blind.router,
    compare.router,
    courses.router,
    first.router,
    models.router,
    patient.router,
    patients.router,
    people.router,
    repeatability.router,
    settings.router,
    uploads.router,
    visit.router,
)
