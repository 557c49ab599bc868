"""What a photo tells of the number of its scars, on made-up skin whose scars are known: seeds that no limit was
chosen on."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scarscore.model.bundle import DEFAULT
from scarscore.serve.course.counts import SHOWN, scars_in_all
from scarscore.serve.course.measured import Networks
from scarscore.serve.course.records import Shot, ShotScore
from scarscore.serve.course.scales.ecca import band
from scarscore.serve.course.scores import kept_of
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.scoring.result import View
from tests.serve.course.counted import counted

SCARRED, CLEAR = range(500, 560), range(900, 930)
MILD = 40.0


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
