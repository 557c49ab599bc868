"""The patients: found, entered, and what is due."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.serve.web.pages import clinic_page
from scarscore.serve.web.state import Asker, Open

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/patients", summary="Patients")
def patients_page(clinic: Open, who: Asker) -> Response:
    """All patients, and what is due."""
    return clinic_page(clinic, who, "patients", "patients")
