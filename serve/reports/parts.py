"""The parts that the report of a visit and that of a course share: title, photos, quality, method, networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from scarscore.serve.course.error import LOWER_BOUND
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import ErrorSource, ShotScore
from scarscore.serve.course.report.markup import named
from scarscore.serve.course.report.record import METHOD, error_words
from scarscore.serve.course.words import counted
from scarscore.serve.reports.paper import ACCENT, QUIET, RULE, SIDE, SMALL, TINY, Paper
from scarscore.serve.reports.told import Head, Jpeg, Photo
from scarscore.serve.scoring.quality.checks import flags
from scarscore.serve.scoring.result import DISCLAIMER, HINTS, ModelId, Refusal

GAP = 4.0  # mm between two pictures side by side
UNSETTABLE = "The name holds signs that no font of this report has; the clinic's records show it."


def title(paper: Paper, head: Head, lines: Sequence[str]) -> None:
    """Whose report this is, and what it is of."""
    if head.name is not None:
        known = paper.can_set(head.name)
        paper.say(head.name if known else UNSETTABLE, 15.0 if known else SMALL, bold=known)
        paper.ln(0.5)
    paper.say(f"Patient {head.pseudonym}", 10.0 if head.name else 15.0, bold=head.name is None)
    paper.ln(0.5)
    for line in lines:
        paper.say(line, SMALL, QUIET)
    paper.ln(3.0)


def call_out(paper: Paper, headline: str, words: str) -> None:
    """What is said first, beside a line of the one colour."""
    width = paper.epw - 8.0
    height = paper.height_of(headline, 15.0, width, bold=True) + paper.height_of(words, 10.5, width) + 2.0
    paper.need(height)
    top = paper.get_y()
    paper.set_fill_color(ACCENT)
    paper.rect(SIDE, top, 1.2, height, style="F")
    paper.say(headline, 15.0, bold=True, x=SIDE + 6.0)
    paper.ln(1.0)
    paper.say(words, 10.5, x=SIDE + 6.0)
    paper.set_y(top + height + 3.0)


Shown = tuple[Jpeg | None, str, str]  # a picture, its caption, and what it shows to who cannot see it


def row_height(paper: Paper, shown: Sequence[Shown], columns: int, tallest: float) -> float:
    """How many mm `pictures_row` would take."""
    width = _column(paper, columns)
    below = max(paper.height_of(caption, TINY, width) for _, caption, _ in shown)
    return max(_fitted(jpeg, width, tallest)[1] for jpeg, _, _ in shown) + below + 4.0


def pictures_row(paper: Paper, shown: Sequence[Shown], columns: int, tallest: float) -> None:
    """Pictures side by side, each with its caption below it.

    None is a picture that is not there: an empty frame, of which the caption says why.
    """
    width, height = _column(paper, columns), row_height(paper, shown, columns, tallest)
    sizes = [_fitted(jpeg, width, tallest) for jpeg, _, _ in shown]
    high = max(size[1] for size in sizes)
    paper.need(height)
    top = paper.get_y()
    for n, ((jpeg, caption, told), size) in enumerate(zip(shown, sizes, strict=True)):
        left = SIDE + n * (width + GAP)
        if jpeg is None:
            paper.set_draw_color(RULE)
            paper.set_line_width(0.2)
            paper.rect(left, top, *size)
        else:
            paper.image(BytesIO(jpeg.data), left, top, *size, alt_text=told)
        paper.set_y(top + high + 1.0)
        paper.say(caption, TINY, QUIET, x=left, width=width)
    paper.set_xy(SIDE, top + height)


def quality(paper: Paper, photos: Sequence[Photo], erased: int, unscored: int) -> None:
    """What became of the photos: how many were used, which were not and why, and what helps."""
    paper.heading("The photos' quality")
    answers = [photo.shot.answer for photo in photos]
    scored = sum(isinstance(answer, ShotScore) for answer in answers)
    refused = sum(isinstance(answer, Refusal) for answer in answers)
    apart = sum(photo.shot.not_comparable is not None for photo in photos)
    paper.say(
        f"{counted(len(photos), 'photo')}: {scored} scored ({apart} of them not comparable with the start), {refused} "
        f"refused, {len(photos) - scored - refused} not scored."
    )
    if unscored:
        paper.say(f"{counted(unscored, 'photo')} not scored by this network yet: scores of two are never mixed.")
    if erased:
        paper.say(f"{counted(erased, 'photo')} erased since; nothing is left to show of what is erased.")
    paper.ln(2.0)
    rows = list(_told_of(photos))
    if rows:
        paper.rows(("Photo", "What became of it", "What helps"), rows, (34, 50, 86))


def method(paper: Paper, measured: Measured) -> None:
    """How well and how it was measured, by which networks, and what it is not."""
    paper.heading("How well this measures")
    errors = dict.fromkeys(view.error for score in measured.scores for view in score.views)
    paper.bullets(error_words(error) for error in errors)
    if any(error.source is ErrorSource.BUNDLE for error in errors):
        paper.say(LOWER_BOUND)
    if not errors:
        paper.say("No photo has been scored yet.")
    paper.heading("Method and limits", 60.0)
    paper.bullets(METHOD)
    paper.ln(2.0)
    paper.terms([*_network("Network", measured.model), *_network("Regions", measured.region_model)])
    paper.ln(2.0)
    paper.say(DISCLAIMER, bold=True)


def _column(paper: Paper, columns: int) -> float:
    return (paper.epw - GAP * (columns - 1)) / columns


def _fitted(jpeg: Jpeg | None, width: float, tallest: float) -> tuple[float, float]:
    """The size in mm of a picture that is to fit in a box."""
    if jpeg is None:
        return width, min(tallest, 0.75 * width)
    scale = min(width / jpeg.width, tallest / jpeg.height)
    return jpeg.width * scale, jpeg.height * scale


def _told_of(photos: Sequence[Photo]) -> Iterator[tuple[str, str, str]]:
    for photo in photos:
        answer = photo.shot.answer
        if isinstance(answer, Refusal):
            yield photo.label, f"refused: {named(answer.reason)}", answer.hint
        elif photo.shot.not_comparable is not None:
            yield photo.label, "not comparable with the start", photo.shot.not_comparable
        elif isinstance(answer, ShotScore):
            for reason in flags(answer.quality):
                yield photo.label, f"scored, but {named(reason)}", HINTS[reason]


def _network(what: str, model: ModelId) -> list[tuple[str, str]]:
    return [
        (what, f"{model.name} {model.version}, licence class {model.licence_class}"),
        (f"{what}: SHA-256", model.sha256),
    ]
