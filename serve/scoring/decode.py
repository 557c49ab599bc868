"""From a file's bytes to judged-size pixels, or the reason why not: the only place where a photo is decoded.

One function of bytes with a picklable answer, so that it can move into a worker process. What the file is, is
decided by its content; limits are held to its header before any decoding. It does not ask whether the photo is a
good one: that is `quality/`.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

from scarscore.model import pixels as definition
from scarscore.model.pixels import orientation, rgb_pixels
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.formats import PhotoFormat, photo_format
from scarscore.serve.scoring.header import Header, Refused, check_size, read_heif, read_webp
from scarscore.serve.scoring.jpeg import read_jpeg
from scarscore.serve.scoring.png import read_png
from scarscore.serve.scoring.result import Reason, Refusal, refusal
from scarscore.serve.scoring.selfie import from_front_camera

T = TypeVar("T")

# No thumbnails: the plugin would decode one in the photo's place, and a stale one shows another picture.
# One thread: photos are scored side by side.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)

# A photo that is kept is decoded at twice its size or in full: it is looked at, not only scored.
_REDUCING_GAP = 2.0

_READERS = {
    PhotoFormat.JPEG: read_jpeg,
    PhotoFormat.PNG: read_png,
    PhotoFormat.WEBP: read_webp,
    PhotoFormat.HEIF: read_heif,
}

# What Pillow and pillow-heif raise for damaged data. OSError holds Pillow's UnidentifiedImageError and its decoders'
# errors; the rest escapes from their parsers written in Python.
_DAMAGED = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, eq=False)
class Decoded:
    """A photo ready to be judged.

    `pixels` is uint8 RGB (h, w, 3), upright, sRGB, long side at most 1024; `width` and `height` are those of the
    full photo in pixels, upright. `front_camera` is whether the file says that a phone's front camera took it.
    """

    pixels: npt.NDArray[np.uint8]
    width: int
    height: int
    front_camera: bool = False


@dataclass(frozen=True, eq=False)
class Upright:
    """A whole photo, upright and in sRGB (mode RGB); `front_camera` as in `Decoded`."""

    picture: Image.Image
    front_camera: bool


def decode(data: bytes) -> Decoded | Refusal:
    """The photo's pixels, or why they cannot be had. Never raises for any bytes."""
    return _answered(_decode, data)


def upright(data: bytes, most: int) -> Upright | Refusal:
    """The photo at its full size, its long side at most `most` px; or why it cannot be had. Never raises."""
    return _answered(lambda photo: _upright(photo, most), data)


def _answered(read: Callable[[bytes], T], data: bytes) -> T | Refusal:
    try:
        return read(data)
    except Refused as refused:
        return refusal(refused.reason)
    except _DAMAGED:
        return refusal(Reason.TRUNCATED)


def _decode(data: bytes) -> Decoded:
    with _opened(data) as (image, (width, height)):
        pixels = rgb_pixels(image)
        if orientation(image) >= 5:  # turned by a quarter
            width, height = height, width
        return Decoded(pixels, width, height, from_front_camera(data))


def _upright(data: bytes, most: int) -> Upright:
    with _opened(data) as (image, _):
        return Upright(definition.upright(image, most, _REDUCING_GAP), from_front_camera(data))


@contextmanager
def _opened(data: bytes) -> Iterator[tuple[Image.Image, tuple[int, int]]]:
    """The photo, opened by Pillow after all checks, and its stored size in pixels. Raises `Refused`."""
    if not data:
        raise Refused(Reason.EMPTY)
    if len(data) > MAX_BYTES:
        raise Refused(Reason.FILE_TOO_LARGE)
    kind = photo_format(data)
    header = _READERS[kind](data)
    with Image.open(io.BytesIO(header.data), formats=(kind,)) as image:
        yield image, _full_size(image, header)


def _full_size(image: Image.Image, header: Header) -> tuple[int, int]:
    """The photo's stored size, which must be what its header claimed."""
    if image.format != PhotoFormat.HEIF:
        if image.size != (header.width, header.height):
            raise Refused(Reason.TRUNCATED)
        return image.size
    if getattr(image, "n_frames", 1) > 1:
        raise Refused(Reason.ANIMATED)
    check_size(*image.size)
    image.load()  # only now does libheif know the size that was really coded
    check_size(*image.size)
    return image.size
