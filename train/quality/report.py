"""Writes what was tried as Markdown: who passes, what is refused, and what happens to the score beyond each limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scarscore.model.bundles import ModelBundle
from scarscore.train.evaluate.statistics import spearman
from scarscore.train.product import refused
from scarscore.train.quality.degrade import AILMENTS, Ailment
from scarscore.train.quality.trial import Ailing, NotSkin, Real

HEAD = """# Photo quality: what is refused, and why there
Written by `scarscore evaluate-quality`; no figure here is typed by hand. Every check stands with its unit and its limit
in [checks.py](../serve/scoring/quality/checks.py); the answers below are those of `scarscore score`.

Networks: {networks}.
"""

REAL_NOTES = """
Usable: rated, and called usable by most readers. But for those called unusable, no real photo here is known to be a
bad one, so each refusal of the others is a mistake or close to one.
"""

NOT_SKIN_NOTES = """
Drawn pictures are made by `train/quality/notskin.py`, many of them in the colours of skin. Photographs come with
scikit-learn, and with scikit-image where it is installed, colour ones also in quarters. Backgrounds are cut out of the
real photos beside and above the face (hair included) and never kept; an ear may be among them. Wanted: 98 % refused.
"""

AILING_NOTES = """
{photos} usable rated photos, {each} of each source, spread over its severities, were made to ail step by step. The
change is the severity with the ailment less that without, by the network of the fold that the photo was held out of,
also where the product refuses; MAE is its mean absolute value, bias its mean, in points of severity; Spearman is
between the two over the photos. `passed` and `refused` are by the product's answer, whichever check told it; thumbnails
under 160 px are refused before anything is measured. A limit earns its place where refused photos change by more than
passed ones; where they hardly change, the limit keeps out what readers could not judge either, not what misleads the
network.
"""

UNTOLD = """## What the checks cannot tell
- **Make-up.** No photo here says whether it shows make-up, so nothing could be measured; nothing checks it. Foundation
  hides relief and redness: photograph bare skin.
- **A mirrored selfie**, from its pixels: to the last one it looks like a photo of the other side, and is refused as
  that. Only where the file names a phone's front camera is it scored, and flagged as perhaps mirrored.
- **A beard or a hand** are flags, not refusals: the rest of the face can still be measured. They are told of faces
  alone, not of close-ups.
- **Smoothing filters** of phones, where they keep edges: they are seen only where they take so much detail that the
  photo counts as blurred.
- **Who it is.** Several faces are refused; that it is the same patient as last time is not asked.
- Two photos that both pass can still differ in light enough to move a score: see the repeatability figures.
"""


@dataclass(frozen=True)
class Trial:
    """Everything that the report tells of; `networks` are those that were asked, as `networks_of` names them."""

    networks: str
    real: tuple[Real, ...]
    not_skin: tuple[NotSkin, ...]
    ailing: tuple[Ailing, ...]


def as_markdown(trial: Trial) -> str:
    """The report as a text."""
    head = HEAD.format(networks=trial.networks)
    parts = (head, _real(trial.real), _not_skin(trial.not_skin), _limits(trial.ailing), _steps(trial.ailing), UNTOLD)
    return "\n".join(parts)


def networks_of(bundle: ModelBundle) -> str:
    """Both networks of a bundle: name, version and SHA-256."""
    each = (bundle.severity, bundle.regions)
    return ", ".join(f"{n.metadata.name} {n.metadata.version} (SHA-256 `{n.sha256}`)" for n in each)


def write_report(trial: Trial, folder: Path) -> Path:
    """Write `quality.md` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "quality.md"
    out.write_text(as_markdown(trial), encoding="utf-8")
    return out


def _real(photos: Sequence[Real]) -> str:
    kinds = (("usable", True), ("not rated", None), ("called unusable", False))
    rows = []
    for source in sorted({photo.source for photo in photos}):
        for name, usable in kinds:
            answers = [photo.answer for photo in photos if photo.source == source and photo.usable is usable]
            if answers:
                passed = sum(not refused(answer) for answer in answers)
                why = Counter(answer["reason"] for answer in answers if refused(answer))
                rows.append((source, name, str(len(answers)), f"{passed / len(answers):.1%}", _counted(why)))
    return _section("Real photos", ("source", "photos", "n", "passed", "refused for"), rows) + REAL_NOTES


def _not_skin(pictures: Sequence[NotSkin]) -> str:
    kinds = dict.fromkeys(picture.kind for picture in pictures)
    rows = [_refusals(kind, [picture for picture in pictures if picture.kind == kind]) for kind in kinds]
    rows.append(_refusals("**all**", pictures))
    return _section("Pictures that show no skin", ("what", "n", "refused", "for"), rows) + NOT_SKIN_NOTES


def _refusals(name: str, pictures: Sequence[NotSkin]) -> tuple[str, ...]:
    why = Counter(picture.answer["reason"] for picture in pictures if refused(picture.answer))
    return name, str(len(pictures)), f"{why.total() / len(pictures):.1%}", _counted(why)


def _limits(ailing: Sequence[Ailing]) -> str:
    """What happens to the score of what passes, and of what is refused, over all steps of an ailment."""
    rows = []
    for ailment in AILMENTS:
        mine = [photo for photo in ailing if photo.ailment == ailment.name]
        passed = [photo for photo in mine if not refused(photo.answer)]
        beyond = [photo for photo in mine if refused(photo.answer)]
        rows.append((ailment.name, ailment.check, *_changes(passed), *_changes(beyond)))
    titles = ("ailment", "check", *_titled("passed"), *_titled("refused"))
    photos = len({photo.key for photo in ailing})
    each = round(photos / max(1, len({photo.source for photo in ailing})))
    return _section("The score inside and beyond the limits", titles, rows) + AILING_NOTES.format(
        photos=photos, each=each
    )


def _titled(name: str) -> tuple[str, ...]:
    return f"{name}: n", "MAE", "bias", "Spearman"


def _changes(photos: Sequence[Ailing]) -> tuple[str, ...]:
    if not photos:
        return "0", "-", "-", "-"
    now, before = (np.array([getattr(p, name) for p in photos]) for name in ("severity", "healthy"))
    change = now - before
    rho = f"{spearman(now, before):.2f}" if len(photos) >= 5 and np.ptp(before) > 0 and np.ptp(now) > 0 else "-"
    return str(len(photos)), f"{np.abs(change).mean():.1f}", f"{change.mean():+.1f}", rho


def _steps(ailing: Sequence[Ailing]) -> str:
    rows = [_step(ailment, step, ailing) for ailment in AILMENTS for step in ailment.steps]
    titles = ("ailment", "step", "check", "value, median", "refused", "for", "MAE", "bias", "Spearman")
    return _section("Step by step", titles, rows)


def _step(ailment: Ailment, step: float, ailing: Sequence[Ailing]) -> tuple[str, ...]:
    mine = [photo for photo in ailing if (photo.ailment, photo.step) == (ailment.name, step)]
    values = [float(value) for photo in mine if (value := photo.answer[ailment.check])]
    why = Counter(photo.answer["reason"] for photo in mine if refused(photo.answer))
    median = f"{np.median(values):.3g}" if values else "-"
    share = f"{why.total() / len(mine):.0%}" if mine else "-"
    told = (ailment.name, f"{step:g} {ailment.unit}", ailment.check, median, share, _counted(why))
    return *told, *_changes(mine)[1:]


def _counted(why: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in why.most_common()) or "-"


def _section(title: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return f"## {title}\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
