"""What the page of a course says of what was measured: the verdict, each number with its error, and the visits.

Numbers are those of `serve.course`; nothing is computed anew, and nothing is recommended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from scarscore.serve.course.error import SURE
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import ExpectedRange, Needling, VerdictKind, Visit
from scarscore.serve.course.report.chart import legend, region_charts, timeline_chart
from scarscore.serve.course.report.record import error_words, power_words
from scarscore.serve.course.report.said import HEADLINES, trend_words
from scarscore.serve.course.report.timeline import Mark, Moment, moments, trend_moments
from scarscore.serve.course.words import by_number, ends, side_words, signed
from scarscore.serve.scoring.result import ModelId, Refusal

TONES = {VerdictKind.IMPROVED: "good", VerdictKind.WORSE: "bad", VerdictKind.NOT_COMPARABLE: "warn"}
TAGS = {
    Mark.BASELINE: "accent", Mark.VALID: "good", Mark.OTHER_VIEWS: "warn", Mark.PROVISIONAL: "warn",
    Mark.UNUSABLE: "bad",
}  # fmt: skip
VisitIds = Mapping[tuple[date, Needling | None], str]


@dataclass(frozen=True)
class Number:
    """A number of the verdict with its error, and in one line what it is."""

    name: str
    value: str
    error: str
    meaning: str


@dataclass(frozen=True)
class Row:
    """A visit in the table that says what the chart shows."""

    visit_id: str
    day: date
    needling: Needling | None
    sessions: int
    days: int | None
    severity: str
    error: str
    mark: str
    tag: str
    used: int
    photos: int
    why: str


@dataclass(frozen=True)
class Region:
    """A region's severities at the counted visits, empty where it was not seen."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class CourseSaid:
    """Everything that the measured part of the page says. `chart`, `legend` and `small` are SVG without any style."""

    kind: str
    headline: str
    tone: str
    words: str
    numbers: tuple[Number, ...]
    trend: str
    notes: tuple[str, ...]
    chart: Markup
    legend: Markup
    rows: tuple[Row, ...]
    small: Markup
    counted_days: tuple[date, ...]
    regions: tuple[Region, ...]
    expected: ExpectedRange | None
    power: tuple[str, ...]
    errors: tuple[str, ...]
    models: tuple[ModelId, ModelId]


def said(measured: Measured, ids: VisitIds) -> CourseSaid:
    """What is said of a course; `ids` are the visits' by day and needling."""
    told, verdict = moments(measured), measured.verdict
    counting = trend_moments(told)
    errors = dict.fromkeys(view.error for score in measured.scores for view in score.views)
    return CourseSaid(
        verdict.kind.value, HEADLINES[verdict.kind], TONES.get(verdict.kind, ""), verdict.words, _numbers(measured),
        f"Trend: {trend_words(verdict.trend)}." if verdict.trend else "",
        by_number(verdict.notes, measured.course.visits),
        _svg(timeline_chart(measured, told, date.isoformat)) if told else Markup(), _svg(legend()),
        tuple(_row(moment, ids) for moment in told), _svg(region_charts(told, date.isoformat)),
        tuple(moment.date for moment in counting), _regions(counting), verdict.expected,
        tuple(power_words(measured)), tuple(error_words(error) for error in errors),
        (measured.model, measured.region_model),
    )  # fmt: skip


def _svg(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - every text in it was escaped where it was drawn


def _numbers(measured: Measured) -> tuple[Number, ...]:
    verdict = measured.verdict
    change, baseline, last = verdict.change, verdict.baseline, verdict.last
    if change is None or baseline is None or last is None:
        return _start(measured)
    views = ", ".join(dict.fromkeys(side_words(view) for view in change.views))
    start, now = ends(change)
    return (
        Number("At the start", start, f"± {SURE * baseline.sem:.0f}", f"{baseline.date}, of 100"),
        Number("Now", now, f"± {SURE * last.sem:.0f}", f"{last.date}, of 100"),
        Number(
            "Change", signed(change.points), f"{signed(change.low)} to {signed(change.high)}",
            f"points, with the 95 % interval; compared by {views}",
        ),
        Number("Smallest detectable change", f"{change.sdc95:.0f}", "SDC95", "photos of unchanged skin differ by less"),
    )  # fmt: skip


def _start(measured: Measured) -> tuple[Number, ...]:
    baseline = measured.verdict.baseline
    if baseline is None:
        return ()
    value, error = f"{baseline.severity:.0f}", f"± {SURE * baseline.sem:.0f}"
    return (Number("At the start", value, error, f"{baseline.date}, of 100"),)


def _row(moment: Moment, ids: VisitIds) -> Row:
    score, visit = moment.score, moment.visit
    return Row(
        ids.get((moment.date, visit.needling), ""), moment.date, visit.needling, moment.sessions, moment.days,
        "not scored" if score is None else f"{score.severity:.0f}",
        "" if score is None else f"± {SURE * score.sem:.0f}",
        moment.mark.value, TAGS.get(moment.mark, ""),
        0 if score is None else sum(view.shots for view in score.views), len(visit.shots),
        "; ".join(filter(None, (moment.words or "; ".join(_left_out(visit)), moment.drawn_apart))),
    )  # fmt: skip


def _left_out(visit: Visit) -> tuple[str, ...]:
    """Why photos of a visit do not count, each reason once."""
    refused = (shot.answer.reason for shot in visit.shots if isinstance(shot.answer, Refusal))
    told = (f"refused: {reason.value.replace('_', ' ')}" for reason in refused)
    apart = (f"not comparable: {shot.not_comparable}" for shot in visit.shots if shot.not_comparable)
    return tuple(dict.fromkeys((*told, *apart)))


def _regions(counting: Sequence[Moment]) -> tuple[Region, ...]:
    at = [{region.region: region.severity for region in m.score.regions} if m.score else {} for m in counting]
    names = sorted({name for regions in at for name in regions})
    return tuple(
        Region(name, tuple(f"{regions[name]:.0f}" if name in regions else "" for regions in at)) for name in names
    )
