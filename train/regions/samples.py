"""What the region network is taught from: photos with the teacher's label maps, scarnet's cells, made-up pictures.

Groups are never cut: whole groups are held out, chosen by their name alone, so that a photo that is added later
never moves another one to the other side. Sets whose card forbids training are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.cards import Use, require
from scarscore.datasets.photos import CELLS, Collection, Photo
from scarscore.model.preprocess import Pixels
from scarscore.model.regions import Pose, Region
from scarscore.train.regions.labels import ALL_SOURCES, SOURCES, WEAK_SOURCE, Entry, photo_of, read_label
from scarscore.train.regions.teacher import NO_FACE

# Labels beside `Region`: skin of any region; no region of the face, skin or not; nothing is taught.
ANY_SKIN, NO_REGION, UNKNOWN = 7, 8, 255
BODY_LABELS = ("hypertrophic", "keloid")  # scarnet's types that mostly lie elsewhere than on the face
IMAGE_SIDE = 512  # px of a photo's long side as it is kept in memory
SHORT = 8  # digits of a checksum by which a network names a photo that it has seen
HELD_OUT = 5  # one group in so many is never trained on
Mask = npt.NDArray[np.bool_]
_LAB_FLOOR = np.array([10.0, 3.0, 3.0])
_SKIN_DISTANCE = 3.0


@dataclass(frozen=True, eq=False)
class Sample:
    """A photo, uint8 RGB with at most 512 px a side, and its labels, uint8 of any size.

    `pose` is in pixels of the label map; None where no face was told (weak labels).
    """

    file: str
    pixels: Pixels
    label: Pixels
    pose: Pose | None


def held_out(group: str) -> bool:
    """Whether photos of this group are kept for evaluation."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4]) % HELD_OUT == 0


def labelled(collection: Collection, entries: dict[str, Entry], sources: Sequence[str] = SOURCES) -> tuple[Photo, ...]:
    """The photos of whole faces of these sources that have labels."""
    kept = {file for file, entry in entries.items() if entry.pose is not None}
    faces = {*SOURCES} & {*sources}
    return tuple(photo for photo in collection.photos if photo.source in faces and photo.file in kept)


def unseen(collection: Collection, photos: Sequence[Photo], seen: Sequence[str]) -> tuple[Photo, ...]:
    """Those of the photos whose group holds none that a network has `seen`, by the checksums that it names."""
    known = {photo.group for photo in collection.photos if photo.sha256[:SHORT] in set(seen)}
    return tuple(photo for photo in photos if photo.group not in known)


def trained_on(
    collection: Collection, entries: dict[str, Entry], sources: Sequence[str] = ALL_SOURCES
) -> tuple[Photo, ...]:
    """Every photo that a network of these sources is trained on, with the teacher's labels or readings of cells."""
    faces = (photo for photo in labelled(collection, entries, sources) if not held_out(photo.group))
    return (*faces, *(weakly_labelled(collection, entries) if WEAK_SOURCE in sources else ()))


def weakly_labelled(collection: Collection, entries: dict[str, Entry]) -> tuple[Photo, ...]:
    """The photos of scars that are trained on: with readings of cells, or of the body with no face detected."""
    cells = cells_of(collection)
    bodies = {file for file, entry in entries.items() if entry.reason == NO_FACE}
    return tuple(
        photo
        for photo in collection.photos
        if photo.source == WEAK_SOURCE
        and not held_out(photo.group)
        and (photo.rating_id in cells or (photo.label in BODY_LABELS and photo.file in bodies))
    )


def training_samples(
    collection: Collection, entries: dict[str, Entry], folder: Path, sources: Sequence[str] = ALL_SOURCES
) -> tuple[Sample, ...]:
    """Every photo of these sources that is trained on. Raises `UseForbidden` if a card forbids it."""
    require(sources, Use.RESEARCH)
    return tuple(
        Sample(photo.file, small(photo_of(collection, photo)), read_label(folder, photo.file), entries[photo.file].pose)
        for photo in labelled(collection, entries, sources)
        if not held_out(photo.group)
    )


def weak_samples(collection: Collection, entries: dict[str, Entry]) -> tuple[Sample, ...]:
    """Photos of scars whose nine cells were read, or that show no face at all, of the groups that are trained on."""
    require((WEAK_SOURCE,), Use.RESEARCH)
    cells = cells_of(collection)
    return tuple(_weak(collection, photo, cells) for photo in weakly_labelled(collection, entries))


def _weak(collection: Collection, photo: Photo, cells: dict[str, tuple[bool | None, ...]]) -> Sample:
    pixels = small(photo_of(collection, photo))
    if photo.rating_id in cells:
        return Sample(photo.file, pixels, weak_label(pixels, cells[photo.rating_id]), None)
    return Sample(photo.file, pixels, body_label(pixels), None)


def cells_of(collection: Collection) -> dict[str, tuple[bool | None, ...]]:
    """For each photo with readings of cells: judgeable skin, no skin, or None where the readers differ."""
    read: dict[str, list[tuple[int | None, ...]]] = {}
    for reading in collection.cells:
        read.setdefault(reading.rating_id, []).append(reading.cells)
    return {key: tuple(_agreed(column) for column in zip(*rows, strict=True)) for key, rows in read.items()}


def weak_label(pixels: Pixels, cells: Sequence[bool | None]) -> Pixels:
    """Labels from nine cells, where the colour agrees: skin of any region, not skin, or unknown.

    A cell that was judged may hold three quarters of something else, so that a pixel must also have the colour that
    the judged cells have in common; pits and gloss are closed over.
    """
    height, width = pixels.shape[:2]
    side = round(len(CELLS) ** 0.5)
    down, across = (np.arange(n) * side // n for n in (height, width))
    number = down[:, None] * side + across
    judged = np.array([cell is True for cell in cells])[number]
    empty = np.array([cell is False for cell in cells])[number]
    label = np.full((height, width), UNKNOWN, np.uint8)
    if judged.any():
        near = _near_colour(pixels, judged)
        label[judged & near] = ANY_SKIN
        label[empty & ~near] = Region.NOT_SKIN
    return label


def body_label(pixels: Pixels) -> Pixels:
    """Labels of a photo without a face: other skin where the colour is that of its middle, elsewhere no region."""
    height, width = pixels.shape[:2]
    middle = np.zeros((height, width), np.bool_)
    middle[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = True
    return np.where(_near_colour(pixels, middle), Region.OTHER_SKIN, NO_REGION).astype(np.uint8)


def small(pixels: Pixels) -> Pixels:
    """A photo with at most 512 px on its long side."""
    scale = IMAGE_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def fingerprint(photos: Sequence[Photo]) -> str:
    """SHA-256 over the checksums of what is trained on, in any order."""
    return hashlib.sha256("\n".join(sorted(f"{p.file} {p.sha256}" for p in photos)).encode()).hexdigest()


def _agreed(column: Sequence[int | None]) -> bool | None:
    seen = {value is not None for value in column}
    return seen.pop() if len(seen) == 1 else None


def _near_colour(pixels: Pixels, judged: Mask) -> Mask:
    """Where the colour is that of most judged pixels, small gaps closed."""
    lab = cv2.cvtColor(cv2.GaussianBlur(pixels, (0, 0), 1.5).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    kept = lab[judged]
    for _ in range(3):
        mean, inverse = kept.mean(axis=0), np.linalg.inv(np.cov(kept.T) + np.diag(_LAB_FLOOR**2))
        away = np.einsum("ni,ij,nj->n", kept - mean, inverse, kept - mean)
        kept = kept[away <= np.quantile(away, 0.9)]
    offset = lab - mean
    near = np.einsum("hwi,ij,hwj->hw", offset, inverse, offset, optimize=True) < _SKIN_DISTANCE**2
    size = 2 * max(1, max(pixels.shape[:2]) // 30) + 1
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.morphologyEx(near.astype(np.uint8), cv2.MORPH_CLOSE, element), np.bool_)
