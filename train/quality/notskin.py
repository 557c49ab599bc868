"""Pictures that show no skin, for asking whether they are refused: drawn, and photographs that packages bring.

Each drawn kind is a family of pictures with chance in it, many of them in the very colours of skin, because colour
alone must not decide. No picture here shows a person, and none is used in training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Floats, Pixels

HEIGHT, WIDTH = 400, 520
TONES = ((205, 160, 138), (104, 70, 54), (225, 190, 170), (160, 110, 85), (80, 54, 44), (190, 150, 110))
TEXT = "The severity of scars is read from relief, not from colour. " * 3

# Photographs, drawings and micrographs without people, with what they show; see each package for their licences.
SKLEARN = ("china.jpg", "flower.jpg")
SKIMAGE = (
    "brick.png", "cell.png", "chelsea.png", "chessboard_GRAY.png", "chessboard_RGB.png", "clock_motion.png",
    "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png", "horse.png", "hubble_deep_field.jpg",
    "ihc.png", "logo.png", "moon.png", "motorcycle_left.png", "page.png", "phantom.png", "retina.jpg", "rocket.jpg",
    "text.png",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture without skin: its kind, and its pixels, uint8 RGB (h, w, 3)."""

    kind: str
    pixels: Pixels


def drawn(each: int, seed: int = 0) -> Iterator[Picture]:
    """So many pictures of every drawn kind; the same for the same seed."""
    for kind, draw in KINDS.items():
        for number in range(each):
            chance = np.random.default_rng([seed, number, *kind.encode()])
            yield Picture(kind, _bytes(draw(chance, _floats(*TONES[number % len(TONES)]))))


def photographed() -> Iterator[Picture]:
    """The sample pictures of scikit-learn and, where it is there, scikit-image: whole, and colour ones in quarters."""
    for package, folder, names in (("sklearn", "datasets/images", SKLEARN), ("skimage", "data", SKIMAGE)):
        found = find_spec(package)
        if found is None or found.origin is None:
            continue
        for name in names:
            path = Path(found.origin).parent / folder / name
            if path.is_file():
                yield from _quartered(f"{package} {path.stem}", path)


def _quartered(kind: str, path: Path) -> Iterator[Picture]:
    with Image.open(path) as image:
        pixels = rgb_pixels(image)
    yield Picture(kind, pixels)
    height, width = (side // 2 for side in pixels.shape[:2])
    if min(height, width) >= 170 and np.ptp(pixels, axis=2).mean() > 8:
        for y in (0, height):
            for x in (0, width):
                yield Picture(kind, np.ascontiguousarray(pixels[y : y + height, x : x + width]))


def _floats(*values: float) -> Floats:
    return np.array(values, np.float32)


def _bytes(values: Floats) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def _waves(chance: np.random.Generator, sigma: float) -> Floats:
    """Random waves of about `sigma` px, mean 0, standard deviation 1: (h, w, 1)."""
    coarser = max(1, int(sigma / 2))
    raw = chance.standard_normal((HEIGHT // coarser + 2, WIDTH // coarser + 2)).astype(np.float32)
    smooth = cv2.resize(cv2.GaussianBlur(raw, (0, 0), sigma / coarser), (WIDTH, HEIGHT))
    return np.asarray((smooth - smooth.mean()) / smooth.std(), np.float32)[..., None]


def _any_colour(chance: np.random.Generator) -> Floats:
    return chance.uniform(20, 235, 3).astype(np.float32)


def _even(colour: Floats) -> Floats:
    return np.asarray(colour + np.zeros((HEIGHT, WIDTH, 1)), np.float32)


def _colour_noise(chance: np.random.Generator, tone: Floats) -> Floats:
    sigma = chance.choice([0.5, 1.0, 2.0, 6.0, 20.0])
    return np.asarray(tone + 45 * np.concatenate([_waves(chance, sigma) for _ in range(3)], axis=2), np.float32)


def _grey_noise(chance: np.random.Generator, _: Floats) -> Floats:
    return _colour_noise(chance, _floats(128, 128, 128))


def _light_noise(chance: np.random.Generator, tone: Floats) -> Floats:
    return np.asarray(tone * (1 + 0.35 * _waves(chance, chance.choice([0.5, 1.0, 2.0, 6.0, 20.0]))), np.float32)


def _flat(chance: np.random.Generator, tone: Floats) -> Floats:
    return _even(tone if chance.random() < 0.5 else _any_colour(chance))


def _gradient(chance: np.random.Generator, tone: Floats) -> Floats:
    along = np.linspace(0, 1, WIDTH, dtype=np.float32)[None, :, None]
    other = tone * 0.5 if chance.random() < 0.5 else _any_colour(chance)
    return np.asarray(_even(tone) * (1 - along) + other * along, np.float32)


def _checkerboard(chance: np.random.Generator, tone: Floats) -> Floats:
    side = int(chance.integers(8, 60))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    other = tone * 0.8 if chance.random() < 0.5 else _any_colour(chance)
    return np.where(((y // side + x // side) % 2)[..., None] == 0, tone, other).astype(np.float32)


def _page(paper: tuple[int, int, int] | None) -> Callable[[np.random.Generator, Floats], Floats]:
    def draw(chance: np.random.Generator, tone: Floats) -> Floats:
        page = Image.new("RGB", (WIDTH, HEIGHT), paper or tuple(int(v) for v in tone))
        pen = ImageDraw.Draw(page)
        for line in range(10, HEIGHT - 10, int(chance.integers(11, 22))):
            pen.text((20, line), TEXT, (25, 20, 20))
        return np.asarray(page, np.float32)

    return draw


def _painting(chance: np.random.Generator, tone: Floats) -> Floats:
    warm = chance.random() < 0.5
    canvas = _bytes(_even(tone if warm else _any_colour(chance)))
    for _ in range(400):
        start = chance.uniform((0, 0), (WIDTH, HEIGHT))
        angle, length = chance.uniform(0, np.pi), chance.uniform(20, 90)
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        colour = tone * chance.uniform(0.5, 1.4) + chance.normal(0, 18, 3) if warm else chance.uniform(0, 255, 3)
        here, there = ((int(x), int(y)) for x, y in (start, end))
        cv2.line(canvas, here, there, [float(v) for v in colour], int(chance.integers(3, 16)), cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(canvas, (0, 0), 0.8), np.float32)


def _wood(chance: np.random.Generator, tone: Floats) -> Floats:
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    along = (y + 12 * _waves(chance, 60)[..., 0] + 0.05 * x) * chance.uniform(0.15, 0.6)
    rings = np.sin(along)[..., None] + 0.4 * _waves(chance, 0.8)
    return np.asarray(tone * _floats(0.9, 0.85, 0.75) * (1 + 0.15 * rings), np.float32)


def _fur(chance: np.random.Generator, tone: Floats) -> Floats:
    stroke = np.zeros((25, 25), np.float32)
    cv2.line(stroke, (4, int(chance.integers(0, 12))), (20, int(chance.integers(12, 24))), 1.0, 1)
    hairs = cv2.filter2D(chance.standard_normal((HEIGHT, WIDTH)).astype(np.float32), -1, stroke)
    return np.asarray(tone * (1 + 0.2 * (hairs / hairs.std())[..., None]) * (1 + 0.1 * _waves(chance, 60)), np.float32)


def _sand(chance: np.random.Generator, tone: Floats) -> Floats:
    grains = chance.standard_normal((HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.asarray(
        tone * _floats(1.0, 1.05, 0.95) * (1 + 0.12 * grains) * (1 + 0.08 * _waves(chance, 40)), np.float32
    )


def _bricks(chance: np.random.Generator, tone: Floats) -> Floats:
    wall = _even(tone * 1.15)
    for row, top in enumerate(range(0, HEIGHT, 30)):
        for left in range(-80 if row % 2 else -40, WIDTH, 80):
            shade = _floats(0.85, 0.55, 0.45) * chance.uniform(0.8, 1.15)
            wall[top + 2 : top + 28, max(0, left + 2) : left + 78] = tone * shade
    return np.asarray(wall * (1 + 0.05 * _waves(chance, 1.0)), np.float32)


def _weave(chance: np.random.Generator, tone: Floats) -> Floats:
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    pitch = chance.uniform(3, 9)
    threads = (np.sin(2 * np.pi * x / pitch) * np.sin(2 * np.pi * y / pitch))[..., None]
    return np.asarray(
        tone * (1 + 0.15 * threads + 0.05 * _waves(chance, 1.0)) * (1 + 0.12 * _waves(chance, 50)), np.float32
    )


KINDS: dict[str, Callable[[np.random.Generator, Floats], Floats]] = {
    "black": lambda _, __: _even(_floats(0, 0, 0)),
    "white": lambda _, __: _even(_floats(255, 255, 255)),
    "flat colour": _flat,
    "gradient": _gradient,
    "noise, grey mean": _grey_noise,
    "noise, skin mean": _colour_noise,
    "noise, skin in light and shade": _light_noise,
    "page of text, white": _page((250, 250, 248)),
    "page of text, cream": _page((244, 228, 200)),
    "page of text, skin-coloured": _page(None),
    "checkerboard": _checkerboard,
    "painting": _painting,
    "wood": _wood,
    "fur": _fur,
    "sand": _sand,
    "bricks": _bricks,
    "cloth": _weave,
}
