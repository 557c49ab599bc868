"""What a patient has consented to, use by use."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from scarscore.serve.records.consents import Use, give_consent, read_consents, withdraw_consent
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/patients/{patient_id}/consents", tags=["patients"], max_body_size=SMALL)


class ConsentSeen(Answer):
    """One consent; `withdrawn` is None while it holds."""

    id: str
    use: Use
    given: datetime
    withdrawn: datetime | None


class NewConsent(Body):
    """What the photos may be used for."""

    use: Use


@router.get("", summary="A patient's consents", response_model=list[ConsentSeen], responses=errors(401, 403, 404))
def all_consents(clinic: Open, who: Asker, patient_id: str) -> list[ConsentSeen]:
    """All consents, oldest first, those too that were withdrawn."""
    return [ConsentSeen.model_validate(each) for each in read_consents(clinic, who, patient_id)]


@router.post(
    "",
    status_code=201,
    summary="Record a consent",
    response_model=ConsentSeen,
    responses=errors(401, 403, 404, 409, 422),
)
def record_consent(clinic: Open, who: Asker, patient_id: str, body: NewConsent) -> ConsentSeen:
    """Record that the patient consents to a use of the photos, from now on."""
    return ConsentSeen.model_validate(give_consent(clinic, who, patient_id, body.use))


@router.delete("/{use}", summary="Withdraw a consent", response_model=ConsentSeen, responses=errors(401, 403, 404, 422))
def end_consent(clinic: Open, who: Asker, patient_id: str, use: Use) -> ConsentSeen:
    """Record that a consent no longer holds, from now on. That it was given stays recorded."""
    return ConsentSeen.model_validate(withdraw_consent(clinic, who, patient_id, use))
