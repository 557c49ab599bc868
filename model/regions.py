"""Where on the face a pixel lies, and how the face is held: what the region network's outputs mean.

A photo is brought to 224 px on its long side and laid into a grey square, as for the severity network. Left and
right are the patient's. Where a close-up cannot tell which region it shows, the answer is other skin: nothing here
guesses. No torch here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Literal

import cv2
import numpy as np

from scarscore.model.preprocess import NEAR_SIDE, Floats, Frame, Pixels, fit

REGION_SIDE = 224
View = Literal["front", "left", "right", "closeup"]
VIEWS: tuple[View, ...] = ("front", "left", "right", "closeup")
_UNSURE = (0.3, 0.7)  # probabilities between which a place is blended: a threshold would make scores jump
TURNED = 20.0  # degrees of yaw: halfway between a face from the front and a half-profile, as the mesh tells them


class Region(IntEnum):
    """What a pixel shows. Left and right are the patient's: from the front, the left cheek lies on the photo's right.

    Not skin: eyes, brows, lips, nostrils, hair, dense beard, glasses, clothes, background. Other skin: neck, ears,
    temples, upper lip, and any skin of which it cannot be told where it lies.
    """

    NOT_SKIN = 0
    OTHER_SKIN = 1
    FOREHEAD = 2
    LEFT_CHEEK = 3
    RIGHT_CHEEK = 4
    NOSE = 5
    CHIN = 6


# What a region's probability is multiplied by before the greatest one names a position. The most probable region names
# the fewest positions wrongly, but gives away those of thin regions; these weights were chosen for the mean
# intersection over union on people who were trained on (0.799 became 0.802, equal parts of three sources, 2026).
NAMING = (1.15, 1.5, 0.87, 0.87, 0.87, 1.0, 1.0)
MIRRORED = (0, 1, 2, 4, 3, 5, 6)  # the region that each becomes in a mirrored photo


@dataclass(frozen=True)
class Pose:
    """How a face is held, and how large it is.

    `faces` is 0 (none that can be told: a close-up, or no face), 1, or 2 for several. `view` is `front`, `left` (the
    photo shows the patient's left side, the face turned to the photo's left by 20 degrees or more), `right` (its
    mirror image) or `closeup`, with its probability (0-1). `roll` in degrees is clockwise as one looks at the photo.
    `yaw` in degrees is positive where the face is turned to the photo's right and shows its right side.
    `face_width_px` is the distance between the fronts of the ears, measured on the head, in pixels of the photo that
    was given; None where no face is told. Yaw and width are rough.
    """

    faces: int
    view: View
    view_probability: float
    roll: float
    yaw: float
    face_width_px: float | None


def view_of(yaw: float) -> View:
    """The view that a yaw, in degrees, belongs to."""
    if abs(yaw) < TURNED:
        return "front"
    return "right" if yaw > 0 else "left"


@dataclass(frozen=True, eq=False)
class RegionMap:
    """What each part of a photo shows: `probability`, float32 (7, rows, columns), over `Region`, sums to 1.

    The map covers exactly the photo, without the filling beside it.
    """

    probability: Floats
    pose: Pose

    @cached_property
    def label(self) -> Pixels:
        """The region that each position is named by, uint8 (rows, columns): the most probable, weighted by `NAMING`."""
        weighted = self.probability * np.array(NAMING, np.float32)[:, np.newaxis, np.newaxis]
        return np.asarray(weighted.argmax(axis=0), np.uint8)

    @property
    def skin(self) -> Floats:
        """Probability that a position shows skin of any region, float32 (rows, columns)."""
        return np.asarray(1.0 - self.probability[Region.NOT_SKIN], np.float32)

    def cover(self, height: int, width: int) -> Floats:
        """The skin of a photo of this size, float32 (h, w), 0 to 1: surely skin from 0.7, surely not below 0.3."""
        told = cv2.resize(self.skin, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(np.clip((told - _UNSURE[0]) / (_UNSURE[1] - _UNSURE[0]), 0.0, 1.0), np.float32)

    def frame(self, pixels: Pixels, near_side: int = NEAR_SIDE) -> Frame:
        """The photo that this map is of, uint8 RGB (h, w, 3), as the severity network is shown it.

        `near_side` is what a nearer look at a face has at most, in px.
        """
        return fit(pixels, self.cover(*pixels.shape[:2]), self.pose.faces > 0, near_side)

    def resized(self, height: int, width: int) -> RegionMap:
        """The same map at another size; probabilities are averaged or interpolated and still sum to 1."""
        shrinks = height < self.probability.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        planes = [cv2.resize(plane, (width, height), interpolation=how) for plane in self.probability]
        stacked = np.stack([np.asarray(plane, np.float32) for plane in planes])
        return RegionMap(stacked / stacked.sum(axis=0), self.pose)
