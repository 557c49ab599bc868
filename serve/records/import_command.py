"""`scarscore import`: a clinic's old photos, or a patient of another installation; stored only when confirmed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scarscore.serve.errors import UsageError
from scarscore.serve.records.options import of_a_clinic, open_clinic

if TYPE_CHECKING:
    from scarscore.serve.records.clinic import Clinic
    from scarscore.serve.records.old_photos import Old

COLUMNS = ("patient", "date", "needling", "view", "region", "file", "view_by", "what")


@click.command(name="import", context_settings={"max_content_width": 100})
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@of_a_clinic
@click.option(
    "--patients",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Which pseudonym a folder gets: columns folder and pseudonym. Without it: the folder's name.",
)
@click.option("--camera", default="", help="The clinic's name for the camera that took them.")
@click.option(
    "--plan",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="Write what would be stored to FILE.csv instead of showing it.",
)
@click.option("--yes", is_flag=True, help="Store without asking.")
@click.pass_context
def import_photos(
    ctx: click.Context,
    path: Path,
    data: Path,
    database: str | None,
    vault: str | None,
    patients: Path | None,
    camera: str,
    plan: Path | None,
    yes: bool,
) -> None:
    """Take in a clinic's old photos from the folder PATH, or a patient that another installation exported as a zip.

    A folder holds a folder for each patient, named by pseudonym, never by name. The date of a photo comes from its
    EXIF data, which is then dropped, or from a folder's name like 2026-03-01; `2026-03-01 before` says that the photos
    were taken before needling, on the day of a session, which is then recorded. The view comes from the file's name
    (front.jpg, left-2.jpg, closeup chin.jpg), or else from what the photo shows.

    \b
      scarscore import old/ --data clinic --plan plan.csv     look first
      scarscore import old/ --data clinic                     look, and store when asked
      scarscore import patient.zip --data clinic

    Everything is shown first, and nothing is stored before you say so. A run that was stopped is gone on with by
    running it again: what is stored is known by its content.

    Exit status: 0 all stored, 1 some were not, 2 wrong usage, 130 Ctrl-C.
    """
    with open_clinic(data, database, vault) as clinic:
        if path.is_file():
            _take_in(clinic, path, yes)
        else:
            ctx.exit(_old_photos(clinic, path, patients, camera, plan, yes))


def _take_in(clinic: Clinic, path: Path, yes: bool) -> None:
    from scarscore.serve.records.exports.transfer import NO_LIMIT, import_patient

    _confirm(f"Take in the patient in {path.name}?", yes)
    with path.open("rb") as file:
        patient = import_patient(clinic, _somebody(), file, largest=NO_LIMIT)
    click.echo(f"{patient.pseudonym} was taken in.")


def _old_photos(clinic: Clinic, folder: Path, patients: Path | None, camera: str, plan: Path | None, yes: bool) -> int:
    from scarscore.serve.batch.progress import Pace, shown
    from scarscore.serve.records.old_photos import files_in, patients_of, planned
    from scarscore.serve.records.old_photos_store import Importing
    from scarscore.serve.records.pool import ScoringPool

    files = files_in(folder, patients_of(patients))
    pool = ScoringPool(1)  # one photo after the other: what is stored and when a run is stopped stay in order
    try:
        with shown(Pace(len(files)), rows_on_stdout=False) as step:
            olds = [_stepped(old, step) for old in planned(clinic, files, pool.score)]
        _show(olds, folder, plan)
        wanted = [old for old in olds if old.odd is None]
        odd = sum(old.odd is not None and not old.stored for old in olds)
        if plan is not None or not wanted:
            return 1 if odd else 0
        _confirm(f"Store {len(wanted)} photos of {len({old.patient for old in wanted})} patients?", yes)
        with shown(Pace(len(wanted)), rows_on_stdout=False) as step:
            told = Importing(clinic, _somebody(), pool, camera).store(wanted, step)
    finally:
        pool.close()
    return _tell(told, folder, odd)


def _stepped(old: Old, step: Any) -> Old:
    step()
    return old


def _show(olds: Sequence[Old], folder: Path, plan: Path | None) -> None:
    """The plan as a table: on the terminal, or as the CSV that was asked for."""
    from scarscore.serve.course.report.write import put, table_of

    records = [_record(old, folder) for old in olds]
    if plan is not None:
        put(plan, table_of(COLUMNS, records, {}))
    else:
        widths = [max(len(str(record[name])) for record in (*records, {c: c for c in COLUMNS})) for name in COLUMNS]
        for line in ({name: name for name in COLUMNS}, *records):
            cells = (str(line[name]).ljust(width) for name, width in zip(COLUMNS, widths, strict=True))
            click.echo("  ".join(cells).rstrip())
    stored, odd = (sum(old.stored for old in olds), sum(old.odd is not None and not old.stored for old in olds))
    click.echo(f"{len(olds)} files: {len(olds) - stored - odd} to store, {stored} stored already, {odd} not to store.")
    click.echo("Look at the patients: a folder's name becomes a pseudonym and must not be anybody's name.")


def _record(old: Old, folder: Path) -> dict[str, Any]:
    from scarscore.serve.batch.rows import printable_path

    return {
        "patient": old.patient,
        "date": old.day.isoformat() if old.day else "",
        "needling": old.needling or "",
        "view": old.view.value if old.view else "",
        "region": old.region or "",
        "file": printable_path(str(old.path.relative_to(folder))),
        "view_by": "" if old.view is None else "the photo" if old.seen else "its name",
        "what": old.odd or old.note or "store",
    }


def _tell(told: Sequence[Old], folder: Path, odd: int) -> int:
    from scarscore.serve.course.words import counted

    failed = [old for old in told if not old.stored]
    for old in failed:
        click.echo(f"not stored: {_record(old, folder)['file']}: {old.odd}", err=True)
    click.echo(f"Stored: {counted(len(told) - len(failed), 'photo')}.")
    return 1 if failed or odd else 0


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nothing was stored: say --yes, or run it on a terminal and answer there")
    if not click.confirm(question):
        raise UsageError("nothing was stored")


def _somebody() -> Any:
    """Whoever may write the data folder may do all of it; in the audit log it is nobody's account."""
    from scarscore.serve.records.audit import NOBODY
    from scarscore.serve.records.people import Role, Who

    return Who(NOBODY, "import", Role.ADMIN)
