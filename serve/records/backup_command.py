"""`scarscore backup` and `scarscore restore`."""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.serve.records.options import of_a_clinic, open_clinic


@click.command(context_settings={"max_content_width": 100})
@of_a_clinic
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE.zip|DIR",
    help="Where to: a file that is not there yet, or a folder, in which the file is named by the moment.",
)
@click.option(
    "--with-key",
    is_flag=True,
    help="Put the master key in as well. Whoever has such a file can see every photo and name in it; without the key "
    "it opens with the recovery key alone, which was shown once at set-up.",
)
def backup(data: Path, database: str | None, vault: str | None, out: Path, with_key: bool) -> None:
    """Back up a clinic while it is being served: records, sealed photos, and the sealed copy of the master key.

    The photos stay sealed. Without --with-key, keep the recovery key somewhere else: a backup and a lost key are worth
    nothing. Erasing a patient does not reach into backups that were made before: delete them when their time is over.

    Records in PostgreSQL are backed up by its own pg_dump; this command then backs up the photos and keys, and says so.
    """
    from scarscore.serve.course.words import counted
    from scarscore.serve.records.backup import backup as write

    with open_clinic(data, database, vault) as clinic:
        done = write(clinic, out, with_key=with_key)
    if not done.database:
        click.echo(
            "These records lie in PostgreSQL and are NOT in this backup: run pg_dump for them, before this command.",
            err=True,
        )
    key = "with the master key: lock it away" if done.key else "without the master key: keep the recovery key elsewhere"
    click.echo(f"Backed up {'the records and ' if done.database else ''}{counted(done.photos, 'photo')}, {key}.")


@click.command(context_settings={"max_content_width": 100})
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The data folder to make: a new one, or one that is empty.",
)
def restore(file: Path, data: Path) -> None:
    """Make a clinic's data folder again from the backup FILE.

    The backup is proven before anything is put in place: every file against its SHA-256, the audit log's chain, and
    that each photo is there. A backup without the master key needs `scarscore vault recover` afterwards.
    """
    from scarscore.serve.course.words import counted
    from scarscore.serve.records.restore import restore as put_back

    told = put_back(file, data)
    if told.lines is None:
        click.echo(
            "This backup holds no database: restore PostgreSQL's dump with its own psql or pg_restore.", err=True
        )
    else:
        click.echo(f"The audit log is whole: {told.lines} lines.")
    click.echo(f"Brought back to {data}: {counted(told.photos, 'photo')}.")
    if not told.key:
        click.echo(f"Now bring back the master key: scarscore vault recover --data {data}")
