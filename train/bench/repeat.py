"""Repeatability on the bench: the same photo again, as cameras vary, and which of the conditions moves the score."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scarscore.model.preprocess import Pixels
from scarscore.model.repeatability import icc, sdc95, sem
from scarscore.train.bench.held_back import PERTURBATIONS
from scarscore.train.bench.perturb import ALONE, Change, random_of, take, taken_again
from scarscore.train.bench.perturb import Shot as Conditions
from scarscore.train.bench.records import ALL, Alone, Repeats
from scarscore.train.bench.subjects import Shot, Subject, as_is, scores, spread_out
from scarscore.train.evaluate.repeatability import means_of, resampled
from scarscore.train.evaluate.statistics import Values, calibration_slope

CAMERA = "as a clinic's camera varies"
SHOTS, AVERAGED = 6, 3
HELD_BACK_SHOTS = 3  # beside the photo as it is, so that a shift of all of them counts as error
FEWEST = 10  # photos of a source, for a row of its own
PART = 60  # photos for one condition at a time


def repeatability(subjects: Sequence[Subject]) -> Iterator[Repeats]:
    """The suite, then each perturbation that is held back; per source, then over all."""
    plain = scores(subjects, [as_is])
    yield from _rows(CAMERA, subjects, plain, scores(subjects, [numbered(taken_again, n) for n in range(SHOTS)]))
    for name, change in PERTURBATIONS.items():
        again = scores(subjects, [numbered(change, n) for n in range(HELD_BACK_SHOTS)])
        yield from _rows(name, subjects, plain, np.hstack([plain, again]))


def one_at_a_time(subjects: Sequence[Subject]) -> Iterator[Alone]:
    """Each condition alone, at the ends of its range, on an even part of the photos; the strongest first."""
    part = spread_out(subjects, PART)
    plain = scores(part, [as_is])
    rows = []
    for name, ends in ALONE.items():
        moved = scores(part, [_under(end) for end in ends]) - plain
        rows.append(Alone(name, len(part), float(moved.mean()), float(np.abs(moved).mean())))
    yield from sorted(rows, key=lambda row: -row.move)


def numbered(change: Change, number: int) -> Shot:
    """The shot of that number: another seed for every photo and number."""

    def shot(item: Subject) -> Pixels:
        return change(item.pixels, f"{item.key} {number}")

    return shot


def _under(conditions: Conditions) -> Shot:
    def shot(item: Subject) -> Pixels:
        return take(item.pixels, conditions, random_of(f"{item.key} alone"))

    return shot


def _rows(name: str, subjects: Sequence[Subject], plain: Values, again: Values) -> Iterator[Repeats]:
    sources = list(dict.fromkeys(item.rated.photo.source for item in subjects))
    for source in [*sources, ALL]:
        index = np.array([i for i, item in enumerate(subjects) if source in (ALL, item.rated.photo.source)])
        if len(index) >= FEWEST:
            yield _row(name, source, [subjects[i] for i in index], plain[index, 0], again[index])


def _row(name: str, source: str, subjects: Sequence[Subject], plain: Values, again: Values) -> Repeats:
    groups = [item.rated.photo.group for item in subjects]
    read = np.array([item.rated.severity for item in subjects])
    means = means_of(again, AVERAGED)
    return Repeats(
        name=name,
        source=source,
        photos=len(subjects),
        shots=again.shape[1],
        icc=resampled(icc, again, groups),
        sem=resampled(sem, again, groups),
        sdc95=resampled(sdc95, again, groups),
        of_three=resampled(sdc95, means, groups) if means.shape[1] >= 2 else None,
        slope=calibration_slope(plain, read),
    )
