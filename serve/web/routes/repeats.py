"""How well a clinic's own photos repeat: statistics of severities that `POST /score` answered. Nothing is stored."""

from __future__ import annotations

from collections import Counter
from math import isnan
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from scarscore.serve.course.repeatability import LEAST, Repeat, Repeatability, repeatability, sem_interval
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import DISCLAIMER, View
from scarscore.serve.web.schema import Answer, Body, errors
from scarscore.serve.web.state import Asker, Served

router = APIRouter(prefix="/api/v1", tags=["repeatability"], max_body_size=2**18)

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class RepeatSent(Body):
    """One shot: whose skin it shows (a pseudonym; it is not kept), and its severity (0 to 100)."""

    subject: Subject
    severity: float = Field(ge=0, le=100)


class RepeatsSent(Body):
    """Shots of several people's unchanged skin, two or more of each, in the order in which they were taken."""

    view: View
    camera: str = Field("", max_length=80)
    repeats: tuple[RepeatSent, ...] = Field(max_length=1000)


class PairSeen(Answer):
    """Two shots of one subject: their mean, and the later less the earlier, in points."""

    subject: str
    mean: float
    difference: float


class RepeatabilitySeen(Answer):
    """What repeated shots say, each figure with its 95 % interval; `sem`, `sdc95` and `bias` in points.

    `icc` is ICC(2,1), null where all severities are the same. `limit_low` and `limit_high` are the limits of agreement.
    `enough` is whether there were subjects enough (`least`) to state this as the clinic's own error. `left_out` are
    subjects with one shot alone. `model` names the networks that this server scores with.
    """

    view: View
    camera: str
    model: str
    subjects: int
    shots: int
    icc: float | None
    icc_low: float | None
    icc_high: float | None
    sem: float
    sem_low: float
    sem_high: float
    sdc95: float
    bias: float
    limit_low: float
    limit_high: float
    pairs: tuple[PairSeen, ...]
    left_out: tuple[str, ...]
    enough: bool
    least: int
    disclaimer: str = DISCLAIMER


@router.post(
    "/repeatability", summary="How well photos repeat", response_model=RepeatabilitySeen,
    responses=errors(401, 403, 413, 422, 503),
)  # fmt: skip
def computed(_: Asker, service: Served, body: RepeatsSent) -> RepeatabilitySeen:
    """ICC(2,1), SEM, SDC95 and Bland-Altman of shots that `POST /score` scored. Stores nothing.

    To rest verdicts on it, state its `sem` by `PUT /settings/errors`.
    """
    return _seen(found_of(service, body))


def found_of(service: Served, sent: RepeatsSent) -> Repeatability:
    """What these shots say. Raises `UsageError` where fewer than two subjects have two shots."""
    times = Counter(each.subject for each in sent.repeats)
    if sum(count > 1 for count in times.values()) < 2:
        raise UsageError("two people with two shots each are the least that can be computed from")
    by = service.scoring.networks
    shots = [Repeat(each.subject, sent.view, sent.camera, each.severity, by) for each in sent.repeats]
    (found,) = repeatability(shots)
    return found


def _seen(found: Repeatability) -> RepeatabilitySeen:
    low, high = sem_interval(found)
    icc = {name: _number(getattr(found, name)) for name in ("icc", "icc_low", "icc_high")}
    told = {name: getattr(found, name) for name in RepeatabilitySeen.model_fields if hasattr(found, name)}
    return RepeatabilitySeen.model_validate(
        {**told, **icc, "sem_low": low, "sem_high": high, "enough": found.subjects >= LEAST, "least": LEAST}
    )


def _number(value: float) -> float | None:
    return None if isnan(value) else value
