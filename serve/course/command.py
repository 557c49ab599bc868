"""`scarscore course`: from the photos of a course to its verdict and its report, in one command."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scarscore.model.options import model_option
from scarscore.serve.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from scarscore.serve.course.manifest import Manifest
    from scarscore.serve.course.measured import Measured


@click.command(context_settings={"max_content_width": 100})
@click.argument("course", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the report to FILE: .html a page to hand on, .csv a row for each visit, .json everything.",
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The course as it stood on that day, like 2026-03-01. Default: today.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the scores in FILE (.jsonl), and score no photo twice. FILE is only ever appended to.",
)
@click.option("--rescore", is_flag=True, help="Score all photos again with this network; old scores stay in --scores.")
@model_option
@click.option("--no-photos", is_flag=True, help="Leave all pictures of the patient out of the page.")
@click.pass_context
def course(
    ctx: click.Context,
    course: Path,
    out: Path | None,
    on: datetime | None,
    scores: Path | None,
    rescore: bool,
    model: str,
    no_photos: bool,
) -> None:
    """Say what came of a course of treatment, from its photos.

    COURSE is a folder with a folder for each visit, named by its date and holding photos named by their
    view (`2026-03-01 before/front.jpg`), or a TOML file that lists them. Both are told in docs/course.md.

    \b
      scarscore course photos/P-017 --out report.html
      scarscore course P-017.toml --out report.html --scores P-017.jsonl
      scarscore course P-017.toml --on 2026-06-01

    Photos of the first days after a session are not scored. Later photos are laid over those of the start;
    the change is held against what photos of unchanged skin differ by. It measures and documents: no
    diagnosis, and no treatment advice. The page holds the patient's photos: treat it like them.

    Exit status: 0 all photos were used, 1 some were refused or cannot be compared with those of the start,
    2 wrong usage or a mistake in COURSE, 130 Ctrl-C.
    """
    from scarscore.serve.course.book import Book
    from scarscore.serve.course.manifest import read
    from scarscore.serve.course.measured import Networks, looks_at, measure
    from scarscore.serve.course.records import VerdictKind
    from scarscore.serve.course.report.write import write_report

    today = date.today()
    day = on.date() if on else today
    if day > today:
        raise UsageError(f"--on {day} lies in the future")
    manifest = read(course, today)
    _check(manifest, out, scores)
    book = Book.open(scores)
    measured = measure(manifest, Networks.load(model), day, book, progress, rescore=rescore)
    if out is not None:
        write_report(out, measured, None if no_photos else looks_at(manifest))
    _tell(measured, out)
    ctx.exit(1 if measured.unusable or measured.verdict.kind is VerdictKind.NOT_COMPARABLE else 0)


def progress(photos: int) -> AbstractContextManager[Callable[[], None]]:
    """Progress over so many photos, on standard error."""
    from scarscore.serve.batch.progress import Pace, shown

    return shown(Pace(photos), rows_on_stdout=False)


def _check(manifest: Manifest, out: Path | None, scores: Path | None) -> None:
    """Raise UsageError for what could only go wrong later, or destroy something."""
    from scarscore.serve.batch.write import check_apart
    from scarscore.serve.course.book import SUFFIX
    from scarscore.serve.course.report.write import SUFFIXES, check_report

    photos = [manifest.path_of(shot) for visit in manifest.course.visits for shot in visit.shots]
    check_apart({"--out": out, "--scores": scores})
    if out is not None:
        check_report(out, SUFFIXES, "--out", [*manifest.files, *photos])
    if scores is not None:
        check_report(scores, (SUFFIX,), "--scores", [*manifest.files, *photos])


def _tell(measured: Measured, out: Path | None) -> None:
    from rich.console import Console

    from scarscore.serve.scoring.result import DISCLAIMER

    console = Console(highlight=False)
    console.print(_table(measured))
    kind = measured.verdict.kind.value.replace("_", " ").capitalize()
    for line in (f"{kind}. {measured.verdict.words}", *(f"- {note}" for note in measured.verdict.notes)):
        console.print(line, markup=False)
    for name, why in _not_used(measured):
        console.print(f"- {name}: {why}", markup=False)
    if out is not None:
        console.print(f"Report: {out}", markup=False, soft_wrap=True)
    console.print(DISCLAIMER, markup=False)


def _table(measured: Measured) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from scarscore.serve.course.error import SURE
    from scarscore.serve.course.report.timeline import moments

    told = Table(title="Severity of depressed scars, 0 to 100", title_justify="left", box=SIMPLE_HEAD)
    for name in ("Date", "Sessions", "Days since", "Severity", "95 %", "What became of it"):
        told.add_column(name, justify="left" if name in ("Date", "What became of it") else "right")
    for moment in moments(measured):
        days = "" if moment.days is None else str(moment.days)
        score = moment.score
        severity, error = ("-", "") if score is None else (f"{score.severity:.0f}", f"± {SURE * score.sem:.0f}")
        told.add_row(moment.date.isoformat(), str(moment.sessions), days, severity, error, moment.became)
    return told


def _not_used(measured: Measured) -> list[tuple[str, str]]:
    from scarscore.serve.scoring.result import Refusal

    told = []
    for _, shot in measured.shots:
        if isinstance(shot.answer, Refusal):
            told.append((shot.row, f"refused, {shot.answer.reason.value}. {shot.answer.hint}"))
        elif shot.not_comparable is not None:
            told.append((shot.row, f"not comparable. {shot.not_comparable}"))
    return told
