"""Photos made ready to be printed: small enough for their place on the paper, alone or under their heat map."""

from __future__ import annotations

import cv2
import numpy as np

from scarscore.model.preprocess import Pixels
from scarscore.serve.course.measured import Networks
from scarscore.serve.reports.told import Jpeg
from scarscore.serve.scoring.overlay import COLOURS, heat
from scarscore.serve.scoring.quality.arrays import reduced

QUALITY = 88  # of the JPEGs in a report


def printed(pixels: Pixels, side: int) -> Jpeg:
    """The photo, uint8 RGB (h, w, 3), as a JPEG with a long side of at most `side` px."""
    small = reduced(pixels, side / max(pixels.shape[:2]))
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return Jpeg(data.tobytes(), small.shape[1], small.shape[0])


def heated(pixels: Pixels, networks: Networks, side: int) -> Jpeg:
    """The photo under the heat map of these networks. Whether it can be judged is not asked again."""
    severity, _ = networks.scorer.map(pixels)
    return printed(heat(pixels, severity), side)


def ramp(width: int, height: int) -> Jpeg:
    """The heat map's colours from 0 on the left to 100 on the right."""
    steps = np.tile(np.rint(np.linspace(0, 255, width)).astype(np.uint8), (height, 1))
    return printed(np.asarray(cv2.applyColorMap(steps, COLOURS)[..., ::-1], np.uint8), max(width, height))
