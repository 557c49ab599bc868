"""The pictures of a pair are as fine as the photos, and show the same places as what was measured."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scarscore.model.region_engine import RegionEngine
from scarscore.serve.course.align import Alignment, align
from scarscore.serve.course.enlarged import SIDE, enlarged
from tests.make import skin


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray, Alignment]:
    """A photo of 1,600 px, and the same skin turned, nearer and shifted."""
    before = cv2.resize(skin(800, 600), (1600, 1200), interpolation=cv2.INTER_CUBIC)
    carry = cv2.getRotationMatrix2D((800, 600), 4, 1.06) + np.array([[0, 0, 12], [0, 0, -9]])
    now = cv2.warpAffine(before, carry, (1600, 1200), borderMode=cv2.BORDER_REFLECT)
    found = align(before, now, RegionEngine.load())
    assert isinstance(found, Alignment), found
    return before, now, found


def test_they_are_finer_than_what_is_measured_and_no_finer_than_the_photo(
    pair: tuple[np.ndarray, np.ndarray, Alignment],
) -> None:
    before, now, found = pair
    for side in (SIDE, 700, 10_000):
        pictures = enlarged(before, now, found, side)
        assert {picture.dtype for picture in pictures} == {np.dtype(np.uint8)}
        assert {picture.shape for picture in pictures} == {pictures[0].shape}
        assert max(pictures[0].shape) == min(side, round(max(found.pair.skin.shape) / found.frames[0].scale))


def test_both_show_the_same_places_as_the_pair(pair: tuple[np.ndarray, np.ndarray, Alignment]) -> None:
    before, now, found = pair
    size = found.pair.skin.shape[::-1]
    for large, small in zip(enlarged(before, now, found), (found.pair.before, found.pair.now), strict=True):
        seen = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
        off = np.abs(seen.astype(np.float32) - small)[found.pair.skin]
        assert float(off.mean()) < 1.5
        shifted = np.abs(np.roll(seen, 3, axis=1).astype(np.float32) - small)[found.pair.skin]
        assert float(off.mean()) < 0.5 * float(shifted.mean())


def test_photos_smaller_than_the_pair_are_not_blown_up(pair: tuple[np.ndarray, np.ndarray, Alignment]) -> None:
    before, now, found = pair
    assert enlarged(before, now, found, 400)[0] is found.pair.before
