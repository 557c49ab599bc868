"""The option by which every command takes its networks, so that it reads alike everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

DEFAULT = "default"

Command = TypeVar("Command", bound=Callable[..., Any])


def model_option(command: Command) -> Command:
    """`--model`: a bundle by its name or path, from the environment for a machine that always uses the same."""
    option = click.option(
        "--model",
        default=DEFAULT,
        show_default=True,
        envvar="SCARSCORE_MODEL",
        show_envvar=True,
        metavar="NAME|PATH",
        help="The bundle of networks: by name (see `scarscore models list`), or the path of a folder or zip.",
    )
    return option(command)
