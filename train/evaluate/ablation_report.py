"""The report on what each signal gives, as a text and as figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from scarscore.train.ablation import BASE, BEFORE, CHANGES, PRESET, SHORTER, UNSEEN
from scarscore.train.bench.alarms import ALARM, UNREAD
from scarscore.train.evaluate.ablation import SHOTS, Ablation, Given
from scarscore.train.evaluate.ablation_bench import DEEP_TONES, NEVER_TRAINED, SEVERE
from scarscore.train.evaluate.card_parts import table
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.statistics import shown

NAME = "ablation"


def write_ablation(ablation: Ablation, out: Path) -> tuple[Path, Path]:
    """Write `ablation.md` and `ablation.json` into the folder."""
    return write_both(out, NAME, as_markdown(ablation), asdict(ablation))


def as_markdown(ablation: Ablation) -> str:
    """The report as a text."""
    recipe = ", ".join(f"`{name}` {str(value).lower()}" for name, value in (SHORTER | BEFORE).items())
    deep = " and ".join(DEEP_TONES).capitalize()
    return f"""# What each signal gives
Written by `scarscore ablation`; no figure here is typed by hand.

The recipe `{PRESET}`, made shorter and as it was up to 0.7.0 ({recipe}), and the same
with one signal taken away or added: no row is the network that is shipped. All are trained on the same four folds and
asked about the {ablation.photos} photos of the fifth. In brackets: 95 % intervals, whole groups drawn again.

Cells as close-ups are those of faces, `low_cells_below` a severity; drawn are faces, cheeks and pieces of skin. What
each key of the recipe is, `train/presets/{PRESET}.toml` says.

## Agreement with the readings
MAE is after a curve fitted on these photos; *less* is it less that of the first row: below 0 is better, and where its
interval holds 0 the signal has shown nothing here. {deep} skin: {ablation.deep} photos of the fold, as photographed.
*{UNSEEN} never seen*: its {ablation.strangers} photos, by a second network of each recipe, trained on the other data
sets alone; what the variant's first network tells of the fold's other photos puts it on the readings' scale. Bias is
told less read; `-` stands where no such network was trained.

{_agreement(ablation)}
## Steadiness
ICC and SDC95: {ablation.severe} photos that read {SEVERE:g} or more, each taken again {SHOTS} times as a clinic's
camera varies. Healing in order: {ablation.fading} photos whose scars fade by a method that was never taught. Redness:
painted on the photos that read {SEVERE:g} or more, in points. Acne: crops of {NEVER_TRAINED} labelled
{" or ".join(UNREAD)}, never trained on, told over {ALARM:g}.

{_steadiness(ablation)}"""


def _agreement(ablation: Ablation) -> str:
    titles = (
        *("variant", "changed", *(f"{name}: Spearman" for name in (*ablation.sources, "all", "cells"))),
        *("within photos", "MAE, points", f"less {BASE}", f"{' and '.join(DEEP_TONES)}: MAE"),
        *(f"{UNSEEN} never seen: Spearman", "bias"),
    )
    return table(titles, [_agreeing(each) for each in ablation.given])


def _agreeing(given: Given) -> tuple[str, ...]:
    return (
        *(given.name, _change(given.name), *(each.text(2) for each in (*given.rho, given.cells))),
        *(shown(given.within, 2), given.mae.text(1)),
        "-" if given.name == BASE else given.less.text(2),
        *(shown(given.deep, 1), given.unseen.text(2) if given.unseen else "-"),
        "-" if given.unseen_bias is None else f"{given.unseen_bias:+.1f}",
    )


def _change(name: str) -> str:
    """What the variant changes in the recipe, by its keys."""
    return ", ".join(f"`{key}` {str(value).lower()}" for key, value in CHANGES[name].items()) or "-"


def _steadiness(ablation: Ablation) -> str:
    titles = ("variant", "ICC", "SDC95", "healing in order", "redness moves", f"acne over {ALARM:g}")
    rows = [
        (
            *(given.name, given.icc.text(3), given.sdc95.text(1), f"{given.ordered:.0%}", f"{given.redness:.1f}"),
            f"{given.alarms} of {given.crops}",
        )
        for given in ablation.given
    ]
    return table(titles, rows)
