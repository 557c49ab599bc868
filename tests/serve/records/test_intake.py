"""An upload becomes a JPEG of its pixels alone, and is scored from exactly those bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from scarscore.serve.records.intake import LONG_SIDE, again, prepare
from scarscore.serve.scoring.result import PhotoScore, Reason, Refusal, View
from tests import make
from tests.serve.records.parts import blurred, pixels, scorer, sha256, upload

SECRET = b"Marker-Niobe-7731"
PNG_TEXT = make.with_chunks(
    make.png(), make.chunk(b"tEXt", b"Author\0" + SECRET), make.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)
)


def _exif_everywhere() -> bytes:
    block = Image.Exif()
    block[0x010E] = block[0x013B] = SECRET.decode()  # description, artist
    block.get_ifd(0x8769)[0xA431] = SECRET.decode()  # the camera's serial number
    block.get_ifd(0x8769)[0x927C] = SECRET  # the maker's own note
    block.get_ifd(0x8825)[0x001D] = SECRET.decode()  # GPS
    return block.tobytes()


def _profile() -> bytes:
    """A working profile whose description is the secret."""
    profile = make.swapped_profile()
    place = profile.index(b"sRGB built-in") if b"sRGB built-in" in profile else None
    text = SECRET if place is None else profile[place : place + 13]
    return profile.replace(text, SECRET[: len(text)])


UPLOADS = {
    "EXIF with GPS, serial number and maker's note": lambda: make.jpeg(exif=_exif_everywhere()),
    "XMP": lambda: make.with_segments(make.jpeg(), make.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)),
    "IPTC": lambda: make.with_segments(
        make.jpeg(), make.segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20" + SECRET)
    ),
    "comment": lambda: make.jpeg(comment=SECRET),
    "text of a colour profile": lambda: make.jpeg(icc_profile=_profile() + SECRET),
    "trailing bytes": lambda: make.jpeg() + SECRET,
    "trailing script": lambda: make.jpeg() + b"<?php " + SECRET,
    "PNG text and XMP": lambda: PNG_TEXT,
    "HEIC EXIF": lambda: make.heic(exif=_exif_everywhere()),
    "WebP EXIF": lambda: make.webp(exif=_exif_everywhere()),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_no_metadata_of_any_kind_is_stored(kind: str) -> None:
    uploaded = UPLOADS[kind]()
    assert SECRET in uploaded or SECRET[:13] in uploaded  # else the test could not fail

    stored = prepare(uploaded, View.CLOSEUP, scorer()).data

    assert SECRET not in stored
    assert SECRET[:13] not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not image.getexif()


def test_what_is_stored_is_what_is_scored() -> None:
    prepared = prepare(upload(), View.CLOSEUP, scorer())

    assert isinstance(prepared.answer, PhotoScore)
    assert prepared.answer.photo_sha256 == prepared.sha256 == sha256(prepared.data)
    assert scorer().examine(prepared.data, view=View.CLOSEUP).answer == prepared.answer
    assert again(prepared.data, View.CLOSEUP, scorer(), front_camera=False).answer == prepared.answer


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_stored_upright(orientation: int) -> None:
    prepared = prepare(make.turned(orientation), None, scorer(), judge=False)

    assert (prepared.width, prepared.height) == (480, 360)
    off = np.abs(pixels(prepared.data).astype(int) - make.skin().astype(int)).mean()
    assert off < 4


def test_a_photo_keeps_its_size_up_to_4096_px() -> None:
    small = prepare(make.jpeg(make.photo(1500, 1100)), None, scorer(), judge=False)
    large = prepare(make.jpeg(make.photo(480, 360).resize((8000, 6000))), None, scorer(), judge=False)

    assert (small.width, small.height) == (1500, 1100)
    assert (large.width, large.height) == (LONG_SIDE, 3072)
    assert pixels(large.data).shape == (3072, LONG_SIDE, 3)


def test_re_encoding_moves_a_score_less_than_a_tenth_of_its_error() -> None:
    before = scorer().examine(upload(width=1600, height=1200), view=View.CLOSEUP).answer
    after = prepare(upload(width=1600, height=1200), View.CLOSEUP, scorer()).answer

    assert isinstance(before, PhotoScore)
    assert isinstance(after, PhotoScore)
    assert abs(before.severity - after.severity) < 0.33  # SEM 3.3 points


def test_colour_profiles_are_converted_not_carried_on() -> None:
    prepared = prepare(make.jpeg(icc_profile=make.swapped_profile()), None, scorer(), judge=False)

    red, green = (pixels(prepared.data)[..., channel].mean() for channel in (0, 1))
    assert red < green  # on the skin that was uploaded red is the higher


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"hello", Reason.NOT_AN_IMAGE),
        (make.jpeg()[:2000], Reason.TRUNCATED),
        (make.png_bomb(), Reason.TOO_MANY_PIXELS),
        (make.animation("WEBP"), Reason.ANIMATED),
        (b"GIF89a" + bytes(100), Reason.UNSUPPORTED_FORMAT),
    ],
)
def test_what_cannot_be_decoded_leaves_nothing_to_store(bad: bytes, reason: Reason) -> None:
    prepared = prepare(bad, View.FRONT, scorer())

    assert prepared.data == b""
    assert isinstance(prepared.answer, Refusal)
    assert prepared.answer.reason is reason


def test_what_can_be_decoded_but_not_judged_is_ready_to_be_stored() -> None:
    prepared = prepare(blurred(), View.CLOSEUP, scorer())

    assert isinstance(prepared.answer, Refusal)
    assert prepared.answer.reason is Reason.BLURRED
    assert sha256(prepared.data) == prepared.sha256


def test_the_front_camera_is_read_before_the_metadata_goes() -> None:
    lens = make.exif_of_lens("iPhone 15 front TrueDepth camera 2.69mm f/1.9")
    selfie, other = (prepare(make.jpeg(**extra), None, scorer(), judge=False) for extra in ({"exif": lens}, {}))

    assert selfie.front_camera
    assert not other.front_camera
    assert b"TrueDepth" not in selfie.data


def test_nothing_is_judged_where_nothing_may_be() -> None:
    assert prepare(upload(), View.CLOSEUP, scorer(), judge=False).answer is None
