"""Whether a pixel shows this person's skin: colours learnt from the face itself, then cut out along edges.

A gate for whole faces with a mesh; it knows no skin tone beforehand. Glare, pits, blemishes and shadow on the face
must stay skin, hair, glasses, beard and background must not. It decides nothing about regions.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scarscore.model.preprocess import Floats, Pixels

Mask = npt.NDArray[np.bool_]

_SIDE = 224  # px at which the cut along edges is made
_MIN_CORE = 150  # pixels
_FLOOR = np.array([9.0, 2.5, 2.5])  # CIE Lab: skin varies by at least so much (standard deviations)
_SURE, _LIKELY, _MAYBE, _NEVER = 2.0, 2.4, 3.0, 5.5  # Mahalanobis distances
_LEFT_EAR, _RIGHT_EAR, _TOP, _BOTTOM = 454, 234, 10, 152


def skin_gate(pixels: Pixels, points: Floats, core: Mask, face: Mask, cut: Mask) -> Mask | None:
    """Skin in a photo, uint8 RGB: its face's points (468, 3), surest skin, the face's outline, and what is cut out.

    None where too little sure skin is seen to learn its colour.
    """
    if core.sum() < _MIN_CORE:
        return None
    lab = _lab(pixels)
    distance = _distance(lab, lab[core])
    # Cheeks alone may lie in another light than the forehead.
    distance = _distance(lab, lab[core | (face & ~cut & (distance < _LIKELY))])
    scale = _SIDE / max(pixels.shape[:2])
    seeds = _seeds(distance, points, core, face & ~cut)
    seeds[cut] = cv2.GC_PR_FGD
    # Lips and lids are skin-coloured and would teach the background's colours: they are painted over, and cut last.
    painted = pixels.copy()
    painted[cut] = np.median(pixels[core], axis=0)
    small = cv2.resize(painted, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    marks = cv2.resize(seeds, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    if not (marks == cv2.GC_FGD).any() or not (marks == cv2.GC_BGD).any():
        return _tidy(distance < _MAYBE, points)
    cv2.setRNGSeed(0)
    blank = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), marks, (0, 0, 1, 1), *blank, 3, cv2.GC_INIT_WITH_MASK)
    skin = np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    large = cv2.resize(skin, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _tidy(large > 0.5, points)


def _lab(pixels: Pixels) -> Floats:
    smooth = cv2.bilateralFilter(pixels, 5, 25, 3)
    return np.asarray(cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _distance(lab: Floats, sure: Floats) -> Floats:
    """Mahalanobis distance to the colour of the sure skin, whose mean and spread are trimmed three times."""
    kept = sure
    for _ in range(3):
        mean, covariance = kept.mean(axis=0), np.cov(kept.T) + np.diag(_FLOOR**2)
        inverse = np.linalg.inv(covariance)
        away = np.einsum("ni,ij,nj->n", sure - mean, inverse, sure - mean)
        kept = sure[away <= np.quantile(away, 0.85)]
    offset = lab - mean.astype(np.float32)
    squared = np.einsum("hwi,ij,hwj->hw", offset, inverse.astype(np.float32), offset, optimize=True)
    return np.asarray(np.sqrt(np.maximum(squared, 0)), np.float32)


def _seeds(distance: Floats, points: Floats, core: Mask, face: Mask) -> Pixels:
    """What is surely, probably and never skin, in the words of `cv2.grabCut`."""
    unit = float(np.linalg.norm(points[_LEFT_EAR] - points[_RIGHT_EAR]))
    marks = np.where(distance < _MAYBE, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[distance > np.where(face, _NEVER, _MAYBE)] = cv2.GC_BGD
    marks[core] = cv2.GC_PR_FGD
    marks[core & (distance < _MAYBE)] = cv2.GC_FGD
    marks[face & (distance < _SURE)] = cv2.GC_FGD
    rows, columns = np.mgrid[: distance.shape[0], : distance.shape[1]]
    centre = points[[_TOP, _BOTTOM], :2].mean(axis=0)
    up = (points[_TOP] - points[_BOTTOM])[:2]
    height = float(np.linalg.norm(up))
    up = up / height
    along = (columns - centre[0]) * up[0] + (rows - centre[1]) * up[1]
    across = np.abs((columns - centre[0]) * -up[1] + (rows - centre[1]) * up[0])
    marks[(along > 0.85 * height) | (across > 1.1 * unit)] = cv2.GC_BGD
    return marks


def _tidy(skin: Mask, points: Floats) -> Mask:
    """Without specks: what is smaller than a fiftieth of the face's width is opened away or closed."""
    unit = float(np.linalg.norm(points[_LEFT_EAR] - points[_RIGHT_EAR]))
    size = 2 * max(1, round(unit / 80)) + 1
    element = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    closed = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_CLOSE, element)
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, element)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(opened)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < 0.01 * unit * unit)
    opened[np.isin(parts, small)] = 0
    _, parts, stats, _ = cv2.connectedComponentsWithStats(1 - opened)
    opened[np.isin(parts, np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < 0.004 * unit * unit))] = 1
    return np.asarray(opened, np.bool_)
