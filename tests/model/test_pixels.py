"""Every photo becomes the same upright sRGB pixels, however its file stores them."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from scarscore.model.pixels import WORKING_SIDE, exif_orientation, rgb_pixels, upright
from tests import make


def pixels_of(file: bytes) -> make.Pixels:
    with Image.open(io.BytesIO(file)) as image:
        return rgb_pixels(image)


def difference(one: make.Pixels, other: make.Pixels) -> float:
    """Mean absolute difference in grey levels."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_every_exif_orientation_is_brought_upright_without_loss(orientation: int, kind: str) -> None:
    np.testing.assert_array_equal(pixels_of(make.turned(orientation, kind)), make.skin())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_jpeg_is_brought_upright(orientation: int) -> None:
    upright = pixels_of(make.turned(orientation))
    assert difference(upright, make.skin()) < 2
    assert difference(upright, make.skin()[::-1]) > 4
    assert difference(upright, make.skin()[:, ::-1]) > 4


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4], ids=["short", "long"])
def test_the_orientation_is_read_in_both_byte_orders_and_number_kinds(order: str, kind: int) -> None:
    mark = b"II" if order == "<" else b"MM"
    value = struct.pack(order + ("H" if kind == 3 else "I"), 6).ljust(4, b"\0")
    other = struct.pack(order + "HHII", 0x010F, 2, 4, 0)
    entry = struct.pack(order + "HHI", 0x0112, kind, 1) + value
    block = mark + struct.pack(order + "HIH", 42, 8, 2) + other + entry + bytes(4)
    assert exif_orientation(block) == 6
    assert exif_orientation(b"Exif\0\0" + block) == 6


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"Exif\0\0",
        b"II*\0",
        b"rubbish, and a lot of it" * 9,
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        make.exif(0),
        make.exif(9),
        make.exif(65535),
        make.exif(6)[:35],
    ],
)
def test_a_senseless_orientation_leaves_the_photo_as_it_is(block: bytes) -> None:
    assert exif_orientation(block) == 1


@pytest.mark.parametrize("size", [(1500, 1000), (1000, 1500), (4100, 900), (1025, 1025)])
def test_the_long_side_becomes_1024(size: tuple[int, int]) -> None:
    height, width, _ = pixels_of(make.jpeg(make.photo().resize(size))).shape
    assert max(height, width) == WORKING_SIDE
    assert width / height == pytest.approx(size[0] / size[1], rel=0.01)


@pytest.mark.parametrize("size", [(160, 200), (1024, 700), (300, 1024)])
def test_a_small_photo_is_never_enlarged(size: tuple[int, int]) -> None:
    image = make.photo().resize(size)
    np.testing.assert_array_equal(pixels_of(make.png(image)), np.asarray(image))


def test_the_scaled_decode_of_a_large_jpeg_looks_like_the_full_one() -> None:
    large = make.photo(1000, 750).resize((4000, 3000))
    file = make.jpeg(large)
    with Image.open(io.BytesIO(file)) as image:
        full = np.asarray(image.convert("RGB").resize((1024, 768), Image.Resampling.BICUBIC))
    assert difference(pixels_of(file), full) < 0.5


def test_the_same_file_gives_the_same_pixels() -> None:
    file = make.jpeg(make.photo(1000, 750).resize((3000, 2250)))
    np.testing.assert_array_equal(pixels_of(file), pixels_of(file))


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_an_embedded_profile_is_converted(kind: str) -> None:
    file = {"jpeg": make.jpeg, "png": make.png, "webp": make.webp}[kind](icc_profile=make.swapped_profile())
    assert difference(pixels_of(file), make.skin()[..., [1, 0, 2]]) < 3


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(pixels_of(make.png(icc_profile=profile)), make.skin())


@pytest.mark.parametrize("profile", [b"rubbish", b"\0" * 128, make.swapped_profile()[:300]])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    np.testing.assert_array_equal(pixels_of(make.png(icc_profile=profile)), make.skin())


def test_a_profile_made_for_another_kind_of_image_is_ignored() -> None:
    colour_profile = make.swapped_profile()
    grey = make.photo().convert("L")
    np.testing.assert_array_equal(pixels_of(make.png(grey, icc_profile=colour_profile))[..., 1], np.asarray(grey))


def test_grey_and_16_bit_grey_photos_look_alike() -> None:
    grey = np.asarray(make.photo().convert("L"))
    for file in (make.png(make.photo().convert("L")), make.grey_16_bit_png()):
        np.testing.assert_array_equal(pixels_of(file), np.repeat(grey[..., None], 3, axis=2))


def test_16_bit_colour_keeps_its_range() -> None:
    np.testing.assert_array_equal(pixels_of(make.colour_16_bit_png()), make.skin())


def test_cmyk_and_palette_photos_keep_their_colours() -> None:
    assert difference(pixels_of(make.jpeg(make.photo().convert("CMYK"))), make.skin()) < 3
    assert difference(pixels_of(make.png(make.photo().quantize(64))), make.skin()) < 4


def test_transparent_parts_become_white_and_opaque_ones_stay() -> None:
    pixels = pixels_of(make.alpha_png())
    assert (pixels[0, 0] == 255).all()
    np.testing.assert_array_equal(pixels[180, 240], make.skin()[180, 240])


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (200, 200), 1)
    image.putpalette([10, 20, 30, 200, 150, 130])
    image.paste(0, (0, 0, 100, 200))
    pixels = pixels_of(make.png(image, transparency=0))
    assert pixels[100, 50].tolist() == [255, 255, 255]
    assert pixels[100, 150].tolist() == [200, 150, 130]


def test_a_photo_is_made_upright_at_any_size_as_it_is_for_the_networks() -> None:
    image = Image.open(io.BytesIO(make.turned(6)))
    whole = upright(image, 4096, 2.0)
    assert np.array_equal(np.asarray(whole), pixels_of(make.turned(6)))
    small = upright(Image.open(io.BytesIO(make.turned(6))), 32, 2.0)
    assert max(small.size) == 32
    assert small.size[0] / small.size[1] == pytest.approx(whole.size[0] / whole.size[1], rel=0.05)
