"""What the settings' pages say of timing rules and licence classes, in plain words, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from scarscore.serve.course.records import TimingRules

_OWN = TimingRules()


@dataclass(frozen=True)
class Rule:
    """A timing rule: the field that holds it, what it is called, what it does, where its default comes from."""

    field: str
    name: str
    does: str
    default: str
    source: str


RULES = (
    Rule(
        "not_scored",
        "Not scored up to day",
        "Swelling and redness mislead: photos are kept, and no severity is computed.",
        str(_OWN.not_scored),
        "Transient events last up to 7 days (systematic review of microneedling, PMID 34448760); clinics' leaflets: "
        "redness 1 to 3 days, swelling 2, peeling until day 7.",
    ),
    Rule(
        "provisional",
        "Provisional up to day",
        "Photos are scored and shown, and never count toward a verdict.",
        str(_OWN.provisional),
        "A margin that this project chose; no study measured it.",
    ),
    Rule(
        "preferred",
        "Preferred from day",
        "From then on photos count fully; between the two they count, and the page says how early they are.",
        str(_OWN.preferred),
        "What trials do: 30 days (SkinPen, NCT02646917).",
    ),
    Rule(
        "endpoints",
        "End-points, days after the last session",
        "When photos are due once the course is over.",
        ", ".join(map(str, _OWN.endpoints)),
        "Alam 2014: 90 and 180 days; SkinPen: 30 and 180; Dalwig-Nolda and Ablon 2020: 90.",
    ),
    Rule(
        "response",
        "Nobody is called unchanged for good before day",
        "Until then no detectable change says nothing of the end.",
        str(_OWN.response),
        "In published courses skin still improved 1 to 6 months after the last session.",
    ),
)

LICENCE_CLASSES = {
    "release": "Any use, commercial too: every data set that its networks learnt from permits it.",
    "research": "Research and documentation alone, nothing commercial: at least one of the data sets that its networks "
    "learnt from permits no more. Whether a clinic's care counts as that, the clinic has to decide; this program "
    "decides no question of law.",
    "evaluation": "To be measured and compared, and nothing else: never to train with, never for a patient's records.",
}
