"""Rendered courses as folders of photos: one cheek whose scars fade, stay or deepen, as a clinic would photograph it.

Four sessions 28 days apart, a photo before each needling and one 90 days after the last. Every visit has its own
light, exposure, colour and framing, so that even unchanged skin is never photographed alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

import numpy as np

from scarscore.datasets.synthetic.course import PLAN, healing_course
from scarscore.serve.course.book import Book
from scarscore.serve.course.manifest import read
from scarscore.serve.course.measured import Measured, Networks, measure
from scarscore.serve.course.records import VerdictKind
from scarscore.serve.demo.course import as_jpeg

FIRST = date(2025, 1, 13)
DAYS = (0, 28, 56, 84, 174)  # of the visits; sessions are on the first four
TODAY = date(2025, 12, 1)


class Kind(StrEnum):
    """What truly happens to the scars."""

    HEALING = "healing"
    UNCHANGED = "unchanged"
    WORSENING = "worsening"


RIGHT = {
    Kind.HEALING: VerdictKind.IMPROVED,
    Kind.UNCHANGED: VerdictKind.NO_DETECTABLE_CHANGE,
    Kind.WORSENING: VerdictKind.WORSE,
}


@dataclass(frozen=True)
class Outcome:
    """What came of a course: the severities in the order of visits, the verdict, and whether each is right."""

    kind: Kind
    seed: int
    severities: tuple[float, ...]
    verdict: VerdictKind
    change: float
    unusable: int

    @property
    def judged_right(self) -> bool:
        return self.verdict is RIGHT[self.kind]

    @property
    def steps_right(self) -> int:
        """How many steps from visit to visit go the way of the scars."""
        sign = -1 if self.kind is Kind.HEALING else 1
        return sum(sign * (after - before) > 0 for before, after in pairwise(self.severities))

    @property
    def ordered_right(self) -> bool:
        """All visits in the order of the scars' depth; for unchanged scars there is no order."""
        return self.kind is Kind.UNCHANGED or self.steps_right == len(DAYS) - 1


def depths(kind: Kind, seed: int) -> tuple[float, float]:
    """The scars' depth at the first and the last visit, as a share of their full depth."""
    chance = np.random.default_rng([seed, 7])
    if kind is Kind.UNCHANGED:
        share = float(chance.uniform(0.3, 1.0))
        return share, share
    less, full = float(chance.uniform(0.1, 0.45)), float(chance.uniform(0.85, 1.0))
    return (full, less) if kind is Kind.HEALING else (less, full)


def write_course(folder: Path, kind: Kind, seed: int, patient: str = "rendered") -> Path:
    """A course as a folder per visit, with `course.toml`; the folder."""
    plan = replace(PLAN, relief=depths(kind, seed), first_visit=FIRST)
    for visit, days in zip(healing_course(seed, len(DAYS), plan), DAYS, strict=True):
        needling = " before" if days != DAYS[-1] else ""
        place = folder / f"{FIRST + timedelta(days=days)}{needling}"
        place.mkdir(parents=True)
        (place / "closeup left_cheek.jpg").write_bytes(as_jpeg(visit.pixels))
    sessions = "\n".join(f"[[session]]\ndate = {FIRST + timedelta(days=days)}" for days in DAYS[:-1])
    (folder / "course.toml").write_text(f'patient = "{patient}"\n[plan]\nsessions = 4\n{sessions}\n', encoding="utf-8")
    return folder


@contextmanager
def quiet(_: int) -> Iterator[Callable[[], None]]:
    """No progress."""
    yield lambda: None


def measured(folder: Path, networks: Networks, book: Book | None = None) -> Measured:
    """The course in that folder, as it stands at the end of its year."""
    return measure(read(folder, TODAY), networks, TODAY, book or Book(), quiet)


def outcome(folder: Path, kind: Kind, seed: int, networks: Networks) -> Outcome:
    """A course rendered, written, read, scored, compared and judged."""
    told = measured(write_course(folder, kind, seed), networks)
    change = told.verdict.change.points if told.verdict.change else float("nan")
    severities = tuple(score.severity for score in told.scores)
    return Outcome(kind, seed, severities, told.verdict.kind, change, told.unusable)
