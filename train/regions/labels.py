"""Label maps of all photos that the teacher can judge, kept in a folder of their own, never in the repository.

A table, `labels.jsonl`, says for each photo what its pose is or why it has no labels; the map itself is a PNG beside
it. Whatever is there already is gone on from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from scarscore.datasets.cards import Use, require
from scarscore.datasets.errors import DataError, DataMissing
from scarscore.datasets.photos import Collection, Photo
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Pixels
from scarscore.model.regions import Pose
from scarscore.train.regions.mesh import MeshFinder
from scarscore.train.regions.teacher import Failure, Labels
from scarscore.train.regions.vote import label_by_vote

SOURCES = ("acne_new", "acne04", "london")
WEAK_SOURCE = "scarnet"  # close-ups and bodies: the teacher only says where it sees no face
ALL_SOURCES = (*SOURCES, WEAK_SOURCE)
TABLE = "labels.jsonl"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Entry:
    """One photo's line in the table: its pose, in pixels of its label map, or the reason why it has none."""

    file: str
    sha256: str
    pose: Pose | None
    reason: str


def photo_of(collection: Collection, photo: Photo) -> Pixels:
    """The working image of a photo, uint8 RGB (h, w, 3)."""
    with Image.open(collection.root / photo.file) as image:
        return rgb_pixels(image)


def write_labels(
    collection: Collection, weights: Path, folder: Path, say: Say, sources: Sequence[str] = ALL_SOURCES
) -> tuple[Entry, ...]:
    """Label every photo of these sources that is not in the folder yet. All entries.

    Raises `UseForbidden` where a card forbids training, `DataMissing` where the teachers' files are not there.
    """
    require(sources, Use.RESEARCH)
    finder = MeshFinder(weights)
    folder.mkdir(parents=True, exist_ok=True)
    entries = {entry.file: entry for entry in _lines(folder / TABLE)}
    photos = [photo for photo in collection.photos if photo.source in sources]
    missing = [p for p in photos if p.file not in entries or entries[p.file].sha256 != p.sha256]
    began = time.monotonic()
    with (folder / TABLE).open("a", encoding="utf-8") as table:
        for number, photo in enumerate(missing, start=1):
            entry = _label(collection, photo, finder, folder)
            entries[photo.file] = entry
            table.write(json.dumps(asdict(entry)) + "\n")
            table.flush()
            if number % 50 == 0 or number == len(missing):
                left = (time.monotonic() - began) / number * (len(missing) - number)
                say(f"labels: {number} of {len(missing)}, {left / 60:.0f} min left")
    return tuple(entries[photo.file] for photo in photos)


def read_entries(folder: Path) -> dict[str, Entry]:
    """The table of a folder of labels, by photo. Raises `DataMissing` where there is none."""
    if not (folder / TABLE).is_file():
        raise DataMissing(f"no {TABLE} in {folder}: make it with `scarscore regions labels`, or name it by --labels")
    return {entry.file: entry for entry in _lines(folder / TABLE)}


def read_label(folder: Path, file: str) -> Pixels:
    """A photo's label map, uint8 (rows, columns)."""
    label = cv2.imread(str(_map_file(folder, file)), cv2.IMREAD_GRAYSCALE)
    if label is None:
        raise DataError(f"{_map_file(folder, file)} cannot be read: make the labels again")
    return np.asarray(label, np.uint8)


def kept_counts(entries: Iterable[Entry]) -> dict[str, tuple[int, int]]:
    """For each source, how many photos have labels, and how many there are."""
    counts: dict[str, tuple[int, int]] = {}
    for entry in entries:
        source = entry.file.partition("/")[0]
        if source not in SOURCES:
            continue
        kept, seen = counts.get(source, (0, 0))
        counts[source] = (kept + (entry.pose is not None), seen + 1)
    return counts


def _label(collection: Collection, photo: Photo, finder: MeshFinder, folder: Path) -> Entry:
    pixels = photo_of(collection, photo)
    made = label_by_vote(pixels, finder)
    if isinstance(made, Failure):
        return Entry(photo.file, photo.sha256, None, made.reason)
    assert isinstance(made, Labels)
    path = _map_file(folder, photo.file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", made.label)[1].tobytes())
    return Entry(photo.file, photo.sha256, made.pose, "")


def _map_file(folder: Path, file: str) -> Path:
    return folder / f"{file}.png"


def _lines(table: Path) -> Iterator[Entry]:
    if not table.is_file():
        return
    for line in table.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        pose = None if values["pose"] is None else Pose(**values["pose"])
        yield Entry(values["file"], values["sha256"], pose, values["reason"])
