"""The sections of the report on photo grades, scar types, raised scars and unlike photos."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scarscore.train.evaluate.said import GradeFigures, RaisedFigures, Said, TypesFigures
from scarscore.train.evaluate.statistics import shown

GRADES_NOTE = """
Grades 2 to 4 come from the severity (cumulative link). Between 0 and 1 redness may only speak for marks{redness}. It
is the photo grade of the readings' rubric. The grade told is the median of its probabilities, the reference the median
reading. A source that lies mostly in one grade has a low kappa whatever is told.
"""

REDNESS = {
    True: "",
    False: "; on these readings it spoke against them, so the severity alone decides: the spread of redness tells the "
    "cameras apart, not marks",
}

TYPES_NOTE = """
Truth is the label of scarnet, given by four dermatologists; {photos} photos, one a group, each by heads on the features
of the network that has seen no photo of its group. Photos to which scarnet gives two types are left out.

- Macro-F1 over five types {f1}; accuracy {five}.
- With rolling and boxcar as one type, accuracy {four}; published, honestly replicated: {published:.1%}. The interval
  {lies} above it.
- Depressed types alone, where readers name one: the readers' first type is the label in {readers} of photos, the
  network's in {ours}.
- On all rated photos that read 10 or more, the network's likeliest depressed type is the readers' first in {theirs}.
"""


def as_sections(said: Said) -> str:
    """All of it as Markdown."""
    parts = [_grades(said.grades, said.redness)]
    if said.types is not None:
        parts.append(_types(said.types))
    if said.raised is not None:
        parts.append(_raised(said.raised))
    parts.append(
        f"## Unlike what was trained on\nRated photos that the network which has not seen them would refuse as unlike "
        f"all others: {said.unlike:.1%}.\n"
    )
    return "\n".join(parts)


def _grades(rows: Sequence[GradeFigures], weight: float) -> str:
    told = [
        (
            g.source,
            str(g.photos),
            g.kappa.text(2),
            shown(g.readers, 2),
            f"{g.same:.0%}",
        )
        for g in rows
    ]
    titles = ("source", "photos", "quadratic kappa", "*readers among themselves*", "same grade")
    return _section("Photo grade against the median reading", titles, told) + GRADES_NOTE.format(
        redness=REDNESS[weight > 0.0]
    )


def _types(types: TypesFigures) -> str:
    rows = [(t.name, str(t.photos), str(t.told), str(t.right), f"{t.f1:.2f}") for t in types.rows]
    note = TYPES_NOTE.format(
        photos=types.photos,
        f1=types.macro_f1.text(2),
        five=types.five.text(2),
        four=types.four.text(3),
        published=types.published,
        lies="lies" if types.four.low > types.published else "does not lie",
        readers=types.readers.text(2),
        ours=types.ours.text(2),
        theirs=types.with_readers.text(2),
    )
    return _section("Scar types against scarnet's labels", ("type", "photos", "told", "right", "F1"), rows) + note


def _raised(raised: RaisedFigures) -> str:
    return (
        f"## Raised scars\nOf {raised.present} photos labelled hypertrophic or keloid {raised.told_present:.0%} are "
        f"told to show raised scars, of {raised.absent} photos without {raised.told_absent:.1%}, of the "
        f"{raised.close_ups} close-ups of faces among these {raised.told_close_ups:.1%}; AUC {raised.auc:.3f}. The "
        "raised ones mostly show chest, back and ears, the others faces: this is no figure for faces.\n"
    )


def _section(title: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return f"## {title}\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
