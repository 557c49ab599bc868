"""`scarscore train`: from a data folder to calibrated networks, resumable at any moment."""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.train.options import data_option, out_option, start_option


@click.command(short_help="Train the severity network on rated photos.")
@data_option
@start_option
@click.option(
    "--preset",
    default="severity",
    show_default=True,
    help="Configuration: severity, evidence, rights-clean, quick, or the path of a TOML file with the same keys.",
)
@out_option("runs/severity", "Folder of the run. What is already in it is gone on from.")
@click.option(
    "--networks",
    metavar="LIST",
    help="Only these, to share a run between processes: fold numbers and `all`, as in 0,1,all.",
)
@click.option(
    "--regions",
    default="regions",
    show_default=True,
    metavar="NAME|FILE",
    help="The region network that finds the skin: a name, or an .onnx file.",
)
@click.option("--install", is_flag=True, help="Put the finished networks into model/weights, with their checksums.")
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads for torch.  [default: torch's own]")
def train(
    data: Path | None,
    start: Path,
    preset: str,
    out: Path,
    networks: str | None,
    regions: str,
    install: bool,
    threads: int | None,
) -> None:
    """Train the severity network: one for each fold, and one on all photos.

    Photos of one group never lie on both sides of a fold. Every network is exported to ONNX, compared with torch,
    and calibrated on photos that it has not seen. Stop it with Ctrl-C at any time: the same command goes on from
    the last epoch, with the result of an uninterrupted run.
    """
    import torch

    from scarscore.datasets.photos import data_root
    from scarscore.train.config import load_config
    from scarscore.train.cost import counted
    from scarscore.train.install import install_run
    from scarscore.train.run import open_run, train_run

    if threads:
        torch.set_num_threads(threads)
    with counted(out):
        run = open_run(data_root(data), load_config(preset), out, regions, click.echo)
        done = train_run(run, _networks(networks, run.config.folds), start, click.echo)
    if not done:
        click.echo(f"not every network of the run is in {out} yet: calibration waits for the others")
        return
    click.echo(f"networks in {out}")
    if install:
        click.echo(f"installed: {install_run(run)}")


def _networks(listed: str | None, folds: int) -> tuple[int | None, ...]:
    """The networks that a list such as `0,1,all` names; without one, every network of the run."""
    known: dict[str, int | None] = {str(fold): fold for fold in range(folds)} | {"all": None}
    named = listed.split(",") if listed else list(known)
    odd = [name for name in named if name not in known]
    if odd:
        raise click.BadParameter(f"{odd[0]!r} is none of {', '.join(known)}", param_hint="--networks")
    return tuple(known[name] for name in named)
