"""The report of a course as PDF: the verdict first, then what it rests on. Nothing is computed here, or advised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.compared import ViewPair
from scarscore.serve.course.error import SURE
from scarscore.serve.course.records import Session
from scarscore.serve.course.report import pictures
from scarscore.serve.course.report.markup import day, named
from scarscore.serve.course.report.said import HEADLINES, pair_words, trend_words
from scarscore.serve.course.report.timeline import Moment
from scarscore.serve.course.words import by_number, counted, ends, place_words, sessions_of, signed
from scarscore.serve.records.settings import Size
from scarscore.serve.reports import told
from scarscore.serve.reports.chart import heat_key, timeline
from scarscore.serve.reports.paper import ACCENT, QUIET, SIDE, SMALL, TINY, Paper
from scarscore.serve.reports.parts import Shown, call_out, method, pictures_row, quality, row_height, title
from scarscore.serve.reports.pictures import printed
from scarscore.serve.reports.words import became, counting, photo_words, reading_of, sentence, since
from scarscore.serve.scoring.overlay import heat

VISITS = ("Visit", "Severity", "Reading", "Error", "What became of it, and why", "Photos")
MANY = 4  # photos beside each other where all are shown
NUMBER = 26.0  # pt
PAIR = (74.0, 50.0)  # mm: the tallest that the photos of a pair are, and its maps
BOTH = (
    "Severity of depressed scars, 0 to 100. Measurement error: so far the number strays when the same, unchanged skin "
    "is photographed again. Reading: where reference readings of the photos lie, for each with 90 % probability."
)
Figure = tuple[str, str, str]
Picture = tuple[Pixels, str, str]  # with its caption, and what it shows to who cannot see it


@dataclass(frozen=True, eq=False)
class Block:
    """A pair of photos as it stands on one page: its rows of pictures, what is said below, and its height in mm."""

    title: str
    rows: Sequence[Sequence[Shown]]
    below: str
    height: float


def course_pdf(report: told.Course, size: Size = Size.A4) -> bytes:
    """The report's file: the same bytes for the same report, always."""
    measured = report.measured
    paper = Paper(report.head, measured.model, size)
    done = sessions_of(len(measured.course.sessions), measured.course.plan.sessions)
    visits = counted(len(measured.course.visits), "visit")
    title(paper, report.head, [f"As of {day(report.head.on)}. {done}, {visits}."])
    call_out(paper, HEADLINES[measured.verdict.kind], measured.verdict.words)
    _figures(paper, list(_numbers(report)))
    _over_time(paper, report)
    if report.pictures:
        _then_and_now(paper, measured.pairs)
        _all_photos(paper, report)
    quality(paper, report.photos, report.erased, report.unscored)
    _sessions(paper, measured.course.sessions)
    method(paper, measured)
    return bytes(paper.output())


def _numbers(report: told.Course) -> Iterator[Figure]:
    """The numbers that the verdict rests on, as its words tell them, each with what it may be off by."""
    verdict = report.measured.verdict
    change = verdict.change
    by_day = {moment.date: moment for moment in report.moments if moment.score is not None}
    start, now = (None, None) if change is None else ends(change)
    for what, score, number in (("At the start", verdict.baseline, start), ("Now", verdict.last, now)):
        if score is not None:
            yield _severity(f"{what}, {day(score.date)}", by_day[score.date], number or f"{score.severity:.0f}")
    if change is not None:
        reach = f"95 % interval {signed(change.low)} to {signed(change.high)}"
        least = f"smallest that photos can show: {change.sdc95:.0f} (SDC95)"
        yield "Change, points", signed(change.points), f"{reach}\n{least}"


def _severity(what: str, moment: Moment, number: str) -> Figure:
    reading = reading_of(moment)
    assert moment.score is not None
    assert reading is not None
    error = f"measurement error ± {SURE * moment.score.sem:.0f} (95 %)"
    below = f"{error}\nreading {reading[0]:.0f} to {reading[1]:.0f} (90 %)"
    return what, number, below


def _figures(paper: Paper, figures: Sequence[Figure]) -> None:
    """Large numbers side by side."""
    if not figures:
        return
    width = paper.epw / 3
    paper.need(30.0)
    top, ends = paper.get_y(), list[float]()
    for n, (what, number, below) in enumerate(figures):
        left = SIDE + n * width
        paper.set_y(top)
        paper.say(what, SMALL, QUIET, x=left, width=width - 4)
        paper.say(number, NUMBER, ACCENT, bold=True, x=left, width=width - 4)
        paper.say(below, TINY, QUIET, x=left, width=width - 4)
        ends.append(paper.get_y())
    paper.set_y(max(ends) + 1.5)
    paper.say(BOTH, TINY, QUIET)


def _over_time(paper: Paper, report: told.Course) -> None:
    """The chart, the table that says the same, the trend, and what the practitioner should know."""
    verdict = report.measured.verdict
    if report.moments:
        paper.heading("Severity over time", 90.0)
        timeline(paper, report.measured, report.moments)
        paper.say(
            "Bars: the measurement error of each visit at 95 %. Only counted visits enter the line and the verdict.",
            TINY, QUIET,
        )  # fmt: skip
        paper.ln(3.0)
        paper.rows(VISITS, [_row(moment) for moment in report.moments], (38, 16, 20, 15, 65, 16), right=(1, 2, 3, 5))
    if verdict.trend is not None:
        paper.terms([("Trend", trend_words(verdict.trend))], 20.0)
    paper.bullets(by_number(verdict.notes, report.measured.course.visits), SMALL)


def _row(moment: Moment) -> Sequence[str]:
    score, reading, needling = moment.score, reading_of(moment), moment.visit.needling
    where = since(moment) + (f", {needling} needling" if needling else "")
    photos = f"{len(counting(moment))} of {len(moment.visit.shots)}"
    return (
        f"{day(moment.date)}\n{where}",
        "" if score is None else f"{score.severity:.0f}",
        "" if reading is None else f"{reading[0]:.0f} to {reading[1]:.0f}",
        "" if score is None else f"± {SURE * score.sem:.0f}",
        became(moment),
        photos,
    )


def _then_and_now(paper: Paper, pairs: Sequence[ViewPair]) -> None:
    """The first and the last photo of each view, where severity lay on them, and where it changed."""
    if not pairs:
        return
    blocks = [_block(paper, pair) for pair in pairs]
    paper.heading("Then and now", blocks[0].height + 12.0)
    paper.say(
        "The later photo is turned and scaled so that it lies on the first one. Where severity changed, blue: it fell; "
        "orange: it rose; grey: it differs by less than 5 points. Photos differ a little everywhere: judge by the "
        "numbers above.", SMALL, QUIET,
    )  # fmt: skip
    paper.ln(2.0)
    for block in blocks:
        _pair(paper, block)
    heat_key(paper)


def _block(paper: Paper, pair: ViewPair) -> Block:
    """The two photos of a pair, and below them their maps."""
    rows = [[(printed(pixels, 512), said, told) for pixels, said, told in row] for row in (_photos(pair), _maps(pair))]
    heights = [row_height(paper, row, len(row), tallest) for row, tallest in zip(rows, PAIR, strict=True)]
    below = pair_words(pair)
    height = sum(heights) + paper.height_of(below, SMALL, paper.epw) + 8.0
    return Block(sentence(place_words(pair.match.shot)), rows, below, height)


def _pair(paper: Paper, block: Block) -> None:
    paper.need(block.height)
    paper.say(block.title, bold=True)
    paper.ln(1.0)
    for row, tallest in zip(block.rows, PAIR, strict=True):
        pictures_row(paper, row, len(row), tallest)
    paper.say(block.below, SMALL, QUIET)
    paper.ln(5.0)


def _photos(pair: ViewPair) -> Sequence[Picture]:
    view, rings = place_words(pair.match.shot), len(pictures.ringed_scars(pair))
    then, now = day(pair.baseline), day(pair.match.date)
    ringed = f". {counted(rings, 'ring')}: what looks new" if rings else ""
    return (
        (pictures.before(pair), f"Start, {then}", f"{view} at the start, {then}"),
        (pictures.now(pair), f"Now, {now}{ringed}", f"{view} on {now}, laid over the photo of the start{ringed}"),
    )


def _maps(pair: ViewPair) -> Sequence[Picture]:
    view, then, now = place_words(pair.match.shot), day(pair.baseline), day(pair.match.date)
    first, last = heat(pictures.before(pair), pair.changes.before), heat(pair.alignment.pair.now, pair.changes.now)
    return (
        (first, f"Severity at the start, {then}", f"{view}: heat map, {then}"),
        (last, f"Severity now, {now}", f"{view}: heat map, {now}"),
        (pictures.difference(pair), "Where severity changed", f"{view}: map of change"),
    )


def _all_photos(paper: Paper, report: told.Course) -> None:
    """Every photo of the course, small, with its number and both uncertainties, or with why it has none."""
    if not report.photos:
        return
    paper.heading("All photos", 60.0)
    paper.say(
        "Under each photo its severity, the interval that holds a reference reading with 90 % probability, and the "
        "measurement error of one photo at 95 %.", SMALL, QUIET,
    )  # fmt: skip
    paper.ln(2.0)
    for moment in report.moments:
        shown = [_small(report, photo) for photo in report.photos if photo.moment is moment]
        for start in range(0, len(shown), MANY):
            row = shown[start : start + MANY]
            paper.need(row_height(paper, row, MANY, 48.0) + 6.0)
            if not start:
                paper.say(f"{day(moment.date)}, {since(moment)}", SMALL, bold=True)
                paper.ln(1.0)
            pictures_row(paper, row, MANY, 48.0)


def _small(report: told.Course, photo: told.Photo) -> Shown:
    said = photo_words(report.measured.course, photo.moment, photo.shot)
    gone = f"\nThe photo: {photo.missing}." if photo.missing else ""
    return photo.picture, f"{sentence(photo.label.partition(', ')[2])}\n{said}{gone}", photo.label


def _sessions(paper: Paper, sessions: Sequence[Session]) -> None:
    if not sessions:
        return
    paper.heading("Sessions as recorded")
    paper.rows(("Session", "Date", "Device", "Depth", "Treatments"), map(_session, sessions), (16, 26, 42, 52, 34))


def _session(session: Session) -> Sequence[str]:
    depths = ", ".join(f"{named(depth.region)} {depth.mm:g} mm" for depth in session.depths)
    return str(session.number), day(session.date), session.device, depths, ", ".join(session.treatments)
