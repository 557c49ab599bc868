"""What a file is, is told by its content; good ones become pixels, others are refused by the right reason."""

from __future__ import annotations

import io
import pickle
import zipfile

import numpy as np
import pytest
from PIL import Image

from scarscore.serve.scoring.decode import Decoded, decode
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.result import Reason, Refusal, refusal
from tests import make


def reason(file: bytes) -> Reason | None:
    answer = decode(file)
    return answer.reason if isinstance(answer, Refusal) else None


def decoded(file: bytes) -> Decoded:
    answer = decode(file)
    assert isinstance(answer, Decoded), answer
    return answer


@pytest.mark.parametrize("name", make.good_files())
def test_every_format_and_colour_mode_is_read(name: str) -> None:
    answer = decoded(make.good_files()[name])
    assert (answer.width, answer.height) == (480, 360)
    assert answer.pixels.shape == (360, 480, 3)
    assert answer.pixels.dtype == np.uint8
    middle = answer.pixels[120:240, 160:320].mean(axis=(0, 1))
    if "grey" in name:
        assert np.ptp(middle) == 0
    elif "profile" in name:
        assert middle[1] > middle[0] > middle[2]
    else:
        np.testing.assert_allclose(middle, make.skin()[120:240, 160:320].mean(axis=(0, 1)), atol=4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_width_and_height_are_those_of_the_upright_photo(orientation: int, kind: str) -> None:
    image = make.photo(240, 180)
    answer = decoded(make.turned(orientation, kind, image))
    assert (answer.width, answer.height) == (240, 180)
    assert np.abs(answer.pixels.astype(int) - make.skin(240, 180)).mean() < 4


def test_a_large_photo_keeps_its_full_size_in_the_answer() -> None:
    answer = decoded(make.jpeg(make.photo().resize((4000, 3000))))
    assert (answer.width, answer.height) == (4000, 3000)
    assert answer.pixels.shape == (768, 1024, 3)


def test_exif_behind_the_pixels_of_a_png_counts() -> None:
    file = make.png(make.photo(240, 180))
    late = file[:-12] + make.chunk(b"eXIf", make.exif(6).removeprefix(b"Exif\0\0")) + file[-12:]
    answer = decoded(late)
    assert (answer.width, answer.height) == (180, 240)


def test_an_answer_can_be_sent_between_processes() -> None:
    answer = decoded(make.jpeg())
    copy = pickle.loads(pickle.dumps(answer))
    assert (copy.width, copy.height) == (answer.width, answer.height)
    np.testing.assert_array_equal(copy.pixels, answer.pixels)
    blank = decode(b"")
    assert pickle.loads(pickle.dumps(blank)) == blank


def test_a_phones_second_picture_is_left_out() -> None:
    file = make.jpeg_with_second_picture()
    with Image.open(io.BytesIO(file)) as image:
        assert image.n_frames == 2
    np.testing.assert_array_equal(decoded(file).pixels, decoded(make.jpeg()).pixels)


def test_metadata_does_not_change_the_pixels() -> None:
    plain = make.jpeg()
    laden = make.with_segments(
        plain,
        make.segment(0xE1, b"Exif\0\0rubbish" * 500),
        make.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='6'/>"),
        make.segment(0xED, b"Photoshop 3.0\x008BIM" + b"\xff" * 50),
        make.segment(0xE2, b"ICC_PROFILE\0"),
        make.segment(0xE2, b"MPF\0rubbish"),
        make.segment(0xFE, b"a comment"),
        b"\xff\xff\xff",
    )
    np.testing.assert_array_equal(decoded(laden).pixels, decoded(plain).pixels)


def test_a_still_apng_and_a_webp_with_one_frame_are_photos() -> None:
    still = make.with_chunks(make.png(), make.chunk(b"acTL", b"\0\0\0\1\0\0\0\0"))
    np.testing.assert_array_equal(decoded(still).pixels, make.skin())
    assert reason(make.animation("WEBP", frames=1)) is None


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "HEIF"])
def test_moving_pictures_are_refused(kind: str) -> None:
    assert decode(make.animation(kind)) == refusal(Reason.ANIMATED)


def test_a_heic_sequence_is_refused_by_its_brand() -> None:
    for brand in (b"msf1", b"hevc", b"hevx"):
        assert reason(make.good_files()["heic"].replace(b"heic", brand, 1)) is Reason.ANIMATED


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "PDF", "JPEG2000", "ICO", "AVIF", "PPM", "EPS", "QOI", "DDS"])
def test_other_picture_formats_are_named_as_such(kind: str) -> None:
    assert reason(make.saved(make.photo(), kind)) is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    "head",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\n<?xml version='1.0'?>\n<!-- drawn -->\n<svg width='9'/>",
        b"MM\0*\0\0\0\x08",
        b"8BPS\0\1",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom",
        b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
        bytes(128) + b"DICM",
    ],
)
def test_other_picture_formats_are_known_by_their_start(head: bytes) -> None:
    assert reason(head + bytes(500)) is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("process", [0xC3, 0xC5, 0xC9, 0xCA])
def test_lossless_and_arithmetic_jpeg_are_not_read(process: int) -> None:
    assert reason(make.jpeg().replace(b"\xff\xc0", bytes((0xFF, process)), 1)) is Reason.UNSUPPORTED_FORMAT


def test_what_is_no_picture_is_said_to_be_none() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("photo.jpg", make.jpeg())
    page = b"<!doctype html><html><body><svg></svg></body></html>"
    film = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(500)
    for file in (b"severity: none\n" * 9, archive.getvalue(), page, film, b"\0", bytes(5000), b"\xff\xd8"):
        assert reason(file) is Reason.NOT_AN_IMAGE


def test_no_bytes_are_empty_and_too_many_are_too_large() -> None:
    assert decode(b"") == refusal(Reason.EMPTY)
    assert reason(make.jpeg() + bytes(MAX_BYTES)) is Reason.FILE_TOO_LARGE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_short_side_must_have_160_pixels(kind: str) -> None:
    assert reason(make.saved(make.photo().crop((0, 0, 400, 160)), kind)) is None
    assert reason(make.saved(make.photo().crop((0, 0, 400, 158)), kind)) is Reason.TOO_SMALL
    assert reason(make.saved(make.photo().crop((0, 0, 158, 300)), kind)) is Reason.TOO_SMALL


def test_the_limits_of_50_megapixels_and_12000_pixels_hold_to_the_pixel() -> None:
    for width, height in ((12_001, 200), (200, 12_001), (10_000, 5_001)):
        assert reason(make.jpeg_sized(width, height)) is Reason.TOO_MANY_PIXELS
        assert reason(make.png_of(width, height, 8, 2, b"")) is Reason.TOO_MANY_PIXELS
        assert reason(make.webp_sized(width, height)) is Reason.TOO_MANY_PIXELS
        assert reason(make.heic_sized(width, height)) is Reason.TOO_MANY_PIXELS
    # Within the limits it is the pixels that are missing.
    assert reason(make.png_of(10_000, 5_000, 8, 2, b"")) is Reason.TRUNCATED
    assert reason(make.jpeg_sized(12_000, 200)) in (None, Reason.TRUNCATED)
