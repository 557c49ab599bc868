"""What a photo is recognised by: a perceptual hash, a thumbnail free of brightness, and points of the skin.

Each exists for the photo and for its mirror image. Photos are read, brought to one size, and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")
SIDE = 480  # px; larger photos are reduced, so that a studio photo and a web crop hold points of one scale
POINTS = 300  # points kept of each photo, the most salient
CONTRAST = 0.015  # under OpenCV's 0.04: clear skin is of low contrast
HASH_SIDE, HASH_KEPT = 32, 8
THUMBNAIL = 16

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# The same gradient histograms (4 x 4 places x 8 directions) for the mirrored patch. SIFT turns each patch to its main
# direction, which is the axis of the reflection: rows and directions change their sense, columns do not.
MIRRORED = np.array([((3 - y) * 4 + x) * 8 + (-d) % 8 for y in range(4) for x in range(4) for d in range(8)])


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """One photo as it is compared.

    `hashes` are 64 bits (+1 or -1), of the photo and of its mirror image: (2, 64). `thumbnails` are 256 grey levels
    of mean 0 and length 1, of both: (2, 256). `places` are the points' pixels (n, 2) in `grey`, whose long side is at
    most 480 px; `points` their descriptors (n, 128), of length 1.
    """

    grey: Grey
    hashes: Floats
    thumbnails: Floats
    places: Floats
    points: Floats

    @property
    def mirrored_places(self) -> Floats:
        """The points' pixels in the mirror image."""
        return np.column_stack([self.grey.shape[1] - 1 - self.places[:, 0], self.places[:, 1]]).astype(np.float32)

    @property
    def mirrored_points(self) -> Floats:
        """The points' descriptors in the mirror image."""
        return self.points[:, MIRRORED]


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a photo file. Raises `OSError` where it cannot be read as a photo."""
    grey = _grey(path)
    both = (grey, np.ascontiguousarray(grey[:, ::-1]))
    places, points = _points(grey)
    return Fingerprint(
        grey,
        np.stack([_perceptual_hash(image) for image in both]),
        np.stack([_thumbnail(image) for image in both]),
        places,
        points,
    )


def _grey(path: Path) -> Grey:
    with Image.open(path, formats=FORMATS) as image:
        image.draft("L", (2 * SIDE, 2 * SIDE))
        small = ImageOps.exif_transpose(image).convert("L")
    small.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.array(small, dtype=np.uint8)


def _perceptual_hash(grey: Grey) -> Floats:
    """64 signs of the lowest frequencies about their median (pHash: Zauner 2010, cosine transform)."""
    small = cv2.resize(grey, (HASH_SIDE, HASH_SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:HASH_KEPT, :HASH_KEPT].ravel()
    return np.where(low > np.median(low[1:]), 1.0, -1.0).astype(np.float32)


def _thumbnail(grey: Grey) -> Floats:
    """Grey levels whose mean and contrast are taken out: another exposure gives the same."""
    small = cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return (small / max(float(np.linalg.norm(small)), 1e-6)).astype(np.float32)


def _points(grey: Grey) -> tuple[Floats, Floats]:
    """Scale-invariant points (SIFT: Lowe 2004) of the photo at even contrast, as square roots (Arandjelovic 2012)."""
    even = cv2.createCLAHE(2.0, (4, 4)).apply(grey)
    keypoints, found = cv2.SIFT.create(POINTS, contrastThreshold=CONTRAST).detectAndCompute(even, None)
    keypoints, found = keypoints[:POINTS], found[:POINTS] if found is not None else np.zeros((0, 128), np.float32)
    places = np.array([k.pt for k in keypoints], np.float32).reshape(-1, 2)
    return places, np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-6)).astype(np.float32)
