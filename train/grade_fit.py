"""Fits how a severity becomes photo grades, on the medians of reference readings of photos not seen."""

from __future__ import annotations

from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from scarscore.model.grades import Grades, ranked_scores
from scarscore.model.severity import COVERAGE

Values = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

# Where grades 2, 3 and 4 begin by the rubric's words, in points, and how surely: what counts where readings lack.
_RUBRIC = np.array([np.log(4.0), np.log(10.0), 12.0, 35.0, 65.0])
_PULL = 1e-4  # of each parameter towards it, in nats a photo


def fit_grades(told: Values, redness: Values, grades: Whole) -> Grades:
    """The grades that these photos support: severities told (n,), spreads of redness (n,), median grades (n,) 0-4."""
    slope, offset, thresholds = _steps(told, grades)
    marks = _marks(np.log(told + offset), redness, grades)
    open_set = Grades(slope, offset, thresholds, marks, limit=float("inf"))
    rows = zip(told, redness, grades, strict=True)
    scores = np.sort([ranked_scores(open_set.probabilities(s, r))[grade] for s, r, grade in rows])
    count = len(scores)
    limit = scores[min(count, ceil((count + 1) * COVERAGE)) - 1]
    return Grades(slope, offset, thresholds, marks, float(limit))


def _steps(told: Values, grades: Whole) -> tuple[float, float, tuple[float, float, float]]:
    """Slope, offset and thresholds of the cumulative link, by maximum likelihood."""
    step = np.maximum(grades, 1) - 1

    def surprise(parameters: Values) -> float:
        slope, offset, thresholds = _unpacked(parameters)
        at = slope * (np.log(told + offset)[:, None] - thresholds)
        above = np.concatenate(
            [np.ones((len(told), 1)), 1 / (1 + np.exp(-np.clip(at, -60, 60))), np.zeros((len(told), 1))], 1
        )
        each = (above[:, :-1] - above[:, 1:])[np.arange(len(told)), step]
        return float(-np.log(np.maximum(each, 1e-9)).mean() + _PULL * ((parameters - start) ** 2).sum())

    start = np.array([_RUBRIC[0], _RUBRIC[1], *_gaps(np.log(_RUBRIC[2:] + np.exp(_RUBRIC[1])))])
    found = minimize(
        surprise, start, method="Nelder-Mead", options={"maxiter": 8000, "maxfev": 8000, "xatol": 1e-4, "fatol": 1e-7}
    )
    slope, offset, thresholds = _unpacked(found.x)
    first, second, third = (float(each) for each in thresholds)
    return float(slope), float(offset), (first, second, third)


def _unpacked(parameters: Values) -> tuple[float, float, Values]:
    """Slope and offset by their logs, thresholds by the logs of their gaps: so none can be out of order."""
    return (
        float(np.exp(parameters[0])),
        float(np.exp(parameters[1])),
        np.cumsum([parameters[2], *np.exp(parameters[3:])]),
    )


def _gaps(thresholds: Values) -> Values:
    return np.array([thresholds[0], *np.log(np.diff(thresholds))])


def _marks(at: Values, redness: Values, grades: Whole) -> tuple[float, float, float]:
    """Weights (constant, log of severity, redness) of grade 1 against 0; a constant alone where one of them lacks.

    Redness may only speak for marks. Where it would speak against them it tells the camera, not the skin, and is left
    out: so it was on the shipped readings (2026), where no measure of colour followed the readers' erythema.
    """
    low = grades < 2
    rows, marked = np.stack([at, redness], axis=1)[low], grades[low]
    if len(set(marked.tolist())) < 2:
        return (-4.0 if not marked.any() else 4.0, 0.0, 0.0)
    constant, (scarred, red) = _logistic(rows, marked)
    if red < 0.0:
        constant, (scarred, red) = _logistic(rows * (1.0, 0.0), marked)
    return constant, scarred, red


def _logistic(rows: Values, marked: Whole) -> tuple[float, tuple[float, float]]:
    """Constant and both weights of a logistic regression on the standardised columns."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    fitted = LogisticRegression().fit((rows - mean) / spread, marked)
    first, second = (float(weight) for weight in fitted.coef_[0] / spread)
    return float(fitted.intercept_[0] - first * mean[0] - second * mean[1]), (first, second)
