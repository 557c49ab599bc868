"""What a region map means: left and right are the patient's, probabilities stay probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from scarscore.model.regions import MIRRORED, TURNED, VIEWS, Pose, Region, RegionMap, view_of

POSE = Pose(1, "front", 0.9, 0.0, 0.0, 300.0)


def made_map(rows: int = 8, columns: int = 12) -> RegionMap:
    """The left half forehead, the right half chin, each with 0.7; the rest is not skin."""
    probability = np.zeros((7, rows, columns), np.float32)
    probability[Region.FOREHEAD, :, : columns // 2] = 0.7
    probability[Region.CHIN, :, columns // 2 :] = 0.7
    probability[Region.NOT_SKIN] = 0.3
    return RegionMap(probability, POSE)


def test_a_face_turned_to_the_photos_right_shows_the_patients_right_side() -> None:
    assert view_of(45.0) == "right"
    assert view_of(-45.0) == "left"


@pytest.mark.parametrize("yaw", [0.0, TURNED - 0.1, 0.1 - TURNED])
def test_a_face_turned_by_less_than_20_degrees_is_seen_from_the_front(yaw: float) -> None:
    assert view_of(yaw) == "front"


def test_the_view_of_a_mirrored_face_is_the_other_side() -> None:
    swap = {"left": "right", "right": "left", "front": "front"}
    for yaw in range(-80, 81, 5):
        assert view_of(-yaw) == swap[view_of(yaw)]
    assert set(swap) | {"closeup"} == set(VIEWS)


def test_mirroring_swaps_the_cheeks_and_nothing_else() -> None:
    changed = {Region(a) for a, b in enumerate(MIRRORED) if a != b}
    assert changed == {Region.LEFT_CHEEK, Region.RIGHT_CHEEK}
    assert [MIRRORED[MIRRORED[region]] for region in Region] == list(Region)


def test_label_and_skin_say_what_the_probabilities_say() -> None:
    seen = made_map()
    assert seen.label.dtype == np.uint8
    assert (seen.label[:, :6] == Region.FOREHEAD).all()
    assert (seen.label == Region.CHIN).mean() == 0.5
    assert not (seen.label == Region.NOSE).any()
    assert seen.skin == pytest.approx(np.full((8, 12), 0.7))


@pytest.mark.parametrize(("height", "width"), [(3, 5), (40, 60), (8, 12), (1, 1)])
def test_a_resized_map_still_holds_probabilities(height: int, width: int) -> None:
    larger = made_map().resized(height, width)
    assert larger.probability.shape == (7, height, width)
    assert larger.probability.dtype == np.float32
    assert larger.probability.sum(axis=0) == pytest.approx(np.ones((height, width)), abs=1e-5)
    assert larger.pose is POSE
