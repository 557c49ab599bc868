"""What the scales ask for: every item with its unit, its range, and whether a photo can show it.

A finding of an item that stands nowhere here, or outside its range, is refused: a misspelt field must not be lost.
Patient-reported totals are kept beside the scales and never enter a score of the skin. Their wording is not in here:
it is under copyright (SCARS, FASQoL: Layton 2016, 10.1007/s13555-016-0098-5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.errors import UsageError


@dataclass(frozen=True)
class Item:
    """One input: its unit, the range that it may have, and whether a still photo can show it at all."""

    unit: str
    low: float
    high: float
    in_photo: bool = True


_COUNT = Item("scars", 0, 10_000)
_SHARE = Item("share of the site's area", 0, 1)
_YES_NO = Item("1 is yes, 0 is no", 0, 1)
_ASKED = Item("1 is yes, 0 is no", 0, 1, in_photo=False)

ITEMS: dict[str, Item] = {
    # Goodman-Baron qualitative
    "photo_grade": Item("photo grade", 0, 4),
    "stretch_flattens": _ASKED,
    # Goodman-Baron quantitative
    "macular": _COUNT,
    "mild_dish": _COUNT,
    "moderate_dish": _COUNT,
    "punched_out_shallow": _COUNT,
    "broad_shallow": _COUNT,
    "punched_out_deep_normal_base": _COUNT,
    "punched_out_deep_abnormal_base": _COUNT,
    "punched_out_deep": Item("scars whose base nobody told", 0, 10_000),
    "linear": _COUNT,
    "broad_deep": _COUNT,
    "papular": _COUNT,
    "keloid_present": _YES_NO,
    "keloid_area": Item("cm2", 0, 1_000, in_photo=False),
    # ECCA
    "icepick": _COUNT,
    "boxcar": _COUNT,
    "rolling": _COUNT,
    **{f"{kind}_seen": _YES_NO for kind in ("icepick", "boxcar", "rolling")},
    "depressed_at_least": Item("depressed scars of any kind, at least", 0, 10_000),
    "depressed_at_most": Item("depressed scars of any kind, at most", 0, 10_000),
    "elastolysis": Item("0 none, 1 few, 2 limited, 3 many", 0, 3, in_photo=False),
    "hypertrophic_under_2_years": Item("scars", 0, 10_000, in_photo=False),
    "hypertrophic_over_2_years": Item("scars or keloids", 0, 10_000, in_photo=False),
    "hypertrophic": Item("raised scars whose age nobody told", 0, 10_000),
    # SCAR-S, per site, and the Scar Global Assessment, per half of the face
    **{f"{site}_area": _SHARE for site in ("face", "chest", "back", "left_half", "right_half")},
    **{f"{site}_recognisable": _YES_NO for site in ("face", "chest", "back", "left_half", "right_half")},
    **{f"{site}_prominent": _YES_NO for site in ("face", "chest", "back")},
    # Reported by the patient
    "scars_total": Item("points", 0, inf, in_photo=False),
    "fasqol_total": Item("points", 0, inf, in_photo=False),
    "dlqi_total": Item("points", 0, 30, in_photo=False),
    "gais": Item("1 very much improved to 5 worse", 1, 5, in_photo=False),
    # Pigment after inflammation, as the practitioner sees it
    "pih": _ASKED,
}
REPORTED = ("scars_total", "fasqol_total", "dlqi_total", "gais")
WHOLE = frozenset(
    name for name, item in ITEMS.items() if "cm2" not in item.unit and "share" not in item.unit
)  # counts, grades, points, yes or no: never a fraction


def checked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, each a known item within its range. Raises UsageError naming the field."""
    kept = tuple(findings)
    for finding in kept:
        item = ITEMS.get(finding.item)
        if item is None:
            raise UsageError(f"no scale asks for {finding.item!r}; known are {', '.join(ITEMS)}")
        if not isfinite(finding.value) or not item.low <= finding.value <= item.high:
            raise UsageError(f"{finding.item} is {finding.value:g}; it must lie from {item.low:g} to {item.high:g}")
        if finding.item in WHOLE and finding.value != round(finding.value):
            raise UsageError(f"{finding.item} is {finding.value:g}; it must be a whole number ({item.unit})")
    return kept


def current(findings: Sequence[Finding], item: str) -> Finding | None:
    """The finding that counts: the last one that a person entered, else the network's last; None without any."""
    told = [finding for finding in findings if finding.item == item]
    entered = [finding for finding in told if finding.by != MODEL]
    return entered[-1] if entered else (told[-1] if told else None)


def reported(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The patient-reported totals that were entered. Kept and shown; never mixed into a score of the skin."""
    told = (current(checked(findings), item) for item in REPORTED)
    return tuple(finding for finding in told if finding is not None)
