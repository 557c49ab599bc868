"""The teacher's face mesh: 468 points with their depth, where a face detector has seen a face.

YuNet finds the face (Wu, Peng, Yu: YuNet, Machine Intelligence Research 2023; OpenCV's file), MediaPipe's face mesh
lays the points (Kartynnik et al., Real-time Facial Surface Geometry, 2019). Both are used to label photos for
training and are no part of the product. On close-ups they see nothing: it is not their place to guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from scarscore.datasets.errors import DataMissing
from scarscore.model.preprocess import GREY, Floats, Pixels

DETECTOR = "face_detection_yunet_2023mar.onnx"
LANDMARKS = "face_landmark.onnx"
POINTS = 468
_SIDE = 192  # px, the mesh network's input
_MARGIN = 1.5  # its crop is the face's box, half as large again
_BORDER = 0.3  # of each side: a grey border rescues faces that fill the photo
_LOOK = 480  # px on the long side for the detector
_CONFIDENCE = 0.5
_EYES = (33, 263)  # outer corners: the patient's right eye, left eye


@dataclass(frozen=True, eq=False)
class Mesh:
    """A face's points: float32 (468, 3), x and y in pixels of the photo, z in the same unit, smaller is nearer.

    `presence` (0-1) is the mesh network's own belief that it saw a face; `faces` counts the faces detected.
    """

    points: Floats
    presence: float
    faces: int


class MeshFinder:
    """Finds the largest face of a photo. Not safe for several threads at once."""

    def __init__(self, weights: Path) -> None:
        for name in (DETECTOR, LANDMARKS):
            if not (weights / name).is_file():
                raise DataMissing(f"no {name} in {weights}: name the folder of the teachers by --weights")
        self._detector = cv2.FaceDetectorYN.create(str(weights / DETECTOR), "", (_LOOK, _LOOK), _CONFIDENCE)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._mesh = onnxruntime.InferenceSession(str(weights / LANDMARKS), options, providers=["CPUExecutionProvider"])

    def find(self, pixels: Pixels) -> Mesh | None:
        """The mesh of the largest face in a photo, uint8 RGB (h, w, 3); None where no face is detected.

        Each of two framings is tried, as it is and with a grey border; the one with the higher presence counts.
        """
        found = [mesh for border in (0.0, _BORDER) if (mesh := self._framed(pixels, border)) is not None]
        if not found:
            return None
        return max(found, key=lambda mesh: mesh.presence)

    def _framed(self, pixels: Pixels, border: float) -> Mesh | None:
        pad = round(max(pixels.shape[:2]) * border)
        grey = (GREY, GREY, GREY)
        framed = np.asarray(cv2.copyMakeBorder(pixels, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=grey), np.uint8)
        scale = _LOOK / max(framed.shape[:2])
        small = cv2.resize(framed, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        self._detector.setInputSize((small.shape[1], small.shape[0]))
        _, faces = self._detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        if faces is None:
            return None
        areas = faces[:, 2] * faces[:, 3]
        x, y, w, h, rx, ry, lx, ly = faces[int(areas.argmax()), :8] / scale
        centre = np.array([x + w / 2, y + h / 2], np.float32)
        points, _ = self._points(framed, centre, max(w, h) * _MARGIN, np.array([lx - rx, ly - ry], np.float32))
        # A second look, framed by the first one's points, as the mesh's own pipeline does from frame to frame.
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        eyes = points[_EYES[1], :2] - points[_EYES[0], :2]
        points, presence = self._points(framed, (low + high) / 2, float((high - low).max()) * _MARGIN, eyes)
        points[:, :2] -= pad
        # Small faces in the background are passers-by, not a second patient.
        return Mesh(points, presence, int((areas > 0.2 * areas.max()).sum()))

    def _points(self, pixels: Pixels, centre: Floats, side: float, eyes: Floats) -> tuple[Floats, float]:
        """Points and presence of the square of that side whose eyes are level."""
        turn = float(np.arctan2(eyes[1], eyes[0]))
        scale = side / _SIDE
        cos, sin = np.cos(turn) * scale, np.sin(turn) * scale
        there = np.array([[cos, -sin, 0], [sin, cos, 0]], np.float32)
        there[:, 2] = centre - there[:, :2] @ np.full(2, _SIDE / 2, np.float32)
        flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
        square = cv2.warpAffine(pixels, there, (_SIDE, _SIDE), flags=flags, borderValue=(GREY, GREY, GREY))
        raw, presence = self._mesh.run(None, {"input_1": square[np.newaxis].astype(np.float32) / 255})
        points: npt.NDArray[np.float32] = np.empty((POINTS, 3), np.float32)
        flat = raw.reshape(POINTS, 3)
        points[:, :2] = flat[:, :2] @ there[:, :2].T + there[:, 2]
        points[:, 2] = flat[:, 2] * scale
        return points, float(1 / (1 + np.exp(-presence.item())))
