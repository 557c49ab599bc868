"""The course in one picture: each visit's photo, its heat map below, and its severity. The README shows it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scarscore.model.preprocess import Pixels
from scarscore.serve.demo.course import ScoredVisit

TILE, GAP, FOOT = 260, 8, 64
PAPER, INK, QUIET = (255, 255, 255), (20, 23, 28), (96, 102, 110)


def strip(visits: Sequence[ScoredVisit]) -> Pixels:
    """All visits side by side, uint8 RGB: photos, heat maps, severities with their intervals."""
    width = len(visits) * (TILE + GAP) + GAP
    picture = Image.new("RGB", (width, 2 * (TILE + GAP) + GAP + FOOT), PAPER)
    pen = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(26), ImageFont.load_default(15)
    for column, visit in enumerate(visits):
        left = GAP + column * (TILE + GAP)
        picture.paste(_tile(visit.visit.pixels), (left, GAP))
        picture.paste(_tile(visit.heated), (left, 2 * GAP + TILE))
        top, middle = 3 * GAP + 2 * TILE, left + TILE // 2
        pen.text((middle, top), f"{visit.score.severity:.0f}", INK, large, anchor="ma")
        pen.text((middle, top + 34), f"{visit.interval}, {visit.visit.date:%d %b %Y}", QUIET, small, anchor="ma")
    return np.asarray(picture)


def _tile(pixels: Pixels) -> Image.Image:
    """The middle square of a picture."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side]
    return Image.fromarray(cv2.resize(square, (TILE, TILE), interpolation=cv2.INTER_AREA))
