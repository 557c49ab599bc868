"""`scarscore evaluate`: the report on the shipped network, out of fold, beside baselines and readers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scarscore.train.evaluate.evaluation import Evidence
    from scarscore.train.evaluate.figures import Figures

from scarscore.train.options import data_option, out_option, start_option, typed


@click.command(short_help="Evaluate the shipped network against the readings.")
@data_option
@start_option
@out_option("evaluation", "Folder for evaluation.md, evaluation.json and the plots; with --labels own.md and own.json.")
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your own readings instead: a CSV with file, severity (0-100) and, to keep a patient's photos together, "
    "patient.",
)
@click.option(
    "--run",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Evaluate the networks in this folder of a training run instead of the shipped ones.",
)
@click.option(
    "--variants",
    multiple=True,
    metavar="NAME=FOLDER",
    help="Instead of evaluating: put the reports in these folders side by side, as variants.md in --out.",
)
@click.option(
    "--model",
    default="default",
    show_default=True,
    metavar="NAME|PATH",
    help="Another bundle: it is measured on the data sets that it was not trained on.",
)
@click.option(
    "--left-out",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="RUN",
    help="Instead of evaluating: measure this run's networks that were trained without a data set on that set, as "
    "left-out.md in --out.",
)
@click.option(
    "--measure",
    type=click.Choice(["speed", "sizes"]),
    help="Instead of evaluating: what the shipped networks cost, with looks of several sizes and 8-bit integers beside "
    "them, as speed.md in --out; or one photo at several sizes and crops, as sizes.md.",
)
@click.option(
    "--cards",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Instead of evaluating: write the shipped bundles' model cards from the reports in this folder (docs).",
)
@click.option("--bench/--no-bench", default=True, help="Test repeatability, healing and colour too.  [default: bench]")
@click.option("--plain/--no-plain", default=True, help="Train the plain regression network too.  [default: plain]")
@click.option(
    "--carry",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="REPORT",
    help="Take bench and plain network over from an earlier evaluation.json of the same severities.",
)
def evaluate(
    data: Path | None,
    start: Path,
    out: Path,
    labels: Path | None,
    run: Path | None,
    variants: tuple[str, ...],
    model: str,
    left_out: Path | None,
    measure: str | None,
    cards: Path | None,
    bench: bool,
    plain: bool,
    carry: Path | None,
) -> None:
    """Evaluate the shipped network on photos that it has not seen.

    Each rated photo is scored by the exported network of the fold that it was held out of, and set against the mean
    reading, by source and skin tone, beside the readers' own agreement, a plain regression network, a ridge on frozen
    features and the source's mean. On the bench photos are taken again as cameras vary, scars fade and colours change.
    Takes about half an hour; the same data and networks give the same bytes on the same machine. On another one the
    plain network, which is trained within the command, comes out a little differently.

    With --labels the product is asked about your own photos instead, and set against your own readings. Paths in the
    table are relative to --data, where it is given, else to the table's folder (docs/own-data.md).

    With --model another bundle is asked about the rated photos of every data set that it was not trained on; the
    report is called by its name. With --left-out each data set is scored by the network that was trained without it.

    \b
      scarscore train --out runs/severity
      scarscore train --out runs/severity --networks without-scarnet,without-acne04
      scarscore evaluate --left-out runs/severity --out docs
    """
    from scarscore.datasets.photos import data_root
    from scarscore.model.measured import write_sem
    from scarscore.train.evaluate.evaluation import gather
    from scarscore.train.evaluate.figures import figures
    from scarscore.train.evaluate.plots import points_of, write_plots
    from scarscore.train.evaluate.report import as_markdown, write_report

    if cards is not None:
        _cards(cards)
        return
    if labels is not None:
        _own(labels, data, out, model)
        return
    if variants:
        _variants(variants, out)
        return
    if left_out is not None:
        _left_out(left_out, data, out)
        return
    if measure is not None:
        _measure(measure, data, out)
        return
    if model != "default":
        _unseen(model, data, out)
        return
    fresh = carry is None
    evidence = gather(
        data_root(data), start, lambda line: click.echo(line, err=True), bench and fresh, run, plain and fresh
    )
    told = figures(evidence) if carry is None else _carried(evidence, carry)
    if run is None and told.bench is not None:
        write_sem(told.base_sha256, told.bench.sem)
    written = write_report(told, out) + write_plots(*points_of(evidence), out)
    click.echo(as_markdown(told))
    _say_written(written)


def _cards(reports: Path) -> None:
    from scarscore.train.evaluate.card import write_cards

    _say_written(write_cards(reports))


def _unseen(model: str, data: Path | None, out: Path) -> None:
    from scarscore.datasets.photos import data_root, load
    from scarscore.model.bundles import open_model
    from scarscore.train.evaluate.unseen import as_markdown, evaluate_unseen, write_unseen

    told = evaluate_unseen(open_model(model), model, load(data_root(data)))
    click.echo(as_markdown(told))
    _say_written(write_unseen(told, out))


def _left_out(run: Path, data: Path | None, out: Path) -> None:
    from scarscore.datasets.photos import data_root, load
    from scarscore.train.evaluate.left_out import as_markdown, evaluate_left_out, write_left_out

    told = evaluate_left_out(run, load(data_root(data)), lambda line: click.echo(line, err=True))
    click.echo(as_markdown(told))
    _say_written(write_left_out(told, out))


def _measure(what: str, data: Path | None, out: Path) -> None:
    from scarscore.datasets.photos import data_root, load
    from scarscore.model.bundle import load_bundle
    from scarscore.train.evaluate import sizes_report, speed_report
    from scarscore.train.evaluate.panel import open_panel
    from scarscore.train.evaluate.sizes import measure_sizes
    from scarscore.train.evaluate.speed import measure_speed
    from scarscore.train.samples import trainable

    collection = load(data_root(data))
    rated = trainable(collection, load_bundle().metadata.sources)
    panel, say = open_panel(rated), partial(click.echo, err=True)
    if what == "speed":
        speed = measure_speed(panel, collection, rated, say)
        written, text = speed_report.write_speed(speed, out), speed_report.as_markdown(speed)
    else:
        sizes = measure_sizes(panel, collection, rated, say)
        written, text = sizes_report.write_sizes(sizes, out), sizes_report.as_markdown(sizes)
    click.echo(text)
    _say_written(written)


def _carried(evidence: Evidence, report: Path) -> Figures:
    from scarscore.train.evaluate.carried import carry, completed
    from scarscore.train.evaluate.figures import figures

    return completed(figures(evidence), carry(report, evidence.bundle))


def _own(labels: Path, data: Path | None, out: Path, model: str) -> None:
    from scarscore.datasets.errors import DataMissing
    from scarscore.datasets.photos import data_root, load
    from scarscore.train.evaluate.own import as_markdown, evaluate_labels, read_labels, write_own
    from scarscore.train.evaluate.plots import write_plots

    try:
        collection = load(data_root(data))
    except DataMissing:
        collection = None  # then nobody can tell which of the photos were trained on, and the report says so
    told, points = evaluate_labels(read_labels(labels, typed(data)), collection, model)
    written = write_own(told, out) + write_plots([points], None, out)
    click.echo(as_markdown(told))
    _say_written(written)


def _variants(named: Sequence[str], out: Path) -> None:
    from scarscore.train.evaluate.variants import named_variant, write_variants

    _say_written([write_variants([named_variant(each) for each in named], out)])


def _say_written(paths: Sequence[Path]) -> None:
    click.echo(f"written: {', '.join(str(path) for path in paths)}", err=True)
