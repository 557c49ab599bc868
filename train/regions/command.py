"""`scarscore regions`: label photos by the teacher, train the region network, measure it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scarscore.train.regions.material import RegionConfig

from scarscore.train.options import data_option, out_option, start_option, weights_option

DEFAULT_LABELS = "runs/regions/labels"

_labels = click.option(
    "--labels",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_LABELS),
    show_default=True,
    help="Folder of label maps, as `scarscore regions labels` made it.",
)

_sources = click.option(
    "--sources",
    metavar="LIST",
    help="Only these data sets, as in london; refused where a card forbids it.  [default: all]",
)


@click.group(short_help="Label, train and measure the region network.")
def regions() -> None:
    """The network that says where on the face a pixel lies.

    Three steps: label photos by a face mesh, train on them, measure the network on groups it has not seen.
    """


@regions.command()
@data_option
@weights_option
@out_option(DEFAULT_LABELS, "Folder for the label maps, which show people's faces: keep it out of the repository.")
@_sources
def labels(data: Path | None, weights: Path, out: Path, sources: str | None) -> None:
    """Label every photo of whole faces. Takes ten minutes on one core; stopped, it goes on where it was."""
    import cv2

    from scarscore.datasets.photos import data_root, load
    from scarscore.train.regions.labels import ALL_SOURCES, kept_counts, write_labels

    cv2.setNumThreads(1)
    entries = write_labels(load(data_root(data)), weights, out, click.echo, _listed(sources, ALL_SOURCES))
    for source, (kept, seen) in sorted(kept_counts(entries).items()):
        click.echo(f"{source}: {kept} of {seen} photos labelled ({kept / seen:.1%})")


@regions.command()
@data_option
@_labels
@start_option
@out_option("runs/regions", "Folder of the run. What is already in it is gone on from.")
@click.option("--epochs", type=click.IntRange(min=1), help="Fewer or more looks at the photos.  [default: the shipped]")
@click.option("--fine-epochs", type=click.IntRange(min=1), help="Of the second cycle.  [default: half of --epochs]")
@_sources
@click.option("--install", is_flag=True, help="Put the finished network into model/weights, with its checksum.")
def train(
    data: Path | None,
    labels: Path,
    start: Path,
    out: Path,
    epochs: int | None,
    fine_epochs: int | None,
    sources: str | None,
    install: bool,
) -> None:
    """Train the region network on one core, in about forty minutes. Stopped, it goes on from the last epoch."""
    import cv2
    import torch

    from scarscore.datasets.photos import data_root, load
    from scarscore.train.cost import counted
    from scarscore.train.memory import keep_memory
    from scarscore.train.regions.run import install_regions, train_run

    keep_memory()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    config = _config(epochs, fine_epochs, sources)
    with counted(out):
        network = train_run(load(data_root(data)), labels, start, config, out, click.echo)
    click.echo(f"network: {network}")
    if install:
        click.echo(f"installed: {install_regions(network)}")


@regions.command()
@data_option
@_labels
@click.option("--model", default="regions", show_default=True, help="A network's name, or the path of an .onnx file.")
@out_option("regions.md", "The report; the same figures go into a .json beside it.")
def evaluate(data: Path | None, labels: Path, model: str, out: Path) -> None:
    """Measure the region network against its teacher, on groups that it has not seen."""
    import cv2

    from scarscore.datasets.photos import data_root, load
    from scarscore.train.regions.evaluation import evaluate_regions
    from scarscore.train.regions.report import as_markdown, write_report

    cv2.setNumThreads(1)
    figures = evaluate_regions(load(data_root(data)), labels, model, lambda line: click.echo(line, err=True))
    click.echo(as_markdown(figures))
    click.echo(f"written: {', '.join(str(path) for path in write_report(figures, out))}", err=True)


def _config(epochs: int | None, fine_epochs: int | None, sources: str | None) -> RegionConfig:
    """The shipped configuration, but for what was asked for."""
    from scarscore.train.regions.material import RegionConfig

    config = RegionConfig()
    if epochs is not None:
        config = replace(config, epochs=epochs, fine_epochs=max(1, epochs // 2))
    return replace(config, fine_epochs=fine_epochs or config.fine_epochs, sources=_listed(sources, config.sources))


def _listed(sources: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    return default if sources is None else tuple(sources.split(","))
