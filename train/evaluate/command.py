"""`scarscore evaluate`: the report on the shipped network, out of fold, beside baselines and readers."""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.train.options import data_option, out_option, start_option


@click.command(short_help="Evaluate the shipped network against the readings.")
@data_option
@start_option
@out_option("evaluation", "Folder for evaluation.md and evaluation.json.")
@click.option("--bench/--no-bench", default=True, help="Test repeatability, healing and colour too.  [default: bench]")
def evaluate(data: Path | None, start: Path, out: Path, bench: bool) -> None:
    """Evaluate the shipped network on photos that it has not seen.

    Each rated photo is scored by the exported network of the fold that it was held out of, and set against the mean
    reading, beside the readers' own agreement, a ridge on frozen features and the source's mean. On the bench photos
    are taken again as cameras vary, scars fade and colours change. Takes some minutes; the same data and networks
    give the same bytes.
    """
    from scarscore.datasets.photos import data_root
    from scarscore.train.evaluate.evaluation import gather
    from scarscore.train.evaluate.figures import figures
    from scarscore.train.evaluate.report import as_markdown, write_report

    told = figures(gather(data_root(data), start, lambda line: click.echo(line, err=True), bench))
    written = write_report(told, out)
    click.echo(as_markdown(told))
    click.echo(f"written: {', '.join(str(path) for path in written)}", err=True)
