"""What a photo tells of the number of its scars, on made-up skin whose scars are known: seeds that no limit was
chosen on. The figures are those of `docs/course.md`; that of the longer run is made with SCARSCORE_BENCH=1."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from scarscore.model.bundle import DEFAULT
from scarscore.serve.course.counts import NOT_COUNTED, SHOWN, scars_in_all
from scarscore.serve.course.measured import Networks
from scarscore.serve.course.records import Shot, ShotScore
from scarscore.serve.course.scales.ecca import band
from scarscore.serve.course.scores import kept_of
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.scoring.result import View
from tests.serve.course.counted import counted

SCARRED, CLEAR = range(500, 560), range(900, 930)
MORE_CLEAR = range(1000, 1400)
MILD = 40.0
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "course.md"
PHOTOS, CLEAR_ONES, RHO = 79, 29, 0.34
FALSELY = 1  # of the clear ones are said to show a scar
LONGER = (12, 356)  # said to show a scar, and all


@pytest.fixture(scope="module")
def told() -> np.ndarray:
    """True number, severity and proposed least number of each photo that is not refused: (photos, 3)."""
    networks = Networks.load(DEFAULT)
    rows = [_told(seed, networks, clear=False) for seed in SCARRED] + [
        _told(seed, networks, clear=True) for seed in CLEAR
    ]
    table = np.array([row for row in rows if row is not None])
    rho = stats.spearmanr(table[:, 0], table[:, 1]).statistic
    print(f"\n{len(table)} photos: rho of number and severity {rho:.2f}")
    for grade in range(4):
        print(f"band {grade}:", np.sort(table[[band(int(n)) == grade for n in table[:, 0]], 1]).round())
    return table


def _told(seed: int, networks: Networks, *, clear: bool) -> tuple[float, float, float] | None:
    made = counted(seed, clear=clear)
    answer = kept_of(networks.scorer.examine(as_jpeg(made.pixels)).answer)
    if not isinstance(answer, ShotScore):
        return None
    (least,) = scars_in_all((Shot("a", View.CLOSEUP, answer),))
    return float(made.scars), answer.severity, least.value


def test_hardly_any_photo_of_clear_rough_skin_is_said_to_show_a_scar(told: np.ndarray) -> None:
    clear = told[told[:, 0] == 0]
    assert len(clear) >= 25
    assert np.mean(clear[:, 2]) <= 0.05


def test_severity_does_not_tell_the_number_so_that_no_narrower_range_is_proposed(told: np.ndarray) -> None:
    mild = told[told[:, 1] < MILD]
    assert {band(int(number)) for number in mild[:, 0]} == {0, 1, 2, 3}
    assert stats.spearmanr(told[:, 0], told[:, 1]).statistic < 0.6
    assert SHOWN > MILD


def test_the_figures_of_the_document_are_these(told: np.ndarray) -> None:
    clear = told[told[:, 0] == 0]
    assert (len(told), len(clear), clear[:, 2].sum()) == (PHOTOS, CLEAR_ONES, FALSELY)
    assert stats.spearmanr(told[:, 0], told[:, 1]).statistic == pytest.approx(RHO, abs=0.02)
    text = DOCUMENT.read_text(encoding="utf-8")
    assert f"{PHOTOS} made-up close-ups of any depth and roughness | rho {RHO:.2f} with severity" in text
    assert f"{100 * LONGER[0] / LONGER[1]:.0f} in 100 of those with none" in NOT_COUNTED
    assert (
        f"{FALSELY} of {CLEAR_ONES} clear ones is said to show a scar, {LONGER[0]} of {LONGER[1]} in the longer run"
        in text
    )


@pytest.mark.skipif(os.environ.get("SCARSCORE_BENCH") != "1", reason="the longer run is made with SCARSCORE_BENCH=1")
def test_of_many_photos_of_clear_rough_skin_hardly_one_is_said_to_show_a_scar() -> None:
    networks = Networks.load(DEFAULT)
    rows = [row for seed in MORE_CLEAR if (row := _told(seed, networks, clear=True)) is not None]
    # Another processor rounds otherwise, and a photo or two lie beside the limit.
    assert (sum(row[2] > 0 for row in rows), len(rows)) == pytest.approx(LONGER, abs=2)
