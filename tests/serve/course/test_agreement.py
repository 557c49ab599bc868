"""The agreement of two readings is what the usual libraries say, and its interval knows of patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import cohen_kappa_score

from scarscore.serve.course.agreement import Estimate, Reading, agreement, kappa, spearman


def readings(photos: int, patients: int, seed: int, off: float = 6.0) -> tuple[list[Reading], list[Reading]]:
    """Two readers of the same photos; `off` is how far the second strays."""
    random = np.random.default_rng(seed)
    severity = random.uniform(5, 90, photos)
    pair = []
    for read in (severity, np.clip(severity + random.normal(4, off, photos), 0, 100)):
        pair.append([Reading(f"P-{n % patients}", float(round(v)), min(4, int(v // 20))) for n, v in enumerate(read)])
    return pair[0], pair[1]


def columns(pair: tuple[list[Reading], list[Reading]], name: str) -> tuple[np.ndarray, np.ndarray]:
    first, second = (np.array([getattr(each, name) for each in side], np.float64) for side in pair)
    return first, second


@pytest.mark.parametrize("seed", range(4))
def test_each_figure_is_the_usual_librarys(seed: int) -> None:
    pair = readings(40, 8, seed)
    told = agreement(*pair)
    a, b = columns(pair, "severity")
    assert told.rho.value == pytest.approx(spearmanr(a, b).statistic)
    x, y = columns(pair, "grade")
    assert told.kappa.value == pytest.approx(cohen_kappa_score(x, y, weights="quadratic", labels=range(5)))
    table = pd.DataFrame({"photo": [*range(40)] * 2, "reader": ["a"] * 40 + ["b"] * 40, "severity": [*a, *b]})
    icc = pingouin.intraclass_corr(table, targets="photo", raters="reader", ratings="severity")
    assert told.icc.value == pytest.approx(icc.loc[icc["Type"].str.contains("A,1|ICC2$"), "ICC"].iloc[0], abs=1e-6)
    assert told.difference.value == pytest.approx((a - b).mean())
    assert (told.photos, told.patients) == (40, 8)


def test_the_interval_holds_the_figure_and_is_wider_where_photos_are_of_few_patients() -> None:
    widths = []
    for patients in (40, 5):
        first, second = readings(40, patients, 1)
        # What a patient's photos share: the second reader is off by one amount for each.
        shift = {f"P-{n}": float(n % 5 - 2) * 6 for n in range(patients)}
        shifted = [Reading(r.patient, r.severity + shift[r.patient], r.grade) for r in second]
        told = agreement(first, shifted).difference
        assert told.low is not None
        assert told.high is not None
        assert told.value is not None
        assert told.low <= told.value <= told.high
        widths.append(told.high - told.low)
    assert widths[1] > 1.3 * widths[0]
    assert agreement(*readings(40, 8, 2)) == agreement(*readings(40, 8, 2))


def test_nothing_is_claimed_of_too_few_patients_or_photos() -> None:
    few = agreement(*readings(12, 4, 0))
    assert few.icc.value is not None
    assert (few.icc.low, few.icc.high) == (None, None)
    assert agreement(*readings(2, 2, 0)).kappa == Estimate(None)
    assert agreement([], []).photos == 0


def test_readings_that_never_differ_have_no_correlation() -> None:
    same = [Reading(f"P-{n}", 10.0, 1) for n in range(8)]
    told = agreement(same, same)
    assert (told.kappa.value, told.rho.value, told.icc.value) == (None, None, None)
    assert told.difference.value == 0.0
    assert np.isnan(kappa(np.ones(4), np.ones(4)))
    assert np.isnan(spearman(np.ones(4), np.arange(4.0)))
