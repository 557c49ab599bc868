"""Photos of skin pass the checks, in every tone and light that clinics meet; what cannot be judged fails by name."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.files import read_file
from scarscore.serve.scoring.quality import Quality, failed, measure
from scarscore.serve.scoring.result import Reason, Refusal
from tests import make

NAMES = ["resolution", "brightness_low", "skin_share", "brightness_high", "clipping", "sharpness"]


def judge(pixels: make.Pixels) -> Quality:
    height, width = pixels.shape[:2]
    return measure(Decoded(np.ascontiguousarray(pixels), width, height))


def value(pixels: make.Pixels, name: str) -> float:
    return next(check.value for check in judge(pixels).checks if check.name == name)


def flat(colour: tuple[int, int, int]) -> make.Pixels:
    return np.full((360, 480, 3), colour, np.uint8)


def glaring(share: float) -> make.Pixels:
    """Skin with pure white over this share of it, in fine specks as grease and flash make them."""
    pixels = make.skin().copy()
    pixels[np.random.default_rng(0).random(pixels.shape[:2]) < share] = 255
    return pixels


@pytest.mark.parametrize(
    "tone",
    [make.LIGHT_SKIN, make.DARK_SKIN, (225, 190, 170), (160, 110, 85), (80, 54, 44), (190, 150, 110)],
)
def test_skin_of_every_tone_passes(tone: tuple[int, int, int]) -> None:
    assert failed(judge(make.skin(480, 360, tone))) is None


@pytest.mark.parametrize("gains", [(1.12, 1.0, 0.85), (0.92, 1.0, 1.12), (1.05, 1.0, 0.7)])
def test_skin_passes_in_an_odd_white_balance(gains: tuple[float, float, float]) -> None:
    assert failed(judge(np.clip(make.skin() * np.float32(gains), 0, 255).astype(np.uint8))) is None


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (flat((0, 0, 0)), Reason.TOO_DARK),
        (flat((255, 255, 255)), Reason.NO_SKIN),
        (flat((30, 60, 200)), Reason.NO_SKIN),
        (flat((128, 128, 128)), Reason.NO_SKIN),
        (np.random.default_rng(0).integers(0, 256, (360, 480, 3), dtype=np.uint8), Reason.NO_SKIN),
        (make.page_of_text(), Reason.NO_SKIN),
        (np.repeat(make.skin().mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8), Reason.NO_SKIN),
        (make.exposed(make.skin(), -4), Reason.TOO_DARK),
        (make.exposed(make.skin(480, 360, make.DARK_SKIN), -4), Reason.TOO_DARK),
        (make.exposed(make.skin(480, 360, make.DARK_SKIN), 4), Reason.OVEREXPOSED),
        (glaring(0.1), Reason.CLIPPED),
        (flat((250, 225, 205)), Reason.OVEREXPOSED),
        (make.blurred(make.skin(), 6), Reason.BLURRED),
        (make.blurred(make.skin(480, 360, make.DARK_SKIN), 6), Reason.BLURRED),
        (make.skin(1024, 130), Reason.TOO_SMALL),
    ],
)
def test_what_cannot_be_judged_fails_by_its_reason(pixels: make.Pixels, reason: Reason) -> None:
    assert failed(judge(pixels)) is reason


def test_overexposed_light_skin_is_refused() -> None:
    assert failed(judge(make.exposed(make.skin(), 4))) in (Reason.OVEREXPOSED, Reason.CLIPPED, Reason.NO_SKIN)


def test_the_checks_come_in_a_fixed_order_with_their_limits() -> None:
    checks = judge(make.skin()).checks
    assert [check.name for check in checks] == NAMES
    assert all(np.isfinite(check.value) and check.passed for check in checks)
    assert {check.name: check.limit for check in checks} == {
        "resolution": 160.0,
        "brightness_low": 28.0,
        "skin_share": 0.1,
        "brightness_high": 86.0,
        "clipping": 0.08,
        "sharpness": 0.17,
    }


def test_of_several_failures_the_first_in_order_is_told() -> None:
    dark_and_blurred = judge(make.blurred(make.exposed(make.skin(), -4), 6))
    assert next(check.name for check in dark_and_blurred.checks if not check.passed) == "brightness_low"
    assert failed(dark_and_blurred) is Reason.TOO_DARK


def test_the_mask_covers_the_skin_and_nothing_else() -> None:
    pixels = np.full((600, 900, 3), (40, 90, 160), np.uint8)
    pixels[100:500, 300:800] = make.skin(500, 400)
    quality = judge(pixels)
    assert quality.skin.shape == (600, 900)
    assert quality.skin.dtype == np.bool_
    expected = np.zeros((600, 900), np.bool_)
    expected[100:500, 300:800] = True
    assert (quality.skin == expected).mean() > 0.97
    share = next(check.value for check in quality.checks if check.name == "skin_share")
    assert share == pytest.approx(expected.mean(), abs=0.02)


def test_clipping_is_the_share_of_skin_that_is_pure() -> None:
    assert value(make.skin(), "clipping") < 0.001
    assert value(glaring(0.05), "clipping") == pytest.approx(0.05, abs=0.005)
    assert failed(judge(glaring(0.05))) is None


def test_sharpness_falls_with_blur_and_not_with_size_contrast_or_light() -> None:
    large = make.skin(1024, 768)
    sharp = value(large, "sharpness")
    series = [value(make.blurred(large, sigma), "sharpness") for sigma in (1, 2, 4)]
    assert sharp > series[0] > series[1] > series[2]
    half = cv2.resize(large, (512, 384), interpolation=cv2.INTER_AREA)
    assert value(half, "sharpness") == pytest.approx(sharp, rel=0.05)
    assert value((large * 0.6).astype(np.uint8), "sharpness") == pytest.approx(sharp, rel=0.1)


def test_measuring_takes_under_15_ms_and_repeats_exactly() -> None:
    decoded = Decoded(make.skin(1024, 1024), 1024, 1024)
    first = measure(decoded)
    times = []
    for _ in range(9):
        start = time.thread_time()
        again = measure(decoded)
        times.append(time.thread_time() - start)
    assert again.checks == first.checks
    assert min(times) < 0.015


def usable(data_root: Path) -> dict[str, list[Path]]:
    """The rated photos that most readers called usable, by source."""
    votes: dict[str, list[bool]] = defaultdict(list)
    with (data_root / "ratings.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            votes[row["rating_id"]].append(row["usable"] == "1")
    photos: dict[str, list[Path]] = defaultdict(list)
    with (data_root / "photos.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            said = votes[row["rating_id"]] if row["rating_id"] else []
            if sum(said) * 2 > len(said):
                photos[row["source"]].append(data_root / row["file"])
    return photos


def test_at_least_97_percent_of_the_usable_rated_photos_of_every_source_pass(data_root: Path) -> None:
    photos = usable(data_root)
    assert set(photos) == {"scarnet", "acne_new", "acne04", "london", "habibsatya"}
    passed = {source: np.mean([passes(path) for path in paths]) for source, paths in photos.items()}
    assert min(passed.values()) >= 0.97, passed


def passes(path: Path) -> bool:
    data = read_file(path)
    assert isinstance(data, bytes)
    decoded = decode(data)
    return not isinstance(decoded, Refusal) and failed(measure(decoded)) is None


def test_the_real_photos_are_refused_when_blurred_or_underexposed(data_root: Path) -> None:
    """On every ninth of them, so that it takes seconds."""
    for paths in usable(data_root).values():
        for path in paths[::9]:
            decoded = decode(path.read_bytes())
            assert isinstance(decoded, Decoded)
            assert failed(judge(make.blurred(decoded.pixels, 6))) in (Reason.BLURRED, Reason.NO_SKIN), path.name
            assert failed(judge(make.exposed(decoded.pixels, -4))) in (Reason.TOO_DARK, Reason.NO_SKIN), path.name
