"""The cheek that the skin lies on: its roundness, and its outline against the background of the room.

A close-up of one cheek and nothing else: no eye, no nose, no mouth, so that nobody can be recognised or
resembled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scarscore.datasets.synthetic.noise import Field, Shape, blurred, cloudy_noise

# How far from its outline, in mm, the cheek begins to turn away from the camera.
TURN_MM = 15.0
# How far an outline lies from a cheek that fills the picture: far enough to play no part, in mm.
FAR_MM = 1000.0


@dataclass(frozen=True)
class Cheek:
    """The shape of a cheek in the picture.

    `bulge` (h, w) is its height in mm; `inside` (h, w) the distance from its outline in mm, negative beyond
    it.
    """

    bulge: Field
    inside: Field

    @property
    def facing(self) -> Field:
        """0-1: 1 where the cheek faces the camera. Seen edge-on, a depression cannot be drawn from the front."""
        return np.asarray(np.clip(self.inside / 9.0, 0, 1), np.float32)


def cheek(shape: Shape, px_per_mm: float, radius_mm: float = 54.0) -> Cheek:
    """A cheek that fills the picture but for a strip of background at the right, where the jaw turns away."""
    y, x = _grid(shape, px_per_mm)
    height, width = shape[0] / px_per_mm, shape[1] / px_per_mm
    x0, y0 = 0.44 * width, 0.42 * height
    bulge = -((x - x0) ** 2) / (2 * radius_mm) - (y - y0) ** 2 / (2.4 * radius_mm)
    outline = 0.96 * width - 0.0070 * np.clip(y - 0.22 * height, 0, None) ** 2 + 0.03 * y
    inside = outline - x
    turned = np.clip(TURN_MM - inside, 0, 0.985 * TURN_MM)
    bulge = bulge - (TURN_MM - np.sqrt(TURN_MM**2 - turned**2))
    return Cheek(np.asarray(bulge, np.float32), np.asarray(inside, np.float32))


def close_up(rng: np.random.Generator, shape: Shape, px_per_mm: float) -> Cheek:
    """A cheek that fills the picture, more or less round, its middle somewhere in or near the picture."""
    y, x = _grid(shape, px_per_mm)
    y0, x0 = rng.uniform(0.2, 0.8, 2) * np.array(shape) / px_per_mm
    round_y, round_x = rng.uniform(55, 130, 2)
    bulge = -((x - np.float32(x0)) ** 2) / np.float32(2 * round_x) - (y - np.float32(y0)) ** 2 / np.float32(2 * round_y)
    # Fat and muscle below: no cheek is an ellipsoid.
    bulge = bulge + np.float32(rng.uniform(0.1, 0.6)) * cloudy_noise(rng, shape, 16 * px_per_mm, octaves=2)
    return Cheek(np.asarray(bulge, np.float32), np.full(shape, FAR_MM, np.float32))


def before_background(lit: Field, shape: Cheek, px_per_mm: float, background: tuple[float, float, float]) -> Field:
    """The lit skin before the room: what lies far behind the plane of focus is soft."""
    if float(shape.inside.min()) > TURN_MM:
        return lit
    far = np.clip(1.0 - shape.inside / 7.0, 0, 1)[..., None]
    soft = lit + far * (blurred(lit, 0.16 * px_per_mm) - lit)
    skin_share = blurred((shape.inside > 0).astype(np.float32), 0.45 * px_per_mm)[..., None]
    return np.asarray(soft * skin_share + np.asarray(background, np.float32) * (1 - skin_share), np.float32)


def _grid(shape: Shape, px_per_mm: float) -> tuple[Field, Field]:
    """The places of the pixels in mm, as a column and a row."""
    y, x = (np.arange(side, dtype=np.float32) / np.float32(px_per_mm) for side in shape)
    return y[:, None], x
