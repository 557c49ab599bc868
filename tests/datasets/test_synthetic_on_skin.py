"""Scars on photos of clear skin: only where the scars are, lit as the photo is, and never beyond the mask."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from scarscore.datasets.synthetic.camera import Camera
from scarscore.datasets.synthetic.light import Light
from scarscore.datasets.synthetic.on_skin import EDGE_MM, lighting_of, scar_on
from scarscore.datasets.synthetic.picture import Pixels, Synthetic
from scarscore.datasets.synthetic.render import render
from scarscore.datasets.synthetic.scars import ScarMix
from scarscore.datasets.synthetic.severity import Mask

PX_PER_MM = 5.0


def clear(seed: int = 1, azimuth: float = 120.0, size: int = 240) -> Pixels:
    """A made-up photo of clear skin with light from one side."""
    light = Light(azimuth=azimuth, elevation=40.0, near=0.0)
    return render(seed, tone=35.0, severity=0.0, size=size, px_per_mm=PX_PER_MM, light=light, camera=Camera()).pixels


def disc(size: int = 240) -> Mask:
    y, x = np.mgrid[0:size, 0:size]
    return np.asarray((y - size / 2) ** 2 + (x - size / 2) ** 2 < (0.4 * size) ** 2)


def clear_faces(data_root: Path, count: int) -> list[Pixels]:
    """Studio portraits of the london set, reduced; never shown, kept or copied."""
    with (data_root / "photos.csv").open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["source"] == "london"][::29][:count]
    photos = [cv2.imread(str(data_root / name))[..., ::-1] for name in names]
    return [cv2.resize(photo, (400, round(400 * photo.shape[0] / photo.shape[1]))) for photo in photos]


def cheek_of(photo: Pixels) -> Mask:
    """The middle of the face: enough skin for a test, though not only skin."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    height, width = mask.shape
    cv2.ellipse(mask, (width // 2, height // 2), (width // 5, height // 7), 0, 0, 360, 1, -1)
    return mask.astype(bool)


def changed(before: Pixels, after: Synthetic) -> Mask:
    return np.asarray((before != after.pixels).any(axis=2))


def away_from(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def test_the_same_photo_and_seed_give_the_same_bytes_and_another_seed_others() -> None:
    photo, mask = clear(), disc()
    first, again, other = (scar_on(photo, mask, seed, 50.0, PX_PER_MM) for seed in (3, 3, 4))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.pixels.tobytes() != other.pixels.tobytes()


def test_the_photo_that_came_in_is_left_alone() -> None:
    photo = clear()
    kept = photo.copy()
    scar_on(photo, disc(), 3, 60.0, PX_PER_MM)
    np.testing.assert_array_equal(photo, kept)


def test_pixels_change_on_scars_and_their_soft_edge_alone_and_never_beyond_the_mask() -> None:
    photo, mask = clear(), disc()
    scarred = scar_on(photo, mask, 3, 55.0, PX_PER_MM)
    moved = changed(photo, scarred)
    assert (away_from(scarred.type_map > 0)[moved] <= EDGE_MM * PX_PER_MM + 1).all()
    assert not moved[~mask].any()
    assert moved[scarred.type_map > 0].mean() > 0.8


def test_on_real_clear_skin_too_pixels_change_on_scars_and_their_soft_edge_alone(data_root: Path) -> None:
    photos = clear_faces(data_root, 5)
    assert len(photos) == 5
    for seed, photo in enumerate(photos):
        mask = cheek_of(photo)
        scarred = scar_on(photo, mask, seed, 50.0, px_per_mm=2.6)
        moved = changed(photo, scarred)
        assert moved.any()
        assert not moved[~mask].any()
        assert (away_from(scarred.type_map > 0)[moved] <= EDGE_MM * 2.6 + 1).all()
        assert not scarred.severity_map[scarred.type_map == 0].any()
        assert scarred.severity > 15


def test_the_truth_lies_within_the_mask() -> None:
    mask = disc()
    scarred = scar_on(clear(), mask, 3, 55.0, PX_PER_MM)
    for field in (scarred.severity_map, scarred.type_map, scarred.relief_mm, scarred.burden_mm):
        assert not field[~mask].any()
    assert not scarred.severity_map[scarred.type_map == 0].any()


def test_no_severity_leaves_the_photo_as_it_is() -> None:
    photo = clear()
    same = scar_on(photo, disc(), 3, 0.0, PX_PER_MM)
    np.testing.assert_array_equal(same.pixels, photo)
    assert same.severity == 0.0


def test_more_severity_changes_more_of_the_photo_and_shows_more_contrast() -> None:
    photo, mask = clear(), disc()
    mix = ScarMix(depth=0.7)
    made = [scar_on(photo, mask, 3, severity, PX_PER_MM, mix) for severity in (10.0, 35.0, 70.0)]
    assert all(before.severity < after.severity for before, after in pairwise(made))
    shares = [changed(photo, picture).mean() for picture in made]
    assert all(before < after for before, after in pairwise(shares))
    contrasts = [np.abs(picture.pixels.astype(int) - photo).mean() for picture in made]
    assert all(before < after for before, after in pairwise(contrasts))


@pytest.mark.parametrize("azimuth", [20.0, 75.0, 130.0, 200.0])
def test_the_direction_of_the_light_is_read_from_the_shading(azimuth: float) -> None:
    y, x = np.mgrid[0:240, 0:240].astype(np.float32) / PX_PER_MM
    dome = -((x - 24) ** 2 + (y - 24) ** 2) / np.float32(2 * 70.0)
    from scarscore.datasets.synthetic.camera import to_srgb
    from scarscore.datasets.synthetic.light import shade

    light = Light(azimuth=azimuth, elevation=40.0, gloss=0.0, near=0.0)
    body = 0.4 * shade(dome, 0 * dome, 0 * dome, PX_PER_MM, light).body
    photo = np.rint(to_srgb(body)).astype(np.uint8)
    seen = lighting_of(photo, disc(), PX_PER_MM).light
    off = (seen.azimuth - azimuth + 180) % 360 - 180
    assert abs(off) < 20
    assert 30 <= seen.elevation <= 60


def test_light_from_the_other_side_flips_the_shading_of_the_scars() -> None:
    photo, mask = np.full((240, 240, 3), (180, 140, 120), np.uint8), disc()
    mix = ScarMix(icepick=0.01, boxcar=0.01, rolling=5.0, redness=0.0)
    light = Light(azimuth=0.0, elevation=40.0, gloss=0.0, near=0.0)
    both = [
        scar_on(photo, mask, 3, 50.0, PX_PER_MM, mix, replace(light, azimuth=azimuth)).pixels[..., 1].astype(float)
        - 140
        for azimuth in (0.0, 180.0)
    ]
    scarred = (both[0] != 0) | (both[1] != 0)
    assert np.corrcoef(both[0][scarred], both[1][scarred])[0, 1] < -0.4


def test_a_blurred_photo_gets_softer_scars_than_a_sharp_one() -> None:
    photo, mask = clear(), disc()
    soft = cv2.GaussianBlur(photo, (0, 0), 2.0)
    assert (
        lighting_of(np.asarray(soft, np.uint8), mask, PX_PER_MM).softness > lighting_of(photo, mask, PX_PER_MM).softness
    )


def test_a_mask_that_does_not_fit_or_holds_no_skin_is_refused() -> None:
    photo = clear()
    with pytest.raises(ValueError, match="does not fit"):
        scar_on(photo, np.ones((10, 10), bool), 1, 30.0)
    with pytest.raises(ValueError, match="no skin"):
        scar_on(photo, np.zeros((240, 240), bool), 1, 30.0)
