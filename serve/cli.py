"""The one command line: each folder brings its commands, and this gathers them by name.

Nothing that a command needs is imported before that command runs, so that `scarscore --help` answers at once.
The one place where an error becomes an exit status: 2 for what the user can put right, 130 for Ctrl-C.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from scarscore.datasets.errors import DataError
from scarscore.model.errors import ModelError
from scarscore.serve.errors import ServeError

COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("scarscore.serve.batch.command:score", "Score the photos in files, folders or lists."),
    "course": ("scarscore.serve.course.command:course", "Say what came of a course, from its photos."),
    "repeatability": (
        "scarscore.serve.course.repeatability_command:repeatability",
        "Measure how well a clinic's own photos repeat.",
    ),
    "demo": ("scarscore.serve.demo.command:demo", "Show a made-up course of six visits, scored."),
    "serve": ("scarscore.serve.web.command:serve", "Serve a clinic's records, pages and API."),
    "users": ("scarscore.serve.records.command:users", "Look after a clinic's accounts."),
    "audit": ("scarscore.serve.records.command:audit", "Prove that a clinic's audit log is whole."),
    "vault": ("scarscore.serve.records.command:vault", "Look after the keys of a clinic's photos."),
    "import": ("scarscore.serve.records.import_command:import_photos", "Take in old photos, or an exported patient."),
    "backup": ("scarscore.serve.records.backup_command:backup", "Back up a clinic's records and photos."),
    "restore": ("scarscore.serve.records.backup_command:restore", "Make a data folder again from a backup."),
    "check": ("scarscore.serve.check:check", "Prove that this installation works."),
    "models": ("scarscore.model.command:models", "List the bundles of networks, and show their cards."),
    "datasets": ("scarscore.datasets.command:datasets", "List and verify the public photo sets."),
    "train": ("scarscore.train.command:train", "Train a severity network on rated photos."),
    "regions": ("scarscore.train.regions.command:regions", "Label, train and measure the region network."),
    "ablation": ("scarscore.train.evaluate.ablation_command:ablation", "Measure what each training signal gives."),
    "evaluate": ("scarscore.train.evaluate.command:evaluate", "Measure a network on photos it has not seen."),
    "evaluate-quality": ("scarscore.train.quality.command:evaluate_quality", "Measure what the quality checks refuse."),
}
EXTRAS: dict[str, str] = {
    "albumentations": "train",
    "alembic": "serve",
    "argon2": "serve",
    "cryptography": "serve",
    "fastapi": "serve",
    "fsspec": "serve",
    "jinja2": "serve",
    "matplotlib": "train",
    "onnxscript": "train",
    "prometheus_client": "serve",
    "psycopg": "postgresql",
    "pyarrow": "parquet",
    "pydantic": "serve",
    "pydicom": "dicom",
    "s3fs": "s3",
    "scipy": "train",
    "segno": "serve",
    "sklearn": "train",
    "sqlalchemy": "serve",
    "starlette": "serve",
    "torch": "train",
    "torchvision": "train",
    "uvicorn": "serve",
}
USAGE, INTERRUPTED, PIPE_CLOSED = 2, 128 + 2, 128 + 13  # the shell's own numbers for SIGINT and SIGPIPE


class LazyGroup(click.Group):
    """A group whose commands are imported when they run; its help comes from the table alone.

    After "Lazily Loading Subcommands" in click's documentation, whose help still imports every command.
    """

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that closes our output early (`| head`) ends it without a word."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            ctx.exit(_close_quietly())

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table: the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command called `cmd_name`; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{attribute} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def installed_version() -> str:
    """The version that is installed, read from the name of its `.dist-info` folder.

    `importlib.metadata` says the same, but importing it doubles the time that `--version` takes.
    """
    for folder in filter(None, sys.path):
        for found in Path(folder).glob("scarscore-*.dist-info"):
            return found.name.removesuffix(".dist-info").partition("-")[2]
    version: str = importlib.import_module("importlib.metadata").version("scarscore")
    return version


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"scarscore {installed_version()}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def root() -> None:
    """Score the severity of acne scars in photos, with its uncertainty.

    A measurement for documentation and research. Not a diagnosis, and no treatment advice.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: that of the process) and return its exit status."""
    try:
        status = root.main(arguments, prog_name="scarscore", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return USAGE
    except (ServeError, ModelError, DataError) as error:
        click.echo(f"Error: {error}", err=True)
        return USAGE
    except ModuleNotFoundError as error:
        click.echo(f"Error: {_missing(error)}", err=True)
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return _close_quietly()
    except OSError as error:  # a full disk, a folder that is not there: nothing that a traceback would explain
        if error.filename is None:  # perhaps standard output, which would fail once more at exit
            _close_quietly()
        where = "" if error.filename is None else f"{error.filename}: "
        click.echo(f"Error: {where}{error.strerror or error}", err=True)
        return USAGE


def main() -> NoReturn:
    """The `scarscore` script."""
    sys.exit(run())


def _missing(error: ModuleNotFoundError) -> str:
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        raise error
    return f'this needs {package}, which is not installed. Run: pip install "scarscore[{EXTRAS[package]}]"'


def _close_quietly() -> int:
    # What is still in Python's buffer would be flushed at exit, into the closed pipe, with a second error.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED
