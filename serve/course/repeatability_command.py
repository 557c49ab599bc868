"""`scarscore repeatability`: how far a clinic's own photos of unchanged skin differ, for its courses to rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scarscore.model.options import model_option
from scarscore.serve.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scarscore.serve.course.repeatability import Repeat, Repeatability
    from scarscore.serve.course.repeats import RepeatPhoto

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"max_content_width": 100})
@click.argument("pairs", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=_FILE, metavar="FILE", required=True, help="Write a row for each view and camera (.csv).")
@click.option("--pairs-out", type=_FILE, metavar="FILE", help="Write a row for each pair of shots (.csv).")
@click.option("--plot", type=_FILE, metavar="FILE", help="Draw difference over mean (Bland-Altman) into FILE (.svg).")
@click.option("--clinic", type=_FILE, metavar="FILE", help="Write the clinic's settings for its courses (.toml).")
@click.option("--camera", default="", help="The camera, where the CSV does not say.")
@model_option
@click.pass_context
def repeatability(
    ctx: click.Context,
    pairs: Path,
    out: Path,
    pairs_out: Path | None,
    plot: Path | None,
    clinic: Path | None,
    camera: str,
    model: str,
) -> None:
    """Measure how well a clinic's own photos repeat.

    PAIRS is a folder with a folder for each subject, holding photos named by their view (`S01/front.jpg`,
    `S01/front-2.jpg`), or a CSV file with the columns subject, view, photo and perhaps camera. Ten subjects
    or more, two shots or more of each: real repetitions, with person, lamp and camera set up again, and no
    treatment between. Shots in one burst repeat the burst.

    \b
      scarscore repeatability repeats/ --out repeats.csv --plot repeats.svg --clinic clinic.toml

    Tells ICC(2,1) with its 95 % interval, SEM, SDC95, bias and limits of agreement, for each view and
    camera. The file that --clinic writes is read by courses: `clinic = "clinic.toml"`.

    Exit status: 0 all photos were scored, 1 some were refused, 2 wrong usage, 130 Ctrl-C.
    """
    from scarscore.serve.course.repeatability import LEAST
    from scarscore.serve.course.repeatability import repeatability as repeatability_of
    from scarscore.serve.course.repeats import (
        bland_altman,
        check_enough,
        clinic_toml,
        pairs_csv,
        read_repeats,
        summary_csv,
    )
    from scarscore.serve.course.report.write import put

    photos = read_repeats(pairs, camera)
    _check([pairs, *(photo.path for photo in photos)], out, pairs_out, plot, clinic)
    check_enough(photos, LEAST if clinic is not None else 2)
    repeats = _scored(photos, model)
    found = repeatability_of(repeats)
    put(out, summary_csv(found))
    for file, text in ((pairs_out, pairs_csv), (plot, bland_altman)):
        if file is not None:
            put(file, text(found))
    _tell(found)
    if clinic is not None:
        put(clinic, clinic_toml(found))
        click.echo(f"Clinic settings: {clinic}", err=True)
    ctx.exit(1 if len(repeats) < len(photos) else 0)


def _check(leave: Sequence[Path], out: Path, pairs_out: Path | None, plot: Path | None, clinic: Path | None) -> None:
    from scarscore.serve.batch.write import check_apart
    from scarscore.serve.course.report.write import check_report

    wanted = [
        ("--out", out, ".csv"), ("--pairs-out", pairs_out, ".csv"), ("--plot", plot, ".svg"),
        ("--clinic", clinic, ".toml"),
    ]  # fmt: skip
    check_apart({option: file for option, file, _ in wanted})
    for option, file, suffix in wanted:
        if file is not None:
            check_report(file, (suffix,), option, leave)
    if clinic is not None and clinic.exists():
        raise UsageError(f"--clinic {str(clinic)!r} is there already; a clinic's settings are never overwritten")


def _scored(photos: Sequence[RepeatPhoto], model: str) -> list[Repeat]:
    """The photos' severities; a refused photo is told and left out."""
    from scarscore.serve.course.command import progress
    from scarscore.serve.course.measured import Networks
    from scarscore.serve.course.repeatability import Repeat
    from scarscore.serve.scoring.files import read_file
    from scarscore.serve.scoring.result import Refusal

    networks, repeats = Networks.load(model), []
    with progress(len(photos)) as step:
        for photo in photos:
            data = read_file(photo.path)
            answer = data if isinstance(data, Refusal) else networks.scorer.examine(data, view=photo.view).answer
            if isinstance(answer, Refusal):
                click.echo(f"{photo.row}: refused, {answer.reason}. {answer.hint}", err=True)
            else:
                repeats.append(Repeat(photo.subject, photo.view, photo.camera, answer.severity, networks.text))
            step()
    return repeats


def _tell(found: Sequence[Repeatability]) -> None:
    from scarscore.serve.course.repeatability import LEAST

    for each in found:
        camera = f", camera {each.camera}" if each.camera else ""
        click.echo(
            f"{each.view}{camera}: {each.subjects} subjects, {each.shots} shots each. ICC(2,1) {each.icc:.2f} "
            f"({each.icc_low:.2f} to {each.icc_high:.2f}), SEM {each.sem:.1f}, SDC95 {each.sdc95:.1f} points"
        )
        if each.left_out:
            click.echo(f"  left out, with one shot alone: {', '.join(each.left_out)}")
        if each.subjects < LEAST:
            click.echo(
                f"  {each.subjects} subjects say too little of a camera for a clinic's settings: {LEAST} or more"
            )
