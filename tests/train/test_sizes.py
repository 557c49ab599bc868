"""One photo at several sizes and crops: what is shown, and what real photos are told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from scarscore.datasets.photos import load
from scarscore.datasets.split import Folds
from scarscore.model.bundle import load_bundle
from scarscore.model.engine import Engine
from scarscore.model.preprocess import GREY, Floats, Pixels
from scarscore.model.region_engine import RegionEngine
from scarscore.serve.scoring.header import MIN_SIDE
from scarscore.train.evaluate import sizes
from scarscore.train.evaluate.panel import Panel
from scarscore.train.evaluate.sizes import LOOKS, SMALLEST, cut_to_skin, cut_within, framed, measure_sizes, resized
from scarscore.train.evaluate.sizes_report import as_markdown, write_sizes
from scarscore.train.samples import trainable


@pytest.fixture
def photo() -> tuple[Pixels, Floats]:
    """Bright skin, 200 x 100 px, in the right half of a dark photo of 400 x 300."""
    pixels, skin = np.full((300, 400, 3), 20, np.uint8), np.zeros((300, 400), np.float32)
    pixels[100:200, 200:400], skin[100:200, 200:400] = 200, 1.0
    return pixels, skin


def test_photos_are_left_out_that_the_product_refuses_as_too_small() -> None:
    assert SMALLEST == MIN_SIDE


def test_fewer_pixels_show_the_same(photo: tuple[Pixels, Floats]) -> None:
    half = resized(0.5, *photo)
    assert half.shape == (150, 200, 3)
    assert half.mean() == pytest.approx(photo[0].mean(), abs=0.5)


def test_a_wider_frame_is_grey_and_leaves_the_photo(photo: tuple[Pixels, Floats]) -> None:
    wide = framed(1.5, *photo)
    assert wide.shape == (450, 600, 3)
    assert np.array_equal(wide[75:375, 100:500], photo[0])
    assert (wide[:75] == GREY).all()


def test_a_photo_is_cut_to_its_skin_and_one_without_skin_stays(photo: tuple[Pixels, Floats]) -> None:
    cut = cut_to_skin(*photo)
    assert cut.shape == (132, 216, 3)  # a margin of 16 px about it, as far as the photo goes
    assert (cut[16:116, 16:] == 200).all()
    assert np.array_equal(cut_to_skin(photo[0], np.zeros_like(photo[1])), photo[0])


def test_a_part_lies_about_the_middle_of_the_skin_and_within_the_photo(photo: tuple[Pixels, Floats]) -> None:
    part = cut_within(0.5, *photo)
    assert part.shape == (150, 200, 3)
    assert (part[25:125] == 200).all()  # the whole of the skin: about its middle, moved into the photo
    assert cut_within(0.6, photo[0], np.zeros_like(photo[1])).shape == (180, 240, 3)


def test_real_photos_are_told_alike_in_fewer_pixels_and_refused_when_too_few(
    data_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Twelve photos of scars, each by the network of its fold; half of 300 px is too few."""
    few = {name: LOOKS[name] for name in ("75% of its size", "50% of its size", "the middle 60% of each side")}
    monkeypatch.setattr(sizes, "LOOKS", few | {"as it is": partial(resized, 1.0)})
    collection = load(data_root)
    scars = [item for item in trainable(collection, ("scarnet",)) if item.severity >= 30 and item.photo.width == 300]
    photos = scars[:12]
    folds = Folds(1, {item.key: 0 for item in photos}, {item.key: item.photo.group for item in photos})
    panel = Panel(Engine(load_bundle()), (Engine(load_bundle("fold0")),), RegionEngine.load(), folds)
    told = measure_sizes(panel, collection, photos, lambda _: None)
    smaller, half, part, same = told.looks
    assert (told.photos, told.sources) == (12, ("scarnet",))
    assert (smaller.photos, half.photos, part.photos) == (12, 0, 12)
    assert (same.shift, same.move, same.icc) == (0.0, 0.0, pytest.approx(1.0))
    assert 0.0 < smaller.move < part.move  # less of the skin is another question than fewer pixels of it
    assert smaller.moves == (smaller.move,)
    assert smaller.icc > 0.9
    markdown, data = write_sizes(told, tmp_path)
    text = markdown.read_text(encoding="utf-8")
    assert text == as_markdown(told)
    assert "| 50% of its size | 0 | - | - | - | - |" in text
    assert f"SEM, as a clinic's camera varies, is {told.sem:.1f} points" in text
    assert '"shift"' in data.read_text(encoding="utf-8")
