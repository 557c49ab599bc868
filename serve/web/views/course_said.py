"""What the page of a course says of what was measured: the verdict, each number with its error, and the visits.

Numbers are those of `serve.course`; nothing is computed anew, and nothing is recommended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from scarscore.serve.course.measured import Measured
from scarscore.serve.course.power import Needed, needed
from scarscore.serve.course.records import ErrorSource, ExpectedRange, Needling, Trend, VerdictKind
from scarscore.serve.course.report.chart import legend, region_charts, timeline_chart
from scarscore.serve.course.report.said import HEADLINES
from scarscore.serve.course.report.timeline import Mark, Moment, moments, trend_moments
from scarscore.serve.course.words import counted, signed
from scarscore.serve.scoring.result import ModelId, View

TONES = {VerdictKind.IMPROVED: "good", VerdictKind.WORSE: "bad", VerdictKind.NOT_COMPARABLE: "warn"}
TAGS = {Mark.BASELINE: "accent", Mark.VALID: "good", Mark.PROVISIONAL: "warn", Mark.UNUSABLE: "bad"}
WIDE = 1.96  # standard errors that hold 95 of 100 repetitions
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
    power: Needed | None
    errors: tuple[str, ...]
    models: tuple[ModelId, ModelId]


def said(measured: Measured, ids: VisitIds) -> CourseSaid:
    """What is said of a course; `ids` are the visits' by day and needling."""
    told, verdict = moments(measured), measured.verdict
    counting = trend_moments(told)
    baseline, last = verdict.baseline, verdict.last
    return CourseSaid(
        verdict.kind.value, HEADLINES[verdict.kind], TONES.get(verdict.kind, ""), verdict.words, _numbers(measured),
        _trend(verdict.trend), verdict.notes, _svg(timeline_chart(measured, told, date.isoformat)) if told else Markup(), _svg(legend()),
        tuple(_row(moment, ids) for moment in told), _svg(region_charts(told, date.isoformat)),
        tuple(moment.date for moment in counting), _regions(counting), verdict.expected,
        needed(baseline, last) if baseline and last else None, _errors(measured),
        (measured.model, measured.region_model),
    )  # fmt: skip


def _svg(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - every text in it was escaped where it was drawn


def _numbers(measured: Measured) -> tuple[Number, ...]:
    verdict = measured.verdict
    change, baseline, last = verdict.change, verdict.baseline, verdict.last
    if change is None or baseline is None or last is None:
        return _start(measured)
    views = ", ".join(dict.fromkeys(_view(view) for view in change.views))
    return (
        Number("At the start", f"{change.baseline:.0f}", f"± {WIDE * baseline.sem:.0f}", f"{baseline.date}, of 100"),
        Number("Now", f"{change.now:.0f}", f"± {WIDE * last.sem:.0f}", f"{last.date}, of 100"),
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
    value, error = f"{baseline.severity:.0f}", f"± {WIDE * baseline.sem:.0f}"
    return (Number("At the start", value, error, f"{baseline.date}, of 100"),)


def _trend(line: Trend | None) -> str:
    if line is None:
        return ""
    return (
        f"Trend over {counted(line.visits, 'visit')}: {line.per_28_days:+.1f} points every 28 days "
        f"(95 % interval {line.low:+.1f} to {line.high:+.1f})."
    )


def _row(moment: Moment, ids: VisitIds) -> Row:
    score, visit = moment.score, moment.visit
    return Row(
        ids.get((moment.date, visit.needling), ""), moment.date, visit.needling, moment.sessions, moment.days,
        "not scored" if score is None else f"{score.severity:.0f}",
        "" if score is None else f"± {WIDE * score.sem:.0f}",
        moment.mark.value, TAGS.get(moment.mark, ""),
        0 if score is None else sum(view.shots for view in score.views), len(visit.shots), moment.words,
    )  # fmt: skip


def _regions(counting: Sequence[Moment]) -> tuple[Region, ...]:
    at = [{region.region: region.severity for region in m.score.regions} if m.score else {} for m in counting]
    names = sorted({name for regions in at for name in regions})
    return tuple(
        Region(name, tuple(f"{regions[name]:.0f}" if name in regions else "" for regions in at)) for name in names
    )


def _errors(measured: Measured) -> tuple[str, ...]:
    """Each measurement error that entered, in one sentence."""
    told = dict.fromkeys(view.error for score in measured.scores for view in score.views)
    return tuple(
        f"One photo strays by {error.sem:.1f} points (SEM), so two photos must differ by {error.sdc95:.0f} (SDC95): "
        + (
            f"measured by this clinic with {counted(error.subjects, 'person')}."
            if error.source is ErrorSource.CLINIC
            else "the network's own lower bound, as this clinic has not measured its camera yet."
        )
        for error in told
    )


def _view(view: View) -> str:
    return "close-up" if view is View.CLOSEUP else f"{view.value} view"
