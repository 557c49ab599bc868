"""Writes the figures as Markdown and as JSON, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from scarscore.model.severity import COVERAGE
from scarscore.train.bench.report import as_section
from scarscore.train.evaluate.carried import SHORT
from scarscore.train.evaluate.figures import ENOUGH_OF_A_TONE, MILD, Figures
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.said_report import as_sections
from scarscore.train.evaluate.statistics import RESAMPLES, shown
from scarscore.train.evaluate.weak import weak_points

HEAD = """# Evaluation
Written by `scarscore evaluate`; no figure here is typed by hand.

Model: {model} {version}, licence class *{licence_class}*, SHA-256 `{sha256}`.

Every photo is scored by an exported ONNX network that has seen no photo of its group (grouped 5-fold). Truth is the
mean of the reference readings: independent machine-assisted passes, none by a dermatologist, never clinical truth.
A photo that the product refuses counts as its source's mean. In brackets: 95 % intervals, from {resamples} resamples
of whole groups. A group is a person (london), a picture (scarnet, habibsatya, acne_new) or, in acne04, a block of
neighbouring file numbers: a person may stand in two blocks where nobody found it, which would flatter the figures
there.
"""

NOTES = """
Over all sources, rank correlation mostly says that the sources differ; the rows of single sources are the honest ones.
A calibration slope below 1 says that differences come out too large, above 1 too small. AUC at {mild:g}: how well
photos that read {mild:g} or more are told from the others. Bias: told less read, below 0 is too low.
"""

CARRIED = """## Measured on an earlier network
The bench (from *Repeatability* on) and the plain regression network were measured on {origin} and taken over: its local
severities are those of this one, and it errs alike on *Other photos*, as the same calibration does. Its heads and
photo grades are others, and play no part there.
"""

TAKEN_OVER = """## Taken over from an earlier report
The bench (from *Repeatability* on) and the plain regression network were not measured again: they are those of an
earlier report on this same network.
"""

PLOTS = """![Told against read, a panel a source](scatter.svg)
![Bland-Altman: told less read against their mean](bland-altman.svg)
![Calibration](calibration.svg) ![Cells against the map](cells.svg)
"""


def write_report(figures: Figures, folder: Path) -> tuple[Path, Path]:
    """Write `evaluation.md` and `evaluation.json` into the folder."""
    return write_both(folder, "evaluation", as_markdown(figures), asdict(figures))


def as_markdown(figures: Figures) -> str:
    """The report as a text."""
    identity = {name: getattr(figures, name) for name in ("model", "version", "licence_class", "sha256")}
    parts = [
        HEAD.format(**identity, resamples=RESAMPLES),
        _weak(figures),
        _sources(figures),
        NOTES.format(mild=MILD),
        PLOTS,
        _tones(figures),
        _cells(figures),
        _coverage(figures),
        as_sections(figures.said),
        *([_asides(figures)] if figures.asides else []),
        _refused(figures),
    ]
    if figures.bench:
        parts.append(as_section(figures.bench))
    if figures.carried:
        parts.append(_carried(figures.carried, figures.sha256))
    return "\n".join(parts)


def _weak(figures: Figures) -> str:
    points = weak_points(figures)
    lines = [f"{number}. {point.text}" for number, point in enumerate(points, 1)] or ["None was found."]
    return "## Weak points, worst first\n" + "\n".join(lines) + "\n"


def _sources(figures: Figures) -> str:
    rows = []
    for s in figures.sources:
        first = (s.source, f"{s.photos} ({s.groups})", str(s.refused))
        for number, method in enumerate(s.methods):
            rho = "-" if method.name == "source mean" else method.rho.text(2)
            slope = "-" if method.name == "source mean" else shown(method.slope, 2)
            auc = "-" if method.name == "source mean" else shown(method.auc, 2)
            told = (method.name, rho, method.mae.text(1), slope, auc)
            rows.append((*(first if number == 0 else ("",) * 3), *told))
        rows.append(
            (
                "",
                "",
                "",
                "*readers among themselves*",
                shown(s.readers.spearman, 2),
                shown(s.readers.mae, 1),
                "-",
                "-",
            )
        )
    titles = (
        "source",
        "photos (groups)",
        "refused",
        "scored by",
        "Spearman",
        "MAE, points",
        "calibration slope",
        f"AUC at {MILD:g}",
    )
    return _section("Severity against the mean reading", titles, rows)


def _tones(figures: Figures) -> str:
    rows = [
        (f"**{t.band}: untested**", f"{t.photos} ({t.people})", *["-"] * 5)
        if t.mae is None or t.bias is None or t.over_all is None
        else (
            *(t.band, f"{t.photos} ({t.people})", t.mae.text(1), f"{t.bias:+.1f}", f"{t.over_all:.2f}"),
            *(shown(t.readers, 1), shown(t.mix, 1)),
        )
        for t in figures.tones
    ]
    titles = (
        *("skin tone (ITA)", "photos (groups)", "MAE, points", "bias, points", "MAE over that of all"),
        *("*readers among themselves*", "*same data sets, all tones*"),
    )
    note = (
        "The individual typology angle is that of the photo: exposure and white balance move it. "
        f"A band with fewer than {ENOUGH_OF_A_TONE} photos is untested. Beside it, to compare with, in "
        "points: how far two readers of these photos differ, and the mean error that the band's mix of data sets alone "
        "would give.\n"
    )
    return _section("By skin tone", titles, rows) + "\n" + note


def _cells(figures: Figures) -> str:
    c = figures.cells
    within = f"Within photos (mean of {c.photos}): {c.within:.2f}."
    text = f"Over all {c.cells} cells: Spearman {c.pooled.text(2)}. {within}"
    return f"## Local severity against readings of nine cells\n{text}\n"


def _coverage(figures: Figures) -> str:
    rows = [
        (
            c.source,
            str(c.photos),
            f"{c.interval:.1%}",
            f"{c.width:.1f}",
            f"{c.grade_set:.1%}",
            f"{c.set_size:.2f}",
        )
        for c in figures.coverage
    ]
    titles = (
        "source",
        "photos",
        "reading in interval",
        "mean width, points",
        "grade in set",
        "mean size of set",
    )
    return _section(f"What is said to hold with {COVERAGE:.0%}", titles, rows)


def _asides(figures: Figures) -> str:
    rows = [
        (
            a.name,
            str(a.photos),
            a.rho.text(2),
            a.mae.text(1),
            a.readers.text(),
        )
        for a in figures.asides
    ]
    return _section("Other photos", ("photos", "n", "Spearman", "MAE, points", "readers: Spearman / MAE"), rows)


def _refused(figures: Figures) -> str:
    told = ", ".join(f"{reason} {count}" for reason, count in figures.refused.items()) or "none"
    return f"## Refused\nUsable rated photos that `scarscore score` refuses, by reason: {told}.\n"


def _carried(origin: str, sha256: str) -> str:
    return TAKEN_OVER if sha256[:SHORT] in origin else CARRIED.format(origin=origin)


def _section(title: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return f"## {title}\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
