"""The overlay picture: it shows severity where skin was judged, and leaves the rest of the photo alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.scoring.overlay import draw, uncertainties, write_overlay
from scarscore.serve.scoring.result import ModelId, PhotoScore, View

ANSWER = PhotoScore(
    photo_sha256="0" * 64,
    width=800,
    height=600,
    severity=62.0,
    severity_low=50.0,
    severity_high=74.0,
    grade_set=(3, 4),
    types=("boxcar",),
    quality=(),
    model=ModelId("default", "0.1.0", "ab" * 32, "research"),
    region_model=ModelId("regions", "0.1.0", "cd" * 32, "research"),
    view_seen=View.FRONT,
    regions=(),
    left_minus_right=None,
)


def photo(height: int, width: int, level: int = 150) -> Pixels:
    rng = np.random.default_rng(height * width)
    skin = rng.integers(level - 20, level + 20, (height, width, 1)) + np.array([30, 0, -20])
    return np.asarray(np.clip(skin, 0, 255), np.uint8)


def grid(rows: int, columns: int, severity: float) -> Floats:
    return np.full((rows, columns), severity, np.float32)


def test_skin_that_was_not_judged_is_left_as_it_was() -> None:
    pixels = photo(768, 1024)
    severity = grid(30, 40, 80.0)
    severity[:, 20:] = np.nan
    drawn = draw(pixels, severity, ANSWER)
    assert np.array_equal(drawn[:768, 530:], pixels[:, 530:])
    assert np.abs(drawn[:768, :490].astype(int) - pixels[:, :490]).mean() > 20


def test_the_edge_of_the_judged_skin_is_drawn_and_the_edge_of_the_photo_is_not() -> None:
    pixels = photo(768, 1024)
    severity = grid(30, 40, 0.0)
    assert np.array_equal(draw(pixels, severity, ANSWER)[:768], pixels)
    severity[:, 20:] = np.nan
    changed = np.nonzero((draw(pixels, severity, ANSWER)[:768] != pixels).any(axis=(0, 2)))[0]
    assert 490 < changed.min() <= changed.max() < 530


def test_the_colour_grows_with_severity() -> None:
    pixels = photo(768, 1024)
    drawn = [draw(pixels, grid(30, 40, value), ANSWER)[:768].astype(int) for value in (2.0, 15.0, 30.0)]
    change = [float(np.abs(picture - pixels).mean()) for picture in drawn]
    assert change[0] == 0
    assert change[0] < change[1] < change[2]


@pytest.mark.parametrize("level", [50, 110, 210])
def test_mild_moderate_and_severe_are_told_apart_on_any_skin(level: int) -> None:
    pixels = photo(400, 720, level)
    means = [
        draw(pixels, grid(22, 40, value), ANSWER)[:400].reshape(-1, 3).mean(axis=0) for value in (0.0, 30.0, 55.0, 80.0)
    ]
    for index, mean in enumerate(means):
        for other in means[index + 1 :]:
            assert np.linalg.norm(mean - other) > 25


def test_a_hot_spot_lies_where_the_map_has_it() -> None:
    pixels = photo(768, 1024)
    severity = grid(24, 32, 0.0)
    severity[6, 8] = 100.0
    change = np.abs(draw(pixels, severity, ANSWER)[:768].astype(int) - pixels).sum(axis=2)
    y, x = np.unravel_index(int(cv2.blur(change.astype(np.float32), (9, 9)).argmax()), change.shape)
    assert abs(y - 6.5 * 32) < 16
    assert abs(x - 8.5 * 32) < 16


@pytest.mark.parametrize(("height", "width"), [(300, 300), (160, 160), (300, 200), (1024, 768), (683, 1024)])
def test_small_photos_are_enlarged_large_ones_kept_and_all_have_a_legend(height: int, width: int) -> None:
    drawn = draw(photo(height, width), grid(30, 30, 40.0), ANSWER)
    long_side = max(height, width, 720)
    photo_height = round(height * long_side / max(height, width))
    legend = drawn[photo_height:]
    assert drawn.shape[1] >= 600
    assert 100 < legend.shape[0] < photo_height
    assert legend.std() > 20


def test_the_legend_tells_severity_interval_and_model() -> None:
    pixels, severity = photo(720, 720), grid(40, 40, 40.0)

    def legend(answer: PhotoScore) -> Pixels:
        return draw(pixels, severity, answer)[720:]

    base = legend(ANSWER)
    others = (
        replace(ANSWER, severity=63.0),
        replace(ANSWER, severity_low=41.0),
        replace(ANSWER, severity_high=81.0),
        replace(ANSWER, model=replace(ANSWER.model, name="another")),
        replace(ANSWER, model=replace(ANSWER.model, version="0.2.0")),
        replace(ANSWER, model=replace(ANSWER.model, licence_class="release")),
    )
    assert all((legend(other) != base).any() for other in others)
    assert np.array_equal(legend(replace(ANSWER, types=())), base)


def test_the_text_keeps_within_the_picture_at_the_ends_of_the_scale() -> None:
    pixels, severity = photo(720, 600), grid(40, 33, 40.0)
    for value in (0.0, 100.0):
        answer = replace(ANSWER, severity=value, severity_low=value, severity_high=value)
        drawn = draw(pixels, severity, answer)
        border = drawn[720:, [0, 1, -2, -1]]
        assert (border == border[0, 0]).all()


def test_the_written_picture_is_the_drawn_one_without_metadata(tmp_path: Path) -> None:
    pixels, severity = photo(300, 300), grid(40, 40, 40.0)
    write_overlay(tmp_path / "overlay.png", pixels, severity, ANSWER)
    with Image.open(tmp_path / "overlay.png") as picture:
        assert picture.format == "PNG"
        assert not picture.info
        assert np.array_equal(np.asarray(picture), draw(pixels, severity, ANSWER))


def test_both_uncertainties_are_named_where_they_are_known() -> None:
    assert uncertainties(ANSWER) == "reading 90 % 50 to 74"
    assert uncertainties(replace(ANSWER, sem=3.27)) == "reading 90 % 50 to 74, SEM 3.3"
