"""The demo's page: one HTML file with everything in it, that needs neither a network nor a script.

The chart is inline SVG, the pictures are data URIs, colours follow the reader's light or dark setting, and
the table says all that the chart shows. Every text is escaped.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from importlib import resources
from string import Template

from scarscore.serve.demo.course import EMBEDDED_QUALITY, ScoredVisit, as_jpeg
from scarscore.serve.scoring.overlay import ANCHORS
from scarscore.serve.scoring.result import DISCLAIMER, ModelId

WIDTH, HEIGHT = 760.0, 340.0
LEFT, RIGHT, TOP, BOTTOM = (
    44.0,
    684.0,
    16.0,
    296.0,
)  # the plot within the picture; the words stand to its right
INSET = 34.0  # between the plot's sides and the first and last visit


def render_page(visits: Sequence[ScoredVisit], seed: int, order: str) -> str:
    """The whole page as HTML; `order` is the sentence that says whether the severities fall."""
    template = Template(resources.files("scarscore.serve.demo").joinpath("page.html").read_text("utf-8"))
    days = (visits[-1].visit.date - visits[0].visit.date).days
    return template.substitute(
        title=escape("A synthetic course of microneedling visits"),
        subtitle=escape(
            f"{len(visits)} visits over {days} days, seed {seed}. Only the depth of the scars changes; "
            "light, exposure, colour and framing vary a little, as in a clinic."
        ),
        disclaimer=escape(DISCLAIMER),
        chart=svg_chart(visits),
        order=escape(order),
        rows="\n".join(_row(visit) for visit in visits),
        visits="\n".join(_card(visit) for visit in visits),
        model=_model(visits[0].score.model),
    )


def svg_chart(visits: Sequence[ScoredVisit]) -> str:
    """The severities with their intervals over the dates, as one inline SVG element."""
    first, last = visits[0].visit.date, visits[-1].visit.date
    span = max(1, (last - first).days)
    xs = [LEFT + INSET + (RIGHT - LEFT - 2 * INSET) * (v.visit.date - first).days / span for v in visits]
    points = " ".join(f"{x:.1f},{_y(v.score.severity):.1f}" for x, v in zip(xs, visits, strict=True))
    told = "Severity. " + ", ".join(f"{v.visit.date.isoformat()}: {v.score.severity:.0f}" for v in visits)
    return "\n".join(
        [
            f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(told)}">',
            *_grid(),
            *(_interval(x, visit) for x, visit in zip(xs, visits, strict=True)),
            f'<polyline class="trend" points="{points}"/>',
            *(_point(x, visit) for x, visit in zip(xs, visits, strict=True)),
            "</svg>",
        ]
    )


def _y(severity: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * severity / 100


def _grid() -> list[str]:
    lines = []
    for tick in range(0, 101, 20):
        y = _y(tick)
        lines.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="faint" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    for severity, word in ANCHORS:
        lines.append(f'<text class="faint" x="{RIGHT + 8}" y="{_y(severity) + 4:.1f}">{escape(word)}</text>')
    return lines


def _interval(x: float, visit: ScoredVisit) -> str:
    high, low = _y(visit.score.severity_high), _y(visit.score.severity_low)
    bar = f"M{x:.1f} {high:.1f}V{low:.1f}M{x - 6:.1f} {high:.1f}h12M{x - 6:.1f} {low:.1f}h12"
    return f'<path class="interval" d="{bar}"/>'


def _point(x: float, visit: ScoredVisit) -> str:
    y = _y(visit.score.severity)
    return (
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
        f'<text class="value" x="{x + 11:.1f}" y="{y - 7:.1f}">{visit.score.severity:.0f}</text>'
        f'<text class="faint" x="{x:.1f}" y="{BOTTOM + 22:.1f}" text-anchor="middle">'
        f"{escape(_day(visit))}</text>"
    )


def _day(visit: ScoredVisit) -> str:
    return f"{visit.visit.date.day} {visit.visit.date:%b %Y}"


def _row(visit: ScoredVisit) -> str:
    numbers = (str(visit.number), f"{visit.visit.relief:.0%}", f"{visit.score.severity:.1f}")
    number, relief, severity = (f'<td class="number">{escape(text)}</td>' for text in numbers)
    day = f'<td class="day">{visit.visit.date.isoformat()}</td>'
    words = (visit.interval, visit.grades, visit.types)
    interval, grades, types = (f"<td>{escape(text)}</td>" for text in words)
    return f"<tr>{number}{day}{relief}{severity}{interval}{grades}{types}</tr>"


def _card(visit: ScoredVisit) -> str:
    name = f"Visit {visit.number}, {_day(visit)}"
    said = f"Severity {visit.score.severity:.0f} (90 % interval {visit.interval})"
    overlay = as_jpeg(visit.overlay, EMBEDDED_QUALITY)
    return (
        f'<article class="visit"><h3>{escape(name)}<br><span>{escape(said)}</span></h3>'
        f'<img src="{_data_uri(visit.photo)}" alt="{escape(name)}: synthetic cheek skin with scars">'
        f'<img src="{_data_uri(overlay)}" alt="{escape(name)}: heat map of local severity. {escape(said)}">'
        "</article>"
    )


def _data_uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"


def _model(model: ModelId) -> str:
    told = (
        ("Name and version", f"{model.name} {model.version}"),
        ("SHA-256", model.sha256),
        ("Licence class", model.licence_class),
    )
    return "\n".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in told)
