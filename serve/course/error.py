"""The measurement error of a severity: of one shot, of the mean of several, and what another camera adds.

Until a clinic has measured its own camera (`repeatability.py`), the error is the one that was measured with the
network by altering photos. Patients move and lamps change more than that: it is a lower bound, and a verdict says so.

**The model of shots.** SEM(n)^2 = SEM^2 x (shared + (1 - shared) / n). With `shared` 0 this is the textbook's
SEM / sqrt(n), for errors that are independent. Shots of one visit are not quite that: they share a lamp and a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from scarscore.serve.course.records import ErrorSource, MeasurementError
from scarscore.serve.scoring.result import View

# docs/evaluation.json, bench.repeats: "as a clinic's camera varies", all, 197 photos x 6 shots of the shipped network:
# one shot's SEM 2.573, SDC95 7.133 points, as in weights/measured.toml (`tests/promises/test_course_error.py`).
BUNDLE_SEM = 2.573
# The same list, "tone curve with sharpening", all: what another camera's processing does to a shot.
CAMERA_SEM = 2.008
# docs/evaluation.json, bench.colours: redness painted on scarred skin moved the score by 3.7 points on average.
REDNESS_MOVE = 3.67
# CIELAB a*: how much redder or less red than at baseline skin is called so. A choice of this project, not measured.
REDNESS_LIMIT = 3.0
# Nobody has measured what shots of one visit share. A choice on the careful side: 0 would promise too much.
SHARED = 0.25
LOWER_BOUND = "The measurement error is the network's own lower bound: this clinic has not measured its camera yet."

BUNDLE = MeasurementError(BUNDLE_SEM, ErrorSource.BUNDLE, shared=SHARED)
SURE = 1.96  # standard errors within which 95 of 100 repetitions lie


def error_for(view: View, camera: str, model: str, own: Iterable[MeasurementError]) -> MeasurementError:
    """The error that fits best: the clinic's own of this camera and view, else of either, else the bundle's.

    An error that was measured with another network, or another camera or view, never fits.
    """
    fitting = [error for error in own if _fits(error, view, camera, model)]
    return max(fitting, key=lambda error: (error.camera is not None, error.view is not None), default=BUNDLE)


def sem_of_mean(error: MeasurementError, shots: int) -> float:
    """SEM in points of the mean of so many shots (1 or more) of one view at one visit."""
    return error.sem * sqrt(error.shared + (1.0 - error.shared) / shots)


def sdc95(first: float, second: float, more: float = 0.0) -> float:
    """Smallest detectable change at 95 %, in points, between two severities with these SEMs.

    1.96 x sqrt(SEM1^2 + SEM2^2); 2.77 x SEM where both are the same (Bland and Altman 1999). `more` is a further
    variance of the difference, in points squared.
    """
    return SURE * sqrt(first * first + second * second + more)


def _fits(error: MeasurementError, view: View, camera: str, model: str) -> bool:
    return (
        error.camera in (None, camera or None)
        and error.view in (None, view)
        and (error.model is None or error.model == model)
    )
