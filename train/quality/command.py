"""`scarscore evaluate-quality`: the report on the quality checks, whom they let pass and whom they refuse."""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.train.options import data_option, out_option, weights_option


@click.command(short_help="Measure what the quality checks let pass and refuse.")
@data_option
@weights_option
@click.option(
    "--photos",
    type=click.IntRange(min=2),
    default=4,
    show_default=True,
    help="Photos of each source that are made to ail.",
)
@out_option("evaluation", "Folder for quality.md.")
def evaluate_quality(data: Path | None, weights: Path, photos: int, out: Path) -> None:
    """Measure what the quality checks let pass and refuse, and what happens to the score beyond their limits.

    Asks `scarscore score` about every real photo, about pictures that show no skin, and about real photos that are
    made to ail step by step: wrongly exposed, shaded, coloured, glossy, blurred, small, covered. Takes a few minutes;
    the same data and networks give the same bytes. docs/quality.md is what it wrote.
    """
    from scarscore.datasets.photos import data_root, load
    from scarscore.model.bundles import open_model
    from scarscore.model.region_engine import RegionEngine
    from scarscore.train.quality.backgrounds import backgrounds
    from scarscore.train.quality.notskin import drawn, photographed
    from scarscore.train.quality.report import Trial, as_markdown, networks_of, write_report
    from scarscore.train.quality.trial import ailing, chosen, not_skin, real_photos

    def say(line: str) -> None:
        click.echo(line, err=True)

    collection = load(data_root(data))
    say("real photos")
    real = real_photos(collection)
    say("pictures that show no skin")
    cut = backgrounds(collection, ("acne_new", "acne04", "london"), weights, 60)
    others = not_skin([*drawn(8), *photographed(), *cut])
    ill = ailing(collection, chosen(collection, photos), RegionEngine.load(), say)
    trial = Trial(networks_of(open_model()), real, others, ill)
    click.echo(as_markdown(trial))
    say(f"written: {write_report(trial, out)}")
