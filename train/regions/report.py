"""Writes the region network's card and figures as Markdown and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from scarscore.datasets.cards import load_card
from scarscore.model.regions import Region
from scarscore.train.regions.evaluation import ENOUGH_PEOPLE, Figures, Overlap

HEAD = """# Regions of the face
Written by `scarscore regions evaluate`; no figure here is typed by hand.

## What it is
Network: {name} {version}, {size:.1f} MB, licence class *{licence_class}*, SHA-256 `{sha256}`.

A small U-Net on MobileNetV2's first 14 blocks. For each place of a photo it tells forehead, left cheek, right cheek
(the patient's), nose, chin, other skin, or not skin; for the photo as a whole how many faces, the view, roll, a rough
yaw and the face's width. It recognises nobody. Where a close-up shows too little of a face to tell where it lies, its
answer is other skin and the view a close-up.

One look costs {cost:.2f} times one of the severity network (one thread each, side by side).

## Trained on
{sets}
Its teacher: {teacher}. The teacher labelled these shares of the photos; the others failed its checks:
{kept}.
One group in five was never trained on: every figure below is from these. A group is a person (london), a picture
(scarnet, acne_new) or, in acne04, a block of neighbouring file numbers: a person may stand in two blocks where nobody
found it.
"""

LIMITS = """## Limits
- The teacher is no truth. Agreement with it says how far the network does what it was taught.
- Skin tone is read from the photo, with its light and camera. Few people with dark skin are in the photos; training
  darkens skin artificially, which is no replacement.
- In half-profiles what little shows of the far cheek is called other skin, as the teacher does.
- Light hair, white beards, ears, thin strands over the forehead and stubble are told less well than the rest.
- A tight half-face may get a few regions, or the wrong side, where a person would say neither; parts of the body other
  than the face may be called not skin, dark raised scars above all.
- Yaw and face width are rough: for checking a view, not for measuring.
"""


def write_report(figures: Figures, out: Path) -> tuple[Path, Path]:
    """Write the report and, beside it, the same figures as JSON."""
    out.parent.mkdir(parents=True, exist_ok=True)
    data = out.with_suffix(".json")
    out.write_text(as_markdown(figures), encoding="utf-8")
    data.write_text(json.dumps(asdict(figures), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return out, data


def as_markdown(figures: Figures) -> str:
    """The report as a text."""
    sets = "\n".join(f"- {name}: {load_card(name).licence}" for name in figures.sources)
    kept = ", ".join(f"{s} {k} of {n} ({k / n:.0%})" for s, (k, n) in sorted(figures.kept.items()))
    head = HEAD.format(
        name=figures.name,
        version=figures.version,
        size=figures.bytes / 1e6,
        licence_class=figures.licence_class,
        sha256=figures.sha256,
        cost=figures.cost,
        sets=sets,
        teacher=figures.teacher,
        kept=kept,
    )
    return "\n".join([head, _tones(figures.tones), _sources(figures.overlaps), _poses(figures), _skin(figures), LIMITS])


def _tones(tones: Sequence[Overlap]) -> str:
    untested = [t for t in tones if t.mean is None]
    tested = [t for t in tones if t.mean is not None]
    lines = [
        f"- **{t.name}: untested** ({t.people} groups, {t.photos} photos; {ENOUGH_PEOPLE} groups are needed)"
        for t in untested
    ]
    text = "\n".join(lines)
    return f"## By skin tone (ITA)\n{text}\n\n" + _table(tested)


def _sources(overlaps: Sequence[Overlap]) -> str:
    return "## Against the teacher\nIntersection over union.\n\n" + _table(overlaps)


def _table(overlaps: Sequence[Overlap]) -> str:
    titles = ["photos", "n (groups)", "mean of seven", *(r.name.lower().replace("_", " ") for r in Region)]
    rows = [[o.name, f"{o.photos} ({o.people})", _two(o.mean), *map(_two, o.each)] for o in overlaps]
    return _lines(titles, rows)


def _poses(figures: Figures) -> str:
    titles = ["photos", "n", "view agrees", "roll, median error", "yaw, median error", "face width, median error"]
    rows = [
        [p.source, str(p.photos), f"{p.view:.1%}", f"{p.roll:.1f}°", f"{p.yaw:.1f}°", f"{p.width:.1%}"]
        for p in figures.poses
    ]
    return "## Pose, against the teacher's\n" + _lines(titles, rows)


def _skin(figures: Figures) -> str:
    rows = [[s.name, str(s.count), f"{s.share:.1%}"] for s in figures.skin]
    return "## Skin in close-ups\n" + _lines(["what", "n", "share"], rows)


def _lines(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
