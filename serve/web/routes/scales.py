"""The clinical scales of a visit: points, and the input, with its author, that each of them came from."""

from __future__ import annotations

from fastapi import APIRouter

from scarscore.serve.course.records import Finding
from scarscore.serve.records.readings import Reading, reading
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.result import DISCLAIMER
from scarscore.serve.web.schema import Answer, errors
from scarscore.serve.web.state import Asker, Open, Served

router = APIRouter(prefix="/api/v1/visits/{visit_id}", tags=["scales"])


class PartSeen(Answer):
    """One input of a scale: its value (null: nobody told), the points it brings, and who told it.

    `by` is an account's name, `model` for the network, empty where nobody told. `low` and `high` differ where something
    is missing. `replaced` are earlier findings of the item that this one stands for.
    """

    item: str
    value: float | None
    low: float
    high: float
    by: str
    replaced: tuple[Finding, ...]
    note: str


class ScaleSeen(Answer):
    """A scale's answer: `low` to `high` points of `of`; `missing` are the inputs whose want makes it a range."""

    name: str
    low: float
    high: float
    of: float
    parts: tuple[PartSeen, ...]
    missing: tuple[str, ...]
    source: str
    notes: tuple[str, ...]


class ScalesSeen(Answer):
    """A visit in numbers. `severity` (0 to 100) and its `sem` in points are null where no photo counts.

    `findings` are what the network proposed (`by` is `model`) and what was entered, which takes its place.
    """

    visit_id: str
    severity: float | None
    sem: float | None
    findings: tuple[Finding, ...]
    scales: tuple[ScaleSeen, ...]
    disclaimer: str = DISCLAIMER


@router.get(
    "/scales", summary="A visit's scales", response_model=ScalesSeen, responses=errors(401, 403, 404, 409, 422)
)  # fmt: skip
def visit_scales(clinic: Open, who: Asker, service: Served, visit_id: str) -> ScalesSeen:
    """The clinical scales from what the network proposes and what was entered. A range where something is missing."""
    return _seen(visit_id, reading(clinic, who, networks(service.scoring.model), visit_id))


def _seen(visit_id: str, told: Reading) -> ScalesSeen:
    return ScalesSeen(
        visit_id=visit_id,
        severity=told.score.severity if told.score else None,
        sem=told.score.sem if told.score else None,
        findings=told.visit.findings,
        scales=tuple(ScaleSeen.model_validate(scale) for scale in told.scales),
    )
