"""The clinic's own settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from scarscore.serve.course.records import ErrorSource, MeasurementError, TimingRules
from scarscore.serve.records.settings import (
    MOST_ERRORS,
    Changes,
    MeasuredFor,
    Settings,
    Size,
    change_settings,
    change_some,
    set_error,
    settings,
    withdraw_error,
)
from scarscore.serve.scoring.result import View
from scarscore.serve.web.asked import TakenFrom
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import SMALL, Asker, Open

router = APIRouter(prefix="/api/v1/settings", tags=["settings"], max_body_size=SMALL)

Days = Annotated[int, Field(ge=0, le=3650)]


class TimingSet(Body):
    """Days after a session that decide what photos are good for: see `TimingRules` in docs/course.md."""

    not_scored: Days
    provisional: Days
    preferred: Days
    endpoints: tuple[Days, ...] = Field(max_length=20)
    response: Days


class ErrorSet(Body):
    """The clinic's own measurement error of one shot, in points (0 to 100), as `scarscore repeatability` tells it.

    `view`, `camera` and `model` are for what it was measured; null is any.
    """

    sem: float = Field(gt=0, le=100)
    view: View | None = None
    camera: str | None = Field(None, max_length=80)
    model: str | None = Field(None, max_length=120)
    subjects: int = Field(0, ge=0)
    shots: int = Field(0, ge=0)
    shared: float = Field(0.25, ge=0, le=1)


class SettingsSet(Body):
    """All settings of a clinic."""

    name: str = Field(max_length=200)
    timing: TimingSet
    errors: list[ErrorSet] = Field(max_length=MOST_ERRORS)
    retention_years: int
    paper: Size = Size.A4


class SettingsChange(Body):
    """Some settings of a clinic; what is left out stays as it is. Errors have a route of their own."""

    name: str | None = Field(None, max_length=200)
    timing: TimingSet | None = None
    retention_years: int | None = None
    paper: Size | None = None


class SettingsSeen(Answer):
    """All settings of a clinic."""

    name: str
    timing: TimingSet
    errors: list[ErrorSet]
    retention_years: int
    paper: Size


@router.get("", summary="The clinic's settings", response_model=SettingsSeen, responses=errors(401))
def seen(clinic: Open, who: Asker) -> SettingsSeen:
    """Name, timing rules, how long records are kept, and the clinic's own measurement errors."""
    return _seen(settings(clinic, who))


@router.put("", summary="Change the settings", response_model=SettingsSeen, responses=errors(401, 403, 422))
def change(clinic: Open, who: Asker, body: SettingsSet) -> SettingsSeen:
    """Set everything anew. Verdicts follow at once; what held before stays in the audit log."""
    timing = TimingRules(**body.timing.model_dump())
    own = tuple(_own(error) for error in body.errors)
    return _seen(change_settings(clinic, who, Settings(body.name, timing, own, body.retention_years, body.paper)))


@router.patch("", summary="Change some settings", response_model=SettingsSeen, responses=errors(401, 403, 422))
def change_part(clinic: Open, who: Asker, body: SettingsChange) -> SettingsSeen:
    """Change what is sent and nothing else: what somebody else sets meanwhile is not undone."""
    timing = None if body.timing is None else TimingRules(**body.timing.model_dump())
    return _seen(change_some(clinic, who, Changes(body.name, timing, body.retention_years, body.paper)))


@router.put(
    "/errors", summary="State an error that the clinic measured", response_model=SettingsSeen,
    responses=errors(401, 403, 422),
)  # fmt: skip
def state_error(clinic: Open, who: Asker, body: ErrorSet) -> SettingsSeen:
    """State one error, in the place of the one for the same view, camera and network. Verdicts follow at once."""
    return _seen(set_error(clinic, who, _own(body)))


@router.delete(
    "/errors", summary="Take back an error", response_model=SettingsSeen, responses=errors(401, 403, 404, 422)
)
def take_error_back(
    clinic: Open,
    who: Asker,
    view: TakenFrom[View | None] = None,
    camera: Annotated[str | None, Query(max_length=80, description="The clinic's name for its camera.")] = None,
    model: Annotated[str | None, Query(max_length=120, description="The networks that it was measured with.")] = None,
) -> SettingsSeen:
    """Take back the error that was measured for exactly this; what is left out means any. Verdicts follow at once."""
    return _seen(withdraw_error(clinic, who, MeasuredFor(view, camera, model)))


def _own(body: ErrorSet) -> MeasurementError:
    return MeasurementError(source=ErrorSource.CLINIC, **body.model_dump())


def _seen(found: Settings) -> SettingsSeen:
    timing = TimingSet.model_validate(found.timing, from_attributes=True)
    own = [ErrorSet.model_validate(error, from_attributes=True) for error in found.errors]
    return SettingsSeen(
        name=found.name, timing=timing, errors=own, retention_years=found.retention_years, paper=found.paper
    )
