"""The model cards of the shipped bundles, written from the reports of `scarscore evaluate` and the files themselves.

A report of another network than the bundle's is refused: no card tells of figures that are not its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scarscore.datasets.errors import DataError
from scarscore.model import bundle as files
from scarscore.model.bundle import DEFAULT
from scarscore.model.bundles import ModelBundle, open_uncarded, read_shipped, write_shipped
from scarscore.model.severity import COVERAGE
from scarscore.train.ablation import BASE, UNSEEN
from scarscore.train.bench.alarms import ALARM
from scarscore.train.cost import Cost
from scarscore.train.evaluate import ablation_report, card_parts
from scarscore.train.evaluate import left_out as left_out_report
from scarscore.train.evaluate.ablation import Given
from scarscore.train.evaluate.nulls import number
from scarscore.train.evaluate.statistics import RESAMPLES, Agreement, Estimate, shown
from scarscore.train.evaluate.unseen import NOTE, read_sets, sets_table, told_badly
from scarscore.train.evaluate.weak import FAIR
from scarscore.train.install import installed_cost

Told = Mapping[str, Any]  # a report, as its JSON file holds it
WRITTEN = "Written by `scarscore evaluate --cards`; no figure here is typed by hand.\n"
ALL = "all"


def write_cards(reports: Path) -> tuple[Path, ...]:
    """Write every shipped bundle's card beside its networks, and the cards' checksums into `bundles.toml`.

    `reports` is the folder of evaluation.json, regions.json and, for each other bundle, NAME.json; of left-out.json and
    ablation.json, too, where they were made. Raises `DataError` where a report lacks or is of another network.
    """
    entries = read_shipped()
    written = []
    for name, entry in entries.items():
        card = card_of(name, reports).encode()
        path = files.WEIGHTS / entry["card"]
        path.write_bytes(card)
        entry["card_sha256"] = hashlib.sha256(card).hexdigest()
        written.append(path)
    write_shipped(entries)
    return tuple(written)


def card_of(name: str, reports: Path) -> str:
    """The card of one shipped bundle, from the reports in a folder."""
    bundle, entry = open_uncarded(name), read_shipped()[name]
    costs = installed_cost(entry["severity"], files.WEIGHTS), installed_cost(entry["regions"], files.WEIGHTS)
    if name != DEFAULT:
        return unseen_card(bundle, _read(reports / f"{name}.json"), costs)
    told, regions = (_read(reports / name) for name in ("evaluation.json", "regions.json"))
    made = (left_out_report.NAME, ablation_report.NAME)
    left_out, ablation = (_read_if_made(reports / f"{report}.json") for report in made)
    return default_card(bundle, told, regions, costs, left_out, ablation)


def default_card(
    bundle: ModelBundle,
    told: Told,
    regions: Told,
    costs: tuple[Cost | None, Cost | None],
    left_out: Told | None = None,
    ablation: Told | None = None,
) -> str:
    """The card of the bundle that is evaluated out of fold. Raises `DataError` for reports of other networks."""
    _same("evaluation.json", told["sha256"], bundle.severity.sha256)
    _same("regions.json", regions["sha256"], bundle.regions.sha256)
    parts = [
        card_parts.networks(bundle) + "\n" + WRITTEN,
        _unfair(told),
        _sources(told),
        _left_out(left_out, bundle) if left_out else "",
        _ablations(told) + (f"\n{_variants(ablation)}" if ablation else ""),
        _coverage(told),
        _bench(told["bench"]) if told["bench"] else "",
        _tones(told, regions),
        card_parts.data(bundle),
        card_parts.READINGS,
        card_parts.USE,
        card_parts.limits(
            ("Weak points, worst first, stand in docs/evaluation.md; those of the regions in docs/regions.md.",)
        ),
        card_parts.cost(*costs),
    ]
    return "\n".join(part for part in parts if part)


def unseen_card(bundle: ModelBundle, told: Told, costs: tuple[Cost | None, Cost | None]) -> str:
    """The card of a bundle that is evaluated on sets that it was not trained on."""
    _same(f"{bundle.name}.json", told["sha256"], bundle.severity.sha256)
    _same(f"{bundle.name}.json", told["regions_sha256"], bundle.regions.sha256)
    sets = read_sets(told["sets"])
    poor = told_badly(sets)
    parts = [
        card_parts.networks(bundle) + "\n" + WRITTEN,
        "## Figures, on data sets that it was not trained on\n" + sets_table(sets) + "\n" + NOTE,
        "## Ablations\nNone was made for this bundle. `scarscore evaluate --variants` sets runs side by side.\n",
        "## Skin tones\n**Untested by tone**, and so are repeatability, false alarms and the regions of this bundle.\n",
        card_parts.data(bundle),
        card_parts.READINGS,
        card_parts.USE,
        card_parts.limits(
            (
                *([poor] if poor else []),
                "It learnt severity from drawn scars, not from scars: its interval and grades hold for drawn ones. The "
                "table says how far they hold for real ones.",
                "It learnt faces from the front alone, in a studio's light: views from the side are told badly.",
            )
        ),
        card_parts.cost(*costs),
    ]
    return "\n".join(parts)


def _read(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}. Write it with `scarscore evaluate`") from None
    return told


def _read_if_made(path: Path) -> dict[str, Any] | None:
    return _read(path) if path.exists() else None


def _same(report: str, told: str, expected: str) -> None:
    if told != expected:
        raise DataError(
            f"{report} is of the network {told[:12]}, the bundle has {expected[:12]}: evaluate this one first"
        )


def _unfair(told: Told) -> str:
    """Said first of all: on which skin tones it errs much more than over all; empty where on none."""
    found = [
        f"**On {t['band']} skin (as photographed) it errs {t['over_all']:.1f} times as much as over all photos**: by "
        f"{_estimate(t['mae'], 1)} points on {t['photos']} photos. Its mix of data sets alone would give "
        f"{shown(number(t['mix']), 1)}; two readers of these photos differ by {shown(number(t['readers']), 1)}.\n"
        for t in told["tones"]
        if t["over_all"] is not None and t["over_all"] > FAIR
    ]
    return "\n".join(found)


def _sources(told: Told) -> str:
    rows = []
    for source in told["sources"]:
        network = _method(source, "network")
        rho, mae, readers = _estimate(network["rho"], 2), _estimate(network["mae"], 1), source["readers"]
        among = Agreement(*(number(readers[k]) for k in ("spearman", "mae", "kappa"))).text()
        photos = f"{source['photos']} ({source['groups']})"
        slope = shown(number(network["slope"]), 2)
        rows.append((source["source"], photos, str(source["refused"]), rho, mae, slope, among))
    titles = ("source", "photos (groups)", "refused", "Spearman", "MAE, points", "slope", "readers: Spearman / MAE")
    note = (
        "Each photo by a network that has seen no photo of its group (grouped 5-fold), against the mean reading. In "
        f"brackets: 95 % intervals, from {RESAMPLES} resamples of whole groups.\n\n"
    )
    return "## Figures\n" + note + card_parts.table(titles, rows)


def _ablations(told: Told) -> str:
    """What stays when parts are taken away: the baselines, which the report always holds."""
    over_all = [(s["source"], m) for s in told["sources"] for m in s["methods"]]
    rows = [(source, m["name"], _estimate(m["rho"], 2), _estimate(m["mae"], 1)) for source, m in over_all]
    note = (
        "Taken away: the map and its pooling (plain regression network), training of the features (ridge on frozen "
        "features), the photo (source mean).\n\n"
    )
    return "## Ablations\n" + note + card_parts.table(("source", "scored by", "Spearman", "MAE, points"), rows)


def _variants(told: Told) -> str:
    """What stays when a signal of the training is taken away, or one is added, by a shorter recipe."""
    every = TypeAdapter(list[Given]).validate_python(told["given"])
    rows = [
        (
            *(each.name, each.rho[-1].text(2), each.mae.text(1), each.less.text(2)),
            each.unseen.text(2) if each.unseen else "-",
        )
        for each in every
    ]
    titles = ("training", "Spearman, all", "MAE, points", f"less {BASE}", f"{UNSEEN} never seen: Spearman")
    note = (
        f"By a shorter recipe and on one fold, {told['photos']} photos; {UNSEEN}'s {told['strangers']} photos by a "
        "second network that was trained without them. In full in docs/ablation.md.\n\n"
    )
    return note + card_parts.table(titles, rows)


def _left_out(told: Told, bundle: ModelBundle) -> str:
    """Each data set by a network that was trained without it. Raises `DataError` for networks of another version."""
    for each in told["networks"]:
        _same(f"{left_out_report.NAME}.json", each["version"], bundle.severity.metadata.version)
    sets = read_sets([each["figures"] for each in told["networks"]])
    note = "Each set by a network of this recipe that never saw it: what may be expected of photos of a new kind.\n\n"
    return f"## Data sets never seen\n{note}{sets_table(sets)}\n{NOTE}"


def _coverage(told: Told) -> str:
    rows = [
        (c["source"], f"{c['interval']:.1%}", f"{c['width']:.1f}", f"{c['grade_set']:.1%}", f"{c['set_size']:.2f}")
        for c in told["coverage"]
    ]
    titles = ("source", "reading in interval", "mean width, points", "grade in set", "mean size of set")
    return f"## What is said to hold with {COVERAGE:.0%}\n" + card_parts.table(titles, rows)


def _bench(bench: Told) -> str:
    repeats = [
        (
            r["name"],
            r["source"],
            str(r["photos"]),
            _estimate(r["icc"], 2),
            _estimate(r["sem"], 1),
            _estimate(r["sdc95"], 1),
        )
        for r in bench["repeats"]
    ]
    alarms = [f"- {a['name']}: {a['alarms']} of {a['photos']} told as more than {ALARM:g}" for a in bench["alarms"]]
    titles = ("photos taken again", "source", "photos", "ICC(2,1)", "SEM, points", "SDC95, points")
    lines = "\n".join(alarms)
    return f"## Repeatability, simulated\n{card_parts.table(titles, repeats)}\n## False alarms\n{lines}\n"


def _tones(told: Told, regions: Told) -> str:
    rows = [
        (f"**{t['band']}: untested**", str(t["photos"]), "-", "-")
        if t["mae"] is None
        else (t["band"], str(t["photos"]), _estimate(t["mae"], 1), f"{t['bias']:+.1f}")
        for t in told["tones"]
    ]
    lacking = [t["name"] for t in regions["tones"] if t["mean"] is None]
    note = f"The region network is untested on: {', '.join(lacking)}.\n" if lacking else ""
    titles = ("skin tone (ITA, as photographed)", "photos", "MAE, points", "bias, points")
    return "## Skin tones\n" + card_parts.table(titles, rows) + (f"\n{note}" if note else "")


def _method(source: Told, name: str) -> Told:
    found: Told = next(method for method in source["methods"] if method["name"] == name)
    return found


def _estimate(values: Told, digits: int) -> str:
    return Estimate(*(number(values[k]) for k in ("value", "low", "high"))).text(digits)
