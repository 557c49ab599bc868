"""`scarscore ablation`: train the recipe with one signal taken away or added, and write what each gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scarscore.train.options import data_option, out_option, start_option

if TYPE_CHECKING:
    from scarscore.train.ablation import Variant


@click.command(short_help="Measure what each training signal gives.")
@data_option
@start_option
@out_option("runs/ablation", "Folder of the variants. What is already in it is gone on from.")
@click.option(
    "--region-labels",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Label maps of the faces that scars are drawn on: `scarscore regions labels --sources london` makes them.",
)
@click.option(
    "--only",
    metavar="LIST",
    help="Only these variants, as in 'without ranking,without cells', to share them between processes. The first "
    "process writes the looks at the photos that most variants share: start the second when it has.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Folder for ablation.md and ablation.json, written once every variant is trained.",
)
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads for torch.  [default: torch's own]")
def ablation(
    data: Path | None,
    start: Path,
    out: Path,
    region_labels: Path,
    only: str | None,
    report: Path,
    threads: int | None,
) -> None:
    """Train a short recipe, and the same with one signal taken away or added; compare them.

    All are trained on four folds and measured on the fifth, and trained once more without the data set of severe
    scars and asked about that. About a quarter of an hour a variant on one core; stop it with Ctrl-C at any time: the
    same command goes on from the last epoch.
    """
    import torch

    from scarscore.datasets.photos import data_root
    from scarscore.train.ablation import open_ablation, train_ablation, variants
    from scarscore.train.cost import counted
    from scarscore.train.memory import keep_memory

    keep_memory()
    if threads:
        torch.set_num_threads(threads)
    wanted = _wanted(only, variants(out))
    with counted(out):
        run = open_ablation(data_root(data), out, region_labels, click.echo)
        train_ablation(run, start, wanted, click.echo)
    if missing := [variant.name for variant in variants(out) if not variant.trained]:
        click.echo(f"not every variant is in {out} yet: {', '.join(missing)}")
        return
    from scarscore.train.evaluate.ablation import evaluate_ablation
    from scarscore.train.evaluate.ablation_report import write_ablation

    for file in write_ablation(evaluate_ablation(run, click.echo), report):
        click.echo(str(file))


def _wanted(only: str | None, every: tuple[Variant, ...]) -> tuple[Variant, ...]:
    """The variants of a list of names; all without one."""
    names = only.split(",") if only else [variant.name for variant in every]
    known = {variant.name: variant for variant in every}
    if odd := [name for name in names if name not in known]:
        raise click.BadParameter(f"{odd[0]!r} is none of {', '.join(known)}", param_hint="--only")
    return tuple(known[name] for name in names)
