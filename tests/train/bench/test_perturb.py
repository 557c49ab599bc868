"""The perturbation suite: seeded, within its ranges, and doing what each condition says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scarscore.model.preprocess import Pixels
from scarscore.train.bench import held_back
from scarscore.train.bench.light import to_linear, to_srgb, white_gains
from scarscore.train.bench.perturb import (
    ALONE,
    CROP,
    EXPOSURE,
    KELVIN,
    QUALITY,
    ROTATION,
    SMALLEST,
    Shot,
    draw,
    random_of,
    take,
    taken_again,
)


def skin(seed: int = 0, shape: tuple[int, int] = (200, 240)) -> Pixels:
    random = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(random.normal(0, 30, shape), (0, 0), 0.8)[..., None]
    return np.clip(np.array([190, 140, 120]) + texture, 0, 255).astype(np.uint8)


def chance() -> np.random.Generator:
    return random_of("test")


def test_linear_light_and_back_changes_nothing() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert np.abs(to_srgb(to_linear(every)).astype(int) - every).max() <= 1
    assert to_linear(every)[11, 12, 0] == pytest.approx(((188 / 255 + 0.055) / 1.055) ** 2.4, abs=1e-6)


def test_a_lower_colour_temperature_is_redder_and_neutral_is_one() -> None:
    assert white_gains(5500.0) == pytest.approx([1, 1, 1])
    warm, cold = white_gains(4700.0), white_gains(6300.0)
    assert warm[0] > 1.05 > 1.0 > warm[2]
    assert cold[0] < 1.0 < cold[2]


def test_half_a_stop_more_light_is_that_much_more_light() -> None:
    grey = np.full((40, 40, 3), 100, np.uint8)
    brighter = take(grey, Shot(exposure=0.5), chance())
    assert to_linear(brighter).mean() / to_linear(grey).mean() == pytest.approx(2**0.5, rel=0.01)


def test_a_shot_without_conditions_is_the_photo() -> None:
    assert np.abs(take(skin(), Shot(), chance()).astype(int) - skin()).max() <= 1


def test_shots_are_seeded_and_differ_by_their_seed() -> None:
    first, again, other = (taken_again(skin(), seed) for seed in ("a 0", "a 0", "a 1"))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_every_condition_is_drawn_over_its_whole_range_and_not_beyond() -> None:
    shots = [draw(f"s {n}") for n in range(400)]
    ranges = {
        "exposure": (-EXPOSURE, EXPOSURE),
        "kelvin": (-KELVIN, KELVIN),
        "crop": (0.0, CROP),
        "rotation": (-ROTATION, ROTATION),
        "size": (SMALLEST, 1.0),
        "quality": QUALITY,
    }
    for name, (low, high) in ranges.items():
        values = [getattr(shot, name) for shot in shots]
        assert low <= min(values) < low + 0.05 * (high - low), name
        assert high - 0.05 * (high - low) < max(values) <= high, name


def test_a_rotation_turns_a_line_by_so_many_degrees() -> None:
    photo = np.full((201, 201, 3), 200, np.uint8)
    photo[98:103] = 20
    turned = take(photo, Shot(rotation=5.0), chance())[..., 0] < 100
    x = np.array([30, 170])
    y = np.array([np.flatnonzero(turned[:, column]).mean() for column in x])
    assert abs(np.rad2deg(np.arctan2(y[1] - y[0], x[1] - x[0]))) == pytest.approx(5.0, abs=0.5)


def test_a_crop_enlarges() -> None:
    photo = np.full((200, 200, 3), 200, np.uint8)
    photo[90:110, 90:110] = 0
    dark = (take(photo, Shot(crop=0.1), chance())[..., 0] < 100).sum()
    assert dark == pytest.approx(400 / 0.9**2, rel=0.06)


@pytest.mark.parametrize("name", ALONE)
def test_each_condition_changes_the_photo_a_little(name: str) -> None:
    for shot in ALONE[name]:
        changed = take(skin(), shot, chance())
        if changed.shape == skin().shape:
            difference = np.abs(changed.astype(int) - skin()).mean()
            assert 0.2 < difference < 40, name
        else:
            assert name == "resize"


def test_defocus_takes_detail_and_keeps_light() -> None:
    photo, blurred = skin(), take(skin(), Shot(defocus=0.01), chance())
    assert cv2.Laplacian(blurred[..., 1], cv2.CV_64F).var() < 0.5 * cv2.Laplacian(photo[..., 1], cv2.CV_64F).var()
    assert to_linear(blurred).mean() == pytest.approx(float(to_linear(photo).mean()), rel=0.01)


def test_noise_grows_with_the_root_of_light() -> None:
    spread = []
    for grey in (60, 200):
        photo = np.full((200, 200, 3), grey, np.uint8)
        light = to_linear(take(photo, Shot(noise=0.02), chance()))
        spread.append(float(light.std()) / np.sqrt(float(to_linear(photo).mean()) + 0.01))
    assert spread[0] == pytest.approx(spread[1], rel=0.15)
    assert spread[1] == pytest.approx(0.02, rel=0.15)


@pytest.mark.parametrize("name", held_back.PERTURBATIONS)
def test_what_is_held_back_is_seeded_and_changes_light_alone(name: str) -> None:
    change = held_back.PERTURBATIONS[name]
    assert np.array_equal(change(skin(), "a"), change(skin(), "a"))
    assert change(skin(), "a").shape == skin().shape
    assert 1.0 < np.abs(change(skin(), "a").astype(int) - skin()).mean() < 60


def test_vignetting_darkens_the_corners_and_sharpening_sharpens() -> None:
    flat = np.full((200, 200, 3), 150, np.uint8)
    shaded = held_back.gamma_and_vignetting(flat, "a")[..., 0].astype(int)
    assert shaded[0, 0] < shaded[100, 100] - 5
    assert shaded[100, 0] > shaded[0, 0]
    sharp = held_back.tone_curve_and_sharpening(skin(), "a")
    assert cv2.Laplacian(sharp[..., 1], cv2.CV_64F).var() > 1.3 * cv2.Laplacian(skin()[..., 1], cv2.CV_64F).var()
