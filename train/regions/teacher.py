"""The teacher: a label for every pixel of a photo, from the face mesh's polygons and a skin gate.

The mesh says where on the face a pixel lies, the gate whether it shows skin; what is turned away from the camera is
dropped by the mesh's depth. It answers None where it cannot be trusted, so that a network never learns from a guess.
Its label maps teach the region network and are what that network is measured against; they are not ground truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.regions import Pose, Region, view_of
from scarscore.train.regions.gate import skin_gate
from scarscore.train.regions.mesh import Mesh

LABEL_SIDE = 384  # px of a label map's long side
NO_FACE = "no face detected"
MIN_PRESENCE = 0.5
MIN_KEPT = 0.6  # of the cheeks', nose's and chin's visible area that the gate must call skin
MIN_FACE = 0.03  # of the photo that the five regions must cover together

Mask = npt.NDArray[np.bool_]
Outline = tuple[int, ...]

# Outlines over the mesh's points. R is the patient's right, L the left, point for point.
_CHEEK_R: Outline = (31, 228, 229, 230, 231, 232, 121, 47, 126, 209, 49, 129, 203, 206)
_CHEEK_R += (216, 212, 202, 211, 170, 150, 136, 172, 58, 132, 93, 234, 116, 111)
_CHEEK_L: Outline = (261, 448, 449, 450, 451, 452, 350, 277, 355, 429, 279, 358, 423, 426)
_CHEEK_L += (436, 432, 422, 431, 395, 379, 365, 397, 288, 361, 323, 454, 345, 340)
_FOREHEAD: Outline = (8, 55, 107, 66, 105, 63, 70, 71, 21, 54, 103, 67, 109, 10)
_FOREHEAD += (338, 297, 332, 284, 251, 301, 300, 293, 334, 296, 336, 285)
_HAIRLINE = frozenset((54, 103, 67, 109, 10, 338, 297, 332, 284))  # the mesh ends below it
_NOSE = (8, 193, 188, 114, 126, 209, 49, 129, 64, 98, 97, 2, 326, 327, 294, 358, 279, 429, 355, 343, 412, 417)
_CHIN: Outline = (18, 83, 182, 106, 43, 202, 211, 170, 149, 176, 148, 152)
_CHIN += (377, 400, 378, 395, 431, 422, 273, 335, 406, 313)
_BROWS = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
_EYES = (
    (226, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110, 25),
    (446, 467, 260, 259, 257, 258, 286, 414, 463, 341, 256, 252, 253, 254, 339, 255),
)
_LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
_NOSTRILS = ((166, 218, 237, 44, 238, 20, 60, 75), (392, 438, 457, 274, 458, 250, 290, 305))
_POLYGONS = (
    (Region.FOREHEAD, _FOREHEAD),
    (Region.RIGHT_CHEEK, _CHEEK_R),
    (Region.LEFT_CHEEK, _CHEEK_L),
    (Region.CHIN, _CHIN),
)
_OVAL: Outline = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152)
_OVAL += (148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
_TOP, _BOTTOM, _RIGHT_EAR, _LEFT_EAR, _BROW = 10, 152, 234, 454, 9
_SLIVER = 0.25  # a far cheek smaller than this share of the near one lies in the mesh's own error
_FACING = 0.12  # a triangle that keeps less of its area is seen edge-on or from behind


@dataclass(frozen=True, eq=False)
class Labels:
    """A photo's label map, uint8 (rows, columns), 384 px on the long side, and its pose in pixels of that map."""

    label: Pixels
    pose: Pose


@dataclass(frozen=True)
class Failure:
    """Why a photo has no labels."""

    reason: str


def label_photo(pixels: Pixels, mesh: Mesh | None) -> Labels | Failure:
    """Label every pixel of a photo, uint8 RGB (h, w, 3), whose mesh is given in its pixels."""
    if mesh is None:
        return Failure(NO_FACE)
    if mesh.presence < MIN_PRESENCE:
        return Failure("face not present for the mesh")
    scale = LABEL_SIDE / max(pixels.shape[:2])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    points = mesh.points * np.float32(scale)
    regions = _regions(points, _facing(points, small.shape[:2]))
    cut = _cut(points, small.shape[:2])
    face = _filled(small.shape[:2], points, _OVAL) | (regions > 0)
    skin = skin_gate(small, points, _core(regions, cut), face, cut)
    if skin is None:
        return Failure("no skin colour to be learnt from the cheeks")
    kept = _kept(regions, cut, skin)
    if kept < MIN_KEPT:
        return Failure("the skin gate and the mesh disagree")
    label = np.where(skin & ~cut, np.where(regions > 0, regions, Region.OTHER_SKIN), Region.NOT_SKIN).astype(np.uint8)
    if (label >= Region.FOREHEAD).mean() < MIN_FACE:
        return Failure("the face is too small")
    return Labels(label, pose_of(points, mesh.faces))


def pose_of(points: Floats, faces: int) -> Pose:
    """The pose that a mesh tells: roll, yaw and face width between the fronts of the ears, in its own pixels."""
    axes = _axes(points)
    normal = axes[2]  # out of the face; the camera looks along +z
    yaw = float(np.degrees(np.arctan2(normal[0], -normal[2])))
    eyes = points[[362, 263], :2].mean(axis=0) - points[[33, 133], :2].mean(axis=0)
    # Eyes foreshorten with yaw, so roll leans on the upright axis of the face instead where that is longer.
    upright = points[_BOTTOM, :2] - points[168, :2]
    roll = float(np.degrees(np.arctan2(-upright[0], upright[1])))
    if abs(yaw) < 15:
        roll = float(np.degrees(np.arctan2(eyes[1], eyes[0])))
    width = float(np.linalg.norm(points[_LEFT_EAR] - points[_RIGHT_EAR]))
    view = view_of(yaw)
    return Pose(min(faces, 2), view, 1.0, roll, yaw, width)


def _axes(points: Floats) -> Floats:
    """Unit vectors of the head: to the patient's left, down, out of the face (3, 3)."""
    left = points[_LEFT_EAR] - points[_RIGHT_EAR]
    down = points[_BOTTOM] - points[_TOP]
    out = np.cross(down, left)
    down = np.cross(left, out)
    return np.stack([v / np.linalg.norm(v) for v in (left, down, out)]).astype(np.float32)


def _facing(points: Floats, shape: tuple[int, ...]) -> Mask:
    """Where the mesh's surface faces the camera: its triangles, laid out from the front, that keep their side."""
    front = (points - points.mean(axis=0)) @ _axes(points).T
    triangles = Delaunay(front[:, :2]).simplices
    ratio = _area(points[triangles]) / _area(front[triangles])
    # The rim of the near side lies edge-on in the mesh, but is seen: only the far side is judged.
    away = front[triangles, 0].mean(axis=1) * _axes(points)[2, 0] <= 0
    ratio[away] = 1.0
    mask = np.ones(shape, np.uint8)
    # Near triangles are drawn last, so that what lies behind the nose or the brow is not counted as seen.
    for index in np.argsort(-points[triangles, 2].mean(axis=1)):
        corners = np.round(points[triangles[index], :2]).astype(np.int32)
        cv2.fillConvexPoly(mask, corners, int(ratio[index] > _FACING))
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(closed, np.bool_)


def _area(triangles: Floats) -> Floats:
    """Signed areas of triangles (n, 3, 2 or more)."""
    a, b = triangles[:, 1, :2] - triangles[:, 0, :2], triangles[:, 2, :2] - triangles[:, 0, :2]
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], np.float32)


def _regions(points: Floats, facing: Mask) -> Pixels:
    """The five regions' polygons where they face the camera; 0 elsewhere. The nose lies before the rest."""
    raised = points.copy()
    raised[list(_HAIRLINE)] += 0.7 * (points[_TOP] - points[_BROW])
    label = np.zeros(facing.shape, np.uint8)
    for region, outline in _POLYGONS:
        _fill(label, raised, outline, int(region))
    upper = _filled(facing.shape, raised, _FOREHEAD) & ~_filled(facing.shape, points, _OVAL)
    label[~(facing | upper)] = 0
    nose = _filled(facing.shape, points, _NOSE) & facing
    label[nose] = Region.NOSE
    near, far = sorted((Region.LEFT_CHEEK, Region.RIGHT_CHEEK), key=lambda cheek: -(label == cheek).sum())
    if (label == far).sum() < _SLIVER * (label == near).sum():
        label[label == far] = 0
    return label


def _cut(points: Floats, shape: tuple[int, ...]) -> Mask:
    """Eyes, brows, lips and nostrils."""
    unit = float(np.linalg.norm(points[_LEFT_EAR] - points[_RIGHT_EAR]))
    mask = np.zeros(shape, np.bool_)
    for outlines, growth in ((_BROWS, 0.012), (_EYES, 0.0), ((_LIPS,), 0.008), (_NOSTRILS, 0.004)):
        part = np.zeros(shape, np.uint8)
        for outline in outlines:
            _fill(part, points, outline, 1)
        size = 2 * round(growth * unit) + 1
        mask |= cv2.dilate(part, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
    return mask


def _core(regions: Pixels, cut: Mask) -> Mask:
    """Pixels that are most surely skin: inside cheeks and nose, away from their rims."""
    inside = np.isin(regions, (Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.NOSE)) & ~cut
    size = 2 * max(1, round(0.02 * np.sqrt(inside.sum()))) + 1
    return np.asarray(cv2.erode(inside.astype(np.uint8), np.ones((size, size), np.uint8)), np.bool_)


def _kept(regions: Pixels, cut: Mask, skin: Mask) -> float:
    """Share of the visible cheeks, nose and chin that the gate calls skin."""
    inside = (regions > Region.FOREHEAD) & ~cut
    return float(skin[inside].mean()) if inside.any() else 0.0


def _filled(shape: tuple[int, ...], points: Floats, outline: Outline) -> Mask:
    canvas = np.zeros(shape, np.uint8)
    _fill(canvas, points, outline, 1)
    return canvas > 0


def _fill(canvas: Pixels, points: Floats, outline: Outline, value: int) -> None:
    cv2.fillPoly(canvas, [np.round(points[list(outline), :2]).astype(np.int32)], value)
