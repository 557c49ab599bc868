"""The drawings of a report: severity over time with its error and the band of no change, and one severity on its scale.

The same marks, told apart by shape, as in the course's page, from the same plot; the table beside it says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from fpdf.enums import Align

from scarscore.serve.course.error import SURE
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.report.chart import MARKS, SESSION, UNCHANGED, Plot, band, dates_with_room
from scarscore.serve.course.report.markup import day
from scarscore.serve.course.report.timeline import Mark, Moment, trend_moments
from scarscore.serve.reports.paper import ACCENT, INK, QUIET, RULE, SIDE, TEXT, TINT, TINY, WHITE, Colour, Paper
from scarscore.serve.reports.pictures import ramp
from scarscore.serve.scoring.overlay import ANCHORS

PLOT, LANE, UNDER = 43.0, 6.0, 9.5  # mm: the plot's height; below it the lane without a severity, and the dates
LEAST_APART = 21.0  # mm between two dates that are written out
PALE: Colour = (226, 235, 246)
BROWN: Colour = (138, 75, 8)


def timeline(paper: Paper, measured: Measured, told: Sequence[Moment]) -> None:
    """The course, its visits in the order of dates, with the legend below."""
    paper.need(PLOT + LANE + UNDER + 20.0)
    ends = [moment.date for moment in told] + [session.date for session in measured.course.sessions]
    top = paper.get_y() + 7.0
    days = max(1, (max(ends) - min(ends)).days)
    plot = Plot(SIDE + 14.0, paper.w - SIDE - 22.0, top, top + PLOT, min(ends), days)
    _band(paper, plot, measured)
    _grid(paper, plot)
    for session in measured.course.sessions:
        _session(paper, plot, session.date, session.number)
    _line(paper, plot, trend_moments(told))
    for moment in told:
        _visit(paper, plot, moment)
    _dates(paper, plot, told)
    paper.set_y(plot.bottom + LANE + UNDER)
    _legend(paper)


def scale(paper: Paper, severity: float, reading: tuple[float, float], sem: float) -> None:
    """A severity on the scale of 0 to 100, with its reading interval (pale) and its measurement error (dark)."""
    left, width, top = SIDE, paper.epw, paper.get_y() + 3.0

    def at(value: float) -> float:
        return left + width * min(max(value, 0.0), 100.0) / 100

    _bar(paper, left, top, width, RULE)
    _bar(paper, at(reading[0]), top, at(reading[1]) - at(reading[0]), TINT)
    low, high = at(severity - SURE * sem), at(severity + SURE * sem)
    _bar(paper, low, top, high - low, ACCENT)
    paper.set_fill_color(INK)
    paper.rect(at(severity) - 0.5, top - 1.8, 1.0, 7.0, style="F")
    paper.pen(TINY, QUIET)
    for tick in range(0, 101, 20):
        _centred(paper, at(tick), top + 5.4, str(tick))
    for value, word in ANCHORS:
        _centred(paper, at(value), top + 5.4 + paper.step(TINY), word)
    paper.set_y(top + 5.4 + 2 * paper.step(TINY))


def key(paper: Paper, reading: str, error: str) -> None:
    """What the two bars on the scale mean, each with its colour."""
    for colour, words in ((TINT, reading), (ACCENT, error)):
        top = paper.get_y()
        paper.set_fill_color(colour)
        paper.rect(SIDE, top + paper.step(TEXT) / 2 - 1.2, 5.0, 2.4, style="F")
        paper.say(words, TEXT, x=SIDE + 8.0)
        paper.ln(0.8)


def shape(paper: Paper, mark: Mark, x: float, y: float) -> None:
    """A visit's mark: square, dot, hollow dot, triangle or diamond, cross or hollow square."""
    filled = mark in (Mark.BASELINE, Mark.VALID)
    paper.set_draw_color(WHITE if filled else INK)
    paper.set_fill_color(ACCENT if filled else WHITE)
    paper.set_line_width(0.3 if filled else 0.45)
    if mark in (Mark.VALID, Mark.EARLIER):
        paper.circle(x, y, 1.5, style="FD")
    elif mark is Mark.OTHER_VIEWS:
        paper.polygon([(x, y - 1.9), (x + 1.8, y + 1.2), (x - 1.8, y + 1.2)], style="FD")
    elif mark is Mark.PROVISIONAL:
        paper.polygon([(x, y - 1.9), (x + 1.9, y), (x, y + 1.9), (x - 1.9, y)], style="FD")
    elif mark is Mark.NOT_SCORED:
        paper.line(x - 1.3, y - 1.3, x + 1.3, y + 1.3)
        paper.line(x - 1.3, y + 1.3, x + 1.3, y - 1.3)
    else:
        paper.rect(x - 1.4, y - 1.4, 2.8, 2.8, style="FD")


def heat_key(paper: Paper) -> None:
    """The colours of the heat map, and what they stand for."""
    paper.need(12.0)
    top, width = paper.get_y() + 1.0, 80.0
    paper.image(BytesIO(ramp(400, 12).data), SIDE, top, width, 2.6, alt_text="The heat map's colours from 0 to 100")
    paper.pen(TINY, QUIET)
    for tick in range(0, 101, 20):
        _centred(paper, SIDE + width * tick / 100, top + 3.0, str(tick))
    paper.set_y(top)
    paper.say("Local severity, 0 to 100: the map that the score was pooled from.", TINY, QUIET, x=SIDE + width + 6.0)
    paper.set_y(top + 3.0 + 1.5 * paper.step(TINY))


def _bar(paper: Paper, x: float, y: float, width: float, colour: Colour) -> None:
    paper.set_fill_color(colour)
    paper.rect(x, y, max(width, 0.3), 3.4, style="F")


def _centred(paper: Paper, x: float, y: float, text: str) -> None:
    """A word about `x`, within the margins."""
    width = paper.get_string_width(text) + 0.2
    paper.set_xy(min(max(x - width / 2, SIDE), paper.w - SIDE - width), y)
    paper.cell(width, paper.step(paper.font_size_pt), text, align=Align.C)


def _band(paper: Paper, plot: Plot, measured: Measured) -> None:
    found = band(plot, measured)
    if found is not None:
        left, top, bottom = found
        paper.set_fill_color(PALE)
        paper.rect(left, top, plot.right - left, bottom - top, style="F")


def _grid(paper: Paper, plot: Plot) -> None:
    paper.set_draw_color(RULE)
    paper.set_line_width(0.2)
    paper.pen(TINY, QUIET)
    for tick in range(0, 101, 20):
        y = plot.y(tick)
        paper.line(plot.left, y, plot.right, y)
        paper.set_xy(SIDE, y - paper.step(TINY) / 2)
        paper.cell(6.0, paper.step(TINY), str(tick), align=Align.R)
    for severity, word in ANCHORS:
        paper.set_xy(plot.right + 6.0, plot.y(severity) - paper.step(TINY) / 2)
        paper.cell(20.0, paper.step(TINY), word)


def _session(paper: Paper, plot: Plot, when: date, number: int) -> None:
    x = plot.x(when)
    paper.set_draw_color(BROWN)
    paper.set_line_width(0.3)
    paper.set_dash_pattern(1.2, 1.0)
    paper.line(x, plot.top - 1.5, x, plot.bottom)
    paper.set_dash_pattern()
    paper.pen(TINY, BROWN)
    _centred(paper, x, plot.top - 1.5 - paper.step(TINY), f"S{number}")


def _line(paper: Paper, plot: Plot, counted: Sequence[Moment]) -> None:
    points = [(plot.x(m.date), plot.y(m.level.severity)) for m in counted if m.level]
    if len(points) > 1:
        paper.set_draw_color(ACCENT)
        paper.set_line_width(0.6)
        paper.polyline(points)


def _visit(paper: Paper, plot: Plot, moment: Moment) -> None:
    x = plot.x(moment.date)
    if moment.level is None:
        shape(paper, moment.mark, x, plot.bottom + LANE)
        return
    severity, reach = moment.level.severity, SURE * moment.level.sem
    high, low = plot.y(severity + reach), plot.y(severity - reach)
    paper.set_draw_color(ACCENT)
    paper.set_line_width(0.35)
    paper.line(x, high, x, low)
    for y in (high, low):
        paper.line(x - 1.2, y, x + 1.2, y)
    shape(paper, moment.mark, x, plot.y(severity))
    paper.pen(TINY, INK, bold=True)
    _centred(paper, x, high - paper.step(TINY), f"{severity:.0f}")


def _dates(paper: Paper, plot: Plot, told: Sequence[Moment]) -> None:
    paper.pen(TINY, QUIET)
    for when in dates_with_room(plot, told, LEAST_APART):
        _centred(paper, plot.x(when), plot.bottom + LANE + 3.0, day(when))


def _legend(paper: Paper) -> None:
    """What each shape means, with the shapes."""
    y, x = paper.get_y(), SIDE
    words = [*((mark.value, mark) for mark in MARKS), (SESSION, None), (UNCHANGED, None)]
    for word, mark in words:
        paper.pen(TINY, QUIET)
        width = paper.get_string_width(word) + 9.0
        if x + width > paper.w - SIDE:
            x, y = SIDE, y + paper.step(TINY) + 1.2
        middle = y + paper.step(TINY) / 2
        _sign(paper, word, mark, x + 2.0, middle)
        paper.pen(TINY, QUIET)
        paper.set_xy(x + 5.0, y)
        paper.cell(width, paper.step(TINY), word)
        x += width
    paper.set_xy(SIDE, y + paper.step(TINY) + 2.0)


def _sign(paper: Paper, word: str, mark: Mark | None, x: float, y: float) -> None:
    if mark is not None:
        shape(paper, mark, x, y)
    elif word == SESSION:
        paper.set_draw_color(BROWN)
        paper.set_line_width(0.3)
        paper.line(x, y - 1.6, x, y + 1.6)
    else:
        paper.set_fill_color(PALE)
        paper.rect(x - 2.0, y - 1.4, 4.0, 2.8, style="F")
