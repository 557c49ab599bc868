"""Pictures with made-up scars to train on: scars drawn on photos of clear skin, and skin that is drawn altogether.

What was drawn is known exactly, so that these pictures carry readings that nobody had to make. They are drawn on
people who were photographed for research with their consent (`CARRIER`): they lie in the run's folder, never in
the repository, and belong to their person's group. Resumable picture by picture.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from scarscore.datasets.cards import Use, require
from scarscore.datasets.errors import DataError
from scarscore.datasets.photos import CellReading, Collection, Photo, Reading
from scarscore.datasets.synthetic.light import Light
from scarscore.datasets.synthetic.on_skin import scar_on
from scarscore.datasets.synthetic.picture import Pixels, Synthetic
from scarscore.datasets.synthetic.render import drawn_mix, render
from scarscore.model.regions import Pose, Region
from scarscore.model.severity import TYPES
from scarscore.train.regions.labels import read_entries, read_label
from scarscore.train.views import Say

DRAWN = "drawn"  # the source's name, as on its card
CARRIER = "london"
KINDS = ("face", "cheek", "skin")
SIDES = {"face": 512, "cheek": 320, "skin": 320}  # px of a drawn picture
FACE_MM = 140.0  # between the fronts of the ears
CLEAR = 0.2  # of the pictures carry no scar
INFLAMED = 0.3  # of the pictures carry red papules, which are no scars
WORST = 85.0
GRADES_FROM = (3.0, 40.0, 65.0)  # severities from which a drawn picture counts as grade 2, 3, 4; below, as 0
MIDDLING = 30.0  # the tone, in degrees of ITA, whose scars are drawn on all faces: neither red nor brown beyond it
TOLD_EVERY = 50


@dataclass(frozen=True, eq=False)
class Carrier:
    """A photo of clear skin to draw on: its file, its person's group, its labels (uint8) and, in their pixels, pose."""

    file: Path
    group: str
    pose: Pose
    label: Pixels


@dataclass(frozen=True)
class Drawn:
    """One drawn picture: its file's name, checksum and side in px, its group, and the truth about it.

    `severity` 0-100; `cells` nine severities, row by row, None where there is too little skin.
    """

    name: str
    sha256: str
    side: int
    group: str
    kind: str
    severity: float
    cells: tuple[float | None, ...]
    types: tuple[str, ...]


def with_drawn(
    collection: Collection, counts: Sequence[int], seed: int, labels: Path | None, folder: Path, say: Say
) -> Collection:
    """The collection with so many drawn faces, cheeks and pieces of skin, as rated photos of the source `drawn`.

    Where a face's skin is, the folder `labels` says, as `scarscore regions labels` made it. Raises `UseForbidden`
    where the photos that are drawn on may not be trained on, `DataError` without labels.
    """
    if not any(counts):
        return collection
    require((CARRIER, DRAWN), Use.RESEARCH)
    if labels is None:
        raise DataError("scars are drawn where labels say that there is skin: name their folder by --region-labels")
    entries = read_entries(labels)
    carriers = [
        Carrier(collection.root / photo.file, photo.group, entry.pose, read_label(labels, photo.file))
        for photo in collection.photos
        if photo.source == CARRIER and (entry := entries.get(photo.file)) and entry.pose is not None
    ]
    if not carriers:
        raise DataError(f"no photo of {CARRIER} with labels to draw scars on")
    told = list(_all(carriers, counts, seed, folder, say))
    return replace(
        collection,
        photos=(*collection.photos, *(_photo(folder, each) for each in told)),
        readings=(*collection.readings, *map(_reading, told)),
        cells=(*collection.cells, *map(_cells, told)),
    )


def _all(carriers: Sequence[Carrier], counts: Sequence[int], seed: int, folder: Path, say: Say) -> Iterator[Drawn]:
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / f"drawn-{seed}.jsonl"
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    done = {each.name: each for each in map(_read, lines)}
    wanted = [(kind, number) for kind, count in zip(KINDS, counts, strict=True) for number in range(count)]
    missing = sum(f"{kind}-{number:04}.png" not in done for kind, number in wanted)
    began, made = time.monotonic(), 0
    for kind, number in wanted:
        name = f"{kind}-{number:04}.png"
        if name not in done:
            done[name] = _draw(carriers[number % len(carriers)], kind, number, seed, folder / name)
            with table.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(done[name])) + "\n")
            made += 1
            if made % TOLD_EVERY == 0 or made == missing:
                left = (time.monotonic() - began) / made * (missing - made)
                say(f"drawn {made} of {missing} pictures, {left / 60:.0f} min left")
        yield done[name]


def _draw(carrier: Carrier, kind: str, number: int, seed: int, path: Path) -> Drawn:
    own = int.from_bytes(hashlib.sha256(f"{seed} {kind} {number}".encode()).digest()[:4])
    rng = np.random.default_rng(own)
    aim = 0.0 if rng.random() < CLEAR else float(rng.uniform(3.0, WORST))
    inflamed = float(rng.gamma(1.5, 0.6)) if rng.random() < INFLAMED else 0.0
    if kind == "skin":
        picture, group = render(own, severity=aim, size=SIDES[kind], inflamed=inflamed), f"{DRAWN}-{number}"
    else:
        picture, group = _on_photo(carrier, kind, rng, aim, inflamed), carrier.group
    data = cv2.imencode(".png", picture.pixels[..., ::-1])[1].tobytes()
    path.write_bytes(data)
    cells = tuple(None if np.isnan(value) else float(value) for value in picture.cells().ravel())
    severity = picture.severity if any(value is not None for value in cells) else 0.0
    digest = hashlib.sha256(data).hexdigest()
    return Drawn(path.name, digest, SIDES[kind], group, kind, severity, cells, tuple(picture.types))


def _on_photo(carrier: Carrier, kind: str, rng: np.random.Generator, aim: float, inflamed: float) -> Synthetic:
    """Scars on a face or a cheek that is cut out of a photo, at a scale that its width between the ears tells."""
    with Image.open(carrier.file) as image:
        pixels = np.asarray(image.convert("RGB"), np.uint8)
    label = cv2.resize(carrier.label, pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    part = (label >= Region.FOREHEAD) if kind == "face" else label == _cheek(carrier.label, rng)
    x0, y0, x1, y1 = _window(part, rng, pixels.shape)
    side = SIDES[kind]
    cut = cv2.resize(np.ascontiguousarray(pixels[y0:y1, x0:x1]), (side, side), interpolation=cv2.INTER_AREA)
    skin = cv2.resize((label[y0:y1, x0:x1] > 0).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST) > 0
    assert carrier.pose.face_width_px is not None
    width = carrier.pose.face_width_px * pixels.shape[1] / carrier.label.shape[1]
    if not skin.any():
        raise DataError(f"{carrier.file.name}: no skin to draw scars on")
    mix = replace(drawn_mix(rng, aim, MIDDLING), papule=inflamed)
    scale = width / FACE_MM * side / (x1 - x0)
    return scar_on(np.asarray(cut, np.uint8), skin, int(rng.integers(2**31)), aim, scale, mix, _light(rng))


def _light(rng: np.random.Generator) -> Light:
    """A light that stands low enough to show relief: the studio's own is so even that it hides it."""
    azimuth, elevation = float(rng.normal(90, 50)), float(rng.uniform(25, 50))
    return Light(
        azimuth, elevation, ambient=float(rng.uniform(0.2, 0.45)), gloss=float(rng.uniform(0.2, 0.9)), near=0.0
    )


def _cheek(label: Pixels, rng: np.random.Generator) -> Region:
    """One of the cheeks that the photo shows."""
    cheeks = [c for c in (Region.LEFT_CHEEK, Region.RIGHT_CHEEK) if (label == c).any()] or [Region.OTHER_SKIN]
    return cheeks[int(rng.integers(len(cheeks)))]


def _window(part: npt.NDArray[np.bool_], rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """A square about a part of the photo, now closer, now wider; about its middle where there is no such part."""
    rows, columns = np.nonzero(part)
    if not len(rows):
        rows, columns = (np.array([side // 4, 3 * side // 4]) for side in shape[:2])
    half = 0.5 * float(max(np.ptp(rows), np.ptp(columns))) * float(rng.uniform(0.8, 1.15))
    half = float(min(half, shape[0] / 2, shape[1] / 2))
    y = float(np.clip(np.mean([rows.min(), rows.max()]), half, shape[0] - half))
    x = float(np.clip(np.mean([columns.min(), columns.max()]), half, shape[1] - half))
    size = max(32, int(2 * half))
    y0, x0 = int(y - half), int(x - half)
    return x0, y0, min(shape[1], x0 + size), min(shape[0], y0 + size)


def _read(line: str) -> Drawn:
    values = json.loads(line)
    return Drawn(**(values | {"cells": tuple(values["cells"]), "types": tuple(values["types"])}))


def _photo(folder: Path, drawn: Drawn) -> Photo:
    file = str((folder / drawn.name).resolve())
    return Photo(file, DRAWN, drawn.group, drawn.kind, drawn.name, drawn.side, drawn.side, drawn.sha256)


def _reading(drawn: Drawn) -> Reading:
    grade = sum(drawn.severity >= least for least in GRADES_FROM)
    types = tuple(name for name in drawn.types if name in TYPES)
    view = "face" if drawn.kind == "face" else "closeup"
    return Reading(
        drawn.name, DRAWN, True, view, round(drawn.severity), 0, grade + 1 if grade else 0, types, 0, 0, 0, 3
    )


def _cells(drawn: Drawn) -> CellReading:
    return CellReading(drawn.name, DRAWN, tuple(None if value is None else round(value) for value in drawn.cells))
