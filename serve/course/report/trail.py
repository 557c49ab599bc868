"""The scales of a course at its start and now, each point with the input that it came from and who entered it.

A scale whose inputs nobody entered is left out: zeros that nobody counted would look like clear skin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from scarscore.serve.course.counts import NOT_COUNTED
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import MODEL, ShotScore, Visit
from scarscore.serve.course.report.markup import Content, bullets, day, named, paragraph, section, table
from scarscore.serve.course.scales.answer import NOBODY, Part, Scale
from scarscore.serve.course.scales.ecca import BANDS, band, ecca
from scarscore.serve.course.scales.global_scales import scar_s, sga
from scarscore.serve.course.scales.goodman_baron_qualitative import goodman_baron_qualitative
from scarscore.serve.course.scales.goodman_baron_quantitative import goodman_baron_quantitative
from scarscore.serve.course.scales.items import checked, reported
from scarscore.serve.course.scales.total import Total, total_of


@dataclass(frozen=True)
class Dated:
    """A scale's answer at a visit."""

    date: date
    scale: Scale


def scales(measured: Measured) -> tuple[Dated, ...]:
    """Every scale that something was told of, at each visit with findings, at the start and at the last valid visit."""
    ends = {score.date for score in (measured.verdict.baseline, measured.verdict.last) if score is not None}
    visits = [visit for visit in measured.course.visits if visit.findings or visit.date in ends]
    return tuple(Dated(visit.date, scale) for visit in visits for scale in scales_of(visit))


def scales_part(measured: Measured) -> str:
    """The scales in one table, then the audit trail of each point."""
    told = scales(measured)
    if not told:
        return ""
    rows = [[each.scale.name, day(each.date), _points(each.scale), _source(each.scale)] for each in told]
    trail = [row for each in told for row in _trail(each)]
    lead = paragraph(
        "From what the network proposes and what was entered, which takes its place. The network proposes how much of "
        "the face is scarred, which types it sees, and whether there is a scar at all. Where an input is missing, the "
        "answer is a range."
    )
    return section(
        "Clinical scales",
        lead,
        _bands(measured),
        table("Scales", ("Scale", "Date", "Points", "Source and notes"), rows),
        table("Where each point comes from", ("Scale", "Date", "Input", "Value", "Points", "By", "Note"), trail),
        _reported(measured),
    )


def scales_of(visit: Visit) -> Iterator[Scale]:
    """The scales that something was told of at a visit; Goodman-Baron's grade also from the photos alone."""
    found = visit.findings
    grades = _grades(visit)
    if grades or any(finding.item == "photo_grade" for finding in found):
        yield goodman_baron_qualitative(grades, found)
    for scale in (goodman_baron_quantitative(found), ecca(found), scar_s(found)):
        if any(part.value is not None for part in scale.parts):
            yield scale
    for half in ("left_half", "right_half"):
        if any(finding.item.startswith(half) for finding in found):
            scale = sga(found, half)
            yield Scale(f"{scale.name}, {named(half)}", *_rest(scale))


def _rest(scale: Scale) -> tuple[float, float, float, tuple[Part, ...], tuple[str, ...], str, tuple[str, ...]]:
    return scale.low, scale.high, scale.of, scale.parts, scale.missing, scale.source, scale.notes


def _grades(visit: Visit) -> tuple[int, ...]:
    """The photo grades of the visit's most severe photo: readers weigh the worst area."""
    scored = [s.answer for s in visit.shots if isinstance(s.answer, ShotScore) and s.not_comparable is None]
    return max(scored, key=lambda answer: answer.severity).grade_set if scored else ()


def _points(scale: Scale) -> str:
    return f"{scale.text} of {scale.of:g}"


def _source(scale: Scale) -> str:
    missing = f"missing: {', '.join(map(named, scale.missing))}" if scale.missing else ""
    return "; ".join(filter(None, (scale.source, missing, *scale.notes)))


def _trail(each: Dated) -> Iterator[list[Content]]:
    """The lines that something was told of, or that leave the answer open."""
    for part in each.scale.parts:
        if part.value is None and not part.by and part.low == part.high:
            continue
        points = f"{part.low:g}" if part.low == part.high else f"{part.low:g} to {part.high:g}"
        replaced = "; ".join(f"replaces {old.value:g} by {_by(old.by)}" for old in part.replaced)
        value = "" if part.value is None else f"{part.value:g}"
        note = "; ".join(filter(None, (part.note, replaced)))
        yield [each.scale.name, day(each.date), named(part.item), value, points, _by(part.by), note]


def _by(who: str) -> str:
    return {MODEL: "network", NOBODY: "nobody"}.get(who, who)


def _bands(measured: Measured) -> str:
    """How many depressed scars there may be, in ECCA's bands, at each visit of which anything was told."""
    lines = [
        f"{day(visit.date)}: {_band_range(total)}"
        for visit in measured.course.visits
        if (total := total_of(checked(visit.findings))) is not None
    ]
    if not lines:
        return ""
    return paragraph(f"Depressed scars of any kind, in ECCA's bands. {NOT_COUNTED}") + bullets(lines)


def _band_range(total: Total) -> str:
    *few, last = BANDS[band(total.low) : band(total.high) + 1]
    return f"{', '.join(few)} or {last}" if few else last


def _reported(measured: Measured) -> str:
    """What the patient reported; kept apart from every score of the skin."""
    lines = [
        f"{day(visit.date)}: {named(finding.item)} {finding.value:g} (entered by {finding.by})"
        for visit in measured.course.visits
        for finding in reported(visit.findings)
    ]
    return paragraph("Reported by the patient; never part of a score of the skin:") + bullets(lines) if lines else ""
