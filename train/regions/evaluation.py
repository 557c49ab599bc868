"""Measures the region network on groups that it has not seen, against its teacher and against readings of cells.

The teacher is no truth: these figures say how far the network does what it was taught, the contact sheets that a
person looks at say whether that is right. Skin tones with too few people are told as untested, first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.photos import Collection, Photo
from scarscore.datasets.synthetic.tone import BANDS, Band, band_of, ita_of
from scarscore.model.bundle import load_bundle
from scarscore.model.engine import Engine
from scarscore.model.preprocess import Pixels, everywhere, normalise
from scarscore.model.preprocess import fit as severity_fit
from scarscore.model.region_engine import RegionEngine
from scarscore.model.regions import Pose, Region, RegionMap
from scarscore.train.regions.augment import swapped
from scarscore.train.regions.labels import (
    SOURCES,
    WEAK_SOURCE,
    Entry,
    Say,
    kept_counts,
    photo_of,
    read_entries,
    read_label,
)
from scarscore.train.regions.samples import cells_of, labelled, small, unseen

ENOUGH_PEOPLE = 15  # fewer, and a skin tone is told as untested
CLOSE_CROP = 0.35  # of the face's width: the side of a close-up cut out of a cheek
EVALUATION_ONLY = "habibsatya"
TONED = (Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.FOREHEAD)


@dataclass(frozen=True)
class Overlap:
    """Agreement with the teacher on some photos: intersection over union, in all and for each region."""

    name: str
    photos: int
    people: int
    mean: float | None
    each: tuple[float | None, ...]


@dataclass(frozen=True)
class PoseFigures:
    """How well the pose is told, against the teacher's; angles in degrees, width as a share."""

    source: str
    photos: int
    view: float
    roll: float
    yaw: float
    width: float


@dataclass(frozen=True)
class SkinFigures:
    """Shares of skin that is kept, and of what is not skin that is left out, where the teacher cannot help."""

    name: str
    count: int
    share: float


@dataclass(frozen=True)
class Figures:
    """Everything that the report tells."""

    name: str
    version: str
    sha256: str
    licence_class: str
    sources: tuple[str, ...]
    teacher: str
    bytes: int
    kept: dict[str, tuple[int, int]]
    overlaps: tuple[Overlap, ...]
    tones: tuple[Overlap, ...]
    poses: tuple[PoseFigures, ...]
    skin: tuple[SkinFigures, ...]
    cost: float


@dataclass(frozen=True, eq=False)
class _Seen:
    """One held-out photo: the teacher's answer and the network's, and the confusion of the two (7, 7)."""

    photo: Photo
    pose: Pose
    told: Pose
    scale: float  # pixels of the label map per pixel of the photo
    confusion: npt.NDArray[np.int64]
    band: Band


def evaluate_regions(collection: Collection, labels: Path, model: str, say: Say) -> Figures:
    """Look at every held-out photo with the network of that name or path."""
    engine = RegionEngine.load(model)
    entries = read_entries(labels)
    photos = unseen(collection, labelled(collection, entries), engine.bundle.metadata.photos)
    say(f"looking at {len(photos)} photos of groups that were held out")
    seen = [_seen(collection, photo, entries, labels, engine) for photo in photos]
    say("close-ups, readings of cells, cost")
    metadata = engine.bundle.metadata
    return Figures(
        name=metadata.name,
        version=metadata.version,
        sha256=engine.bundle.sha256,
        licence_class=metadata.licence_class,
        sources=metadata.sources,
        teacher=metadata.teacher,
        bytes=len(engine.bundle.data),
        kept=kept_counts(entries.values()),
        overlaps=tuple(_overlap(s, [x for x in seen if x.photo.source == s]) for s in sorted(SOURCES)),
        tones=_tones(seen),
        poses=tuple(_pose(s, [x for x in seen if x.photo.source == s]) for s in sorted(SOURCES)),
        skin=tuple(_skin(collection, photos, entries, labels, engine)),
        cost=cost_ratio(engine),
    )


def label_of(seen: RegionMap, shape: Sequence[int]) -> Pixels:
    """The network's labels at the size of the teacher's."""
    return seen.resized(shape[0], shape[1]).label


def confusion(truth: Pixels, told: Pixels) -> npt.NDArray[np.int64]:
    """Pixels by the teacher's region (rows) and the network's (columns)."""
    count = len(Region)
    flat = truth.astype(np.int64).ravel() * count + told.ravel()
    return np.bincount(flat, minlength=count * count).reshape(count, count)


def intersection_over_union(counts: npt.NDArray[np.int64]) -> tuple[float | None, ...]:
    """For each region; None where neither has it."""
    both = np.diag(counts)
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    return tuple(float(b / e) if e else None for b, e in zip(both, either, strict=True))


def cost_ratio(engine: RegionEngine, times: int = 25) -> float:
    """Time of one look by this network over one by the severity network, side by side, one thread each."""
    other = Engine(load_bundle())
    photo = np.full((512, 512, 3), 127, np.uint8)
    frame = severity_fit(photo, everywhere(photo))
    normalise(frame.square[np.newaxis])
    ratios = []
    for _ in range(times):
        began = time.perf_counter()
        engine.look(photo)
        middle = time.perf_counter()
        other.look(severity_fit(photo, everywhere(photo)))
        ratios.append((middle - began) / (time.perf_counter() - middle))
    return statistics.median(ratios)


def _seen(collection: Collection, photo: Photo, entries: dict[str, Entry], labels: Path, engine: RegionEngine) -> _Seen:
    pixels, truth = photo_of(collection, photo), read_label(labels, photo.file)
    told = engine.look(pixels)
    pose = entries[photo.file].pose
    assert pose is not None
    band = tone_band(pixels, truth)
    scale = truth.shape[1] / pixels.shape[1]
    return _Seen(photo, pose, told.pose, scale, confusion(truth, label_of(told, truth.shape)), band)


def tone_band(pixels: Pixels, label: Pixels) -> Band:
    """The band of skin tone of a photo, uint8 RGB, as photographed: by its cheeks and forehead; `label` of any size."""
    small = np.asarray(cv2.resize(pixels, (label.shape[1], label.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    return band_of(ita_of(small, np.isin(label, TONED)))


def _overlap(name: str, seen: Sequence[_Seen], *, people_needed: int = 0) -> Overlap:
    people = len({item.photo.group for item in seen})
    if not seen or people < people_needed:
        return Overlap(name, len(seen), people, None, ())
    each = intersection_over_union(np.sum([item.confusion for item in seen], axis=0))
    return Overlap(name, len(seen), people, statistics.fmean(v for v in each if v is not None), each)


def _tones(seen: Sequence[_Seen]) -> tuple[Overlap, ...]:
    """Bands of skin tone, those with too few people first."""
    told = [_overlap(band, [s for s in seen if s.band == band], people_needed=ENOUGH_PEOPLE) for band in BANDS]
    return tuple(sorted(told, key=lambda overlap: overlap.mean is not None))


def _pose(source: str, seen: Sequence[_Seen]) -> PoseFigures:
    faces = [item for item in seen if item.told.face_width_px is not None]
    return PoseFigures(
        source,
        len(seen),
        statistics.fmean(item.told.view == item.pose.view for item in seen),
        statistics.median(abs(item.told.roll - item.pose.roll) for item in faces),
        statistics.median(abs(item.told.yaw - item.pose.yaw) for item in faces),
        statistics.median(_width_error(item) for item in faces),
    )


def _width_error(item: _Seen) -> float:
    assert item.told.face_width_px is not None
    assert item.pose.face_width_px is not None
    return abs(item.told.face_width_px * item.scale / item.pose.face_width_px - 1)


def _skin(
    collection: Collection, photos: Sequence[Photo], entries: dict[str, Entry], labels: Path, engine: RegionEngine
) -> Iterator[SkinFigures]:
    """Skin in close-ups: cut out of held-out cheeks, scar photos with readings of cells, crops of skin."""
    kept, sided, closeups = [], [], []
    for photo in photos:
        for pixels, truth in close_crops(collection, photo, entries[photo.file], labels):
            told = engine.look(pixels)
            label = label_of(told, truth.shape)
            skin = truth != Region.NOT_SKIN
            kept.append(float((label[skin] != Region.NOT_SKIN).mean()))
            wrong = swapped(truth)[skin]
            sided.append(float(((label[skin] == wrong) & (wrong != truth[skin])).mean()))
            closeups.append(told.pose.view == "closeup")
    yield SkinFigures("close-ups cut out of held-out cheeks: skin that is kept", len(kept), statistics.fmean(kept))
    yield SkinFigures("the same: called the other side's cheek", len(sided), statistics.fmean(sided))
    yield SkinFigures("the same: view told as a close-up", len(closeups), statistics.fmean(closeups))
    yield from _cells(collection, engine)
    crops = [p for p in collection.photos if p.source == EVALUATION_ONLY]
    shares = [float((engine.look(photo_of(collection, p)).label != Region.NOT_SKIN).mean()) for p in crops]
    yield SkinFigures(f"{EVALUATION_ONLY}, crops of skin, never trained on: called skin", len(crops), _mean(shares))


def close_crops(collection: Collection, photo: Photo, entry: Entry, labels: Path) -> Iterator[tuple[Pixels, Pixels]]:
    """A close-up of each cheek that the photo shows well, with the teacher's labels."""
    truth = read_label(labels, photo.file)
    pixels = small(photo_of(collection, photo))
    assert entry.pose is not None
    assert entry.pose.face_width_px is not None
    half = entry.pose.face_width_px * CLOSE_CROP / 2
    for cheek in (Region.LEFT_CHEEK, Region.RIGHT_CHEEK):
        inside = np.argwhere(truth == cheek)
        if len(inside) < half * half:
            continue
        y, x = inside.mean(axis=0)
        y0, y1, x0, x1 = (round(max(0.0, v)) for v in (y - half, y + half, x - half, x + half))
        finer = pixels.shape[1] / truth.shape[1]
        part = (slice(round(y0 * finer), round(y1 * finer)), slice(round(x0 * finer), round(x1 * finer)))
        yield np.ascontiguousarray(pixels[part]), np.ascontiguousarray(truth[y0:y1, x0:x1])


def _cells(collection: Collection, engine: RegionEngine) -> Iterator[SkinFigures]:
    """Cells of held-out scar photos: readers judged them, or said that there is hardly any skin."""
    cells = cells_of(collection)
    judged: list[float] = []
    empty: list[float] = []
    read = [photo for photo in collection.photos if photo.source == WEAK_SOURCE and photo.rating_id in cells]
    for photo in unseen(collection, read, engine.bundle.metadata.photos):
        skin = cv2.resize(engine.look(photo_of(collection, photo)).skin, (3, 3), interpolation=cv2.INTER_AREA).ravel()
        judged += [
            float(share >= 0.25) for share, cell in zip(skin, cells[photo.rating_id], strict=True) if cell is True
        ]
        empty += [
            float(share < 0.25) for share, cell in zip(skin, cells[photo.rating_id], strict=True) if cell is False
        ]
    yield SkinFigures(
        "held-out scarnet cells that readers judged: a quarter or more is skin", len(judged), _mean(judged)
    )
    yield SkinFigures(
        "held-out scarnet cells that readers left out: less than a quarter is",
        len(empty),
        _mean(empty),
    )


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else float("nan")
