"""The teacher's vote on real photos: steadier than one look, and silent where one look is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scarscore.datasets.photos import load
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Pixels
from scarscore.train.regions.augment import swapped
from scarscore.train.regions.evaluation import confusion, intersection_over_union
from scarscore.train.regions.mesh import MeshFinder
from scarscore.train.regions.teacher import NO_FACE, Failure, Labels, label_photo
from scarscore.train.regions.vote import label_by_vote
from tests.make import page_of_text
from tests.train.test_region_teacher import finder as finder


@pytest.fixture(scope="module")
def half_profiles(data_root: Path) -> list[Pixels]:
    photos = [photo for photo in load(data_root).photos if photo.source == "acne04"]
    return [rgb_pixels(Image.open(data_root / photo.file)) for photo in photos[7::60]]


def agreement(first: Pixels, second: Pixels) -> float:
    return float(np.mean([v for v in intersection_over_union(confusion(first, second)) if v is not None]))


def back(label: Pixels) -> Pixels:
    """The labels of a mirrored photo, as labels of the photo."""
    return np.ascontiguousarray(swapped(label)[:, ::-1])


def test_photo_and_mirror_image_get_closer_labels_than_from_one_look(
    finder: MeshFinder, half_profiles: list[Pixels]
) -> None:
    alone, voted = [], []
    for pixels in half_profiles:
        mirrored = np.ascontiguousarray(pixels[:, ::-1])
        looks = [label_photo(picture, finder.find(picture)) for picture in (pixels, mirrored)]
        votes = [label_by_vote(picture, finder) for picture in (pixels, mirrored)]
        if any(isinstance(made, Failure) for made in (*looks, *votes)):
            continue
        told = [made.label for made in (*looks, *votes) if isinstance(made, Labels)]
        alone.append(agreement(told[0], back(told[1])))
        voted.append(agreement(told[2], back(told[3])))
    assert len(voted) >= 5
    assert np.mean(voted) > np.mean(alone) + 0.03
    assert np.mean(voted) > 0.9


def test_the_pose_is_the_first_looks_and_what_is_no_face_gets_no_vote(
    finder: MeshFinder, half_profiles: list[Pixels]
) -> None:
    pixels = half_profiles[0]
    plain, voted = label_photo(pixels, finder.find(pixels)), label_by_vote(pixels, finder)
    assert isinstance(plain, Labels)
    assert isinstance(voted, Labels)
    assert voted.pose == plain.pose
    assert voted.label.shape == plain.label.shape
    assert label_by_vote(page_of_text(), finder) == Failure(NO_FACE)
