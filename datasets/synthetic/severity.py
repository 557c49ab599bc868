"""How severe made-up scars are, 0-100: number x depth x area, known exactly because the scars were drawn.

The readings' rubric says what the numbers mean (5 one doubtful dent, 30 mild, 60 obvious, 90 coalescing);
here a burden in millimetres says it: the mean, over the skin, of how deep a scar is seen to be. It measures
drawn scars only and says nothing about a photo.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.datasets.synthetic.noise import Field, blurred

Mask = npt.NDArray[np.bool_]
# Severity = 100 (1 - exp(-(burden / BURDEN_MM) ^ BEND)). Fitted by hand to the anchors of the rubric for cells
# of 2 cm: one dent of 2.5 mm by 0.15 mm gives 5, four of 0.2 mm 16, eight of 0.25 mm 28, twenty-five of
# 0.35 mm 60, forty of 0.45 mm 78, four fifths of the skin 0.5 mm deep 90.
BURDEN_MM, BEND = 0.122, 0.7
# A wide scar has gentle slopes for its depth and is seen less; up to this width in mm all of the depth counts.
FULLY_SEEN_MM = 2.5
# Over how wide a neighbourhood, as a Gaussian's sigma in mm, the severity of one place is judged.
NEIGHBOURHOOD_MM = 5.0
# The worst cells weigh most in a reading of the whole photo: a power mean of this power ranks photos best.
POWER = 4.0
LEAST_SKIN = 0.25


def seen_depth(depth: float, width: float) -> float:
    """What a scar of this depth and width (mm) adds to the burden at each of its places, in mm."""
    return depth * min(1.0, FULLY_SEEN_MM / width)


def severity_of(burden: npt.ArrayLike) -> Field:
    """The severity, 0-100, of a mean burden in mm; 0 for none, always rising, below 100."""
    values = np.maximum(np.asarray(burden, np.float32), 0)
    return np.asarray(100.0 * (1.0 - np.exp(-((values / BURDEN_MM) ** BEND))), np.float32)


def severity_map(burden: Field, skin: Mask, px_per_mm: float) -> Field:
    """The severity (h, w) at each place on a scar: that of the skin about it; exactly 0 off the scars."""
    if not burden.any():
        return np.zeros_like(burden)
    # A quarter of the size is fine enough for a neighbourhood of millimetres, and sixteen times as fast.
    step = max(1, int(px_per_mm * NEIGHBOURHOOD_MM / 6))
    sigma = NEIGHBOURHOOD_MM * px_per_mm / step
    share = blurred(_shrunk(skin.astype(np.float32), step), sigma)
    mean = blurred(_shrunk(burden * skin, step), sigma) / np.maximum(share, 1e-3)
    return np.asarray(_grown(severity_of(mean), burden.shape) * ((burden > 0) & skin), np.float32)


def cells(burden: Field, skin: Mask, rows: int = 3, columns: int = 3) -> Field:
    """The severity of each of `rows` x `columns` equal cells; NaN where less than a quarter of a cell is skin."""
    return judged(means(burden * skin, rows, columns), means(skin.astype(np.float32), rows, columns))


def judged(burden: Field, share: Field) -> Field:
    """The severity of cells by their mean burden in mm and the share of them, 0-1, that is skin."""
    known = share >= LEAST_SKIN
    return np.asarray(np.where(known, severity_of(burden / np.maximum(share, 1e-6)), np.nan), np.float32)


def means(field: Field, rows: int = 3, columns: int = 3) -> Field:
    """The mean of a field (h, w) in each of `rows` x `columns` equal cells."""
    edges = [np.arange(count) * side // count for count, side in ((rows, field.shape[0]), (columns, field.shape[1]))]
    sums = np.add.reduceat(np.add.reduceat(field, edges[0], axis=0), edges[1], axis=1)
    high, wide = (np.diff(edge, append=side) for edge, side in zip(edges, field.shape, strict=True))
    return np.asarray(sums / np.outer(high, wide), np.float32)


def overall(cell_severities: Field) -> float:
    """The severity of the whole photo, 0-100: the power mean of its cells. Raises ValueError if no cell is skin."""
    known = cell_severities[np.isfinite(cell_severities)].astype(np.float64)
    if not known.size:
        raise ValueError("no cell holds enough skin")
    return float(np.mean(known**POWER) ** (1 / POWER))


def _shrunk(field: Field, step: int) -> Field:
    size = (max(1, field.shape[1] // step), max(1, field.shape[0] // step))
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)


def _grown(field: Field, shape: tuple[int, ...]) -> Field:
    return np.asarray(cv2.resize(field, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
