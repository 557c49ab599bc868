"""Options that several commands of training share, so that they read alike everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

SHARED_WEIGHTS = Path(__file__).resolve().parent.parent / ".." / "shared" / "weights"
DEFAULT_START = SHARED_WEIGHTS / "mobilenet_v2_coral_ptq_tfsame.pth"

Command = TypeVar("Command", bound=Callable[..., Any])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="SCARSCORE_DATA",
    show_envvar=True,
    help="Data folder with photos.csv and the readings.  [default: ../shared/data]",
)
start_option = click.option(
    "--start",
    type=click.Path(path_type=Path),
    default=DEFAULT_START,
    envvar="SCARSCORE_START_WEIGHTS",
    show_envvar=True,
    show_default=False,
    help="MobileNetV2 start weights, a state dict with torchvision's names.  [default: ../shared/weights]",
)
weights_option = click.option(
    "--weights",
    type=click.Path(path_type=Path),
    default=SHARED_WEIGHTS,
    show_default=False,
    help="Folder with the teachers, a face detector and a face mesh.  [default: ../shared/weights]",
)


def typed(data: Path | None) -> Path | None:
    """`--data` where it was typed: with --labels it holds own photos, which the environment's data folder does not."""
    source = click.get_current_context().get_parameter_source("data")
    return data if source is ParameterSource.COMMANDLINE else None


def out_option(default: str, text: str) -> Callable[[Command], Command]:
    """`--out`: where this command writes, and what."""
    return click.option("--out", type=click.Path(path_type=Path), default=Path(default), show_default=True, help=text)
