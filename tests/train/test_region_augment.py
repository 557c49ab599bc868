"""Looks at labelled photos: left stays the patient's left however a photo is mirrored; a crop never guesses."""

from __future__ import annotations

import numpy as np
import pytest

from scarscore.model.regions import VIEWS, Pose, Region
from scarscore.train.regions import augment
from scarscore.train.regions.augment import crop_look, empty_look, pair_look, skin_look, swapped, whole_look
from scarscore.train.regions.samples import ANY_SKIN, NO_REGION, UNKNOWN, Sample

LEFT, RIGHT = Region.LEFT_CHEEK, Region.RIGHT_CHEEK


def drawn_face(yaw: float = 0.0) -> Sample:
    """A face of plain patches, seen from the front, or turned so that only one cheek shows."""
    label = np.full((240, 240), Region.NOT_SKIN, np.uint8)
    label[50:200, 60:180] = Region.OTHER_SKIN
    label[60:100, 70:170] = Region.FOREHEAD
    if yaw >= 0:
        label[110:180, 65:110] = RIGHT  # the patient's right lies on the photo's left
    if yaw <= 0:
        label[110:180, 130:175] = LEFT
    label[100:150, 112:128] = Region.NOSE
    label[182:198, 100:140] = Region.CHIN
    pixels = np.asarray(label * 30 + 40, np.uint8)[..., None].repeat(3, axis=2)
    return Sample("london/x.jpg", pixels, label, Pose(1, "front", 1.0, 0.0, yaw, 120.0))


def middle(label: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], region: Region) -> float:
    return float(np.argwhere(label == region)[:, 1].mean())


def test_the_patients_left_cheek_stays_on_the_right_of_a_frontal_photo_however_it_is_mirrored() -> None:
    rng, both = np.random.default_rng(0), 0
    for _ in range(60):
        look = whole_look(drawn_face(), rng)
        if (look.label == LEFT).sum() > 150 and (look.label == RIGHT).sum() > 150:
            both += 1
            assert middle(look.label, LEFT) > middle(look.label, RIGHT)
    assert both > 30


@pytest.mark.parametrize("yaw", [40.0, -40.0])
def test_a_mirrored_half_profile_shows_the_other_side_in_labels_view_and_yaw(yaw: float) -> None:
    rng, views = np.random.default_rng(1), set()
    for _ in range(40):
        look = whole_look(drawn_face(yaw), rng)
        if not look.posed:
            continue
        view = VIEWS[look.view]
        views.add(view)
        shown = RIGHT if view == "right" else LEFT
        assert (look.pose[2] > 0) == (view == "right")
        assert (look.label == shown).any()
        assert not (look.label == (LEFT if shown == RIGHT else RIGHT)).any()
    assert views == {"left", "right"}


def test_swapping_twice_changes_nothing_and_leaves_weak_labels_alone() -> None:
    label = np.array([*Region, ANY_SKIN, NO_REGION, UNKNOWN], np.uint8)
    assert list(swapped(label)) == [0, 1, 2, RIGHT, LEFT, 5, 6, ANY_SKIN, NO_REGION, UNKNOWN]
    assert (swapped(swapped(label)) == label).all()


def test_a_crop_that_shows_little_of_the_face_names_no_region() -> None:
    rng, closeups, named = np.random.default_rng(2), 0, 0
    for _ in range(150):
        look = crop_look(drawn_face(), rng)
        if look.faces == 0:
            closeups += 1
            assert VIEWS[look.view] == "closeup"
            assert not np.isin(look.label, range(Region.FOREHEAD, 7)).any()
        elif look.faces == -1:
            assert not np.isin(look.label, range(Region.OTHER_SKIN, 7)).any()
        else:
            named += 1
    assert closeups > 30
    assert named > 20


def test_a_larger_frame_tells_a_smaller_face() -> None:
    rng = np.random.default_rng(3)
    widths = {True: [0.0], False: [0.0]}
    for _ in range(60):
        look = whole_look(drawn_face(), rng)
        if look.posed:
            share = float(np.isin(look.label, range(1, 7)).mean())
            widths[share > 0.3].append(look.pose[3])
    assert np.mean(widths[True][1:]) > np.mean(widths[False][1:])


def test_two_faces_an_empty_picture_and_made_up_skin_say_what_they_are() -> None:
    rng = np.random.default_rng(4)
    pair = pair_look(drawn_face(), drawn_face(), rng)
    assert (pair.faces, pair.square.shape, pair.label.shape) == (2, (224, 224, 3), (112, 112))
    empty = empty_look(rng)
    assert (empty.label == Region.NOT_SKIN).all()
    skin = skin_look(np.full((200, 160, 3), 150, np.uint8), rng)
    assert set(np.unique(skin.label)) <= {Region.OTHER_SKIN, Region.NOT_SKIN, UNKNOWN}
    assert (empty.faces, skin.faces) == (0, 0)


def test_a_look_is_the_same_for_the_same_seed() -> None:
    first, again = (crop_look(drawn_face(), np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first.square, again.square)
    assert np.array_equal(first.label, again.label)
    assert augment.LABEL_STEP == 2
