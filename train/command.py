"""`scarscore train`: from a data folder to calibrated networks, resumable at any moment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scarscore.train.own_command import Wanted
    from scarscore.train.run import Held, Run

from scarscore.train.options import data_option, out_option, start_option, typed


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
    help="Only these, to share a run between processes: fold numbers and `all`, as in 0,1,all; without-SOURCE for one "
    "that never sees a data set (scarscore evaluate --left-out).",
)
@click.option(
    "--regions",
    default="regions",
    show_default=True,
    metavar="NAME|FILE",
    help="The region network that finds the skin: a name, or an .onnx file.",
)
@click.option(
    "--region-labels",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="For a preset that draws scars: label maps of the faces, as `scarscore regions labels` made them.",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your own readings, a CSV with file, patient and severity (docs/own-data.md): go on from a trained network.",
)
@click.option(
    "--from",
    "base",
    default="default",
    show_default=True,
    metavar="NAME|PATH",
    help="With --labels: the bundle to go on from.",
)
@click.option("--name", help="What the networks are called, and with --labels the bundle.  [default: severity; own]")
@click.option(
    "--held-out",
    type=click.FloatRange(0.1, 0.9),
    default=0.3,
    show_default=True,
    help="With --labels: the share of the patients that are kept to measure by.",
)
@click.option(
    "--own-use",
    type=click.Choice(["release", "research"]),
    default="research",
    show_default=True,
    help="With --labels: what you permit of networks that learnt from your photos.",
)
@click.option("--install", is_flag=True, help="Put the finished networks into model/weights, with their checksums.")
@click.option(
    "--install-bundle",
    metavar="NAME",
    help="Put the network of all photos and its region network into model/weights, as a bundle of that name.",
)
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads for torch.  [default: torch's own]")
def train(
    data: Path | None,
    start: Path,
    preset: str,
    out: Path,
    networks: str | None,
    regions: str,
    region_labels: Path | None,
    labels: Path | None,
    base: str,
    name: str | None,
    held_out: float,
    own_use: str,
    install: bool,
    install_bundle: str | None,
    threads: int | None,
) -> None:
    """Train the severity network: one for each fold, and one on all photos.

    Photos of one group never lie on both sides of a fold. Every network is exported to ONNX, compared with torch,
    and calibrated on photos that it has not seen. Stop it with Ctrl-C at any time: the same command goes on from
    the last epoch, with the result of an uninterrupted run.

    With --labels it goes on from a trained bundle with your own photos, which --data holds (else the table's folder),
    and writes a new bundle with its own card into the run's folder. Whole patients are held out; the card calls the
    new network better only where the interval of the difference says so.

    \b
      scarscore train --labels my.csv --from default --out runs/mine
      scarscore score photos/ --model runs/mine/bundle
    """
    import torch

    from scarscore.datasets.cards import Use
    from scarscore.datasets.photos import data_root
    from scarscore.train.config import load_config
    from scarscore.train.cost import counted
    from scarscore.train.install import check_name, install_as, install_run
    from scarscore.train.memory import keep_memory
    from scarscore.train.own_command import Wanted
    from scarscore.train.run import named, open_run, train_run

    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    if install_bundle:
        check_name(install_bundle)
    if labels is not None:
        _own(
            Wanted(
                labels,
                typed(data),
                base,
                "own" if preset == "severity" else preset,
                out,
                name or "own",
                held_out,
                Use(own_use),
            )
        )
        return
    with counted(out):
        run = open_run(data_root(data), load_config(preset), out, regions, region_labels, click.echo)
        run = run if name is None else named(run, name)
        done = train_run(run, _networks(networks, run), start, click.echo)
    if not done:
        click.echo(f"not every network of the run is in {out} yet: calibration waits for the others")
        return
    click.echo(f"networks in {out}")
    if install_bundle:
        click.echo(f"installed: {install_as(run, install_bundle, regions)}")
    if install:
        click.echo(f"installed: {install_run(run)}")


def _own(wanted: Wanted) -> None:
    from scarscore.train.own_command import BUNDLE, train_on_own

    bundle = train_on_own(wanted, click.echo)
    click.echo(bundle.card)
    click.echo(f"bundle: {wanted.out / BUNDLE}", err=True)


def _networks(listed: str | None, run: Run) -> tuple[Held, ...]:
    """The networks that a list such as `0,1,all` names; without one, those that the run is not finished without."""
    known: dict[str, Held] = {"all" if fold is None else str(fold): fold for fold in run.networks}
    known |= {f"without-{source}": source for source in run.config.sources}
    odd = [name for name in (listed or "all").split(",") if name not in known]
    if odd:
        raise click.BadParameter(f"{odd[0]!r} is none of {', '.join(known)}", param_hint="--networks")
    return tuple(known[name] for name in listed.split(",")) if listed else run.networks
