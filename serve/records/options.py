"""Where a clinic lies, as every command for it is told: the data folder, and the URLs of what lies elsewhere.

A database's URL may hold a password: in the environment it is seen by fewer than on the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from scarscore.serve.errors import UsageError

if TYPE_CHECKING:
    from scarscore.serve.records.clinic import Clinic, Place

Command = TypeVar("Command", bound=Callable[..., object])
FOLDER = Path("scarscore-data")


def of_a_clinic(command: Command) -> Command:
    """Adds `--data`, `--database` and `--vault` to a command, as `data`, `database` and `vault`."""
    for option in (_VAULT, _DATABASE, _DATA):
        command = option(command)
    return command


def place_of(data: Path, database: str | None, vault: str | None) -> Place:
    """What these options name."""
    from scarscore.serve.records.clinic import Place

    return Place(data, database, vault)


@contextmanager
def open_clinic(data: Path, database: str | None, vault: str | None) -> Iterator[Clinic]:
    """The clinic that was set up there, open while the block runs. Raises `UsageError` where there is none."""
    from scarscore.serve.records.database import FILE
    from scarscore.serve.records.setup import opened

    nothing = UsageError(f"there is no clinic in {data}: name its folder with --data; `scarscore serve` sets one up")
    if database is None and not (data / FILE).is_file():
        raise nothing
    clinic = opened(place_of(data, database, vault))
    if clinic is None:
        raise nothing
    try:
        yield clinic
    finally:
        clinic.close()


_DATA = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    envvar="SCARSCORE_CLINIC",
    show_envvar=True,
    metavar="DIR",
    help="The clinic's data folder.",
)
_DATABASE = click.option(
    "--database",
    envvar="SCARSCORE_DATABASE",
    show_envvar=True,
    metavar="URL",
    help="The records' database, as postgresql+psycopg://user:password@host/name. Without it: a file in the folder.",
)
_VAULT = click.option(
    "--vault",
    envvar="SCARSCORE_VAULT",
    show_envvar=True,
    metavar="URL",
    help="Where the photos lie, as s3://bucket/folder. Without it: a folder in the data folder.",
)
