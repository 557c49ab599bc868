"""What can be entered at a visit, in the field's words: counts to confirm, what was examined, what the patient said.

Ranges and units are those of `serve/course/scales/items.py`. The wording of the patients' questionnaires is under
copyright and not in here: only their totals are entered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from scarscore.serve.course.records import MODEL, Finding
from scarscore.serve.course.scales.answer import NOBODY, Part, Scale
from scarscore.serve.course.scales.ecca import BANDS, band
from scarscore.serve.course.scales.items import ITEMS, WHOLE, checked, current
from scarscore.serve.course.scales.total import KINDS, LEAST, MOST, total_of
from scarscore.serve.records.findings import RecordedFinding

YES_NO = (("1", "yes"), ("0", "no"))
# How many depressed scars there are in all, as what is entered for it.
IN_ALL = (
    ("none", {"depressed_at_least": 0, "depressed_at_most": 0}),
    ("under 5", {"depressed_at_least": 1, "depressed_at_most": 4}),
    ("5 to 20", {"depressed_at_least": 5, "depressed_at_most": 20}),
    ("over 20", {"depressed_at_least": 21, "depressed_at_most": 10_000}),
)


@dataclass(frozen=True)
class Wanted:
    """A field: its item, its label, a line that explains it; `options` where it is a choice, (value, word)."""

    item: str
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Group:
    """Fields under one heading; `open` whether they are shown at once."""

    name: str
    hint: str
    fields: tuple[Wanted, ...]
    open: bool = False


@dataclass(frozen=True)
class Entry:
    """A field with what is known of it: `value` in words, who told it, and what confirms the network's proposal."""

    wanted: Wanted
    value: str
    by: str
    confirms: str  # the value to be sent where a person agrees with the network; empty where it proposed nothing
    percent: bool
    low: str
    high: str
    step: str


@dataclass(frozen=True)
class EntryGroup:
    """A group with what is known of its fields; `entered` how many a person told."""

    name: str
    hint: str
    entries: tuple[Entry, ...]
    open: bool
    entered: int


@dataclass(frozen=True)
class Bands:
    """How many depressed scars there may be, in ECCA's bands; who told it; and the choices with what each sends."""

    told: str
    by: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Line:
    """One line of a scale's trail: the input, its value, its points, who told it, and what it replaced."""

    item: str
    value: str
    points: str
    by: str
    note: str


@dataclass(frozen=True)
class ScaleTold:
    """A scale's answer in words, with its trail."""

    name: str
    points: str
    of: str
    missing: str
    notes: tuple[str, ...]
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Entered:
    """A finding that somebody entered, and when; `counts` whether it is the one that counts."""

    item: str
    value: str
    by: str
    created: datetime
    counts: bool


_ROWS = (
    Wanted("macular", "Flat marks (macular)"),
    Wanted("mild_dish", "Mild dish-like"),
    Wanted("moderate_dish", "Moderate dish-like"),
    Wanted("punched_out_shallow", "Punched out, shallow base"),
    Wanted("broad_shallow", "Broad, shallow"),
    Wanted("punched_out_deep_normal_base", "Punched out, deep, normal base"),
    Wanted("punched_out_deep_abnormal_base", "Punched out, deep, abnormal base"),
    Wanted("linear", "Linear or troughed"),
    Wanted("broad_deep", "Broad, deep"),
    Wanted("papular", "Papular"),
    Wanted("keloid_area", "Keloids or hypertrophic scars, area", "in cm²"),
)
GROUPS = (
    Group(
        "Kinds of depressed scars", "The network sees kinds, and cannot count them. A count takes its place.",
        (
            Wanted("icepick", "Icepick, count"), Wanted("icepick_seen", "Icepick are there", options=YES_NO),
            Wanted("boxcar", "Boxcar, count"), Wanted("boxcar_seen", "Boxcar are there", options=YES_NO),
            Wanted("rolling", "Rolling, count"), Wanted("rolling_seen", "Rolling are there", options=YES_NO),
        ), open=True,
    ),
    Group(
        "Examined", "What a photo cannot show.",
        (
            Wanted("photo_grade", "Goodman-Baron grade, as seen", options=(
                ("1", "1 macular"), ("2", "2 mild"), ("3", "3 moderate"), ("4", "4 severe"))),
            Wanted("stretch_flattens", "Stretch test: the scars flatten", options=YES_NO),
            Wanted("elastolysis", "Elastolysis", options=(
                ("0", "none"), ("1", "few"), ("2", "limited"), ("3", "many"))),
            Wanted("hypertrophic_under_2_years", "Raised scars under 2 years old, count"),
            Wanted("hypertrophic_over_2_years", "Raised scars over 2 years old, or keloids, count"),
            Wanted("pih", "Pigment after inflammation", options=YES_NO),
        ), open=True,
    ),
    Group(
        "Scarred area", "For SCAR-S and SGA. The network proposes a share of the face and of each half.",
        tuple(
            wanted
            for site, name in (("face", "Face"), ("left_half", "Left half"), ("right_half", "Right half"),
                               ("chest", "Chest"), ("back", "Back"))
            for wanted in (
                Wanted(f"{site}_area", f"{name}: scarred area", "in %"),
                Wanted(f"{site}_recognisable", f"{name}: recognised from 2.5 m", options=YES_NO),
                *([Wanted(f"{site}_prominent", f"{name}: prominent scars", options=YES_NO)]
                  if f"{site}_prominent" in ITEMS else []),
            )
        ),
    ),
    Group("Goodman-Baron, row by row", "The quantitative score: how many there are of each kind.", _ROWS),
    Group(
        "Told by the patient", "Totals alone; never part of a score of the skin.",
        (
            Wanted("scars_total", "SCARS, total"), Wanted("fasqol_total", "FASQoL, total"),
            Wanted("dlqi_total", "DLQI, total", "0 to 30"),
            Wanted("gais", "GAIS", options=(
                ("1", "1 very much improved"), ("2", "2 much improved"), ("3", "3 improved"), ("4", "4 no change"),
                ("5", "5 worse"))),
        ),
    ),
)  # fmt: skip
_LABELS = {wanted.item: wanted.label for group in GROUPS for wanted in group.fields} | {
    "depressed_at_least": "Depressed scars in all, at least",
    "depressed_at_most": "Depressed scars in all, at most",
    "hypertrophic": "Raised scars of unknown age",
    "row_counts": "Counts row by row",
    "kinds_counted": "Kinds that were counted",
}


def entries(findings: Sequence[Finding]) -> tuple[EntryGroup, ...]:
    """All that can be entered, with what was told of it."""
    return tuple(
        EntryGroup(
            group.name, group.hint, tuple(_entry(findings, wanted) for wanted in group.fields), group.open,
            len({f.item for f in findings if f.by != MODEL} & {wanted.item for wanted in group.fields}),
        )
        for group in GROUPS
    )  # fmt: skip


def bands_told(findings: Sequence[Finding]) -> Bands:
    """How many depressed scars there may be."""
    total = total_of(checked(findings))
    used = (current(findings, item) for item in (LEAST, MOST, *KINDS))
    by = ", ".join(dict.fromkeys(_by(each.by) for each in used if each is not None))
    told = ""
    if total is not None:
        *few, last = BANDS[band(total.low) : band(total.high) + 1]
        told = f"{', '.join(few)} or {last}" if few else last
    return Bands(told, by, tuple((name, json.dumps(sent)) for name, sent in IN_ALL))


def scales_told(scales: Sequence[Scale]) -> tuple[ScaleTold, ...]:
    """The scales in words, each with the lines of its trail that say something."""
    return tuple(
        ScaleTold(
            scale.name, scale.text, f"{scale.of:g}", "; ".join(label(item).lower() for item in scale.missing),
            scale.notes, scale.source,
            tuple(_line(each) for each in scale.parts if each.value is not None or each.by or each.low != each.high),
        )
        for scale in scales
    )  # fmt: skip


def entry_list(recorded: Sequence[RecordedFinding]) -> tuple[Entered, ...]:
    """Everything that was entered, newest first, those too that a later one replaced."""
    last = {each.finding.item: each.id for each in recorded}
    return tuple(
        Entered(
            label(each.finding.item), worded(each.finding.item, each.finding.value), each.finding.by, each.created,
            last[each.finding.item] == each.id,
        )
        for each in reversed(recorded)
    )  # fmt: skip


def label(item: str) -> str:
    """What an item is called on the page."""
    return _LABELS.get(item, item.replace("_", " ").capitalize())


def worded(item: str, value: float) -> str:
    """A value as it is shown: a share in percent, a choice by its word."""
    options = next((wanted.options for group in GROUPS for wanted in group.fields if wanted.item == item), ())
    if (word := dict(options).get(f"{value:g}")) is not None:
        return word
    return f"{100 * value:.0f} %" if _is_share(item) else f"{value:g}"


def _is_share(item: str) -> bool:
    """Whether an item is a share of an area, shown in percent."""
    return item.endswith("_area") and item != "keloid_area"  # that one is in cm²


def _entry(findings: Sequence[Finding], wanted: Wanted) -> Entry:
    used, item = current(findings, wanted.item), ITEMS[wanted.item]
    percent = _is_share(wanted.item)
    scale = 100 if percent else 1
    return Entry(
        wanted,
        "" if used is None else worded(wanted.item, used.value),
        "" if used is None else _by(used.by),
        f"{used.value * scale:g}" if used is not None and used.by == MODEL else "",
        percent,
        f"{item.low * scale:g}",
        f"{item.high * scale:g}" if isfinite(item.high) else "",
        "1" if wanted.item in WHOLE or percent else "0.1",
    )


def _line(told: Part) -> Line:
    points = f"{told.low:g}" if told.low == told.high else f"{told.low:g} to {told.high:g}"
    replaced = [f"replaces {worded(old.item, old.value)} by {_by(old.by)}" for old in told.replaced]
    value = "not told" if told.value is None else worded(told.item, told.value)
    return Line(label(told.item), value, points, _by(told.by), "; ".join(filter(None, (told.note, *replaced))))


def _by(who: str) -> str:
    return {MODEL: "the network", NOBODY: "nobody"}.get(who, who)
