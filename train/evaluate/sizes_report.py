"""The report on one photo at several sizes and crops, as a text and as figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from scarscore.model.preprocess import NEAR_SIDE
from scarscore.train.bench.measure import SCARRED
from scarscore.train.bench.repeat import FEWEST
from scarscore.train.bench.subjects import SIDE
from scarscore.train.evaluate.card_parts import table
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.sizes import SMALLEST, Looked, Sizes
from scarscore.train.evaluate.statistics import shown

NAME = "sizes"


def write_sizes(sizes: Sizes, out: Path) -> tuple[Path, Path]:
    """Write `sizes.md` and `sizes.json` into the folder."""
    return write_both(out, NAME, as_markdown(sizes), asdict(sizes))


def as_markdown(sizes: Sizes) -> str:
    """The report as a text."""
    titles = ("shown", "photos", "shift, points", "move, points", "ICC(2,1)", *(f"{s}: move" for s in sizes.sources))
    sem = f" One shot's SEM, as a clinic's camera varies, is {sizes.sem:.1f} points." if sizes.sem is not None else ""
    return f"""# One photo, several sizes and crops
Written by `scarscore evaluate --measure sizes`; no figure here is typed by hand.

Networks of version {sizes.version}, SHA-256 `{sizes.sha256}`.

There is no scale in a photo, and the network is not told one. The part of a photo that shows skin is brought to 320 px
on its long side, what is not skin is painted grey, and a face is looked at once more, up to {NEAR_SIDE} px, with
half a say. So a photo means the area of skin that it shows: a close-up of a scarred cheek reads higher than the
face that it belongs to, and how much of the room about it is in the frame ought not to count.

Here {sizes.photos} photos that read {SCARRED:g} or more, of {SIDE} px at most, are told again in fewer pixels, with
more or less about the skin, and cut into the skin, each by the network that has not seen it. *Shift* is what they are
told more than as they are, *move* the mean distance.{sem} Looks whose short side is
under {SMALLEST} px are refused by the product and left out; under {FEWEST} photos nothing is told.

{table(titles, [_row(each) for each in sizes.looks])}
Fewer pixels, a wider frame and a cut to the skin show the same skin: there the score ought to stay. A part of the skin
is another question: where scars are spread unevenly it ought to move.
"""


def _row(looked: Looked) -> tuple[str, ...]:
    shift = f"{looked.shift:+.1f}" if looked.photos >= FEWEST else "-"
    return (
        *(looked.name, str(looked.photos), shift, shown(looked.move, 1), shown(looked.icc, 3)),
        *(shown(move, 1) for move in looked.moves),
    )
