"""The timeline as inline SVG: severity with its error, the band of no detectable change, sessions, every visit.

Marks differ by shape. Each chart has a table beside it that says the same; nothing is told by the picture alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from scarscore.serve.course.error import SURE, sdc95
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import Session
from scarscore.serve.course.report.markup import day, named
from scarscore.serve.course.report.timeline import Mark, Moment, trend_moments
from scarscore.serve.scoring.overlay import ANCHORS

WIDTH, HEIGHT = 760.0, 372.0
LANE = 318.0  # where visits without a severity stand, below the plot
LEAST_APART = 86.0  # px between two dates that are written out
MARKS = tuple(mark for mark in Mark if mark is not Mark.FINDINGS)  # in the order of the legend
SESSION, UNCHANGED = "session", "no change can be told from the start"
Written = Callable[[date], str]  # how a day is written


@dataclass(frozen=True)
class Plot:
    """A plot of severity over dates: its corners in px of the picture, and the days that it spans."""

    left: float
    right: float
    top: float
    bottom: float
    first: date
    days: int

    def x(self, when: date) -> float:
        """Where a day stands."""
        return self.left + (self.right - self.left) * (when - self.first).days / self.days

    def y(self, severity: float) -> float:
        """Where a severity of 0 to 100 stands."""
        return self.bottom - (self.bottom - self.top) * min(max(severity, 0.0), 100.0) / 100


def timeline_chart(measured: Measured, told: Sequence[Moment], written: Written = day) -> str:
    """The course as one SVG element."""
    ends = [moment.date for moment in told] + [session.date for session in measured.course.sessions]
    plot = Plot(70.0, 660.0, 34.0, 280.0, min(ends), max(1, (max(ends) - min(ends)).days))
    said = "; ".join(f"{written(m.date)}: {_said(m)}" for m in told)
    return "\n".join(
        [
            f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="Severity over time. {escape(said)}">',
            *_band(plot, measured),
            *_grid(plot),
            *(_session(plot, session) for session in measured.course.sessions),
            _line(plot, trend_moments(told)),
            *(_visit(plot, moment, written) for moment in told),
            *_dates(plot, told, written),
            "</svg>",
        ]
    )


def legend() -> str:
    """What each shape means, with the shapes."""
    shapes = "".join(
        f'<li><svg viewBox="-10 -10 20 20" aria-hidden="true">{shape(mark, 0, 0)}</svg>{escape(mark.value)}</li>'
        for mark in MARKS
    )
    start = '<svg viewBox="-10 -10 20 20" aria-hidden="true">'
    session = f'{start}<path class="session" d="M0 -10V10"/></svg>'
    band = f'{start}<rect class="band" x="-10" y="-7" width="20" height="14"/></svg>'
    return f'<ul class="legend">{shapes}<li>{session}{SESSION}</li><li>{band}{UNCHANGED}</li></ul>'


def shape(mark: Mark, x: float, y: float) -> str:
    """A visit's mark: square, dot, hollow dot, triangle or diamond, cross or hollow square."""
    if mark is Mark.BASELINE:
        return f'<rect class="dot" x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12"/>'
    if mark is Mark.VALID:
        return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    if mark is Mark.EARLIER:
        return f'<circle class="hollow" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    if mark is Mark.OTHER_VIEWS:
        return f'<path class="hollow" d="M{x:.1f} {y - 7:.1f}l7 12h-14z"/>'
    if mark is Mark.PROVISIONAL:
        return f'<path class="hollow" d="M{x:.1f} {y - 8:.1f}l8 8l-8 8l-8 -8z"/>'
    if mark is Mark.NOT_SCORED:
        return f'<path class="cross" d="M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"/>'
    return f'<rect class="hollow" x="{x - 5.5:.1f}" y="{y - 5.5:.1f}" width="11" height="11"/>'


def region_charts(told: Sequence[Moment], written: Written = day) -> str:
    """A small chart for each region, all on the same axes; the table beside them has the numbers."""
    counted = trend_moments(told)
    names = sorted({region.region for moment in counted if moment.score for region in moment.score.regions})
    if not names or len(counted) < 2:
        return ""
    return f'<div class="small">{"".join(_region_chart(name, counted, written) for name in names)}</div>'


def _region_chart(name: str, counted: Sequence[Moment], written: Written) -> str:
    values = [
        (moment.date, region.severity)
        for moment in counted
        if moment.score
        for region in moment.score.regions
        if region.region == name
    ]
    plot = Plot(38.0, 198.0, 18.0, 98.0, counted[0].date, max(1, (counted[-1].date - counted[0].date).days))
    points = " ".join(f"{plot.x(when):.1f},{plot.y(value):.1f}" for when, value in values)
    ends = dict.fromkeys((values[0], values[-1]))
    said = ", ".join(f"{written(when)}: {value:.0f}" for when, value in values)
    lines = [
        f'<line class="grid" x1="{plot.left}" x2="{plot.right}" y1="{plot.y(tick):.1f}" y2="{plot.y(tick):.1f}"/>'
        f'<text class="faint" x="{plot.left - 6}" y="{plot.y(tick) + 4:.1f}" text-anchor="end">{tick}</text>'
        for tick in (0, 50, 100)
    ]
    dots = [f'<circle class="dot" cx="{plot.x(when):.1f}" cy="{plot.y(value):.1f}" r="4"/>' for when, value in values]
    middle = 'text-anchor="middle"'
    texts = [
        f'<text class="value" x="{plot.x(when):.1f}" y="{plot.y(value) - 8:.1f}" {middle}>{value:.0f}</text>'
        for when, value in ends
    ]
    return (
        f'<figure><figcaption>{escape(named(name).capitalize())}</figcaption><svg viewBox="0 0 222 112" role="img" '
        f'aria-label="{escape(named(name))}. {escape(said)}">{"".join(lines)}<polyline class="trend" '
        f'points="{points}"/>{"".join(dots)}{"".join(texts)}</svg></figure>'
    )


def band(plot: Plot, measured: Measured) -> tuple[float, float, float] | None:
    """Left, top and bottom of the band in which no change can be told, as far as the plot's right; None at no start.

    Severities that photos of the skin at the start could also have given: within SDC95 of the baseline.
    """
    baseline, change = measured.verdict.baseline, measured.verdict.change
    if baseline is None:
        return None
    reach = change.sdc95 if change else sdc95(baseline.sem, baseline.sem)
    return plot.x(baseline.date), plot.y(baseline.severity + reach), plot.y(baseline.severity - reach)


def dates_with_room(plot: Plot, told: Sequence[Moment], apart: float) -> tuple[date, ...]:
    """The visits' days that are written out below the plot, so far apart or more; the last one always."""
    if not told:
        return ()
    last, kept = told[-1].date, list[date]()
    for moment in told:
        x = plot.x(moment.date)
        if (not kept or x - plot.x(kept[-1]) >= apart) and plot.x(last) - x >= apart:
            kept.append(moment.date)
    return (*kept, last)


def _band(plot: Plot, measured: Measured) -> list[str]:
    found = band(plot, measured)
    if found is None:
        return []
    left, top, bottom = found
    box = f'x="{left:.1f}" y="{top:.1f}" width="{plot.right - left:.1f}" height="{bottom - top:.1f}"'
    return [f'<rect class="band" {box}/>']


def _grid(plot: Plot) -> list[str]:
    lines = []
    for tick in range(0, 101, 20):
        y = plot.y(tick)
        lines.append(f'<line class="grid" x1="{plot.left}" x2="{plot.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="faint" x="{plot.left - 26}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    for severity, word in ANCHORS:
        lines.append(f'<text class="faint" x="{plot.right + 18}" y="{plot.y(severity) + 4:.1f}">{escape(word)}</text>')
    return lines


def _session(plot: Plot, session: Session) -> str:
    x = plot.x(session.date)
    return (
        f'<path class="session" d="M{x:.1f} {plot.top - 4:.1f}V{plot.bottom:.1f}"/>'
        f'<text class="faint" x="{x:.1f}" y="{plot.top - 12:.1f}" text-anchor="middle">S{session.number}</text>'
    )


def _line(plot: Plot, counted: Sequence[Moment]) -> str:
    points = [f"{plot.x(m.date):.1f},{plot.y(m.level.severity):.1f}" for m in counted if m.level]
    return f'<polyline class="trend" points="{" ".join(points)}"/>' if len(points) > 1 else ""


def _visit(plot: Plot, moment: Moment, written: Written) -> str:
    x = plot.x(moment.date)
    title = f"<title>{escape(written(moment.date))}: {escape(_said(moment))}</title>"
    if moment.level is None:
        return f"<g>{title}{shape(moment.mark, x, LANE)}</g>"
    severity, reach = moment.level.severity, SURE * moment.level.sem
    y, high, low = plot.y(severity), plot.y(severity + reach), plot.y(severity - reach)
    bar = (
        f'<path class="interval" d="M{x:.1f} {high:.1f}V{low:.1f}M{x - 5:.1f} {high:.1f}h10M{x - 5:.1f} {low:.1f}h10"/>'
    )
    value = f'<text class="value" x="{x:.1f}" y="{high - 5:.1f}" text-anchor="middle">{severity:.0f}</text>'
    return f"<g>{title}{bar}{shape(moment.mark, x, y)}{value}</g>"


def _dates(plot: Plot, told: Sequence[Moment], written: Written) -> list[str]:
    y = HEIGHT - 18
    return [
        f'<text class="faint" x="{plot.x(when):.1f}" y="{y:.1f}" text-anchor="middle">{escape(written(when))}</text>'
        for when in dates_with_room(plot, told, LEAST_APART)
    ]


def _said(moment: Moment) -> str:
    if moment.level is None:
        return moment.mark.value
    return f"{moment.level.severity:.0f}, {moment.mark.value}"
