"""One face photographed again, and with a scar more: real photos with a warp and a scar that are known exactly.

Photos are read in place and only ever held in memory.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from scarscore.datasets.synthetic.on_skin import Lighting, _lit, lighting_of
from scarscore.datasets.synthetic.relief import carve
from scarscore.datasets.synthetic.scars import Scar
from scarscore.model.pixels import rgb_pixels
from scarscore.model.preprocess import Floats, Pixels
from scarscore.model.regions import Region, RegionMap
from scarscore.serve.course.align import Alignment
from scarscore.serve.course.differences import NewScar
from scarscore.train.bench.light import to_linear, to_srgb, white_gains
from scarscore.train.bench.perturb import compressed, defocused, noisy, random_of
from scarscore.train.bench.subjects import spread_out

SOURCES = ("london", "acne04", "acne_new")
DEGREES, ZOOM, SHIFT = 5.0, 0.10, 0.03  # either way; the shift is of the long side
FACE_MM = 140.0  # between the fronts of the ears: what turns a face's width into a scale
WIDTH_MM, DEPTH_MM = (3.5, 5.0), (0.5, 0.8)  # of the scar: large for a boxcar scar, and deep
SEEN = 15.0  # grey levels between its lightest and darkest change, below which a reader may not see it
_PLACES = (Region.FOREHEAD, Region.LEFT_CHEEK, Region.RIGHT_CHEEK, Region.CHIN)


@dataclass(frozen=True, eq=False)
class Shot:
    """Another photo of the same skin; `carry` (3, 3) takes pixels of the first photo to pixels of this one."""

    pixels: Pixels
    carry: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scarred:
    """A photo with one scar more, at (x, y) in its pixels; `width` px across, and `contrast` in grey levels."""

    pixels: Pixels
    x: float
    y: float
    width: float
    contrast: float


def photos(root: Path, source: str, count: int) -> list[str]:
    """So many photos of a source, one of a person where the source knows persons; London's are those at rest."""
    with (root / "photos.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["source"] == source]
    first = {row["group"]: row["file"] for row in reversed(rows)}
    return spread_out(sorted(first.values()), count)


def pixels_of(root: Path, file: str) -> Pixels:
    return rgb_pixels(Image.open(root / file))


def shot_again(pixels: Pixels, seed: str) -> Shot:
    """The photo turned by 5 degrees, 10 % nearer or farther, shifted, in other light, with noise, as a JPEG."""
    chance = random_of(seed)
    height, width = pixels.shape[:2]
    carry = _warp(chance, height, width)
    seen = cv2.warpPerspective(pixels, carry, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    light = to_linear(np.asarray(seen, np.uint8)) * _light(chance, height, width)
    focused = defocused(light.astype(np.float32), chance.uniform(0.0, 0.0015) * max(height, width))
    grainy = to_srgb(noisy(focused, chance.uniform(0.005, 0.02), chance))
    return Shot(compressed(grainy, int(chance.integers(75, 96))), carry)


def _warp(chance: np.random.Generator, height: int, width: int) -> npt.NDArray[np.float64]:
    turn = np.deg2rad(DEGREES * chance.choice([-1, 1]))
    size = 1 + ZOOM * chance.choice([-1, 1])
    linear = size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([width, height]) / 2
    carry = np.eye(3)
    carry[:2, :2] = linear
    carry[:2, 2] = middle - linear @ middle + chance.uniform(-SHIFT, SHIFT, 2) * max(height, width)
    return carry


def _light(chance: np.random.Generator, height: int, width: int) -> Floats:
    """Gains of linear light (h, w, 3): exposure, colour, and a lamp that stands elsewhere (a fall of 1 EV across)."""
    gains = 2.0 ** chance.uniform(-0.4, 0.4) * white_gains(5500 + chance.uniform(-600, 600))
    angle = chance.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width) - 0.5
    fall = np.exp2(x * np.cos(angle) + y * np.sin(angle))
    return np.asarray(fall[..., np.newaxis] * gains, np.float32)


def with_scar(pixels: Pixels, regions: RegionMap, seed: str) -> Scarred | None:
    """The photo with one boxcar scar more, 3.5 to 5 mm wide and 0.5 to 0.8 mm deep, on clear skin of the face.

    The scale is that of a face 140 mm wide. None where there is no such place, or where the photo's light does not
    show the scar: a reader must see it.
    """
    chance = random_of(f"{seed} scar")
    scale = (regions.pose.face_width_px or 0.75 * max(pixels.shape[:2])) / FACE_MM
    skin = regions.cover(*pixels.shape[:2]) > 0.5
    places = _clear_places(pixels, regions, scale)
    lighting = lighting_of(pixels, skin, scale)
    for _ in range(12 if len(places) else 0):
        row, column = (int(value) for value in places[int(chance.integers(len(places)))])
        scar = Scar(
            "boxcar",
            x=column / scale,
            y=row / scale,
            width=chance.uniform(*WIDTH_MM),
            depth=chance.uniform(*DEPTH_MM),
            elongation=chance.uniform(1.0, 1.4),
            angle=chance.uniform(0.0, np.pi),
            blood=0.03,
        )
        scarred = _drawn(pixels, scar, lighting, scale, chance)
        if scarred.contrast >= SEEN:
            return scarred
    return None


def _drawn(pixels: Pixels, scar: Scar, lighting: Lighting, scale: float, chance: np.random.Generator) -> Scarred:
    """The photo with this scar, by the parts that `scar_on` is made of: it draws as many as a severity needs."""
    relief = carve(chance, [scar], pixels.shape[:2], scale)
    out = _lit(pixels, relief, lighting, scale)
    grey = [
        cv2.GaussianBlur(cv2.cvtColor(np.asarray(each), cv2.COLOR_RGB2GRAY), (0, 0), 0.3 * scale)
        for each in (pixels, out)
    ]
    change = (grey[1].astype(np.float32) - grey[0])[relief.scarred > 0]
    return Scarred(out, scar.x * scale, scar.y * scale, scar.width * scale, float(np.ptp(change)))


def _clear_places(pixels: Pixels, regions: RegionMap, scale: float) -> npt.NDArray[np.int64]:
    """Places (n, 2), row and column, whose surroundings are skin of the face and smoother than most of it."""
    height, width = pixels.shape[:2]
    label = cv2.resize(regions.label, (width, height), interpolation=cv2.INTER_NEAREST)
    face = np.isin(label, [int(region) for region in _PLACES]).astype(np.uint8)
    away = cv2.distanceTransform(np.pad(face, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    inside = away > 7.0 * scale
    if not inside.any():
        return np.zeros((0, 2), np.int64)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(grey, (0, 0), 0.3 * scale) - cv2.GaussianBlur(grey, (0, 0), 2.0 * scale)
    rough = cv2.GaussianBlur(band * band, (0, 0), 2.5 * scale) / (
        grey.mean() + cv2.GaussianBlur(grey, (0, 0), 4 * scale)
    )
    well_lit = cv2.inRange(cv2.GaussianBlur(grey, (0, 0), scale), 50, 225) > 0
    usable = inside & well_lit & _kept(height, width)
    if not usable.any():
        return np.zeros((0, 2), np.int64)
    return np.argwhere(usable & (rough <= np.quantile(rough[usable], 0.6)))


def _kept(height: int, width: int) -> npt.NDArray[np.bool_]:
    """Places that no shot turns or shifts out of the picture."""
    kept = np.zeros((height, width), bool)
    spare = round(0.14 * max(height, width))
    kept[spare : height - spare, spare : width - spare] = True
    return kept


def misplaced(found: Alignment, carry: npt.NDArray[np.float64]) -> float:
    """How far the alignment is off, in the median over the shared skin, px of the pair: `carry` is the true warp."""
    first, second = found.frames
    rows, columns = np.nonzero(found.pair.skin)
    places = np.stack([columns, rows], axis=-1).astype(np.float64)
    between = first.from_photo @ found.transform @ np.linalg.inv(second.from_photo)
    seen = cv2.perspectiveTransform((places + found.drift[rows, columns])[np.newaxis], np.linalg.inv(between))
    photo = cv2.perspectiveTransform(seen, np.linalg.inv(second.from_photo))
    truth = cv2.perspectiveTransform(cv2.perspectiveTransform(photo, np.linalg.inv(carry)), first.from_photo)[0]
    return float(np.median(np.linalg.norm(truth - places, axis=1)))


def near(scarred: Scarred, told: NewScar) -> bool:
    """Whether a new scar was told where the scar is: within its width, or 2 % of the photo where it is smaller."""
    reach = max(scarred.width, 0.02 * max(scarred.pixels.shape[:2]))
    return bool(np.hypot(told.x - scarred.x, told.y - scarred.y) <= reach)
