"""What the bench tells, as records: one dataclass for each kind of row in the report."""

from __future__ import annotations

from dataclasses import dataclass

from scarscore.train.evaluate.nulls import Number
from scarscore.train.evaluate.statistics import Estimate

ALL = "all"


@dataclass(frozen=True)
class Repeats:
    """How the score repeats over shots of the same photo, in points of severity.

    `slope` is the slope of the readings on the scores of the same photos as they are: far from 1, the score is
    shrunken or stretched, and so is its error. `of_three` is of means of three shots, None where there are too few.
    """

    name: str
    source: str
    photos: int
    shots: int
    icc: Estimate
    sem: Estimate
    sdc95: Estimate
    of_three: Estimate | None
    slope: Number


@dataclass(frozen=True)
class Alone:
    """How far one condition alone, at the end of its range, moves the score: mean, and mean absolute, in points."""

    name: str
    photos: int
    shift: Number
    move: Number


@dataclass(frozen=True)
class Healed:
    """How the score follows scars that fade in steps.

    `ordered` is the share of photos whose score falls at every step, `pairs` the share of neighbouring steps in
    order; `fall` is the mean share of the score that is gone at the last step, `slope` its fall in points for each
    tenth of the relief that goes.
    """

    name: str
    source: str
    photos: int
    ordered: Number
    pairs: Number
    fall: Number
    slope: Number


@dataclass(frozen=True)
class Colour:
    """How far painted colour moves the score, in points: mean, mean absolute, and that as a share of the SEM."""

    name: str
    where: str
    photos: int
    shift: Number
    move: Number
    of_sem: Number


@dataclass(frozen=True)
class Alarms:
    """Photos without scars that are told 20 or more: how many of how many, their share with its interval, the mean."""

    name: str
    photos: int
    alarms: int
    share: Estimate
    mean: Number


@dataclass(frozen=True)
class Bench:
    """Everything that the bench tells of the networks."""

    repeats: tuple[Repeats, ...]
    alone: tuple[Alone, ...]
    healed: tuple[Healed, ...]
    colours: tuple[Colour, ...]
    alarms: tuple[Alarms, ...]

    @property
    def sem(self) -> float:
        """Standard error of one photo over all sources, as a clinic's camera varies, in points."""
        return next(row.sem.value for row in self.repeats if row.source == ALL)
