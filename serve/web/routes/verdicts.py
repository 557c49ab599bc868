"""What is said of a course: its verdict, and its visits on a line of time."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from scarscore.serve.course.measured import Measured
from scarscore.serve.course.plan import Due, next_photo, next_session
from scarscore.serve.course.records import Needling, Timing, Verdict
from scarscore.serve.course.report.timeline import Mark, Moment, moments
from scarscore.serve.records.clinic import Clinic, today
from scarscore.serve.records.verdicts import measured, needs_rescore, networks
from scarscore.serve.scoring.result import DISCLAIMER, ModelId, Refusal
from scarscore.serve.web.asked import On
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open, Served, Service

router = APIRouter(prefix="/api/v1/courses/{course_id}", tags=["verdicts"])
RESCORE = "Scores of two networks are never mixed: these photos count once the course is scored again."


class Said(Answer):
    """What every answer about a course holds: the day, both networks, and which photos these have not scored.

    `needs_rescore` are ids of photos that do not count for that reason, and `note` says so.
    """

    course_id: str
    on: date
    model: ModelId
    region_model: ModelId
    needs_rescore: tuple[str, ...]
    note: str
    disclaimer: str = DISCLAIMER


class VerdictSeen(Said):
    """The verdict on a course, in words for the patient and numbers, each with its uncertainty."""

    verdict: Verdict


class MomentSeen(Answer):
    """A visit on the line of time. `severity` (0 to 100) and its SEM in points are null where there is none.

    `mark` says what became of it and `why` why it does not count; `used` of its `photos` entered the severity,
    `refused` could not be judged, `not_comparable` do not lie on the start's.
    """

    date: date
    needling: Needling | None
    mark: Mark
    timing: Timing
    days: int | None
    sessions: int
    severity: float | None
    sem: float | None
    photos: int
    used: int
    refused: int
    not_comparable: int
    why: str


class TimelineSeen(Said):
    """A course's visits in the order of dates, and what the plan says comes next: recorded, never recommended."""

    moments: tuple[MomentSeen, ...]
    next_photo: Due | None
    next_session: Due | None


@router.get(
    "/verdict", summary="The verdict on a course", response_model=VerdictSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def course_verdict(clinic: Open, who: Asker, service: Served, course_id: str, on: On = None) -> VerdictSeen:
    """The last valid visit against the first, held against the measurement error. No diagnosis, and no advice."""
    told = measured(clinic, who, networks(service.scoring.model), course_id, on or today())
    return VerdictSeen(**_said(clinic, service, course_id, told), verdict=told.verdict)


@router.get(
    "/timeline", summary="A course on a line of time", response_model=TimelineSeen,
    responses=errors(401, 403, 404, 409, 422),
)  # fmt: skip
def course_timeline(clinic: Open, who: Asker, service: Served, course_id: str, on: On = None) -> TimelineSeen:
    """Every visit with its severity and what became of it, and what the plan says comes next."""
    told = measured(clinic, who, networks(service.scoring.model), course_id, on or today())
    return TimelineSeen(
        **_said(clinic, service, course_id, told),
        moments=tuple(_moment(each) for each in moments(told)),
        next_photo=next_photo(told.course),
        next_session=next_session(told.course),
    )


def _said(clinic: Clinic, service: Service, course_id: str, told: Measured) -> dict[str, Any]:
    lacking = needs_rescore(clinic, course_id, service.scoring.networks, told.on)
    said = Said(
        course_id=course_id, on=told.on, model=told.model, region_model=told.region_model, needs_rescore=lacking,
        note=RESCORE if lacking else "",
    )  # fmt: skip
    return dict(said)


def _moment(told: Moment) -> MomentSeen:
    shots, score = told.visit.shots, told.score
    return MomentSeen(
        date=told.date, needling=told.visit.needling, mark=told.mark, timing=told.timing, days=told.days,
        sessions=told.sessions,
        severity=score.severity if score else None,
        sem=score.sem if score else None,
        photos=len(shots),
        used=sum(view.shots for view in score.views) if score else 0,
        refused=sum(isinstance(shot.answer, Refusal) for shot in shots),
        not_comparable=sum(shot.not_comparable is not None for shot in shots),
        why=told.words,
    )  # fmt: skip
