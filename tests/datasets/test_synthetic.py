"""The synthetic course: seeded, well exposed, and with scars that really fade."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scarscore.datasets.synthetic.course import PLAN, SyntheticVisit, healing_course, person

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
    assert contrasts[0] > 1.5 * contrasts[-1]


def test_the_relief_and_its_burden_fade_together_and_the_colour_of_the_scars_stays() -> None:
    _, scars = person(4)
    half = scars.faded(0.5)
    np.testing.assert_allclose(half.height, 0.5 * scars.height)
    np.testing.assert_allclose(half.burden, 0.5 * scars.burden)
    np.testing.assert_array_equal(half.blood, scars.blood)
    np.testing.assert_array_equal(half.melanin, scars.melanin)


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


def test_a_course_of_one_visit_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="two visits"):
        healing_course(1, visits=1)
