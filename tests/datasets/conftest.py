"""A small data folder with the structure of the real one: noise for photos, made-up readings."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Table = list[list[object]]
Edit = Callable[[Table], None]

PHOTOS = ["file", "source", "group", "label", "rating_id", "width", "height", "sha256", "original"]
RATINGS = [
    *("rating_id", "reader", "usable", "view", "atrophic", "raised", "grade", "types"),
    *("active_acne", "erythema", "pigment", "confidence"),
]
GRID = ["rating_id", "reader", *(f"{row}{column}" for row in "abc" for column in "123")]
CUTS = ["rating_id", "file", "group", "x0", "y0", "x1", "y1"]
BOXES = ["file", "cls", "cx", "cy", "w", "h"]


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([header, *rows])


def edit_table(path: Path, edit: Edit) -> None:
    """Read a table, let `edit` change its rows (the header is row 0), write it back."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows: Table = [list(row) for row in csv.reader(lines)]
    edit(rows)
    with path.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(rows)


@pytest.fixture
def edit() -> Callable[[Path, Edit], None]:
    return edit_table


@pytest.fixture
def small_data(tmp_path: Path) -> Path:
    """Three photos of two sources, one of them rated with cells, another with a rated cut and a box."""
    root = tmp_path / "data"
    rng = np.random.default_rng(7)
    rows = [
        _photo(root, rng, "scarnet/rolling/one.jpg", "scarnet", "g1", "rolling", "r1", (48, 32)),
        _photo(root, rng, "acne_new/two.jpg", "acne_new", "g2", "scar_boxes", "", (40, 40)),
        _photo(root, rng, "acne04/three.jpg", "acne04", "g3", "acne_level_1", "x3", (64, 48)),
    ]
    write_table(root / "photos.csv", PHOTOS, rows)
    readings = [
        ("r1", "A", 60, "rolling;boxcar"),
        ("r1", "B", 50, "rolling"),
        ("x3", "A", 5, "none"),
        ("c1", "A", 20, ""),
    ]
    write_table(
        root / "ratings.csv",
        RATINGS,
        [[key, reader, 1, "face", severity, 0, 3, types, 0, 1, 0, 2] for key, reader, severity, types in readings],
    )
    write_table(root / "grid.csv", GRID, [["r1", "A", *range(10, 19)], ["r1", "B", -1, *range(21, 29)]])
    write_table(root / "cuts.csv", CUTS, [["c1", "acne04/three.jpg", "g3", 8, 8, 40, 40]])
    write_table(root / "boxes.csv", BOXES, [["acne_new/two.jpg", "scar", 0.5, 0.5, 0.1, 0.1]])
    return root


def _photo(
    root: Path,
    rng: np.random.Generator,
    file: str,
    source: str,
    group: str,
    label: str,
    rating_id: str,
    size: tuple[int, int],
) -> list[object]:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    width, height = size
    Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path, quality=80)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return [file, source, group, label, rating_id, width, height, digest, path.name]
