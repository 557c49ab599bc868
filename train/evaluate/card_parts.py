"""What every model card says, whichever bundle it is of: the networks, their data, what they are for, their cost.

Names, licences, sizes and checksums come from the files and from the data sets' cards; only what no command can
measure (what it is for, what it must not be used for) stands here as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scarscore.datasets.cards import card_names, load_card
from scarscore.model.bundles import ModelBundle
from scarscore.train.cost import GRAMS, WATTS, Cost

START = (
    "Both networks began from MobileNetV2 weights (Apache-2.0, google-coral/test_data) that were learnt on ImageNet, "
    "whose photos' rights are not cleared; the licence class speaks of the data sets above."
)
READINGS = """## How the readings were made
Reference readings: independent machine-assisted passes over each photo after a written rubric (0 to 100: number x depth
x area), none by a dermatologist, never clinical truth. They come from one kind of reader, so their agreement says
nothing of how far clinicians would agree.
"""
USE = """## Intended use
Documentation of microneedling courses, and research: a number for how severe the depressed acne scars in a photo look,
with how far it can be trusted.

## Must not be used
- to diagnose, or to recommend or refuse a treatment, a device, a depth or a number of sessions;
- to judge whether someone is fit for treatment, or to find anything but acne scars;
- to compare, rank, hire or insure people, or to advertise by;
- to prove or disprove the effect of a treatment on one person from two photos;
- to identify anybody.

It is no medical device and has been assessed as none.
"""
LIMITS = (
    "A score says how a reference reading would come out, no more. Light, angle, focus, make-up, distance change it.",
    "Raised scars, redness and brown marks do not count toward severity.",
    "No scar was followed over time in the photos: what counts as a real change is not answered by two scores alone.",
)


def networks(bundle: ModelBundle) -> str:
    """The head of a card: name, version, licence class, and the two files."""
    rows = [
        (
            part,
            f"{n.metadata.name} {n.metadata.version}",
            n.metadata.licence_class,
            f"{len(n.data) / 1e6:.1f} MB",
            n.sha256,
        )
        for part, n in (("severity", bundle.severity), ("regions", bundle.regions))
    ]
    shown = [(part, name, licence, size, f"`{sha}`") for part, name, licence, size, sha in rows]
    head = f"# Model card: {bundle.name} {bundle.version}, licence class *{bundle.licence_class}*\n"
    return head + table(("network", "name and version", "licence class", "size", "SHA-256"), shown)


def data(bundle: ModelBundle) -> str:
    """What both networks were trained on, as the data sets' cards state it, and the regions' teacher."""
    of = {"severity": bundle.severity.metadata.sources, "regions": bundle.regions.metadata.sources}
    names = dict.fromkeys([*of["severity"], *of["regions"]])
    rows = [(f"`{n}`", *_stated(n), ", ".join(part for part in of if n in of[part])) for n in names]
    titles = ("data set", "shows", "licence as stated", "permitted here", "used for")
    teacher = f"The region network's labels come from a teacher: {bundle.regions.metadata.teacher}.\n"
    return f"## Data and licences\n{table(titles, rows)}\n{teacher}\n{START}\n"


def limits(more: Sequence[str] = ()) -> str:
    """The limits of every bundle, after those of this one."""
    return "## Limits\n" + "".join(f"- {line}\n" for line in (*more, *LIMITS))


def cost(severity: Cost | None, regions: Cost | None, *, regions_taken: bool = False) -> str:
    """What training took, as far as it was recorded; `regions_taken` from another bundle, whose card tells of it."""
    region = "region network: as the card says of the bundle that it came with" if regions_taken else None
    told = [_cost("severity network", severity), region or _cost("region network", regions)]
    note = f"Energy and carbon are estimates: {WATTS:g} W a busy core, {GRAMS:g} g CO2 a kWh (world, 2024; IEA)."
    return "## Time and carbon of training\n" + "".join(f"- {line}\n" for line in told) + f"\n{note}\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _stated(name: str) -> tuple[str, str, str]:
    if name not in card_names():
        return "photos and readings of whoever trained it", "its owner's", "as its owner said"
    card = load_card(name)
    return card.shows, card.licence, card.use.value


def _cost(what: str, cost: Cost | None) -> str:
    if cost is None:
        return f"{what}: not recorded"
    return (
        f"{what}: {cost.processor / 60:.0f} min of one core ({cost.clock / 60:.0f} min by the clock), "
        f"about {cost.kilowatt_hours * 1000:.2g} Wh, {cost.grams:.2g} g CO2"
    )
