"""Two photos of one skin are laid over each other; other skin and other sides are refused, with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.align import Alignment, Method, Mismatch, NotComparable, align, judged
from scarscore.serve.course.frame import SIDE, frame
from scarscore.serve.course.register import by_regions, drift, refined
from tests.make import skin
from tests.serve.course.shots import SOURCES, misplaced, photos, pixels_of, shot_again

PROMISED = 2.0  # px, in the median, of 512


@pytest.fixture(scope="module")
def finder() -> RegionEngine:
    return RegionEngine.load()


@pytest.mark.parametrize("source", SOURCES)
def test_a_known_warp_of_a_real_photo_is_found(source: str, data_root: Path, finder: RegionEngine) -> None:
    for file in photos(data_root, source, 2):
        photo = pixels_of(data_root, file)
        shot = shot_again(photo, file)
        found = align(photo, shot.pixels, finder)
        assert isinstance(found, Alignment), found
        assert found.method is Method.POINTS
        assert misplaced(found, shot.carry) < PROMISED
        assert max(found.pair.before.shape) == SIDE
        assert found.pair.before.shape == found.pair.now.shape
        assert found.pair.skin.shape == found.pair.before.shape[:2]


def test_the_region_map_is_a_start_where_points_fail(data_root: Path, finder: RegionEngine) -> None:
    for file in photos(data_root, "acne_new", 2):
        photo = pixels_of(data_root, file)
        shot = shot_again(photo, file)
        first, second = frame(photo, finder), frame(shot.pixels, finder)
        assert first is not None
        assert second is not None
        carry = refined(first, second, by_regions(first, second), coarse=True)
        back = np.linalg.inv(first.from_photo) @ carry @ second.from_photo @ shot.carry
        places = np.argwhere(first.skin)[::97, ::-1].astype(np.float64)[np.newaxis]
        photo_places = cv2.perspectiveTransform(places, np.linalg.inv(first.from_photo))
        off = np.linalg.norm(cv2.perspectiveTransform(photo_places, back) - photo_places, axis=2) * first.scale
        assert float(np.median(off)) < PROMISED


def test_a_photo_lies_exactly_on_itself(finder: RegionEngine) -> None:
    photo = skin()
    found = align(photo, photo, finder)
    assert isinstance(found, Alignment)
    assert found.residual_px < 0.01
    assert found.likeness > 0.999
    assert found.overlap > 0.9
    assert np.allclose(found.transform, np.eye(3), atol=0.01)


@pytest.mark.parametrize(
    ("worse", "reason"),
    [
        ({"overlap": 0.39}, Mismatch.LITTLE_OVERLAP),
        ({"likeness": 0.49}, Mismatch.OTHER_SKIN),
        ({"likeness": 0.69, "method": Method.REGIONS}, Mismatch.OTHER_SKIN),
        ({"residual_px": 1.31}, Mismatch.NOT_REGISTERED),
        ({"residual_px": float("nan")}, Mismatch.NOT_REGISTERED),
    ],
)
def test_what_keeps_no_limit_is_not_comparable_and_says_which(
    worse: dict[str, Any], reason: Mismatch, finder: RegionEngine
) -> None:
    found = align(skin(), skin(), finder)
    assert isinstance(found, Alignment)
    assert judged(found) is found
    answer = judged(replace(found, **worse))
    assert isinstance(answer, NotComparable)
    assert answer.reason is reason


@pytest.mark.parametrize("residual_px", [float("inf"), float("nan")])
def test_a_residual_that_no_patch_told_is_none(residual_px: float, finder: RegionEngine) -> None:
    """A course's JSON has no word for infinity."""
    found = align(skin(), skin(), finder)
    assert isinstance(found, Alignment)
    answer = judged(replace(found, residual_px=residual_px, overlap=0.1))
    assert isinstance(answer, NotComparable)
    assert (answer.residual_px, answer.likeness, answer.overlap) == (None, found.likeness, 0.1)


def test_the_same_photos_give_the_same_alignment(finder: RegionEngine) -> None:
    photo = skin()
    shot = shot_again(photo, "again").pixels
    first, second = (align(photo, shot, finder) for _ in range(2))
    assert isinstance(first, Alignment)
    assert isinstance(second, Alignment)
    assert np.array_equal(first.transform, second.transform)
    assert np.array_equal(first.pair.now, second.pair.now)


@pytest.mark.parametrize("source", SOURCES)
def test_another_face_is_not_comparable(source: str, data_root: Path, finder: RegionEngine) -> None:
    one, other = (pixels_of(data_root, file) for file in photos(data_root, source, 2))
    assert isinstance(align(one, other, finder), NotComparable)


def test_the_other_side_is_named(data_root: Path, finder: RegionEngine) -> None:
    photo = pixels_of(data_root, photos(data_root, "acne04", 1)[0])
    answer = align(photo, np.ascontiguousarray(photo[:, ::-1]), finder)
    assert isinstance(answer, NotComparable)
    assert answer.reason is Mismatch.OTHER_VIEW


def test_other_skin_is_refused_with_what_was_measured(finder: RegionEngine) -> None:
    answer = align(skin(seed=1), skin(seed=2), finder)
    assert isinstance(answer, NotComparable)
    assert answer.reason in (Mismatch.OTHER_SKIN, Mismatch.NOT_REGISTERED)
    assert answer.likeness is not None
    assert answer.hint


def test_a_picture_without_skin_is_refused(finder: RegionEngine) -> None:
    blue = np.full((300, 400, 3), (20, 60, 200), np.uint8)
    answer = align(blue, skin(), finder)
    assert isinstance(answer, NotComparable)
    assert answer.reason is Mismatch.NO_SKIN


def test_nothing_as_small_as_a_scar_drifts_by_itself() -> None:
    """A dent that is new must stay: the drift follows the face, not the scar."""
    photo = skin(512, 512)
    with_dent = photo.copy()
    cv2.circle(with_dent, (256, 256), 5, (150, 110, 90), -1)
    flow = drift(photo, with_dent, np.ones(photo.shape[:2], bool))
    assert float(np.abs(flow).max()) < 1.0
