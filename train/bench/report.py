"""Writes what the bench found as a section of the report, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scarscore.train.bench.alarms import ALARM, CLEAR
from scarscore.train.bench.healing import COLOURS, STEPS
from scarscore.train.bench.held_back import PERTURBATIONS
from scarscore.train.bench.perturb import (
    CROP,
    DEFOCUS,
    EXPOSURE,
    KELVIN,
    NOISE,
    PERSPECTIVE,
    QUALITY,
    ROTATION,
    SMALLEST,
)
from scarscore.train.bench.records import ALL, Alarms, Alone, Bench, Colour, Healed, Repeats
from scarscore.train.bench.repeat import AVERAGED, FEWEST, SHOTS
from scarscore.train.evaluate.statistics import Estimate

CONDITIONS = (
    f"exposure +-{EXPOSURE:g} EV, white balance +-{KELVIN:g} K, crop and zoom to {CROP:.0%}, rotation +-{ROTATION:g} "
    f"degrees, corners shifted by {PERSPECTIVE:.0%}, defocus to {DEFOCUS:.2%} of the long side, noise to {NOISE:.0%} "
    f"of full light, size from {SMALLEST:.0%}, JPEG {QUALITY[0]} to {QUALITY[1]}"
)


def as_section(bench: Bench) -> str:
    """All that the bench found."""
    return "\n".join(
        [
            _repeats(bench.repeats),
            _alone(bench.alone),
            _healed(bench.healed),
            _colours(bench.colours),
            _alarms(bench.alarms),
        ]
    )


def _repeats(rows: Sequence[Repeats]) -> str:
    text = (
        f"Whole photos that read 20 or more, each taken again {SHOTS} times with all at once: {CONDITIONS}. "
        f"{' and '.join(PERTURBATIONS)} are kept from training and tested beside the photo as it is. ICC(2,1): the "
        "share of the variance that is the photos' own. SEM: standard error of one photo, in points. SDC95 (2.77 x "
        "SEM): the smallest change between two visits that is no chance, for one photo a visit and for the mean of "
        f"{AVERAGED}. Means take the shots as independent; a course counts a quarter of the variance as shared "
        "(docs/course.md) and asks for more. "
        "The slope of the readings on the scores stands beside it: a shrunken score repeats well and says nothing. "
        f"A source with fewer than {FEWEST} such photos counts under `{ALL}` alone."
    )
    titles = ("shots", "source", "photos", "ICC(2,1)", "SEM", "SDC95, one photo", f"SDC95, mean of {AVERAGED}", "slope")
    lines = [
        (
            row.name,
            row.source,
            str(row.photos),
            row.icc.text(3),
            row.sem.text(1),
            row.sdc95.text(1),
            row.of_three.text(1) if row.of_three else "-",
            f"{row.slope:.2f}",
        )
        for row in rows
    ]
    return section("Repeatability: the same skin, another shot", text, titles, lines)


def _alone(rows: Sequence[Alone]) -> str:
    photos = rows[0].photos if rows else 0
    text = f"On {photos} of these photos, each condition alone at the ends of its range; in points of severity."
    lines = [(row.name, f"{row.shift:+.1f}", f"{row.move:.1f}") for row in rows]
    return section("What moves a score", text, ("condition", "mean shift", "mean absolute move"), lines)


def _healed(rows: Sequence[Healed]) -> str:
    text = (
        f"The relief in cells that read as scarred is taken away in steps ({', '.join(f'{s:.0%}' for s in STEPS)}), by "
        "several methods. In order: photos whose score falls at every step; neighbours: pairs of steps in order. "
        "Fall: share of the score that is gone at the last step; slope: points for each tenth of the relief."
    )
    titles = ("method", "source", "photos", "in order", "neighbours in order", "fall", "slope")
    lines = [
        (
            row.name,
            row.source,
            str(row.photos),
            f"{row.ordered:.0%}",
            f"{row.pairs:.0%}",
            f"{row.fall:.0%}",
            f"{row.slope:.1f}",
        )
        for row in rows
    ]
    return section("Healing: scars that fade", text, titles, lines)


def _colours(rows: Sequence[Colour]) -> str:
    text = f"{' and '.join(COLOURS).capitalize()} painted on the skin must not move the score; in points of severity."
    titles = ("painted", "on", "photos", "mean shift", "mean absolute move", "move / SEM")
    lines = [
        (row.name, row.where, str(row.photos), f"{row.shift:+.1f}", f"{row.move:.1f}", f"{row.of_sem:.2f}")
        for row in rows
    ]
    return section("Colour: marks that are no scars", text, titles, lines)


def _alarms(rows: Sequence[Alarms]) -> str:
    text = (
        f"Skin with active acne and no scars to speak of (reading under {CLEAR:g}, or a label of acne or comedones "
        f"where nobody read), and how much of it is told over {ALARM:g}."
    )
    titles = ("photos", "n", f"told over {ALARM:g}", "share", "mean told")
    lines = [(row.name, str(row.photos), str(row.alarms), _percent(row.share), f"{row.mean:.1f}") for row in rows]
    return section("False alarms", text, titles, lines)


def section(title: str, text: str, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A heading, what the table means, the table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return f"## {title}\n{text}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _percent(value: Estimate) -> str:
    return f"{value.value:.0%} [{value.low:.0%}, {value.high:.0%}]"
