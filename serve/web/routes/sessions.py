"""Treatments as they were recorded."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from scarscore.serve.course.records import Depth, Needling
from scarscore.serve.records.keep import KEEP
from scarscore.serve.records.sessions import (
    RecordedSession,
    add_session,
    correct_session,
    delete_session,
    session,
    sessions,
)
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open, Served

router = APIRouter(prefix="/api/v1", tags=["sessions"], max_body_size=SMALL)
Text = Annotated[str, Field(max_length=400)]


class DepthBody(Body):
    """The needle depth of a region, in mm (0 to 5): recorded, never recommended."""

    region: str = Field(max_length=40)
    mm: float = Field(allow_inf_nan=False)


class NewSession(Body):
    """A treatment. `needling` is for photos of that day that are there already: taken before or after it."""

    day: date
    device: Text = ""
    depths: list[DepthBody] = Field(default_factory=list, max_length=20)
    treatments: list[Text] = Field(default_factory=list, max_length=40)
    needling: Needling | None = None


class SessionCorrection(Body):
    """What is to be changed; what is left out stays."""

    day: date | None = None
    device: Text | None = None
    depths: list[DepthBody] | None = Field(None, max_length=20)
    treatments: list[Text] | None = Field(None, max_length=40)
    needling: Needling | None = None


class SessionSeen(Answer):
    """A treatment; `number` follows from the order of dates."""

    id: str
    course_id: str
    number: int
    day: date
    device: str
    depths: tuple[Depth, ...]
    treatments: tuple[str, ...]


@router.post(
    "/courses/{course_id}/sessions", status_code=201, summary="Record a session", response_model=SessionSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def record_session(clinic: Open, who: Asker, course_id: str, body: NewSession) -> SessionSeen:
    """Record a treatment: its day, device, depths by region, and whatever was done with it."""
    made = add_session(
        clinic, who, course_id, body.day, body.device, _depths(body.depths), body.treatments, needling=body.needling
    )
    return _seen(session(clinic, who, made))


@router.get(
    "/courses/{course_id}/sessions", summary="A course's sessions", response_model=list[SessionSeen],
    responses=errors(401, 403, 404),
)  # fmt: skip
def all_sessions(clinic: Open, who: Asker, course_id: str) -> list[SessionSeen]:
    """The sessions of a course in the order of dates."""
    return [_seen(each) for each in sessions(clinic, who, course_id)]


@router.patch(
    "/sessions/{session_id}", summary="Correct a session", response_model=SessionSeen,
    responses=errors(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def change_session(clinic: Open, who: Asker, service: Served, session_id: str, body: SessionCorrection) -> SessionSeen:
    """Correct a session. Old day and depths stay in the audit log; verdicts follow, and photos that may be scored
    now are.
    """
    changed = correct_session(
        clinic, who, service.scoring, session_id,
        day=KEEP if body.day is None else body.day,
        device=KEEP if body.device is None else body.device,
        depths=KEEP if body.depths is None else _depths(body.depths),
        treatments=KEEP if body.treatments is None else body.treatments,
        needling=body.needling,
    )  # fmt: skip
    return _seen(changed)


@router.delete(
    "/sessions/{session_id}", status_code=204, summary="Take back a session",
    responses=errors(401, 403, 404, 409, 422, 503),
)  # fmt: skip
def take_back_session(clinic: Open, who: Asker, service: Served, session_id: str) -> None:
    """Take back a session that was entered by mistake. Its day and depths stay in the audit log."""
    delete_session(clinic, who, service.scoring, session_id)


def _depths(bodies: list[DepthBody]) -> tuple[Depth, ...]:
    return tuple(Depth(each.region, each.mm) for each in bodies)


def _seen(recorded: RecordedSession) -> SessionSeen:
    told = recorded.session
    return SessionSeen(
        id=recorded.id, course_id=recorded.course_id, number=told.number, day=told.date, device=told.device,
        depths=told.depths, treatments=told.treatments,
    )  # fmt: skip
