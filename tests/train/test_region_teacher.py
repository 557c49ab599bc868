"""The teacher on real photos: regions lie where anatomy has them, and what is no face gets no labels."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scarscore.datasets.errors import DataMissing
from scarscore.datasets.photos import Photo, load
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Pixels
from scarscore.model.regions import MIRRORED, Region
from scarscore.train.options import SHARED_WEIGHTS
from scarscore.train.regions.mesh import DETECTOR, MeshFinder
from scarscore.train.regions.teacher import NO_FACE, Failure, Labels, label_photo
from tests.make import page_of_text


@pytest.fixture(scope="module")
def finder(data_root: Path) -> MeshFinder:
    weights = data_root.parent / "weights"
    folder = weights if (weights / DETECTOR).is_file() else SHARED_WEIGHTS
    if not (folder / DETECTOR).is_file():
        message = f"the teachers are not at {folder}"
        if os.environ.get("SCARSCORE_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return MeshFinder(folder)


@pytest.fixture(scope="module")
def faces(data_root: Path) -> list[tuple[Photo, Pixels]]:
    photos = [p for p in load(data_root).photos if p.source == "london"]
    return [(p, rgb_pixels(Image.open(data_root / p.file))) for p in photos[5::50]]


def labels_of(finder: MeshFinder, pixels: Pixels) -> Labels:
    made = label_photo(pixels, finder.find(pixels))
    assert isinstance(made, Labels)
    return made


def middles(label: Pixels) -> dict[Region, tuple[float, float]]:
    found = {}
    for region in list(Region)[2:]:
        places = np.argwhere(label == region)
        assert len(places) > 100, region
        found[region] = (float(places[:, 0].mean()), float(places[:, 1].mean()))
    return found


def test_a_face_from_the_front_has_five_regions_in_anatomical_order(
    finder: MeshFinder, faces: list[tuple[Photo, Pixels]]
) -> None:
    assert len(faces) >= 3
    for photo, pixels in faces:
        made = labels_of(finder, pixels)
        row = {region: place[0] for region, place in middles(made.label).items()}
        column = {region: place[1] for region, place in middles(made.label).items()}
        assert row[Region.FOREHEAD] < row[Region.NOSE] < row[Region.CHIN], photo.file
        assert column[Region.RIGHT_CHEEK] < column[Region.NOSE] < column[Region.LEFT_CHEEK], photo.file
        assert (made.pose.view, made.pose.faces) == ("front", 1), photo.file
        assert abs(made.pose.roll) < 8, photo.file


def test_a_mirrored_face_has_its_labels_swapped(finder: MeshFinder, faces: list[tuple[Photo, Pixels]]) -> None:
    photo, pixels = faces[0]
    here = labels_of(finder, pixels)
    there = labels_of(finder, np.ascontiguousarray(pixels[:, ::-1]))
    named = np.array(MIRRORED, np.uint8)[there.label[:, ::-1]]
    assert (named == here.label).mean() > 0.93, photo.file
    assert there.pose.yaw == pytest.approx(-here.pose.yaw, abs=4)


def test_a_half_profile_shows_its_near_cheek_and_the_view_says_which(data_root: Path, finder: MeshFinder) -> None:
    seen = set()
    for photo in [p for p in load(data_root).photos if p.source == "acne04"][10:90:20]:
        with Image.open(data_root / photo.file) as image:
            made = label_photo(rgb_pixels(image), finder.find(rgb_pixels(image)))
        if isinstance(made, Failure) or made.pose.view == "front":
            continue
        near, far = Region.LEFT_CHEEK, Region.RIGHT_CHEEK
        if made.pose.view == "right":
            near, far = far, near
        assert (made.label == near).sum() > 3 * (made.label == far).sum(), photo.file
        seen.add(made.pose.view)
    assert seen


def test_turning_a_photo_turns_the_roll(finder: MeshFinder, faces: list[tuple[Photo, Pixels]]) -> None:
    pixels = faces[0][1]
    height, width = pixels.shape[:2]
    clockwise = cv2.getRotationMatrix2D((width / 2, height / 2), -15, 1.0)
    turned = np.asarray(cv2.warpAffine(pixels, clockwise, (width, height), borderValue=(127, 127, 127)), np.uint8)
    change = labels_of(finder, turned).pose.roll - labels_of(finder, pixels).pose.roll
    assert change == pytest.approx(15, abs=3)


def test_what_is_no_face_gets_no_labels(finder: MeshFinder) -> None:
    page = np.ascontiguousarray(page_of_text())
    assert label_photo(page, finder.find(page)) == Failure(NO_FACE)


def test_missing_teachers_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match=DETECTOR):
        MeshFinder(tmp_path)
