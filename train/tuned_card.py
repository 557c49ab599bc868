"""The card of a network that went on with somebody's own photos: written by the run, from its own figures."""

from __future__ import annotations

from scarscore.model.bundles import ModelBundle
from scarscore.train.cost import Cost
from scarscore.train.evaluate import card_parts
from scarscore.train.evaluate.statistics import RESAMPLES, Estimate, shown
from scarscore.train.tune import BETTER, FEWEST_PATIENTS, OPEN, WORSE, Side, Tuned

WRITTEN = "Written by `scarscore train --labels`; no figure here is typed by hand.\n"
SAID = {
    BETTER: "On these patients **it agrees better with the readings than the network that it went on from**: the "
    "whole interval of the change lies below 0.",
    WORSE: "On these patients **it agrees worse with the readings than the network that it went on from**: do not "
    "use it.",
    OPEN: "On these patients **no difference to the network that it went on from is shown**: the interval of "
    "the change holds 0. It is not called better.",
}


def tuned_card(bundle: ModelBundle, base: ModelBundle, told: Tuned, cost: Cost | None) -> str:
    """The card, as Markdown. People and photos are counted, never named."""
    parts = [
        card_parts.networks(bundle) + "\n" + WRITTEN,
        f"It went on from the bundle `{base.name}` {base.version} (severity SHA-256 `{base.severity.sha256}`), with "
        "whose region network it goes.\n",
        _figures(told),
        card_parts.data(bundle),
        _readings(told),
        card_parts.USE,
        card_parts.limits(
            (
                "The figures are of one collection of photos and its own readers; elsewhere nothing is known of it.",
                "Skin tones, repeatability, other cameras and false alarms were **not tested** again.",
                "Photo grades are told by the calibration that it went on from. Scar types and raised scars are not.",
            )
        ),
        card_parts.cost(cost, None, regions_taken=True),
    ]
    return "\n".join(parts)


def _figures(told: Tuned) -> str:
    rows = [_side("before", told.base), _side("after", told.tuned)]
    titles = ("network", "Spearman", "MAE, points", "calibration slope", "readings in the 90 % interval")
    change = f"Change: Spearman {_signed(told.rho_change, 2)}, MAE {_signed(told.mae_change, 1)} points.\n"
    head = (
        f"## Figures on {told.photos} photos of {told.patients} patients that were held out\n"
        f"In brackets: 95 % intervals, from {RESAMPLES} resamples of whole patients; a change is of both networks on "
        "the same patients.\n\n"
    )
    return head + card_parts.table(titles, rows) + f"\n{change}\n{SAID[told.verdict]} {_seen(told)}\n"


def _side(name: str, side: Side) -> tuple[str, ...]:
    return name, side.rho.text(2), side.mae.text(1), shown(side.slope, 2), f"{side.inside:.0%}"


def _signed(change: Estimate, digits: int) -> str:
    return f"{change.value:+.{digits}f} [{change.low:+.{digits}f}, {change.high:+.{digits}f}]"


def _seen(told: Tuned) -> str:
    if told.seen is None:
        return "Whether the network that it went on from had seen these photos was not checked."
    return "None of them is among the photos, byte for byte, that the network that it went on from was trained on."


def _readings(told: Tuned) -> str:
    return (
        "## How the readings were made\n"
        f"It learnt from its owner's readings of {told.taught_photos} photos of {told.taught_patients} patients, after "
        "the owner's own rule; what it went on from learnt from the readings that its own card tells of. Patients are "
        f"held out by their names alone, whole; with fewer than {FEWEST_PATIENTS} on either side nothing is trained.\n"
    )
