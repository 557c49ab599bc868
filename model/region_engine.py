"""Runs the region network with ONNX Runtime: pixels in, a label for every place and the pose out. No torch.

The file is trusted as the severity network's is: by its verified bytes alone. One session, one thread, as there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import cv2
import numpy as np

from scarscore.model.bundle import REGIONS, metadata_values, parse, verified_bytes
from scarscore.model.engine import open_session
from scarscore.model.errors import BadMetadata
from scarscore.model.preprocess import GREY, MEAN, STD, Floats, Frame, Pixels, normalise
from scarscore.model.regions import MIRRORED, REGION_SIDE, VIEWS, Pose, Region, RegionMap

OUTPUTS = ("region_logits", "face_logits", "view_logits", "roll_vector", "yaw_turn", "log_width")
SCHEMA = 1
STEP = 2  # pixels of the input per position of the map
_CLOSEUP = VIEWS.index("closeup")
_OTHER_VIEW = (0, 2, 1, 3)  # the view that each becomes in a mirrored photo


@dataclass(frozen=True)
class RegionMetadata:
    """What the region network's file says of itself.

    `photos` are the first eight digits of the SHA-256 of each photo that it was trained on, so that figures on people
    whom it has not seen can be made of any folder; `teacher` names what labelled them.
    """

    name: str
    version: str
    licence_class: str
    sources: tuple[str, ...]
    training_fingerprint: str
    seed: int
    photos: tuple[str, ...]
    teacher: str
    schema: int = SCHEMA
    input_side: int = REGION_SIDE
    step: int = STEP
    mean: float = MEAN
    std: float = STD
    regions: tuple[str, ...] = tuple(region.name.lower() for region in Region)
    views: tuple[str, ...] = VIEWS
    intended_use: str = "Documentation and research. It finds skin and tells where it lies; it recognises nobody."


@dataclass(frozen=True)
class RegionBundle:
    """A region network ready to be run: the verified bytes of its file, their SHA-256 and their metadata."""

    data: bytes
    sha256: str
    metadata: RegionMetadata


def open_region_bundle(data: bytes) -> RegionBundle:
    """Check a region network's bytes and read their metadata. Raises `ModelError` where they cannot be trusted."""
    values = metadata_values(parse(data))
    if set(values) != {field.name for field in fields(RegionMetadata)}:
        raise BadMetadata("the file's metadata is not that of a region network")
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    metadata = RegionMetadata(**(values | lists))
    here, there = ((m.schema, m.input_side, m.step, m.mean, m.std, m.regions, m.views) for m in (_EXPECTED, metadata))
    if here != there:
        raise BadMetadata(f"the file was made for other pre-processing: {there}, here {here}")
    return RegionBundle(data, hashlib.sha256(data).hexdigest(), metadata)


_EXPECTED = RegionMetadata("", "", "", (), "", 0, (), "")


class RegionEngine:
    """A region network ready to look at photos. Safe to use from several threads."""

    def __init__(self, bundle: RegionBundle) -> None:
        self.bundle = bundle
        self._session = open_session(bundle.data)

    @classmethod
    def load(cls, name: str = REGIONS) -> RegionEngine:
        """The network of that name in the manifest, or at that path (`.onnx`)."""
        return cls(open_region_bundle(verified_bytes(name)))

    def look(self, pixels: Pixels) -> RegionMap:
        """Regions and pose of a photo, uint8 RGB (h, w, 3), of any size.

        The map has one position for every other pixel of the photo at 224 px on its long side. Photo and mirror image
        are looked at together and their answers averaged, so that neither side of a face is preferred: a mirrored
        photo gives exactly the mirrored map.
        """
        square, rows, columns = fit(pixels)
        mirrored = np.full_like(square, GREY)
        mirrored[:, : columns * STEP] = square[:, : columns * STEP][:, ::-1]
        answers = self._session.run(OUTPUTS, {"photo": normalise(np.stack([square, mirrored]))})
        logits, faces, view, roll, yaw, width = (np.asarray(answer, np.float32) for answer in answers)
        here, there = (_softmax(part) for part in logits[:, :, :rows, :columns])
        probability = np.asarray((here + there[list(MIRRORED)][:, :, ::-1]) / 2, np.float32)
        told = _Told(
            faces.mean(axis=0),
            np.asarray((view[0] + view[1][list(_OTHER_VIEW)]) / 2, np.float32),
            np.asarray((roll[0] + roll[1] * (-1, 1)) / 2, np.float32),
            float(yaw[0] - yaw[1]) / 2,
            float(width.mean()),
        )
        pose = _pose(told, max(pixels.shape[:2]))
        return RegionMap(_without_regions(probability) if pose.faces == 0 else probability, pose)

    def find_skin(self, pixels: Pixels) -> Floats:
        """The skin of a photo, uint8 RGB (h, w, 3), as the severity network is shown it: float32 (h, w), 0 to 1."""
        return self.look(pixels).cover(*pixels.shape[:2])

    def frame(self, pixels: Pixels) -> Frame:
        """A photo, uint8 RGB (h, w, 3), as the severity network is served it."""
        return self.look(pixels).frame(pixels)


@dataclass(frozen=True, eq=False)
class _Told:
    """What the pose's head says: logits of faces (3,) and views (4,), sine and cosine of roll, yaw / 45, log width."""

    faces: Floats
    view: Floats
    roll: Floats
    yaw: float
    width: float


def fit(pixels: Pixels) -> tuple[Pixels, int, int]:
    """A photo in the top left of a grey square, uint8 RGB (224, 224, 3), and the map's rows and columns it covers.

    Each side is rounded to whole map positions, so that the map covers the photo exactly.
    """
    height, width = pixels.shape[:2]
    scale = REGION_SIDE / max(height, width)
    rows, columns = (max(1, round(side * scale / STEP)) for side in (height, width))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.full((REGION_SIDE, REGION_SIDE, 3), GREY, np.uint8)
    square[: rows * STEP, : columns * STEP] = cv2.resize(pixels, (columns * STEP, rows * STEP), interpolation=how)
    return square, rows, columns


def _without_regions(probability: Floats) -> Floats:
    """The map of a photo in which no face is told: all skin is other skin, since nothing says where it lies."""
    skin = np.zeros_like(probability)
    skin[Region.NOT_SKIN] = probability[Region.NOT_SKIN]
    skin[Region.OTHER_SKIN] = probability[Region.OTHER_SKIN :].sum(axis=0)
    return skin


def _pose(told: _Told, long_side: int) -> Pose:
    """The pose as the network tells it; `long_side` in pixels of the photo given."""
    seen, views = int(told.faces.argmax()), _softmax(told.view)
    view = int(views.argmax())
    if seen == 2:
        view = int(views[:_CLOSEUP].argmax())
    # No face without a view of one, and no view without a face: the two heads must not contradict each other.
    if seen == 0 or view == _CLOSEUP:
        return Pose(0, VIEWS[_CLOSEUP], float(views[_CLOSEUP]), 0.0, 0.0, None)
    roll = float(np.degrees(np.arctan2(told.roll[0], told.roll[1])))
    return Pose(seen, VIEWS[view], float(views[view]), roll, told.yaw * 45, float(np.exp(told.width)) * long_side)


def _softmax(logits: Floats) -> Floats:
    """Probabilities over the first axis."""
    powers = np.exp(logits - logits.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0), np.float32)
