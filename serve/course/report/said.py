"""What the report says first: the verdict in a patient's words with its numbers, the timeline, the regions, the photos.

Numbers are those of the records; nothing is computed anew, and nothing is recommended.
"""

from __future__ import annotations

from collections.abc import Sequence

from scarscore.serve.course.aside import Aside
from scarscore.serve.course.compared import ViewPair
from scarscore.serve.course.differences import NewScar
from scarscore.serve.course.error import SURE
from scarscore.serve.course.frame import SIDE
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import Timing, Trend, VerdictKind
from scarscore.serve.course.report import pictures
from scarscore.serve.course.report.chart import legend, region_charts, timeline_chart
from scarscore.serve.course.report.markup import (
    bullets,
    day,
    named,
    paragraph,
    picture,
    section,
    table,
    terms,
)
from scarscore.serve.course.report.timeline import Mark, Moment, trend_moments
from scarscore.serve.course.words import counted, ends, place_words, side_words, signed

HEADLINES: dict[VerdictKind, str] = {
    VerdictKind.IMPROVED: "Improved",
    VerdictKind.NO_DETECTABLE_CHANGE: "No change that the photos can show",
    VerdictKind.WORSE: "More scarring than at the start",
    VerdictKind.TOO_EARLY: "Too early to say",
    VerdictKind.NOT_COMPARABLE: "The photos cannot be compared",
}
HEAD = ("Date", "After session", "Days since", "Severity", "95 % error", "What became of it", "Photos used")


def verdict_part(measured: Measured) -> str:
    """The verdict: a headline, the words, and the numbers that they rest on."""
    told = measured.verdict
    return "\n".join(
        (
            f'<div class="verdict"><h2>{HEADLINES[told.kind]}</h2>',
            paragraph(told.words, "words"),
            _numbers(measured),
            "</div>",
            bullets(told.notes),
        )
    )


def timeline_part(measured: Measured, told: Sequence[Moment]) -> str:
    """The chart with its legend, and the table that says the same; a sentence where there was no visit yet."""
    if not told:
        return section("Severity over time", paragraph("There was no visit until this day."))
    figure = (
        f'<figure><div class="scroll" tabindex="0" role="region" aria-label="Chart of severity">'
        f"{timeline_chart(measured, told)}</div>{legend()}<figcaption>Severity of depressed scars, 0 to 100. Bars: the "
        "measurement error of each visit at 95 %. Only counted visits enter the line and the verdict.</figcaption>"
        "</figure>"
    )
    rows = [_row(moment) for moment in told]
    return section("Severity over time", figure, table("The same in numbers", HEAD, rows, (1, 2, 3)))


def regions_part(told: Sequence[Moment]) -> str:
    """Severity of each region of the face, as small charts and as a table."""
    counted = trend_moments(told)
    names = sorted({region.region for m in counted if m.score for region in m.score.regions})
    if not names:
        return ""
    rows = [[named(name), *(_region_at(name, moment) for moment in counted)] for name in names]
    head = ("Region", *(day(moment.date) for moment in counted))
    caption = "Severity of each region at the counted visits, 0 to 100"
    return section("Region by region", region_charts(told), table(caption, head, rows, range(1, len(head))))


def photos_part(measured: Measured) -> str:
    """The first and the last photo of each view side by side, where severity changed, and what looks new."""
    if not measured.pairs:
        return ""
    lead = paragraph(
        "The later photo is turned and scaled so that it lies on the first one. Blue: severity fell there; orange: it "
        "rose; grey: it differs by less than 5 points. Photos differ a little everywhere: judge by the numbers above."
    )
    return section("Then and now", lead, *(_pair(pair) for pair in measured.pairs))


def aside_part(aside: Sequence[Aside]) -> str:
    """The photos of the first days after a session: kept and shown, without a number."""
    if not aside:
        return ""
    lead = paragraph(
        "Taken too soon after a session to be counted: swelling, redness and peeling mislead. They are shown as they "
        "were taken."
    )
    shown = "".join(_set_aside(photo) for photo in aside)
    return section("In the days after a session", lead, f'<div class="small">{shown}</div>')


def new_scars_part(measured: Measured) -> str:
    """Places that look like new scars, told apart from the change of the old ones."""
    if not measured.pairs:
        return ""
    rows = [
        [f"{place_words(pair.match.shot)}, {number}", *_scar(scar)]
        for pair in measured.pairs
        for number, scar in enumerate(pictures.ringed_scars(pair), start=1)
    ]
    if not rows:
        return section("New places", paragraph("No place was found that was not there at the start."))
    count = sum(len(pair.changes.new_scars) for pair in measured.pairs)
    more = f" {count} were found; the surest are listed." if count > len(rows) else ""
    lead = paragraph(
        "Relief that is seen now and was not seen at the start: a new scar, or something that passes, such as an "
        f"inflamed spot or the crease of another expression. A photo cannot tell which.{more}"
    )
    head = ("Place", "Place in the first photo (px)", "Width (px)", "Confidence", "Severity there")
    return section("New places", lead, table("Places that look new", head, rows, (2, 3)))


def _numbers(measured: Measured) -> str:
    told = measured.verdict
    change, line = told.change, told.trend
    if change is None:
        return ""
    start, now = ends(change)
    pairs = [
        ("At the start", f"{start} of 100"),
        ("Now", f"{now} of 100"),
        ("Change", f"{signed(change.points)} points (95 % interval {signed(change.low)} to {signed(change.high)})"),
        ("Smallest change that photos can show", f"{change.sdc95:.0f} points"),
        ("Compared", ", ".join(dict.fromkeys(side_words(view) for view in change.views))),
        *([("Trend", trend_words(line))] if line else []),
    ]
    return terms(pairs)


def trend_words(line: Trend) -> str:
    """The trend with its interval and how likely it is an improvement."""
    return (
        f"{line.per_28_days:+.1f} points every 28 days (95 % interval {line.low:+.1f} to {line.high:+.1f}), over "
        f"{line.visits} visits; probability of improving {_share(line.improving)}"
    )


def _share(probability: float) -> str:
    """A probability that never claims to be certain."""
    return "over 99 %" if probability > 0.99 else "under 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def _row(moment: Moment) -> list[str]:
    days = "" if moment.days is None else str(moment.days)
    score, visit = moment.score, moment.visit
    severity = "not scored" if score is None else f"{score.severity:.0f}"
    error = "" if score is None else f"± {SURE * score.sem:.0f}"
    used = 0 if score is None else sum(view.shots for view in score.views)
    needling = f", {visit.needling} needling" if visit.needling else ""
    return [
        day(moment.date) + needling, str(moment.sessions), days, severity, error, moment.became,
        f"{used} of {len(visit.shots)}",
    ]  # fmt: skip


def _region_at(name: str, moment: Moment) -> str:
    regions = moment.score.regions if moment.score else ()
    return next((f"{region.severity:.0f}" for region in regions if region.region == name), "")


def _pair(pair: ViewPair) -> str:
    view, rings = place_words(pair.match.shot), len(pictures.ringed_scars(pair))
    then, now = day(pair.baseline), day(pair.match.date)
    ringed = f". {counted(rings, 'ring')}: what looks new" if rings else ""
    figures = (
        (pictures.before(pair), f"Start, {then}", f"{view} at the start, {then}"),
        (pictures.now(pair), f"Now, {now}{ringed}", f"{view} on {now}, laid over the photo of the start{ringed}"),
        (pictures.difference(pair), "Where severity changed", f"{view}: map of change. {_said(pair)}"),
    )
    told = "".join(f"<figure>{picture(*part[::2])}<figcaption>{part[1]}</figcaption></figure>" for part in figures)
    return f'<h3>{view.capitalize()}</h3><div class="pair">{told}</div>{paragraph(pair_words(pair))}'


def _set_aside(photo: Aside) -> str:
    since = "on the day of a session" if photo.days == 0 else f"{counted(photo.days, 'day')} after a session"
    became = Mark.PROVISIONAL if photo.timing is Timing.PROVISIONAL else Mark.NOT_SCORED
    told = f"{day(photo.visit.date)}, {place_words(photo.shot)}, {since}: {became}"
    return f"<figure>{picture(photo.pixels, told)}<figcaption>{told}</figcaption></figure>"


def _said(pair: ViewPair) -> str:
    """The map in words, for who cannot see it: the share of skin where severity fell, and rose, by over 5 points."""
    told = pair.changes.difference[pair.changes.difference == pair.changes.difference]
    fell, rose = (float((sign * told > pictures.FAINT).mean()) if told.size else 0.0 for sign in (-1, 1))
    return f"Severity fell on {100 * fell:.0f} % of the skin and rose on {100 * rose:.0f} %."


def pair_words(pair: ViewPair) -> str:
    """Where severity changed on a pair, how well its photos lie on each other, and what was taken otherwise."""
    said = [f"{named(c.name)} ({c.value:g} {c.unit}): {c.hint}" for c in pair.match.differing]
    taken = "Taken alike: light, colour, sharpness, distance and pose keep their limits." if not said else ""
    laid = f"The photos lie on each other to within {pair.alignment.residual_px:.1f} px of {SIDE}, in the median."
    return f"{_said(pair)} {laid} {taken or 'Taken otherwise than at the start: ' + ' '.join(said)}"


def _scar(scar: NewScar) -> list[str]:
    there = [scar.severity_before, scar.severity_now]
    severity = " to ".join("unknown" if value is None else f"{value:.0f}" for value in there)
    return [f"{scar.x:.0f}, {scar.y:.0f}", f"{scar.size_px:.0f}", f"{100 * scar.confidence:.0f} %", severity]
