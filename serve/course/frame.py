"""A photo made ready to be laid over another: the face, or the skin, brought to 512 px, and its relief.

The frame holds the face where one is seen and all skin otherwise, so that a small face in a wide picture is looked
at as closely as a large one, and no background decides. Relief is light and shade about their local mean, at even
local contrast: what stays when exposure, colour and the fall of light over the face change.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import Floats, Pixels, legible
from scarscore.model.region_engine import RegionEngine
from scarscore.model.regions import Region, RegionMap

Mask = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float64]  # (3, 3), between homogeneous pixel places (x, y, 1)

SIDE = 512  # px: the long side of every frame
MARGIN = 0.04  # of the box: the region map is coarse, and its edge trembles
LEAST_SKIN = 0.03  # share of the photo
_FACE = (Region.FOREHEAD, Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.NOSE, Region.CHIN)
_PORES, _SHAPE = 1.2, 8.0  # px: the band of relief, between the camera's grain and the shape of the face
_EVEN = 16.0  # px: over which contrast is made even


@dataclass(frozen=True, eq=False)
class Frame:
    """A photo's face or skin at 512 px.

    `pixels` uint8 RGB (h, w, 3), long side 512; `skin` bool (h, w), judgeable skin; `from_photo` (3, 3) carries
    pixels of the photo to pixels of the frame; `regions` is the map of the whole photo, whose long side is
    `photo_side` px.
    """

    pixels: Pixels
    skin: Mask
    from_photo: Matrix
    regions: RegionMap
    photo_side: int

    @property
    def scale(self) -> float:
        """Pixels of the frame per pixel of the photo."""
        return float(self.from_photo[0, 0])


def frame(pixels: Pixels, finder: RegionEngine) -> Frame | None:
    """The frame of a photo, uint8 RGB (h, w, 3); None where it shows too little skin."""
    regions = finder.look(pixels)
    if float((regions.label != Region.NOT_SKIN).mean()) < LEAST_SKIN:
        return None
    left, top, right, bottom = _box(regions, *pixels.shape[:2])
    cut = pixels[top:bottom, left:right]
    scale = SIDE / max(cut.shape[:2])
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    # Pixels are areas: the centre of the first one lies half a pixel from the edge, at either size.
    x, y = size[0] / cut.shape[1], size[1] / cut.shape[0]
    carry = np.array([[x, 0, (0.5 - left) * x - 0.5], [0, y, (0.5 - top) * y - 0.5], [0, 0, 1]], np.float64)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(cut, size, interpolation=how), np.uint8)
    cover = regions.cover(*pixels.shape[:2])[top:bottom, left:right]
    skin = cv2.resize(cover, size, interpolation=cv2.INTER_LINEAR) > 0.5
    return Frame(small, skin & legible(small), carry, regions, max(pixels.shape[:2]))


def relief_of(pixels: Pixels, skin: Mask) -> Floats:
    """Light and shade of the skin between pores and the shape of the face, float32 (h, w), about -3 to 3; 0 off it.

    A difference of Gaussians of log brightness over the skin alone, over its own local standard deviation.
    """
    brightness = np.log(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) + np.float32(8.0))
    band = blurred_on(brightness, skin, _PORES) - blurred_on(brightness, skin, _SHAPE)
    spread = np.sqrt(blurred_on(band * band, skin, _EVEN))
    # What is fainter than a grey level is the camera's.
    return np.asarray(np.where(skin, band / (spread + np.float32(0.005)), 0.0), np.float32)


def blurred_on(values: Floats, mask: Mask, sigma: float) -> Floats:
    """A Gaussian blur, sigma in px, that takes nothing from beyond the mask."""
    inside = mask.astype(np.float32)
    share = cv2.GaussianBlur(inside, (0, 0), sigma)
    return np.asarray(cv2.GaussianBlur(values * inside, (0, 0), sigma) / np.maximum(share, 1e-3), np.float32)


def shrunk(mask: Mask, px: int) -> Mask:
    """The mask without its outermost pixels; the picture's edge counts as its outline."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((2 * px + 1, 2 * px + 1), np.uint8), borderValue=0)
    return np.asarray(inner > 0)


def _box(regions: RegionMap, height: int, width: int) -> tuple[int, int, int, int]:
    """The corners of the face, or of all skin where no face is told, in pixels of the photo."""
    face = np.isin(regions.label, [int(region) for region in _FACE])
    wanted = face if regions.pose.faces and face.mean() >= LEAST_SKIN else regions.label != Region.NOT_SKIN
    rows, columns = (np.flatnonzero(wanted.mean(axis=axis) > 0.01) for axis in (1, 0))
    if not rows.size or not columns.size:
        return 0, 0, width, height
    ends = []
    for places, count, side in ((columns, wanted.shape[1], width), (rows, wanted.shape[0], height)):
        low, high = places[0] / count * side, (places[-1] + 1) / count * side
        spare = MARGIN * (high - low)
        ends.append((max(0, int(low - spare)), min(side, int(np.ceil(high + spare)))))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]
