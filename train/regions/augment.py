"""One look at a photo: how it is framed, mirrored and turned, and what its labels then are.

A crop that shows too little of the face to tell where it lies becomes other skin and a close-up; in between, where
even the teacher's answer would be a guess, only skin or not skin is taught.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import GREY, Pixels
from scarscore.model.regions import MIRRORED, REGION_SIDE, VIEWS, Region, view_of
from scarscore.train.regions.colour import blemished, degraded, made_up_backdrop, other_background, recoloured
from scarscore.train.regions.samples import ANY_SKIN, UNKNOWN, Sample

LABEL_STEP = 2  # px of the input per label
TOLD, UNTOLD = 0.40, 0.22  # shares of the face's regions that are seen: enough to tell where, too little
_REGIONS = np.arange(Region.FOREHEAD, len(Region))
_CLOSEUP = VIEWS.index("closeup")


@dataclass(frozen=True, eq=False)
class Look:
    """What the network sees and should answer.

    `square` uint8 RGB (224, 224, 3), `label` uint8 (112, 112) over `Region`, 7 any skin, 255 unknown. `faces` and
    `view` are classes, -1 where unknown. `pose`: sine and cosine of roll, yaw over 45 degrees, log of face width over
    224 px; `posed` whether it is known.
    """

    square: Pixels
    label: Pixels
    faces: int
    view: int
    pose: tuple[float, float, float, float]
    posed: bool


@dataclass(frozen=True, eq=False)
class _Framed:
    """A photo warped into the square: its label at full size, and how it was turned and scaled."""

    square: Pixels
    label: Pixels
    mirrored: bool
    turn: float
    scale: float  # pixels of the square per pixel of the label map


def whole_look(sample: Sample, rng: np.random.Generator) -> Look:
    """The photo as a whole, a little turned and shifted, on any background."""
    height, width = sample.label.shape
    scale = REGION_SIDE / max(height, width) * np.exp(rng.uniform(-0.3, 0.2))
    centre = np.array([width, height]) / 2 + rng.normal(0, 0.05, 2) * (width, height)
    return _finished(sample, _framed(sample, centre, scale, rng), rng)


def crop_look(sample: Sample, rng: np.random.Generator) -> Look:
    """A part of the photo of any size, mostly around a point of skin."""
    skin = np.argwhere((sample.label != Region.NOT_SKIN) & (sample.label != UNKNOWN))
    face = 0.55 * max(sample.label.shape) if sample.pose is None else sample.pose.face_width_px
    assert face is not None
    if len(skin) == 0 or rng.random() < 0.08:
        centre = rng.random(2) * sample.label.shape[::-1]
    else:
        centre = skin[rng.integers(len(skin)), ::-1].astype(np.float64)
    side = face * np.exp(rng.uniform(np.log(0.22), np.log(1.8)))
    return _finished(sample, _framed(sample, centre, REGION_SIDE / side, rng), rng)


def pair_look(first: Sample, second: Sample, rng: np.random.Generator) -> Look:
    """Two faces side by side."""
    half = REGION_SIDE // 2
    looks = [whole_look(sample, rng) for sample in (first, second)]
    middle = slice(half // 2, half // 2 + half)
    square = np.hstack([look.square[:, middle] for look in looks])
    step = slice(middle.start // LABEL_STEP, middle.stop // LABEL_STEP)
    label = np.hstack([look.label[:, step] for look in looks])
    return Look(square, label, 2, -1, (0.0, 1.0, 0.0, 0.0), False)


def empty_look(rng: np.random.Generator) -> Look:
    """A picture without any skin."""
    square = degraded(made_up_backdrop(REGION_SIDE, rng), rng)
    side = REGION_SIDE // LABEL_STEP
    label = np.full((side, side), Region.NOT_SKIN, np.uint8)
    return Look(square, label, 0, _CLOSEUP, (0.0, 1.0, 0.0, 0.0), False)


def skin_look(skin: Pixels, rng: np.random.Generator) -> Look:
    """A close-up of made-up skin that fills the photo."""
    sample = Sample("", skin, np.full(skin.shape[:2], Region.OTHER_SKIN, np.uint8), None)
    centre = np.array(skin.shape[1::-1]) / 2
    scale = REGION_SIDE / min(skin.shape[:2]) * np.exp(rng.uniform(0.35, 1.2))
    framed = _framed(sample, centre, scale, rng)
    square = degraded(recoloured(framed.square, np.ones(framed.label.shape, np.float32), rng), rng)
    return Look(square, _at_step(framed.label), 0, _CLOSEUP, (0.0, 1.0, 0.0, 0.0), False)


def _framed(sample: Sample, centre: npt.NDArray[np.float64], scale: float, rng: np.random.Generator) -> _Framed:
    """Warp the photo so that a point of its label map lies in the square's middle."""
    mirrored = bool(rng.random() < 0.5)
    turn = float(np.clip(rng.normal(0, 12), -35, 35)) if rng.random() < 0.7 else 0.0
    stretch = np.exp(rng.normal(0, 0.05))
    cos, sin = np.cos(np.radians(turn)) * scale, np.sin(np.radians(turn)) * scale
    flip = np.diag([-stretch if mirrored else stretch, 1 / stretch])
    linear = np.array([[cos, -sin], [sin, cos]]) @ flip
    offset = REGION_SIDE / 2 - linear @ centre
    finer = sample.label.shape[1] / sample.pixels.shape[1]  # of the label map's pixels, a pixel of the photo
    # Half a pixel further: labels are taken at every second pixel, between the two that one position covers.
    there = np.column_stack([linear, offset + 0.5]).astype(np.float32)
    size = (REGION_SIDE, REGION_SIDE)
    # Both maps' pixels are counted from their centres.
    photo = np.column_stack([linear * finer, offset + linear @ np.full(2, (finer - 1) / 2)]).astype(np.float32)
    pixels = sample.pixels
    if (less := scale * finer) < 0.6:  # warping alone would skip pixels
        sigma = 0.35 / less
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8)
    grey, nothing = (GREY, GREY, GREY), int(Region.NOT_SKIN)
    square = np.asarray(cv2.warpAffine(pixels, photo, size, flags=cv2.INTER_LINEAR, borderValue=grey), np.uint8)
    label = cv2.warpAffine(sample.label, there, size, flags=cv2.INTER_NEAREST, borderValue=nothing)
    named = swapped(np.asarray(label, np.uint8)) if mirrored else np.asarray(label, np.uint8)
    _letterbox(square, named, rng)
    return _Framed(square, named, mirrored, turn, scale)


def _letterbox(square: Pixels, label: Pixels, rng: np.random.Generator) -> None:
    """Sometimes the photo is not square: grey fills the rest, right or below, and nothing is taught there."""
    if rng.random() < 0.3:
        part = slice(int(REGION_SIDE * rng.uniform(0.5, 1.0)), None)
        where = (part, slice(None)) if rng.random() < 0.5 else (slice(None), part)
        square[where] = GREY
        label[where] = UNKNOWN


def swapped(label: Pixels) -> Pixels:
    """The labels of a mirrored photo, given those of the photo laid out mirrored: left and right change names."""
    table = np.arange(256, dtype=np.uint8)
    table[: len(MIRRORED)] = MIRRORED
    return table[label]


def _finished(sample: Sample, framed: _Framed, rng: np.random.Generator) -> Look:
    """Colours, background, and what of the face can be told in this frame."""
    skin = (framed.label != Region.NOT_SKIN).astype(np.float32)
    soft = cv2.GaussianBlur(skin, (0, 0), 2.0)
    square = framed.square
    if sample.pose is not None and rng.random() < 0.45:
        assert sample.pose.face_width_px is not None
        reach = rng.uniform(0.15, 0.4) * sample.pose.face_width_px * framed.scale
        square = other_background(square, skin, made_up_backdrop(REGION_SIDE, rng), reach)
    if rng.random() < 0.4:
        square = blemished(square, (framed.label != Region.NOT_SKIN) & (framed.label != UNKNOWN), rng)
    square = degraded(recoloured(square, np.asarray(soft, np.float32), rng), rng)
    return _told(sample, framed, square)


def _told(sample: Sample, framed: _Framed, square: Pixels) -> Look:
    nothing = (0.0, 1.0, 0.0, 0.0)
    if sample.pose is None and not (sample.label == ANY_SKIN).any() and (sample.label != UNKNOWN).any():
        return Look(square, _at_step(framed.label), 0, _CLOSEUP, nothing, False)
    if sample.pose is None:
        return Look(square, _at_step(framed.label), -1, -1, nothing, False)
    share = _seen(sample.label, framed)
    if share < UNTOLD:
        label = framed.label.copy()
        label[np.isin(label, _REGIONS)] = Region.OTHER_SKIN
        return Look(square, _at_step(label), 0, _CLOSEUP, nothing, False)
    if share < TOLD:
        label = framed.label.copy()
        label[(label != Region.NOT_SKIN) & (label != UNKNOWN)] = ANY_SKIN
        return Look(square, _at_step(label), -1, -1, nothing, False)
    assert sample.pose.face_width_px is not None
    side = -1 if framed.mirrored else 1
    roll = np.radians(side * sample.pose.roll + framed.turn)
    yaw = side * sample.pose.yaw
    width = float(np.log(sample.pose.face_width_px * framed.scale / REGION_SIDE))
    pose = (float(np.sin(roll)), float(np.cos(roll)), yaw / 45, width)
    return Look(square, _at_step(framed.label), sample.pose.faces, VIEWS.index(view_of(yaw)), pose, True)


def _seen(label: Pixels, framed: _Framed) -> float:
    """Share of the photo's face that lies within the frame."""
    whole = float(np.isin(label, _REGIONS).sum()) * framed.scale**2
    return float(np.isin(framed.label, _REGIONS).sum()) / max(1.0, whole)


def _at_step(label: Pixels) -> Pixels:
    return np.ascontiguousarray(label[LABEL_STEP // 2 :: LABEL_STEP, LABEL_STEP // 2 :: LABEL_STEP])
