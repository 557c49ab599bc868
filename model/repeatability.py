"""How well a score repeats: intraclass correlation, standard error of measurement, smallest detectable change.

Works on tables of scores, one row a subject (the same skin), one column a shot of it. It says nothing of whether the
scores are right: one that always says 30 repeats perfectly, so a calibration slope always stands beside it. Both sides
need it, the bench of training and the clinic's own measurement, so it stands between them. NumPy alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]
DETECTABLE = 1.96 * sqrt(2.0)  # a change between two measurements, at 95 %: 2.77 (Bland and Altman 1999)


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of a two-way table (subjects x shots): between subjects, between shots, and what is left."""

    subjects: float
    shots: float
    rest: float


def mean_squares(table: Table) -> MeanSquares:
    """Analysis of variance of scores (n subjects, k shots), n and k at least 2. Source: Shrout and Fleiss 1979.

    Raises ValueError for a smaller table.
    """
    if table.ndim != 2 or min(table.shape) < 2:
        raise ValueError(f"a table of two or more subjects and shots is needed, not {table.shape}")
    n, k = table.shape
    grand, of_subject, of_shot = table.mean(), table.mean(axis=1), table.mean(axis=0)
    left = table - of_subject[:, None] - of_shot[None, :] + grand
    return MeanSquares(
        float(k * ((of_subject - grand) ** 2).sum() / (n - 1)),
        float(n * ((of_shot - grand) ** 2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
    )


def icc(table: Table) -> float:
    """ICC(2,1): the share of the scores' variance that is the subjects' own; 1 is perfect repetition.

    Two-way random effects, absolute agreement, single measurement (Shrout and Fleiss 1979; McGraw and Wong 1996:
    ICC(A,1)). NaN where no score differs from another.
    """
    n, k = table.shape
    s = mean_squares(table)
    total = s.subjects + (k - 1) * s.rest + k * (s.shots - s.rest) / n
    return (s.subjects - s.rest) / total if total > 0 else float("nan")


def sem(table: Table) -> float:
    """Standard error of one measurement, in points: the spread of shots of the same skin.

    Of absolute agreement (de Vet et al. 2006): a shift that all subjects share counts as error too.
    """
    s = mean_squares(table)
    return sqrt(s.rest + max(0.0, (s.shots - s.rest) / len(table)))


def sdc95(table: Table) -> float:
    """Smallest detectable change at 95 %, in points: 2.77 x SEM. A smaller difference of two shots may be chance."""
    return DETECTABLE * sem(table)
