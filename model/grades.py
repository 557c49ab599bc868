"""From a severity to the photo grade, 0 to 4: how likely each is, and a set of them.

Grades 2 to 4 are steps of the severity; 0 and 1 differ by flat marks alone. Whether redness tells these was tried: on
the readings of 2026 it told cameras apart instead, so that its weight is 0 in every network that is shipped, though a
network's file has a place for it. It is the photo grade of the readings' rubric, never a grade that a practitioner
gives in person. No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import cv2
import numpy as np

from scarscore.model.preprocess import Frame

GRADES = 5
_JUDGED = 0.5  # share of skin from which a position's colour is the skin's
_FEW = 9  # positions: of fewer, all that is skin at all


@dataclass(frozen=True)
class Grades:
    """How a severity becomes photo grades: fitted once, out of fold, on the medians of reference readings.

    A cumulative link (McCullagh 1980): the odds of grade 2, 3, 4 or more rise with `slope` times the log of severity
    + `offset`, from `thresholds` on. `marks` are the weights (constant, that log, redness) of grade 1 against 0.
    `limit` is the largest ranked probability score of a grade in the 90 % set (conformal, arXiv 2606.24959).
    """

    slope: float
    offset: float
    thresholds: tuple[float, float, float]
    marks: tuple[float, float, float]
    limit: float

    def __post_init__(self) -> None:
        if self.slope < 0.0 or self.offset <= 0.0 or not self.thresholds[0] <= self.thresholds[1] <= self.thresholds[2]:
            raise ValueError("grades must not fall while the severity rises")

    def probabilities(self, severity: float, redness: float) -> tuple[float, ...]:
        """Probability of each grade 0 to 4; `severity` 0-100, `redness` as `redness_spread` tells it."""
        at = log(severity + self.offset)
        two, three, four = (logistic(self.slope * (at - threshold)) for threshold in self.thresholds)
        constant, scarred, red = self.marks
        marked = logistic(constant + scarred * at + red * redness)
        return ((1.0 - two) * (1.0 - marked), (1.0 - two) * marked, two - three, three - four, four)

    def told(self, severity: float, redness: float) -> tuple[int, tuple[int, ...]]:
        """The photo grade, and the set that holds the reference grade with 90 % probability, ascending.

        The grade is the median of the probabilities; the set is contiguous and always holds it.
        """
        scores = ranked_scores(self.probabilities(severity, redness))
        best = int(np.argmin(scores))
        inside = [grade for grade in range(GRADES) if scores[grade] <= self.limit] or [best]
        return best, tuple(inside)


def ranked_scores(probabilities: tuple[float, ...]) -> tuple[float, ...]:
    """Ranked probability score of each grade: squared distance of the cumulated probabilities from that grade's step.

    As a function of the grade it has one valley, at the median, so that all grades under a limit are neighbours.
    """
    below = np.cumsum(probabilities)[:-1]
    steps = np.arange(GRADES - 1)
    return tuple(float(((below - (steps >= grade)) ** 2).sum()) for grade in range(GRADES))


def redness_spread(frame: Frame) -> float:
    """How unevenly red the judged skin is: the standard deviation of CIELAB a* between map positions, about 1 to 8.

    Of a photo's own skin, so that neither its tone nor its light as a whole counts. 0 without skin.
    """
    judged = frame.judged[frame.part]
    inside = judged >= _JUDGED
    if np.count_nonzero(inside) < _FEW:
        inside = judged > 0.0
    if not inside.any():
        return 0.0
    small = cv2.resize(frame.picture, judged.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return float(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))[..., 1][inside].std())


def logistic(value: float) -> float:
    """The probability, 0 to 1, of these log odds."""
    return 1.0 / (1.0 + exp(-max(-60.0, min(60.0, value))))
