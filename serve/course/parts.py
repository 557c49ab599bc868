"""The parts of a course's TOML file, but for its visits: plan, sessions, findings, cautions, the clinic's settings.

docs/course.md tells what may stand there. Ranges that need the whole course are checked in `check.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scarscore.serve.course.check import REGIONS
from scarscore.serve.course.entries import Entry, read_csv, read_toml
from scarscore.serve.course.error import SHARED
from scarscore.serve.course.records import (
    MODEL,
    Caution,
    Clinic,
    Depth,
    ErrorSource,
    Finding,
    MeasurementError,
    Needling,
    Plan,
    Session,
    TimingRules,
)
from scarscore.serve.course.repeatability import LEAST
from scarscore.serve.course.scales.items import checked as checked_findings
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

LARGEST_SEM = 50.0  # points; more would say that the score says nothing
DEPTHS = tuple(f"depth_{region}" for region in REGIONS)  # columns of sessions.csv


@dataclass(frozen=True)
class Entered:
    """A finding with the visit that it belongs to: its date, and `needling` where that day has two visits."""

    date: date
    needling: Needling | None
    finding: Finding


def plan_of(top: Entry) -> Plan:
    """`[plan]` and `[[caution]]`."""
    table = top.table("plan")
    table.only("sessions", "spacing_days", "maintenance_per_year")
    usual = Plan()
    return Plan(
        table.whole("sessions", usual.sessions),
        table.whole("spacing_days", usual.spacing_days),
        table.whole("maintenance_per_year", usual.maintenance_per_year),
        tuple(_caution(entry) for entry in top.tables("caution")),
    )


def sessions_of(top: Entry) -> tuple[Session, ...]:
    """`[[session]]`, numbered in the order in which they stand. Raises UsageError where their dates do not ascend."""
    entries = top.tables("session")
    for entry in entries:
        entry.only("date", "device", "depth", "treatments")
    return _numbered(entries, [_depths(entry.table("depth")) for entry in entries])


def sessions_table(path: Path) -> tuple[Session, ...]:
    """`sessions.csv`: date, device, treatments (by semicolons), `depth_` and a region in mm; in the order of dates."""
    rows = read_csv(path, ("date",), ("date", "device", "treatments", *DEPTHS))
    depths = [
        tuple(Depth(name.removeprefix("depth_"), row.number(name)) for name in DEPTHS if row.has(name)) for row in rows
    ]
    return _numbered(rows, depths)


def findings_of(top: Entry) -> tuple[Entered, ...]:
    """`[[finding]]`: date, item, value, by."""
    return tuple(_finding(entry) for entry in top.tables("finding"))


def clinic_of(top: Entry, folder: Path) -> Clinic:
    """`[clinic]`, or the file that `clinic` names, relative to `folder`."""
    named = top.values.get("clinic")
    if not isinstance(named, str):
        return clinic_settings(top.table("clinic"))
    path = folder / named
    try:
        return clinic_settings(read_toml(path))
    except UsageError as error:
        raise UsageError(f"{path.name}: {error}") from None


def clinic_settings(table: Entry) -> Clinic:
    """A clinic's timing rules and measurement errors: `[timing]` and `[[error]]`."""
    table.only("timing", "error")
    return Clinic(_timing(table.table("timing")), tuple(_error(entry) for entry in table.tables("error")))


def _timing(table: Entry) -> TimingRules:
    table.only("not_scored", "provisional", "preferred", "endpoints", "response")
    usual = TimingRules()
    points = table.values.get("endpoints", list(usual.endpoints))
    if not isinstance(points, list) or not all(type(point) is int for point in points):
        raise table.wrong("endpoints must be a list of days, like [28, 90, 180]")
    return TimingRules(
        table.whole("not_scored", usual.not_scored),
        table.whole("provisional", usual.provisional),
        table.whole("preferred", usual.preferred),
        tuple(points),
        table.whole("response", usual.response),
    )


def _error(entry: Entry) -> MeasurementError:
    entry.only("sem", "view", "camera", "model", "subjects", "shots", "shared")
    sem, shared, subjects = entry.number("sem"), entry.number("shared", SHARED), entry.whole("subjects")
    if not 0 < sem <= LARGEST_SEM:
        raise entry.wrong(f"sem is {sem:g} points; it must lie above 0 and up to {LARGEST_SEM:g}")
    if not 0 <= shared <= 1:
        raise entry.wrong(f"shared is {shared:g}; it must lie from 0 to 1")
    if subjects < LEAST:
        raise entry.wrong(f"{subjects} subjects say too little of a camera; photograph {LEAST} or more")
    return MeasurementError(
        sem,
        ErrorSource.CLINIC,
        entry.word("view", View) if entry.has("view") else None,
        entry.text("camera", "") or None,
        entry.text("model", "") or None,
        subjects,
        entry.whole("shots", 0),
        shared,
    )


def _caution(entry: Entry) -> Caution:
    entry.only("name", "present", "by")
    return Caution(entry.text("name"), entry.yes_no("present"), entry.text("by", ""))


def _finding(entry: Entry) -> Entered:
    entry.only("date", "needling", "item", "value", "by")
    by = entry.text("by")
    if by == MODEL:
        raise entry.wrong(f"by must say who entered it; {MODEL!r} stands for the network")
    finding = Finding(entry.text("item"), entry.number("value"), by)
    try:
        checked_findings((finding,))
    except UsageError as error:
        raise entry.wrong(str(error)) from None
    return Entered(entry.day("date"), needling_of(entry), finding)


def needling_of(entry: Entry) -> Needling | None:
    """`needling`: before or after; None where nothing is said."""
    return entry.word("needling", Needling) if entry.has("needling") else None


def _depths(table: Entry) -> tuple[Depth, ...]:
    return tuple(Depth(region, table.number(region)) for region in table.values)


def _numbered(entries: Sequence[Entry], depths: Sequence[tuple[Depth, ...]]) -> tuple[Session, ...]:
    sessions: list[Session] = []
    for number, (entry, depth) in enumerate(zip(entries, depths, strict=True), start=1):
        when = entry.day("date")
        if sessions and when <= sessions[-1].date:
            raise entry.wrong(f"dates out of order: {when} is not after {sessions[-1].date}")
        for each in depth:
            if each.region not in REGIONS:
                raise entry.wrong(f"the region {each.region!r} is none of {', '.join(REGIONS)}")
        sessions.append(Session(number, when, entry.text("device", ""), depth, entry.texts("treatments")))
    return tuple(sessions)
