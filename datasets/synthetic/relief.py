"""Scars carved into skin: their height field in mm, what they weigh, their types and their colour, pixel by pixel.

No scar is stamped out: outlines wander, one wall is sheer and the other worn, bases are uneven, and scars that
meet merge. It carves what `scars.py` lists; nothing here is lit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise
from scarscore.datasets.synthetic.scars import CODES, RAISED, Scar
from scarscore.datasets.synthetic.severity import seen_depth

# What undulations that overlap can add up to, in mm.
DEEPEST_MM = 1.5


@dataclass(frozen=True)
class Relief:
    """The scars of a picture, each field (h, w).

    `height` in mm, 0 on clear skin, negative in depressed scars, positive on raised ones; `burden` in mm, what
    depressed scars add to the severity (`severity.py`), 0 off them; `types`, uint8, codes of `scars.CODES`;
    `scarred` 0-1, how much of the skin is scar tissue (or an inflamed papule), with soft edges; `blood` and
    `melanin`, the change of those pigments.
    """

    height: Field
    burden: Field
    types: npt.NDArray[np.uint8]
    scarred: Field
    blood: Field
    melanin: Field

    def faded(self, share: float) -> Relief:
        """The same scars with this share of their depth, 0-1; their tissue and colour stay."""
        return Relief(
            self.height * np.float32(share),
            self.burden * np.float32(share),
            self.types,
            self.scarred,
            self.blood,
            self.melanin,
        )


def carve(rng: np.random.Generator, scars: Sequence[Scar], shape: Shape, px_per_mm: float) -> Relief:
    """The relief of scars in a picture of `shape` pixels at `px_per_mm`.

    Soft scars add up; sheer ones do not dig deeper where they meet but merge, as coalescing scars do.
    """
    block = _Block(rng, shape, px_per_mm)
    for scar in sorted(scars, key=lambda scar: -scar.width):
        block.add(scar)
    return block.relief()


class _Block:
    """The skin being carved, one scar at a time."""

    def __init__(self, rng: np.random.Generator, shape: Shape, px_per_mm: float) -> None:
        self.shape, self.px_per_mm = shape, px_per_mm
        self.fine = [0.13 * cloudy_noise(rng, shape, 1.5 * px_per_mm, octaves=3) for _ in range(2)]
        self.broad = [0.55 * cloudy_noise(rng, shape, 5.0 * px_per_mm, octaves=2) for _ in range(2)]
        self.uneven = np.clip(0.9 + 0.22 * cloudy_noise(rng, shape, 1.6 * px_per_mm, octaves=3), 0.35, 1.2)
        self.soft, self.sheer, self.raised, self.burden, self.scarred = (np.zeros(shape, np.float32) for _ in range(5))
        self.pigments = np.zeros((2, *shape), np.float32)
        self.types = np.zeros(shape, np.uint8)

    def add(self, scar: Scar) -> None:
        """Carve one scar, or raise it; nothing happens where it lies outside the picture."""
        window = self._window(scar)
        if window is None:
            return
        along, across = self._frame(scar, window)
        radius = np.sqrt(along * along + across * across)
        inside = radius < 1
        form = _profile(scar, radius, along, across)
        height, grown = self._layer(scar)[window], np.float32(scar.depth) * form
        if scar.kind == "rolling":
            height += grown
        else:
            np.maximum(height, grown, out=height)
        if scar.kind in CODES:
            np.copyto(self.types[window], np.uint8(CODES[scar.kind]), where=inside)
        np.maximum(self.scarred[window], form, out=self.scarred[window])
        # Colour does not add up where scars overlap: the smaller one, carved later, covers.
        pigments = self.pigments[:, window[0], window[1]]
        pigments += form * (np.array([[[scar.blood]], [[scar.melanin]]], np.float32) - pigments)
        if scar.kind not in RAISED:
            weight = np.float32(seen_depth(scar.depth, scar.width)) * inside
            np.maximum(self.burden[window], weight, out=self.burden[window])

    def relief(self) -> Relief:
        """What was carved, its edges a little rounded, as skin is."""
        # Undulations that meet grow deeper, but skin can only sink so far.
        soft = np.float32(DEEPEST_MM) * np.tanh(self.soft / np.float32(DEEPEST_MM))
        height = self.raised - soft - self.sheer * self.uneven
        return Relief(
            blurred(height, 0.09 * self.px_per_mm),
            self.burden,
            self.types,
            np.minimum(self.scarred, 1),
            self.pigments[0],
            self.pigments[1],
        )

    def _layer(self, scar: Scar) -> Field:
        if scar.kind in RAISED:
            return self.raised
        return self.soft if scar.kind == "rolling" else self.sheer

    def _window(self, scar: Scar) -> tuple[slice, slice] | None:
        """The pixels that a scar can touch, or None where it lies outside the picture."""
        reach = 0.5 * scar.width * math.sqrt(scar.elongation) * 1.05 + (1.4 if scar.width > 4 else 0.35)
        spans = []
        for centre, side in ((scar.y, self.shape[0]), (scar.x, self.shape[1])):
            low, high = int((centre - reach) * self.px_per_mm), int((centre + reach) * self.px_per_mm) + 1
            spans.append(slice(max(0, low), min(side, high)))
        return (spans[0], spans[1]) if all(span.start < span.stop for span in spans) else None

    def _frame(self, scar: Scar, window: tuple[slice, slice]) -> tuple[Field, Field]:
        """Where each pixel lies along and across the scar, as a share of its length and breadth: 1 on its edge."""
        rows, columns = window
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] / np.float32(self.px_per_mm) - scar.y
        x = np.arange(columns.start, columns.stop, dtype=np.float32) / np.float32(self.px_per_mm) - scar.x
        # A narrow pit keeps more of its round mouth.
        noise, strength = (self.broad, scar.width / 8.0) if scar.width > 4 else (self.fine, scar.width / 2.0)
        y = y + np.float32(min(1.0, strength)) * noise[0][window]
        x = x + np.float32(min(1.0, strength)) * noise[1][window]
        stretch, half = math.sqrt(scar.elongation), 0.5 * scar.width
        turn, tilt = np.float32(math.cos(scar.angle) / half), np.float32(math.sin(scar.angle) / half)
        along = np.asarray((x * turn + y * tilt) / np.float32(stretch), np.float32)
        return along, np.asarray((y * turn - x * tilt) * np.float32(stretch), np.float32)


def _profile(scar: Scar, radius: Field, along: Field, across: Field) -> Field:
    """Depth from 0 to 1 over the place in the scar: V-shaped, U-shaped, M-shaped, or a dome."""
    away = np.asarray(np.maximum(1 - radius, 0), np.float32)
    if scar.kind == "icepick":
        return np.asarray(away * (np.float32(0.6) + np.float32(0.4) * away), np.float32)
    if scar.kind in RAISED:
        return _step(away / np.float32(max(0.5, scar.wall)))
    steep = np.float32(scar.lean * math.cos(scar.lean_angle)), np.float32(scar.lean * math.sin(scar.lean_angle))
    lean = np.maximum(np.minimum(along * steep[0] + across * steep[1], scar.lean), -scar.lean)
    if scar.kind == "rolling":
        round_off = np.maximum(1 - radius * radius, 0)
        return np.asarray(round_off * round_off * (1 + np.float32(0.6) * lean) / (1 + 0.15 * scar.lean), np.float32)
    wall = np.maximum(np.float32(scar.wall) * (1 - np.float32(0.8) * lean), np.float32(0.3))
    return np.asarray(_step(away / wall) * (1 + np.float32(0.5) * (lean - np.float32(scar.lean))), np.float32)


def _step(rise: Field) -> Field:
    rise = np.minimum(rise, 1)
    return np.asarray(rise * rise * (3 - 2 * rise), np.float32)
