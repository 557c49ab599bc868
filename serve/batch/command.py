"""`scarscore score`: what the user asks for, checked before any work, and what she is told at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scarscore.model.options import model_option
from scarscore.serve.errors import OutputError, UsageError

if TYPE_CHECKING:
    from scarscore.serve.batch.job import Tally
    from scarscore.serve.batch.progress import Pace


def _shard(_: click.Context, __: click.Parameter, value: str) -> tuple[int, int]:
    number, slash, count = value.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise click.BadParameter(f"{value!r} is not like 2/8: the second of eight shares, counted from 1")
    return int(number), int(count)


@click.command(context_settings={"max_content_width": 100})
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write rows to FILE, by its suffix .csv, .jsonl or .parquet. Without it: CSV on standard output.",
)
@click.option(
    "--overlays",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a PNG for each scored photo into DIR: the photo under a heat map of local severity.",
)
@click.option(
    "--maps",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write a .npy for each scored photo into DIR: local severity, 0 to 100, NaN where not judged; beside it a "
    ".types.npy with the probabilities of five scar types.",
)
@click.option(
    "--regions",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a row for each region of each scored photo to FILE (.csv, .jsonl, .parquet). Needs --out.",
)
@click.option(
    "--view",
    type=click.Choice(["front", "left", "right", "closeup"]),
    help="What the photos show, as a list may say for each; left and right are the patient's. A photo of another side "
    "is refused.",
)
@model_option
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use.")
@click.option("--resume", is_flag=True, help="Go on with a batch that was stopped.")
@click.option(
    "--shard",
    callback=_shard,
    default="1/1",
    metavar="I/N",
    help="Score only the I-th of N equal shares of the photos, to split a batch over machines.",
)
@click.pass_context
def score(
    ctx: click.Context,
    paths: tuple[str, ...],
    out: Path | None,
    overlays: Path | None,
    maps: Path | None,
    regions: Path | None,
    view: str | None,
    model: str,
    workers: int,
    resume: bool,
    shard: tuple[int, int],
) -> None:
    """Score the severity of acne scars in photos, a row each.

    PATHS are photos, folders, CSV manifests with a column `path` (relative to the manifest) and perhaps
    `view`, or - for paths on standard input, one a line or separated by NUL. Folders are searched with the
    folders in them; files and folders whose names begin with a dot are passed over. Every other file gets a
    row, under the first of its names: a photo that cannot be scored, or a file that is no photo, is refused with
    its reason.

    \b
      scarscore score photos/ --out scores.csv
      scarscore score photos/ --out scores.csv --overlays heat/ --workers 4
      scarscore score photos/ --out scores.csv --regions regions.csv
      scarscore score photos/ --out scores.csv --resume     after Ctrl-C or a crash
      scarscore score list.csv --out part2.parquet --shard 2/8
      find . -name '*.jpg' -print0 | scarscore score - > scores.csv

    With --out, the file appears when all is done; until then a journal beside it holds what is done. In the
    path column, bytes that are not UTF-8 and control characters are written \\xNN. In CSV, a text that a
    spreadsheet would take for a formula begins with an apostrophe.

    Exit status: 0 all scored, 1 some refused, 2 wrong usage, 130 Ctrl-C.
    """
    from scarscore.serve.batch.find import find
    from scarscore.serve.batch.find import shard as share
    from scarscore.serve.batch.job import Batch, run_batch
    from scarscore.serve.batch.work import Pictures
    from scarscore.serve.cli import installed_version
    from scarscore.serve.scoring.result import View

    _check(paths, out, regions, resume)
    _check_folders(paths, {"--overlays": overlays, "--maps": maps})
    _check_shard(paths, (out, regions, overlays, maps), shard)
    found = find(paths, sys.stdin.buffer, _ours(out, regions, overlays, maps))
    if not found:
        raise UsageError("nothing to score: no files were found there")
    _make_folders(overlays, maps)
    chosen, name = share(found, *shard), f"{shard[0]}/{shard[1]}"
    batch = Batch(
        chosen,
        View(view) if view else None,
        out,
        regions,
        Pictures(overlays, maps),
        workers,
        resume,
        name,
        installed_version(),
        model,
    )
    tally, pace = run_batch(batch)
    _tell(tally, pace, out)
    ctx.exit(1 if tally.refused else 0)


def _check(paths: tuple[str, ...], out: Path | None, regions: Path | None, resume: bool) -> None:
    """Raise `UsageError` for what could only go wrong later, or destroy something."""
    from scarscore.serve.batch.write import check_apart, check_out

    if out is None:
        if resume:
            raise UsageError("--resume needs --out: rows on standard output leave no journal to go on from")
        if regions is not None:
            raise UsageError("--regions needs --out")
        return
    for option, file in (("--out", out), ("--regions", regions)):
        if file is None:
            continue
        check_out(file, option)
        if os.path.realpath(file) in map(os.path.realpath, paths):
            raise UsageError(f"{option} {str(file)!r} is one of PATHS and would be overwritten")
    check_apart({"--out": out, "--regions": regions})


def _check_folders(paths: tuple[str, ...], folders: Mapping[str, Path | None]) -> None:
    """Raise `UsageError` where pictures would be written among the photos: they would be left out of the search."""
    for option, folder in folders.items():
        if folder is not None and os.path.realpath(folder) in map(os.path.realpath, paths):
            raise UsageError(f"{option} {str(folder)!r} is one of PATHS: name another folder, which may lie within it")


def _check_shard(paths: tuple[str, ...], outputs: Iterable[Path | None], shard: tuple[int, int]) -> None:
    """Raise `UsageError` where one shard's outputs would be found among the photos of another."""
    if shard[1] == 1:
        return
    for output in filter(None, outputs):
        if any(Path(os.path.realpath(output)).is_relative_to(os.path.realpath(path)) for path in paths):
            raise UsageError(
                f"with --shard {str(output)!r} must lie outside the folders that are scored: "
                "other shards would find it there and count it as a photo"
            )


def _ours(out: Path | None, regions: Path | None, *folders: Path | None) -> list[Path]:
    """What this command writes, which a search must not take for photos."""
    from scarscore.serve.batch.job import journal_of
    from scarscore.serve.batch.write import temporary

    files = [] if out is None else [out, journal_of(out), temporary(out)]
    files += [] if regions is None else [regions, temporary(regions)]
    return files + [folder for folder in folders if folder is not None]


def _make_folders(*folders: Path | None) -> None:
    for folder in filter(None, folders):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"the folder {str(folder)!r} cannot be made: {error.strerror}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(f"nothing may be written into the folder {str(folder)!r}")


def _tell(tally: Tally, pace: Pace, out: Path | None) -> None:
    from scarscore.serve.batch.progress import duration
    from scarscore.serve.scoring.result import DISCLAIMER, HINTS, Reason

    refused = sum(tally.refused.values())
    again = f" ({pace.done - pace.new:,} of them from the journal)" if pace.done > pace.new else ""
    lines = [
        f"{tally.scored:,} scored, {refused:,} refused{again}, "
        f"in {duration(pace.seconds)}, {pace.rate:.1f} photos a second."
    ]
    for reason, count in sorted(tally.refused.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"  {count:>7,} {reason}: {HINTS[Reason(reason)]}")
    if out is not None:
        lines.append(f"Scores: {out}")
    click.echo("\n".join([*lines, DISCLAIMER]), err=True)
