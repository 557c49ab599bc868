"""The clinic's pages, one file for each. They show what is recorded; what they change goes through the API."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.web.views import blind, compare, courses, first, patient, patients, uploads, visit

PAGES: tuple[APIRouter, ...] = (
    blind.router,
    compare.router,
    courses.router,
    first.router,
    patient.router,
    patients.router,
    uploads.router,
    visit.router,
)
