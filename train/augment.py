"""How a photo varies from one look to the next: framing, light, colour, sharpness, noise, compression.

Scar photos are mostly 300-px web pictures and clear faces large studio photos: each is first reduced to 180 to
320 px and enlarged again, so that sharpness tells nothing of the scars.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it asks the package index for news when it is imported

import albumentations as alb
import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import GREY, STRIDE, Pixels, fit
from scarscore.train.bench.healing import COLOURS
from scarscore.train.samples import Picture

SMALLEST = 180 / 320


@dataclass(frozen=True, eq=False)
class Look:
    """One look at a photo: what the network sees.

    `square` is uint8 RGB (320, 320, 3); `cells` uint8 (320, 320): 1 to 9 for the nine cells, 0 off the skin.
    """

    square: Pixels
    cells: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Variation:
    """How far looks differ: least and greatest zoom (`scale`); probabilities (0-1) of `noise` and painted `marks`."""

    scale: tuple[float, float] = (0.85, 1.15)
    noise: float = 0.4
    marks: float = 0.0


def pipeline(variation: Variation) -> alb.Compose:
    """The augmentations of training, to be seeded before each use."""
    return alb.Compose(
        [
            alb.HorizontalFlip(p=0.5),
            alb.Affine(
                scale=variation.scale,
                rotate=(-12, 12),
                translate_percent=(-0.05, 0.05),
                fill=GREY,
                fill_mask=0,
                p=0.9,
            ),
            alb.RandomBrightnessContrast(0.25, 0.25, p=0.7),
            alb.RandomGamma((75, 135), p=0.4),
            alb.ColorJitter(brightness=(1, 1), contrast=(1, 1), saturation=(0.6, 1.4), hue=(-0.03, 0.03), p=0.7),
            alb.Downscale(
                scale_range=(SMALLEST, 1.0),
                interpolation_pair={"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR},
                p=0.8,
            ),
            alb.GaussNoise(std_range=(0.0, 0.03), p=variation.noise),
            alb.ImageCompression(quality_range=(50, 95), p=0.7),
        ]
    )


def plain(picture: Picture) -> Look:
    """The photo as it is served."""
    frame = fit(picture.pixels, picture.skin)
    cells = np.zeros(frame.square.shape[:2], np.uint8)
    size = (frame.columns * STRIDE, frame.rows * STRIDE)
    cells[: size[1], : size[0]] = cv2.resize(picture.cells, size, interpolation=cv2.INTER_NEAREST)
    return Look(frame.square, cells)


def augmented(steps: alb.Compose, look: Look, seed: str, marks: float = 0.0) -> Look:
    """Another look at a photo than the plain one, the same for the same seed.

    With the probability `marks` red or brown marks are painted on the skin first: colour is not relief.
    """
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
    steps.set_random_seed(number)
    out = steps(image=_painted(look, seed, number, marks), mask=look.cells)
    return Look(out["image"], out["mask"])


def _painted(look: Look, seed: str, number: int, marks: float) -> Pixels:
    chance = np.random.default_rng(number)
    if chance.random() >= marks:
        return look.square
    paint = COLOURS[str(chance.choice(list(COLOURS)))]
    return paint(look.square, (look.cells > 0).astype(np.float32), seed)
