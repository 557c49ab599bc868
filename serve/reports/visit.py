"""The report of a visit as PDF: its severity with both uncertainties, its photos with heat maps, their quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scarscore.serve.course.error import SURE
from scarscore.serve.course.records import ShotScore, ViewScore, Visit
from scarscore.serve.course.report.markup import day
from scarscore.serve.course.report.said import HEADLINES
from scarscore.serve.course.report.timeline import Moment, trend_moments
from scarscore.serve.course.words import by_number, counted, place_words
from scarscore.serve.records.settings import Size
from scarscore.serve.reports import told
from scarscore.serve.reports.chart import heat_key, key, scale
from scarscore.serve.reports.paper import ACCENT, QUIET, SIDE, SMALL, TINY, Paper
from scarscore.serve.reports.parts import call_out, method, pictures_row, quality, title
from scarscore.serve.reports.words import (
    became,
    error_line,
    photo_words,
    reading_of,
    reading_words,
    sentence,
    since,
)
from scarscore.serve.scoring.quality.words import check_label, limit_words, value_words
from scarscore.serve.scoring.result import Check, Refusal

NUMBER = 46.0  # pt
ABREAST = 5  # photos whose checks stand in one table
VIEWS = ("View", "Severity", "Error", "Photos", "Camera", "Left out, and notes")


def visit_pdf(report: told.Visit, size: Size = Size.A4) -> bytes:
    """The report's file: the same bytes for the same report, always."""
    measured, moment = report.measured, report.moment
    paper = Paper(report.head, measured.model, size)
    needling = f", {moment.visit.needling} needling" if moment.visit.needling else ""
    photos = counted(len(moment.visit.shots), "photo")
    title(paper, report.head, [f"Visit of {day(moment.date)}, {since(moment)}{needling}. {photos}."])
    _severity(paper, moment)
    _views(paper, moment)
    if moment in trend_moments([moment]) and measured.verdict.change is not None:
        paper.heading("The course up to this visit")
        call_out(paper, HEADLINES[measured.verdict.kind], measured.verdict.words)
    if report.pictures:
        _photos(paper, report)
    quality(paper, report.photos, report.erased, report.unscored)
    _checks(paper, report.photos)
    method(paper, measured)
    return bytes(paper.output())


def _severity(paper: Paper, moment: Moment) -> None:
    """The large number on its scale, with each uncertainty explained; or why there is none."""
    reading = reading_of(moment)
    if moment.score is None or reading is None:
        call_out(paper, "No severity", f"{sentence(became(moment))}.")
        return
    top = paper.get_y()
    number = f"{moment.score.severity:.0f}"
    paper.say(number, NUMBER, ACCENT, bold=True, width=44.0)
    below = paper.get_y()
    beside = SIDE + 6.0 + 10.5 * len(number)
    paper.set_y(top + 7.5)
    paper.say("Severity of depressed scars, of 100", bold=True, x=beside)
    paper.say(f"{sentence(became(moment))}.", SMALL, QUIET, x=beside)
    paper.set_y(max(below, paper.get_y()))
    scale(paper, moment.score.severity, reading, moment.score.sem)
    paper.ln(2.0)
    key(paper, reading_words(moment), error_line(moment.score.sem))


def _views(paper: Paper, moment: Moment) -> None:
    """Each view by itself: the mean of its photos, with its error."""
    if moment.score is None:
        return
    paper.heading("View by view")
    rows = [_view(view, moment.visit) for view in moment.score.views]
    paper.rows(VIEWS, rows, (36, 16, 15, 14, 34, 55), right=(1, 2, 3))


def _view(view: ViewScore, visit: Visit) -> Sequence[str]:
    where = place_words(view)
    apart = counted(len(view.left_out), "photo") if view.left_out else ""
    notes = "; ".join(filter(None, (apart and f"{apart} left out", *by_number(view.notes, [visit]))))
    return where, f"{view.severity:.0f}", f"± {SURE * view.sem:.0f}", str(view.shots), view.camera, notes


def _photos(paper: Paper, report: told.Visit) -> None:
    """Each photo alone and under its heat map, with its number and both uncertainties, or with why it has none."""
    if not report.photos:
        return
    paper.heading("Photos", 90.0)
    if any(photo.heat for photo in report.photos):
        heat_key(paper)
        paper.ln(1.0)
    for photo in report.photos:
        paper.need(70.0)
        paper.say(photo.label, bold=True)
        paper.say(photo_words(report.measured.course, report.moment, photo.shot), SMALL)
        paper.say(_grades(photo), SMALL, QUIET)
        paper.ln(1.5)
        shown = [(photo.picture, f"The photo: {photo.missing}." if photo.missing else "As stored", photo.label)]
        if photo.heat is not None:
            shown.append((photo.heat, "Where severity was seen", f"{photo.label}: heat map"))
        pictures_row(paper, shown, 2, 78.0)
        paper.ln(2.0)


def _grades(photo: told.Photo) -> str:
    """Photo grades and types of a photo that was scored."""
    answer = photo.shot.answer
    if not isinstance(answer, ShotScore) or photo.shot.not_comparable is not None:
        return ""
    grades = " or ".join(map(str, answer.grade_set))
    types = f" Types seen: {', '.join(answer.types)}." if answer.types else ""
    return f"Photo grade {grades} of 4, with 90 % probability.{types}"


def _checks(paper: Paper, photos: Sequence[told.Photo]) -> None:
    """Every check of every photo: its number against its limit."""
    judged = [photo for photo in photos if _quality(photo)]
    if not judged:
        return
    paper.heading("Every check, photo by photo")
    for start in range(0, len(judged), ABREAST):
        some = judged[start : start + ABREAST]
        head = ("Check", "Limit", *(photo.label.partition(", ")[2] for photo in some))
        narrow = (paper.epw - 66.0) / ABREAST
        paper.rows(head, list(_check_rows(some)), (44, 22, *[narrow] * len(some)), right=range(1, len(head)))
    paper.say("A photo that does not keep a limit is refused; a flag is told beside the score.", TINY, QUIET)


def _check_rows(photos: Sequence[told.Photo]) -> Iterator[Sequence[str]]:
    """A row for each check that any of the photos has, in the order in which they are made."""
    by_photo = [{check.name: check for check in _quality(photo)} for photo in photos]
    for name in dict.fromkeys(name for checks in by_photo for name in checks):
        found = [checks.get(name) for checks in by_photo]
        first = next(check for check in found if check is not None)
        yield f"{check_label(name)}{' (a flag)' if first.flag else ''}", limit_words(first), *map(_value, found)


def _value(check: Check | None) -> str:
    if check is None:
        return ""
    return value_words(check) if check.passed else f"{value_words(check)}, not kept"


def _quality(photo: told.Photo) -> tuple[Check, ...]:
    answer = photo.shot.answer
    return answer.quality if isinstance(answer, ShotScore | Refusal) else ()
