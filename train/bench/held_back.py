"""Changes that are kept for testing alone: a network that has practised them shows nothing by standing them.

Two ways in which cameras and phones treat a photo, and one way in which scars fade, none of them made of the same
steps as `perturb.py` and `healing.py`. Training must never import this module, nor anything that does: it refuses to
be loaded by any part of `train` but the bench and the evaluation, and a test walks the imports.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.train.bench.healing import luminance, relit
from scarscore.train.bench.light import to_linear, to_srgb
from scarscore.train.bench.perturb import random_of

MAY_IMPORT = ("scarscore.train.bench.", "scarscore.train.evaluate.")
GAMMA = (0.8, 1.25)
VIGNETTE = 0.35  # light lost in the corners, at most
CURVE = 0.5  # strength of the S-shaped tone curve, at most
SHARPENING = (0.3, 1.0)
PIT = 0.06  # of the long side: the width under which a dark spot is a pit


def _refuse_training() -> None:
    """Raise ImportError where a training module is the one that imports."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("scarscore.train.") and not f"{name}.".startswith(MAY_IMPORT):
            raise ImportError(f"{name} must not learn from what is held back for testing")
        if name.startswith("scarscore."):
            return


_refuse_training()


def gamma_and_vignetting(pixels: Pixels, seed: str) -> Pixels:
    """Another gamma, and corners that lose light, as a small lens at full aperture gives (cos^4 falling off)."""
    chance = random_of(f"{seed} gamma")
    gamma = float(np.exp(chance.uniform(*np.log(GAMMA))))
    lost = chance.uniform(0.3, 1.0) * VIGNETTE
    height, width = pixels.shape[:2]
    x, y = (np.linspace(-1.0, 1.0, n, dtype=np.float32) for n in (width, height))
    away = (x[None, :] ** 2 + y[:, None] ** 2) / 2.0  # 0 in the middle, 1 in the corners
    falling = 1.0 / (1.0 + away * ((1.0 - lost) ** -0.5 - 1.0)) ** 2
    shaded = to_srgb((to_linear(pixels) * falling[..., None]).astype(np.float32))
    curve = np.rint(255.0 * (np.arange(256) / 255.0) ** gamma).astype(np.uint8)
    return curve[shaded]


def tone_curve_and_sharpening(pixels: Pixels, seed: str) -> Pixels:
    """An S-shaped tone curve, then an unsharp mask, as phones apply before a photo is seen."""
    chance = random_of(f"{seed} tone")
    strength = chance.uniform(0.3, 1.0) * CURVE
    amount = chance.uniform(*SHARPENING)
    x = np.arange(256) / 255.0
    curve = x + strength * (x * x * (3.0 - 2.0 * x) - x)
    toned = (255.0 * curve).astype(np.float32)[pixels]
    radius = max(0.6, 0.003 * max(pixels.shape[:2]))
    sharp = toned + amount * (toned - cv2.GaussianBlur(toned, (0, 0), radius))
    return np.clip(np.rint(sharp), 0, 255).astype(np.uint8)


def filled_pits(pixels: Pixels, where: Floats, share: float) -> Pixels:
    """Pits filled and rims worn down by `share` (0-1) where `where` (h, w, 0-1) says so: another way to heal.

    Morphological: a closing fills what is darker than its surroundings within the width of a pit, an opening wears
    down what is lighter; the finest grain stays. Not a filter of frequencies, as the others are.
    """
    light, brightness = luminance(pixels)
    long = max(pixels.shape[:2])
    fine = cv2.GaussianBlur(brightness, (0, 0), max(0.5, 0.003 * long))
    side = max(3, round(PIT * long) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    filled = cv2.morphologyEx(fine, cv2.MORPH_CLOSE, disc)
    worn = cv2.morphologyEx(fine, cv2.MORPH_OPEN, disc)
    goal = cv2.GaussianBlur((filled + worn) / 2.0, (0, 0), side / 4.0)
    return relit(light, np.asarray(goal - fine, np.float32), share * where)


PERTURBATIONS = {
    "gamma with vignetting": gamma_and_vignetting,
    "tone curve with sharpening": tone_curve_and_sharpening,
}
HEALING = {"pits filled": filled_pits}
