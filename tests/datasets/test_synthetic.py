"""The synthetic skin: seeded, of the tone asked for, and with scars that really fade."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scarscore.datasets.synthetic.course import PLAN, SyntheticVisit, healing_course
from scarscore.datasets.synthetic.relief import Scar, ScarMix, height_field, scatter
from scarscore.datasets.synthetic.skin import SkinTone, clear_skin

PX_PER_MM = PLAN.px_per_mm


@pytest.fixture(scope="module", params=[3, 11])
def course(request: pytest.FixtureRequest) -> tuple[SyntheticVisit, ...]:
    return healing_course(request.param)


def relief_contrast(pixels: npt.NDArray[np.uint8]) -> float:
    """Contrast at the size of scars, about 1 to 3 mm, on the cheek's front, as a share of its brightness."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(grey, (0, 0), 0.25 * PX_PER_MM) - cv2.GaussianBlur(grey, (0, 0), 1.2 * PX_PER_MM)
    front = np.s_[40:-40, 40 : int(0.7 * grey.shape[1])]
    return float(band[front].std() / grey[front].mean())


def ita(rgb_linear: npt.NDArray[np.float32]) -> float:
    """The individual typology angle of the mean Lab colour, in degrees."""
    light, _, yellow = cv2.cvtColor(rgb_linear, cv2.COLOR_LRGB2Lab).reshape(-1, 3).mean(axis=0)
    return math.degrees(math.atan2(float(light) - 50.0, float(yellow)))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (healing_course(seed, visits=2) for seed in (5, 5, 6))
    assert [visit.pixels.tobytes() for visit in first] == [visit.pixels.tobytes() for visit in again]
    assert first[0].pixels.tobytes() != other[0].pixels.tobytes()


def test_a_course_is_six_photos_at_ascending_dates_with_relief_from_whole_to_little(
    course: tuple[SyntheticVisit, ...],
) -> None:
    assert len(course) == 6
    assert all(visit.pixels.shape == (*PLAN.shape, 3) and visit.pixels.dtype == np.uint8 for visit in course)
    assert [visit.date for visit in course] == sorted({visit.date for visit in course})
    shares = [visit.relief for visit in course]
    assert shares[0] == 1.0
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 0.2


def test_the_contrast_of_the_relief_falls_at_every_visit(course: tuple[SyntheticVisit, ...]) -> None:
    contrasts = [relief_contrast(visit.pixels) for visit in course]
    assert all(before > after for before, after in pairwise(contrasts)), contrasts
    assert contrasts[0] > 2 * contrasts[-1]


def test_visits_differ_in_more_than_their_scars_as_photos_of_a_clinic_do(
    course: tuple[SyntheticVisit, ...],
) -> None:
    colours = np.array([visit.pixels[:400, :400].reshape(-1, 3).mean(axis=0) for visit in course])
    ratios = colours[:, 0] / colours[:, 2]
    assert np.ptp(colours.mean(axis=1)) > 1.0
    assert np.ptp(ratios) > 0.005


def test_photos_are_well_exposed(course: tuple[SyntheticVisit, ...]) -> None:
    for visit in course:
        assert (visit.pixels.max(axis=2) >= 254).mean() < 0.01
        assert (visit.pixels.max(axis=2) <= 10).mean() < 0.01


@pytest.mark.parametrize("asked", [-40.0, -15.0, 10.0, 28.0, 41.0, 60.0])
def test_the_skin_has_the_tone_that_was_asked_for(asked: float) -> None:
    skin = clear_skin(np.random.default_rng(1), (320, 320), PX_PER_MM, SkinTone(ita=asked))
    assert ita(skin.albedo) == pytest.approx(asked, abs=2.5)


def test_a_tone_that_no_skin_has_is_refused() -> None:
    with pytest.raises(ValueError, match="ITA"):
        clear_skin(np.random.default_rng(1), (64, 64), PX_PER_MM, SkinTone(ita=89.0))


def test_scars_have_the_sizes_of_their_kinds() -> None:
    scars = scatter(np.random.default_rng(2), (200.0, 200.0), ScarMix())
    widths = {kind: [scar.width for scar in scars if scar.kind == kind] for kind in ("icepick", "boxcar", "rolling")}
    assert min(widths["icepick"]) > 0.0
    assert max(widths["icepick"]) < 2.0
    assert min(widths["boxcar"]) >= 1.5
    assert max(widths["boxcar"]) <= 4.0
    assert min(widths["rolling"]) > 4.0
    assert len(widths["boxcar"]) == round(ScarMix().boxcar * 400)


@pytest.mark.parametrize(("kind", "width"), [("icepick", 1.2), ("boxcar", 3.0), ("rolling", 7.0)])
def test_a_single_scar_is_a_pit_of_its_width_and_nothing_beyond(kind: str, width: float) -> None:
    scar = Scar(kind, 10.0, 10.0, width, 0.5, 1.0, 0.0, 0.6)  # type: ignore[arg-type]
    field = height_field(np.random.default_rng(3), [scar], (280, 280), PX_PER_MM)
    assert field.max() == pytest.approx(0.0, abs=1e-6)
    across = math.sqrt(4 / math.pi * float((field < field.min() / 2).sum())) / PX_PER_MM
    assert 0.35 * width < across < 1.35 * width
    rows, cols = np.nonzero(field < -0.02)
    assert np.hypot(rows / PX_PER_MM - 10, cols / PX_PER_MM - 10).max() < 0.75 * width + 1.0


def test_a_course_of_one_visit_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="two visits"):
        healing_course(1, visits=1)


def test_a_visit_takes_under_a_second_of_one_processor() -> None:
    started = time.process_time()
    healing_course(8, visits=4)
    assert (time.process_time() - started) / 4 < 1.0
