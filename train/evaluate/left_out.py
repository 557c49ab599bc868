"""Each data set by a network that was trained without it: how far a score holds for photos of a kind never seen.

Leave-one-source-out, beside the grouped folds of evaluation.md, whose networks know every data set from other groups.
A repeat of a left-out photo is left out with it, whichever set it is in. Networks are those that
`scarscore train --networks without-SOURCE` made, asked as a user would ask them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection
from scarscore.model.bundles import ModelBundle, open_model
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.unseen import NOTE, SetFigures, set_figures, sets_table
from scarscore.train.run import network_file
from scarscore.train.views import Say

NAME = "left-out"
CALIBRATED = (
    "Its curve and interval come from the run's other networks, on photos of the sets that it may see: a set that "
    "reads otherwise than those is told too high or too low (*bias*)."
)


@dataclass(frozen=True)
class LeftOut:
    """A data set, the network that never saw it, and its figures."""

    network: str
    version: str
    sha256: str
    figures: SetFigures


def evaluate_left_out(run: Path, collection: Collection, say: Say) -> tuple[LeftOut, ...]:
    """Ask each network in a run's folder that was trained without a data set about that set's rated photos.

    Raises `DataError` where there is none, or where one was trained on what its name leaves out.
    """
    files = sorted(run.glob(network_file("*")))
    if not files:
        raise DataError(
            f"{run} holds no network that was trained without a data set: make some with "
            "`scarscore train --networks without-SOURCE`, and finish the run"
        )
    before, after = network_file("*").split("*")
    return tuple(_left_out(file, file.name.removeprefix(before).removesuffix(after), collection, say) for file in files)


def _left_out(file: Path, source: str, collection: Collection, say: Say) -> LeftOut:
    bundle: ModelBundle = open_model(str(file))
    rated = [r for r in collection.rated() if r.usable and r.cut is None and r.photo.source == source]
    if source in bundle.severity.metadata.sources:
        raise DataError(f"{file} was trained on {source}: it says so itself")
    if not rated:
        raise DataError(f"{file}: there is no rated photo of {source!r}")
    say(f"asking the network without {source} about {len(rated)} photos")
    return LeftOut(
        bundle.name, bundle.version, bundle.severity.sha256, set_figures(source, rated, collection, str(file))
    )


def write_left_out(told: Sequence[LeftOut], out: Path) -> tuple[Path, Path]:
    """Write `left-out.md` and `left-out.json` into the folder."""
    return write_both(out, NAME, as_markdown(told), {"networks": [asdict(each) for each in told]})


def as_markdown(told: Sequence[LeftOut]) -> str:
    """The report as a text."""
    networks = "".join(f"- {each.network} {each.version}, SHA-256 `{each.sha256}`\n" for each in told)
    return (
        "# Data sets that a network has never seen\n"
        "Written by `scarscore evaluate --left-out`; no figure here is typed by hand.\n\n"
        "Each set is scored by a network that was trained on the other sets alone, by this run's recipe. "
        f"{CALIBRATED} In [evaluation.md](evaluation.md) each photo's network knows its set from other groups.\n\n"
        f"{sets_table([each.figures for each in told])}\n{NOTE}\n{networks}"
    )
