"""Settings: how well the clinic's own photos repeat. The photos are scored and forgotten; what is said is computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from scarscore.model.repeatability import DETECTABLE
from scarscore.serve.course.error import BUNDLE
from scarscore.serve.course.records import MeasurementError
from scarscore.serve.course.repeatability import LEAST, Pair, Repeatability, sem_interval
from scarscore.serve.records.settings import settings
from scarscore.serve.scoring.result import View
from scarscore.serve.web.pages import part
from scarscore.serve.web.routes.repeats import RepeatsSent, found_of
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.settings import settings_page

router = APIRouter(tags=["pages"], include_in_schema=False)
LEFT, RIGHT, TOP, BOTTOM = 52.0, 500.0, 16.0, 256.0  # of the plot, in px of a drawing 640 wide
VIEWS = {
    View.FRONT: "Front",
    View.LEFT: "Left side (the patient's left)",
    View.RIGHT: "Right side (the patient's right)",
    View.CLOSEUP: "Close-up of one place",
}


@dataclass(frozen=True)
class Own:
    """An error that the clinic measured."""

    error: MeasurementError

    @property
    def sdc95(self) -> tuple[float, float] | None:
        """The 95 % interval of its smallest detectable change; None where nobody said from how many shots it comes."""
        if self.error.subjects < 1 or self.error.shots < 2:
            return None
        low, high = sem_interval(self.error)
        return DETECTABLE * low, DETECTABLE * high

    @property
    def address(self) -> str:
        """Where it is taken back."""
        told = {"view": self.error.view, "camera": self.error.camera, "model": self.error.model}
        return "/api/v1/settings/errors?" + urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Mark:
    """A point, or a line's height with its words, in px of the drawing."""

    x: float
    y: float
    words: str = ""


@dataclass(frozen=True)
class Plot:
    """A Bland-Altman plot as it is drawn: difference of two shots over their mean."""

    points: tuple[Mark, ...]
    bias: Mark
    limits: tuple[Mark, Mark]
    zero: float
    low: float
    high: float


@router.get("/settings/repeatability", summary="How well the clinic's photos repeat")
def repeatability_tab(clinic: Open, who: Asker, served: Served) -> Response:
    """What the clinic has measured, and the place where it measures."""
    own = [Own(each) for each in settings(clinic, who).errors]
    return settings_page(
        clinic, who, "repeatability", own=own, bundle=BUNDLE, views=VIEWS, least=LEAST,
        networks=served.scoring.networks,
    )  # fmt: skip


@router.post("/settings/repeatability/told", summary="What repeated shots say")
def told_part(who: Asker, served: Served, body: RepeatsSent) -> Response:
    """The figures and the plot of shots that were scored. Changes nothing."""
    found = found_of(served, body)
    sem = sem_interval(found)
    sdc95 = [DETECTABLE * each for each in sem]
    return part(
        who, "_repeatability", found=found, sem=sem, sdc95=sdc95, plot=_plot(found), least=LEAST, bundle=BUNDLE,
        views=VIEWS, pairs=tuple(_ordered(found)),
    )  # fmt: skip


def _ordered(found: Repeatability) -> Iterator[tuple[int, Pair]]:
    """The points of the plot by their mean, numbered."""
    return enumerate(sorted(found.pairs, key=lambda pair: pair.mean), start=1)


def _plot(found: Repeatability) -> Plot:
    means = [pair.mean for pair in found.pairs]
    low, high = min(means), max(means)
    reach = 1.15 * max(abs(found.limit_low), abs(found.limit_high), *(abs(p.difference) for p in found.pairs), 1.0)

    def y(value: float) -> float:
        return (TOP + BOTTOM) / 2 - value / reach * (BOTTOM - TOP) / 2

    def x(mean: float) -> float:
        return LEFT + 12 + (RIGHT - LEFT - 24) * (mean - low) / max(high - low, 1.0)

    def line(name: str, value: float) -> Mark:
        return Mark(RIGHT, y(value), f"{name} {value:+.1f}")

    return Plot(
        tuple(Mark(x(pair.mean), y(pair.difference)) for pair in found.pairs), line("bias", found.bias),
        (line("upper limit", found.limit_high), line("lower limit", found.limit_low)), y(0), low, high,
    )  # fmt: skip
