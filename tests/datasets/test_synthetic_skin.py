"""Synthetic pictures: seeded, of the tone asked for, lit from where the light is, and known pixel by pixel."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import cv2
import numpy as np
import pytest

from scarscore.datasets.synthetic.camera import Camera, to_linear, to_srgb
from scarscore.datasets.synthetic.light import Light, shade
from scarscore.datasets.synthetic.relief import carve
from scarscore.datasets.synthetic.render import render
from scarscore.datasets.synthetic.scars import CODES, Scar
from scarscore.datasets.synthetic.skin import clear_skin
from scarscore.datasets.synthetic.tone import BANDS, Band, SkinTone, band_of, ita_of

PLAIN_LIGHT = Light(azimuth=120.0, elevation=55.0, gloss=0.5, near=0.0)
PLAIN_CAMERA = Camera()
# An ITA in the middle of each band.
MIDDLES: dict[Band, float] = {
    "very light": 60.0,
    "light": 48.0,
    "intermediate": 34.0,
    "tan": 18.0,
    "brown": -10.0,
    "dark": -45.0,
}


def test_the_same_seed_gives_the_same_picture_and_the_same_truth_and_another_seed_others() -> None:
    first, again, other = (render(seed, size=128) for seed in (5, 5, 6))
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.severity_map.tobytes() == again.severity_map.tobytes()
    assert first.type_map.tobytes() == again.type_map.tobytes()
    assert first.pixels.tobytes() != other.pixels.tobytes()


def test_a_picture_has_the_size_asked_for_and_maps_of_the_same_size() -> None:
    picture = render(1, size=160)
    assert picture.pixels.shape == (160, 160, 3)
    assert picture.pixels.dtype == np.uint8
    for field in (picture.severity_map, picture.type_map, picture.relief_mm, picture.burden_mm, picture.skin):
        assert field.shape == (160, 160)


def test_nothing_of_it_needs_torch() -> None:
    package = "scarscore.datasets.synthetic"
    code = f"import sys, {package}.on_skin, {package}.course; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize("asked", [-40.0, -15.0, 10.0, 28.0, 41.0, 60.0])
def test_the_skin_has_the_tone_that_was_asked_for(asked: float) -> None:
    skin = clear_skin(np.random.default_rng(1), (320, 320), 8.0, SkinTone(ita=asked))
    shown = np.rint(to_srgb(skin.albedo)).astype(np.uint8)
    assert ita_of(shown) == pytest.approx(asked, abs=3.5)


@pytest.mark.parametrize("band", get_args(Band))
def test_every_band_of_tones_is_reached_in_the_picture_itself(band: Band) -> None:
    for seed in (1, 2, 3):
        picture = render(seed, tone=MIDDLES[band], severity=30.0, size=160, light=PLAIN_LIGHT, camera=PLAIN_CAMERA)
        assert band_of(ita_of(picture.pixels, picture.skin)) == band


def test_tones_left_to_the_seed_reach_every_band() -> None:
    tones = [render(seed, severity=0.0, size=64).ita for seed in range(60)]
    assert {band_of(tone) for tone in tones} == set(BANDS)


def test_a_tone_that_no_skin_has_is_refused() -> None:
    with pytest.raises(ValueError, match="ITA"):
        render(1, tone=89.0)


def test_a_severity_or_a_size_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="severity"):
        render(1, severity=101.0)
    with pytest.raises(ValueError, match="too small"):
        render(1, size=32)


def test_redness_and_brown_marks_are_no_severity() -> None:
    picture = render(2, severity=0.0, size=128)
    assert picture.severity == 0.0
    assert picture.types == ()
    assert not picture.severity_map.any()
    assert not picture.relief_mm.any()


def test_light_from_the_other_side_swaps_the_bright_and_the_dark_side_of_a_pit() -> None:
    pit = carve(np.random.default_rng(1), [Scar("rolling", 8.0, 8.0, 6.0, 0.5)], (160, 160), 10.0)
    flat = np.zeros_like(pit.height)
    sides = []
    for azimuth in (0.0, 180.0):
        light = Light(azimuth=azimuth, elevation=40.0, near=0.0)
        body = shade(pit.height, flat, pit.height, 10.0, light).body[..., 1]
        sides.append(float(body[60:100, 85:105].mean() - body[60:100, 55:75].mean()))
    # With light from the right (0) the pit's left wall faces the light.
    assert sides[0] < -0.1
    assert sides[1] > 0.1


def test_gloss_stands_where_the_skin_mirrors_the_light_and_relief_breaks_it_up() -> None:
    y, x = np.mgrid[0:200, 0:200].astype(np.float32) / 5.0
    dome = -((x - 20) ** 2 + (y - 20) ** 2) / np.float32(2 * 50.0)
    flat = np.zeros_like(dome)
    light = Light(azimuth=0.0, elevation=60.0, near=0.0)
    gloss = shade(dome, flat, flat, 5.0, light).gloss
    _, column = np.unravel_index(int(gloss.argmax()), gloss.shape)
    # Half way to the light leans 15 degrees: on a ball of 50 mm that is 13 mm from the middle.
    assert column / 5.0 == pytest.approx(20 + 50 * np.tan(np.radians(15)), abs=2.0)
    rough = clear_skin(np.random.default_rng(1), (200, 200), 5.0, SkinTone()).fine
    broken = shade(dome, rough, flat, 5.0, light).gloss

    def unrest(field: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
        return float((field - cv2.GaussianBlur(field, (0, 0), 3.0)).std())

    assert unrest(broken) > 4 * unrest(gloss)


def test_a_beard_darkens_the_skin_and_leaves_the_truth_about_scars_alone() -> None:
    from scarscore.datasets.synthetic.hair import hair_veil

    bare, bearded = (hair_veil(np.random.default_rng(1), (200, 200), 6.0, stubble) for stubble in (0.0, 1.0))
    assert 0.0 <= bare.min() <= bearded.max() <= 1.0
    assert bearded[120:].mean() > 2 * bare[120:].mean()


def test_a_stronger_camera_blur_leaves_less_detail_and_more_noise_more_grain() -> None:
    def detail(camera: Camera) -> float:
        grey = render(3, tone=30.0, severity=40.0, size=128, light=PLAIN_LIGHT, camera=camera).pixels.mean(axis=2)
        return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5)).std())

    sharp = replace(PLAIN_CAMERA, blur=0.3, noise=0.0, sharpen=0.0)
    blurs = [detail(replace(sharp, blur=blur)) for blur in (0.3, 0.8, 1.6)]
    assert all(before > after for before, after in pairwise(blurs))
    assert detail(replace(sharp, noise=0.03)) > blurs[0]


def test_linear_light_and_srgb_are_each_others_reverse() -> None:
    every = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)
    np.testing.assert_array_equal(np.rint(to_srgb(to_linear(every))).astype(np.uint8), every)


def test_inflamed_papules_redden_and_raise_the_skin_and_are_no_scars() -> None:
    clear, inflamed = (
        render(4, tone=45.0, severity=0.0, size=200, inflamed=count, light=PLAIN_LIGHT, camera=PLAIN_CAMERA)
        for count in (0.0, 2.0)
    )
    assert inflamed.relief_mm.max() > 0.1
    assert inflamed.severity == 0.0
    assert not inflamed.type_map.any()
    on_papules = inflamed.relief_mm > 0.1
    redness = [
        float((p.pixels[on_papules, 0] / np.maximum(p.pixels[on_papules, 1], 1.0)).mean()) for p in (clear, inflamed)
    ]
    assert redness[1] > 1.1 * redness[0]


def test_the_type_map_holds_codes_and_the_raised_scars_that_were_asked_for() -> None:
    picture = render(4, severity=40.0, size=200, raised=1.5)
    assert set(np.unique(picture.type_map)) <= {0, *CODES.values()}
    assert "hypertrophic" in picture.types
    assert picture.relief_mm.max() > 0.1
    assert picture.relief_mm.min() < -0.1
