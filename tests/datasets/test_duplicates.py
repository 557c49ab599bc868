"""The duplicate finder, on made-up skin with known repeats, and on the real photos that already have groups."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner
from PIL import Image

from scarscore.datasets.command import datasets
from scarscore.datasets.duplicates.confirm import compare
from scarscore.datasets.duplicates.find import GROUPS_OF_PICTURES, Search, search
from scarscore.datasets.duplicates.fingerprint import fingerprint
from scarscore.datasets.duplicates.report import as_csv, as_json, as_markdown
from scarscore.datasets.groups import NOTHING, Different, Reviewed, load_groups
from scarscore.datasets.photos import Photo, load

Pixels = npt.NDArray[np.uint8]


def skin(seed: int, side: int = 360) -> Pixels:
    """Texture with blobs of many sizes, as pores and marks are: enough for points to be found."""
    random = np.random.default_rng(seed)
    image = np.full((side, side), 150.0, np.float32)
    for _ in range(400):
        x, y, r = random.integers(0, side), random.integers(0, side), random.integers(2, 9)
        cv2.circle(image, (int(x), int(y)), int(r), float(random.uniform(90, 200)), -1)
    soft = cv2.GaussianBlur(image, (0, 0), 1.2) + random.normal(0, 2, image.shape)
    return np.repeat(np.clip(soft, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def save(folder: Path, name: str, pixels: Pixels, quality: int = 90) -> Path:
    path = folder / name
    Image.fromarray(np.ascontiguousarray(pixels)).save(path, quality=quality)
    return path


COPIES = {
    "recompressed": lambda p: p,
    "mirrored": lambda p: p[:, ::-1],
    "darkened": lambda p: (p * 0.55).astype(np.uint8),
    "cropped and enlarged": lambda p: cv2.resize(p[60:280, 90:320], (300, 300)),
    "stretched": lambda p: cv2.resize(p, (300, 220)),
    "mirrored and cropped": lambda p: p[40:300, 40:300][:, ::-1],
    "turned": lambda p: cv2.warpAffine(p, cv2.getRotationMatrix2D((180, 180), 12, 1.0), (360, 360)),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_recognised_and_another_skin_is_not(tmp_path: Path, name: str) -> None:
    original = fingerprint(save(tmp_path, "a.jpg", skin(1)))
    copy = fingerprint(save(tmp_path, "b.jpg", COPIES[name](skin(1)), 60))
    other = fingerprint(save(tmp_path, "c.jpg", COPIES[name](skin(2)), 60))
    mirrored = "mirrored" in name
    assert compare(original, copy, mirrored).same
    assert not compare(original, copy, not mirrored).same
    assert not any(compare(original, other, m).same for m in (False, True))


def test_a_mirrored_descriptor_is_that_of_the_mirrored_photo(tmp_path: Path) -> None:
    path = save(tmp_path, "a.png", skin(3))
    here, there = fingerprint(path), fingerprint(save(tmp_path, "b.png", skin(3)[:, ::-1]))
    distance = np.linalg.norm(here.mirrored_places[:, None] - there.places[None], axis=2)
    near = distance.min(axis=1) < 0.5
    assert near.sum() > 80  # the most salient 300 are not the same ones in both
    likeness = (here.mirrored_points[near] * there.points[distance.argmin(axis=1)[near]]).sum(axis=1)
    assert np.median(likeness) > 0.99


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, pixels in {"a": skin(1), "b": skin(1)[:, ::-1], "c": skin(2), "d": skin(3), "e": skin(3)}.items():
        save(tmp_path, f"{name}.jpg", pixels, 80 + ord(name) % 7)
    return tmp_path


def photos(groups: dict[str, str], labels: dict[str, str]) -> list[Photo]:
    return [Photo(f"{n}.jpg", "scarnet", g, labels.get(n, "rolling"), "", 360, 360, n) for n, g in groups.items()]


def test_search_tells_what_is_new_what_conflicts_and_what_it_missed(folder: Path) -> None:
    rows = photos({"a": "g1", "b": "g2", "c": "g3", "d": "g3", "e": "g4"}, {"b": "boxcar"})
    reviewed = Reviewed((), (Different("c.jpg", ("d.jpg",), "by hand"),))
    found = search(folder, rows, reviewed)
    assert [(p.first.file, p.second.file, p.mirrored, p.known) for p in found.pairs] == [
        ("a.jpg", "b.jpg", True, ""),
        ("d.jpg", "e.jpg", False, ""),
    ]
    assert [[photo.file for photo in chain] for chain in found.conflicts] == [["a.jpg", "b.jpg"]]
    assert [(m.first.file, m.second.file, m.different) for m in found.missed] == [("c.jpg", "d.jpg", True)]
    assert (found.grouped, found.truly_grouped, found.found) == (1, 0, 0)
    assert search(folder, rows, NOTHING).missed[0].different is False


def test_the_reports_say_the_same_in_three_forms(folder: Path) -> None:
    found = search(folder, photos({"a": "g1", "b": "g1", "c": "g3"}, {}), NOTHING)
    rows = list(csv.DictReader(as_csv(found).splitlines()))
    assert [(row["first"], row["second"], row["known"]) for row in rows] == [("a.jpg", "b.jpg", "tables")]
    assert json.loads(as_json(found))["pairs"][0]["points"] == int(rows[0]["points"])
    assert "1 of them together (100.0%)" in as_markdown(found)


def test_the_command_writes_its_reports_and_refuses_what_it_cannot(small_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "pairs.csv"
    run = CliRunner().invoke(datasets, ["duplicates", "--data", str(small_data), "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert "3 photos, 0 pairs" in run.output
    assert out.read_text().startswith("first,second,")
    for wrong in (["--source", "nowhere"], ["--out", "pairs.txt"]):
        assert CliRunner().invoke(datasets, ["duplicates", "--data", str(small_data), *wrong]).exit_code != 0


@pytest.fixture(scope="module")
def real(data_root: Path) -> Search:
    collection = load(data_root, NOTHING)
    chosen = [photo for photo in collection.photos if photo.source in GROUPS_OF_PICTURES]
    return search(data_root, chosen, load_groups())


def test_nearly_every_real_pair_that_has_a_group_is_found(real: Search) -> None:
    assert real.grouped > 100
    assert real.found >= 0.95 * real.truly_grouped


def test_every_real_find_has_a_group_by_now(real: Search) -> None:
    assert [(pair.first.file, pair.second.file) for pair in real.pairs if not pair.known] == []
