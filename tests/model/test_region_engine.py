"""The shipped region network: a trusted file that finds skin, tells regions on people it has not seen, and the view."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scarscore.datasets.photos import Collection, Photo, load
from scarscore.datasets.synthetic.course import healing_course
from scarscore.model.bundle import load_bundle, names, verified_bytes
from scarscore.model.errors import BadMetadata
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Pixels
from scarscore.model.region_engine import RegionEngine, fit, open_region_bundle
from scarscore.model.regions import MIRRORED, Region
from tests.make import page_of_text

SAMPLE = 6  # photos of each source


@dataclass(frozen=True, eq=False)
class Seen:
    photo: Photo
    pixels: Pixels


@pytest.fixture(scope="module")
def engine() -> RegionEngine:
    return RegionEngine.load()


@pytest.fixture(scope="module")
def strangers(data_root: Path, engine: RegionEngine) -> list[Seen]:
    """Photos of people of whom the network has seen none."""
    collection = load(data_root)
    known = {p.group for p in collection.photos if p.sha256[:8] in set(engine.bundle.metadata.photos)}
    chosen = [p for source in ("london", "acne04") for p in one_each(collection, source, known)]
    assert len(chosen) == 2 * SAMPLE
    return [Seen(photo, read(data_root, photo)) for photo in chosen]


def one_each(collection: Collection, source: str, known: set[str]) -> list[Photo]:
    photos = [p for p in collection.photos if p.source == source and p.group not in known]
    return photos[:: max(1, len(photos) // SAMPLE)][:SAMPLE]


def read(root: Path, photo: Photo) -> Pixels:
    with Image.open(root / photo.file) as image:
        return rgb_pixels(image)


def test_the_shipped_file_is_small_and_says_what_it_is(engine: RegionEngine) -> None:
    metadata = engine.bundle.metadata
    assert len(engine.bundle.data) < 8_000_000
    assert metadata.licence_class == "research"
    assert set(metadata.sources) == {"acne_new", "acne04", "london", "scarnet"}
    assert "Face Mesh" in metadata.teacher
    assert len(set(metadata.photos)) > 500
    assert {len(photo) for photo in metadata.photos} == {8}


def test_region_and_severity_networks_are_not_taken_for_each_other() -> None:
    assert "regions" not in names()
    with pytest.raises(BadMetadata):
        load_bundle("regions")
    with pytest.raises(BadMetadata, match="not that of a region network"):
        open_region_bundle(verified_bytes("default"))


@pytest.mark.parametrize("shape", [(300, 500), (500, 300), (40, 30), (1000, 90), (1, 1)])
def test_the_map_covers_the_photo_without_the_filling_beside_it(engine: RegionEngine, shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), 90, np.uint8)
    seen = engine.look(pixels)
    rows, columns = seen.probability.shape[1:]
    assert max(rows, columns) == 112
    assert (rows, columns) == fit(pixels)[1:]
    assert rows / columns == pytest.approx(shape[0] / shape[1], abs=0.02 * max(1, shape[0] / shape[1]))
    assert seen.probability.sum(axis=0) == pytest.approx(np.ones((rows, columns)), abs=1e-5)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_close_up_of_a_cheek_is_other_skin(engine: RegionEngine, seed: int) -> None:
    pixels = healing_course(seed, visits=2)[0].pixels
    close = np.ascontiguousarray(pixels[:, : pixels.shape[1] // 2])
    seen = engine.look(close)
    assert (seen.label == Region.OTHER_SKIN).mean() > 0.9
    assert (seen.pose.view, seen.pose.faces, seen.pose.face_width_px) == ("closeup", 0, None)


def pictures_of_nothing() -> dict[str, Pixels]:
    noise = np.random.default_rng(4).integers(0, 256, (240, 320, 3)).astype(np.uint8)
    return {
        "black": np.zeros((240, 320, 3), np.uint8),
        "white": np.full((240, 320, 3), 255, np.uint8),
        "grey": np.full((240, 320, 3), 127, np.uint8),
        "blue": np.full((240, 320, 3), (40, 80, 200), np.uint8),
        "noise": noise,
        "text": page_of_text(),
    }


@pytest.mark.parametrize("name", pictures_of_nothing())
def test_a_picture_of_nothing_is_not_skin(engine: RegionEngine, name: str) -> None:
    seen = engine.look(pictures_of_nothing()[name])
    assert (seen.label == Region.NOT_SKIN).mean() > 0.95
    assert seen.pose.faces == 0


def test_people_it_has_not_seen_have_their_regions_in_anatomical_order(
    engine: RegionEngine, strangers: list[Seen]
) -> None:
    for item in strangers:
        seen = engine.look(item.pixels)
        rows, columns = np.mgrid[: seen.label.shape[0], : seen.label.shape[1]]
        middle = {r: (rows[seen.label == r].mean(), columns[seen.label == r].mean()) for r in (Region.NOSE,)}
        forehead = rows[seen.label == Region.FOREHEAD].mean()
        assert forehead < middle[Region.NOSE][0], item.photo.file
        if item.photo.source == "london":
            left, right = (columns[seen.label == r].mean() for r in (Region.LEFT_CHEEK, Region.RIGHT_CHEEK))
            assert right < middle[Region.NOSE][1] < left, item.photo.file
            assert rows[seen.label == Region.CHIN].mean() > middle[Region.NOSE][0], item.photo.file
            assert seen.pose.view == "front", item.photo.file


def test_a_mirrored_photo_shows_the_other_side(engine: RegionEngine, strangers: list[Seen]) -> None:
    swap = {"left": "right", "right": "left", "front": "front", "closeup": "closeup"}
    turned = 0
    for item in strangers:
        here = engine.look(item.pixels)
        there = engine.look(np.ascontiguousarray(item.pixels[:, ::-1]))
        assert there.pose.view == swap[here.pose.view], item.photo.file
        turned += here.pose.view in ("left", "right")
        named = np.array(MIRRORED, np.uint8)[there.label[:, ::-1]]
        assert (named == here.label).mean() > 0.9, item.photo.file
    assert turned >= SAMPLE - 1


def test_turning_a_photo_turns_the_roll(engine: RegionEngine, strangers: list[Seen]) -> None:
    for item in strangers[:3]:
        height, width = item.pixels.shape[:2]
        clockwise = cv2.getRotationMatrix2D((width / 2, height / 2), -20, 1.0)
        turned = np.asarray(
            cv2.warpAffine(item.pixels, clockwise, (width, height), borderValue=(127, 127, 127)), np.uint8
        )
        change = engine.look(turned).pose.roll - engine.look(item.pixels).pose.roll
        assert change == pytest.approx(20, abs=8), item.photo.file


def test_face_width_is_told_in_pixels_of_the_photo_given(engine: RegionEngine, strangers: list[Seen]) -> None:
    pixels = strangers[0].pixels
    large = engine.look(pixels).pose.face_width_px
    half = engine.look(np.ascontiguousarray(pixels[::2, ::2])).pose.face_width_px
    assert large is not None
    assert half == pytest.approx(large / 2, rel=0.05)
