"""Settings: the clinic with its timing rules, and what becomes of its records in the end."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.serve.course.error import BUNDLE
from scarscore.serve.course.repeatability import LEAST
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.exports.transfer import LARGEST
from scarscore.serve.records.people import Who
from scarscore.serve.records.retention import due_for_erasure
from scarscore.serve.records.settings import LONGEST_NAME, RETENTION, Size, settings
from scarscore.serve.web.pages import clinic_page
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.settings_words import RULES

SIZES = {Size.A4: "A4 paper", Size.LETTER: "US Letter paper"}
router = APIRouter(tags=["pages"], include_in_schema=False)


def settings_page(clinic: Clinic, who: Who, name: str, **values: object) -> Response:
    """A page of the settings; `name` is its template and the tab that is marked."""
    return clinic_page(clinic, who, f"settings-{name}", "settings", tab=name, **values)


@router.get("/settings", summary="The clinic's settings")
def clinic_tab(clinic: Open, who: Asker, served: Served) -> Response:
    """Name, retention and timing rules, each with its source; and on whose measurement error verdicts rest."""
    return settings_page(
        clinic, who, "clinic", kept=settings(clinic, who), rules=RULES, longest=LONGEST_NAME, years=RETENTION,
        sizes=SIZES, bundle=BUNDLE, least=LEAST, networks=served.scoring.networks,
    )  # fmt: skip


@router.get("/settings/records", summary="What becomes of the records")
def records_tab(clinic: Open, who: Asker) -> Response:
    """Whose records were kept long enough; everything as tables; a patient from elsewhere."""
    return settings_page(
        clinic, who, "records", due=due_for_erasure(clinic, who), years=settings(clinic, who).retention_years,
        largest=LARGEST,
    )  # fmt: skip
