"""Pictures with made-up scars: their person's own, read as they were drawn, the same again, and free for any use."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from scarscore.datasets.cards import Use, licence_class
from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import Collection, load
from scarscore.model.regions import Pose, Region
from scarscore.train.config import load_config
from scarscore.train.drawn import DRAWN, SIDES, with_drawn
from scarscore.train.regions.labels import TABLE, Entry
from scarscore.train.samples import photo_pixels, trainable

COUNTS = (1, 2, 1)


@pytest.fixture(scope="module")
def collection(data_root: Path) -> Collection:
    """Two people of the london set, and nobody else."""
    whole = load(data_root)
    photos = [photo for photo in whole.photos if photo.source == "london"]
    groups = list(dict.fromkeys(photo.group for photo in photos))[:2]
    return replace(
        whole, photos=tuple(p for p in photos if p.group in groups), readings=(), cells=(), cuts=(), boxes=()
    )


@pytest.fixture(scope="module")
def labels(collection: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Label maps of a face's make, though not of these faces: a left and a right cheek in the middle."""
    folder = tmp_path_factory.mktemp("labels")
    label = np.zeros((384, 384), np.uint8)
    cv2.ellipse(label, (192, 200), (62, 84), 0, 0, 360, int(Region.OTHER_SKIN), -1)
    cv2.ellipse(label, (222, 225), (24, 30), 0, 0, 360, int(Region.LEFT_CHEEK), -1)
    cv2.ellipse(label, (162, 225), (24, 30), 0, 0, 360, int(Region.RIGHT_CHEEK), -1)
    lines = []
    for photo in collection.photos:
        path = folder / f"{photo.file}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), label)
        lines.append(json.dumps(asdict(Entry(photo.file, photo.sha256, Pose(1, "front", 1.0, 0.0, 0.0, 125.0), ""))))
    (folder / TABLE).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def folder(collection: Collection, labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drawn")
    with_drawn(collection, COUNTS, 3, labels, out, lambda _: None)
    return out


def test_drawn_pictures_are_rated_photos_of_their_persons_group(
    collection: Collection, labels: Path, folder: Path
) -> None:
    drawn = with_drawn(collection, COUNTS, 3, labels, folder, lambda _: None)
    rated = trainable(drawn, ("london", DRAWN))
    assert [item.photo.label for item in rated] == ["face", "cheek", "cheek", "skin"]
    people = {photo.group for photo in collection.photos}
    assert {item.photo.group for item in rated if item.photo.label != "skin"} <= people
    assert rated[-1].photo.group not in people
    for item in rated:
        assert photo_pixels(drawn, item).shape == (SIDES[item.photo.label],) * 2 + (3,)
        assert 0 <= item.severity <= 100
        assert (item.grade == 0) is (item.severity < 3)


def test_a_picture_reads_as_its_cells_do(collection: Collection, labels: Path, folder: Path) -> None:
    for item in trainable(with_drawn(collection, COUNTS, 3, labels, folder, lambda _: None), (DRAWN,)):
        cells = [value for value in item.cells or () if value is not None]
        assert min(cells) - 1 <= item.severity <= max(cells) + 1


def test_what_is_drawn_already_is_not_drawn_again_and_a_lost_line_draws_the_same_bytes(
    collection: Collection, labels: Path, folder: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    with_drawn(collection, COUNTS, 3, labels, folder, said.append)
    assert not said
    before = (folder / "cheek-0001.png").read_bytes()
    table = next(folder.glob("*.jsonl"))
    lines = table.read_text().splitlines()
    table.write_text("\n".join(line for line in lines if "cheek-0001" not in line) + "\n")
    with_drawn(collection, COUNTS, 3, labels, folder, said.append)
    assert said == ["drawn 1 of 1 pictures, 0 min left"]
    assert (folder / "cheek-0001.png").read_bytes() == before


def test_without_labels_or_faces_nothing_is_drawn(collection: Collection, labels: Path, tmp_path: Path) -> None:
    assert with_drawn(collection, (0, 0, 0), 3, None, tmp_path, lambda _: None) is collection
    with pytest.raises(DataError, match="--region-labels"):
        with_drawn(collection, COUNTS, 3, None, tmp_path, lambda _: None)
    with pytest.raises(DataError, match="no photo of london with labels"):
        with_drawn(replace(collection, photos=()), COUNTS, 3, labels, tmp_path, lambda _: None)


def test_the_preset_that_draws_learns_from_nothing_that_is_not_free() -> None:
    config = load_config("rights-clean")
    assert licence_class(config.sources) is Use.RELEASE
    assert all(count > 0 for count in config.drawn)
    with pytest.raises(DataError, match="`drawn` must be three numbers"):
        replace(config, drawn=(1, 2))
