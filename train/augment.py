"""How a photo varies from one look to the next: framing, light, colour, sharpness, noise, compression.

Scar photos are mostly 300-px web pictures and clear faces large studio photos: each is first reduced, to `sharp_to`
px at least, and enlarged again, so that sharpness tells nothing of the scars.
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

from scarscore.datasets.synthetic.tone import pigmented
from scarscore.model.preprocess import GREY, INPUT_SIDE, STRIDE, Floats, Pixels, fit
from scarscore.train.bench.healing import COLOURS
from scarscore.train.bench.light import to_linear, to_srgb
from scarscore.train.samples import Picture

LESS_MELANIN, MORE_MELANIN = -0.3, 0.9  # of `pigmented`: from intermediate skin to very light, and to brown
OTHER_BLOOD = 0.15  # of `pigmented`, more or less


@dataclass(frozen=True, eq=False)
class Look:
    """One look at a photo: what the network sees.

    `square` is uint8 RGB (320, 320, 3); `cells` uint8 (320, 320): 1 to 9 for the nine cells, 0 off the skin; `upright`
    as of the picture.
    """

    square: Pixels
    cells: npt.NDArray[np.uint8]
    upright: bool = True


@dataclass(frozen=True)
class Variation:
    """How far looks differ.

    `scale` are least and greatest zoom, `sharp_to` is the px that a look is reduced to at least. The rest are
    probabilities (0-1): of sensor `noise`, painted `marks`, skin of another tone (`tones`), a look without colour
    (`greys`), and of a look at a close-up that is turned by quarters of a circle (`turns`).
    """

    scale: tuple[float, float] = (0.85, 1.15)
    sharp_to: int = 180
    noise: float = 0.4
    marks: float = 0.0
    tones: float = 0.0
    greys: float = 0.0
    turns: float = 0.0


USUAL = Variation()


def pipeline(variation: Variation) -> alb.Compose:
    """The augmentations of training, to be seeded before each use."""
    # One that never happens would still draw from the seed, and every look would be another than before.
    greys = [alb.ToGray(p=variation.greys)] if variation.greys else []
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
            *greys,
            alb.Downscale(
                scale_range=(variation.sharp_to / INPUT_SIDE, 1.0),
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
    whole = cv2.resize(picture.cells, size, interpolation=cv2.INTER_NEAREST)
    down, across = (slice(part.start * STRIDE, part.stop * STRIDE) for part in frame.part)
    height, width = frame.picture.shape[:2]
    cells[:height, :width] = whole[down, across]
    return Look(frame.square, cells, picture.upright)


def augmented(steps: alb.Compose, look: Look, seed: str, variation: Variation = USUAL) -> Look:
    """Another look at a photo than the plain one, the same for the same seed; `steps` are the variation's `pipeline`.

    Marks are painted on the skin, and its tone is changed, before anything else: colour is not relief. A close-up has
    no up and down, a face has.
    """
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
    steps.set_random_seed(number)
    chance = np.random.default_rng(number)
    square, skin = look.square, (look.cells > 0).astype(np.float32)
    if chance.random() < variation.marks:
        square = COLOURS[str(chance.choice(list(COLOURS)))](square, skin, seed)
    if chance.random() < variation.tones:
        square = toned(
            square, skin, chance.uniform(LESS_MELANIN, MORE_MELANIN), chance.uniform(-OTHER_BLOOD, OTHER_BLOOD)
        )
    out = steps(image=square, mask=look.cells)
    quarters = int(chance.integers(1, 4)) if not look.upright and chance.random() < variation.turns else 0
    turned, cells = (np.ascontiguousarray(np.rot90(out[name], quarters)) for name in ("image", "mask"))
    return Look(turned, cells, look.upright)


def toned(pixels: Pixels, skin: Floats, melanin: float, blood: float) -> Pixels:
    """The photo, uint8 RGB (h, w, 3), as if its skin (h, w, 0-1) had more or less (below 0) of both pigments.

    They absorb each colour in their own proportion (Tsumura 1999). Relief stays; shine is dimmed with the skin.
    """
    factor = pigmented(np.asarray(melanin * skin, np.float32), np.asarray(blood * skin, np.float32))
    return to_srgb(to_linear(pixels) * factor)
