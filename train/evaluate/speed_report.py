"""The report on what a score costs and on 8-bit integers, as a text and as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from scarscore.train.evaluate.card_parts import table
from scarscore.train.evaluate.files import write_both
from scarscore.train.evaluate.nearness import Nearness
from scarscore.train.evaluate.speed import CALIBRATED_ON, FACES, Int8, Speed

NAME = "speed"
MOST = 60.0  # milliseconds that a photo may take on one core
TWICE = 2.0  # as fast as torch eager is asked of ONNX Runtime
LOST, SAME, FASTER = 0.005, 0.995, 1.3  # kappa that 8-bit integers may lose, grades that must agree, speed to be gained


def write_speed(speed: Speed, out: Path) -> tuple[Path, Path]:
    """Write `speed.md` and `speed.json` into the folder."""
    return write_both(out, NAME, as_markdown(speed), asdict(speed))


def as_markdown(speed: Speed) -> str:
    """The report as a text."""
    total = sum(part.milliseconds for part in speed.parts)
    parts = [(part.name, f"{part.milliseconds:.0f}") for part in speed.parts]
    against = [
        (each.picture, f"{each.faster:.1f}", "yes" if each.faster >= TWICE else "**no**") for each in speed.against
    ]
    return f"""# What a score costs, and 8-bit integers
Written by `scarscore evaluate --measure speed`; no figure here is typed by hand.

Networks of version {speed.version}, SHA-256 `{speed.sha256}`, one thread; medians over {speed.faces} faces of {FACES},
each the shortest of some turns. Milliseconds are of the machine that measured them, ratios hold elsewhere too.

## A face, part by part
{table(("part", "milliseconds"), [*parts, ("all, without decoding", f"{total:.0f}")])}
{"Within" if total <= MOST else "**More than**"} the {MOST:.0f} ms that a photo may take. The first look is at the
square and at its mirror image; a photo that shows no face has no nearer look.

## ONNX Runtime beside torch eager
{table(("picture", "times as fast", f"{TWICE:g} or more"), against)}
## How near a face is looked at
Nearer looks of several sizes, all else alike; timed is a whole score, from pixels to severity. Each photo by a network
that has not seen it, on the readings' scale by a curve fitted on these photos. {_within(speed.nearness)}

{_nearness(speed.nearness)}
## 8-bit integers
{_int8(speed.int8)}"""


def _nearness(told: Sequence[Nearness]) -> str:
    rows = [
        (
            *(f"{each.side} px" if each.side else "none", f"{each.milliseconds:.0f}"),
            *(each.faces.text(3), each.faces_mae.text(2), each.every.text(3), each.every_mae.text(2)),
        )
        for each in told
    ]
    asked = [f"{name}: {what}" for name in (FACES, "all") for what in ("Spearman", "MAE")]
    return table(("nearer look", "a face, ms", *asked), rows)


def _within(told: Sequence[Nearness]) -> str:
    """What fits into the time that a photo may take."""
    fitting = [each for each in told if each.milliseconds <= MOST]
    if not fitting:
        return f"None keeps to {MOST:.0f} ms on this machine, not even without a nearer look."
    best, shipped = max(fitting, key=lambda each: each.side), max(told, key=lambda each: each.side)
    if best is shipped:
        return f"The shipped {shipped.side} px keep to {MOST:.0f} ms on this machine."
    what = f"a nearer look of {best.side} px" if best.side else "no nearer look at all"
    return (
        f"The largest that keeps to {MOST:.0f} ms on this machine is {what}: its error on {FACES} is "
        f"{best.faces_mae.value:.2f} points, that of the shipped {shipped.side} px {shipped.faces_mae.value:.2f}."
    )


def _int8(told: Int8) -> str:
    rows = [
        ("kappa with the readings", f"{told.kappa:.3f}", f"{told.kappa_int8:.3f}", f"falls by {LOST:g} at most"),
        ("same grade as in floats", "-", f"{told.same:.1%}", f"{SAME:.1%} or more"),
        ("times as fast", "1", f"{told.faster:.2f}", f"{FASTER:g} or more"),
        ("apart from floats, points", "-", f"{told.apart:.1f}", "-"),
    ]
    held = told.kappa - told.kappa_int8 <= LOST and told.same >= SAME and told.faster >= FASTER
    verdict = "All three hold: they could be shipped." if held else "Not all three hold: **they are not shipped**."
    return f"""Each fold's network, quantised after training (weights by channel, ranges from {CALIBRATED_ON} photos
that it was trained on), on the {told.photos} rated photos, each by a network that has not seen it. {verdict}

{table(("", "32-bit floats", "8-bit integers", "asked"), rows)}"""
