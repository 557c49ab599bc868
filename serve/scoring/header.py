"""What a photo's header tells before anything is decoded, the limits it is held to, and how it is refused.

`jpeg.py` and `png.py` read theirs; WebP and HEIC, which need little, are read here. Nothing here decodes a pixel.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from scarscore.serve.scoring.result import Reason

MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
MIN_SIDE = 160  # px; the smallest rated photos are 160 px and more, below that no scar can be told
_SEQUENCE_BRANDS = (b"msf1", b"hevc", b"hevx", b"hevm", b"hevs")  # ISO/IEC 23008-12, annex B
_SIZE_BOX = b"\0\0\0\x14ispe\0\0\0\0"
_MAX_WEBP_CHUNKS = 1_000


class Refused(Exception):
    """Ends the reading of a photo with a reason; `decode` turns it into the answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Header:
    """A file's picture size as stored, in pixels, and the bytes that may go to the decoder.

    `data` is the file without what does not bear on its one picture: Pillow collects metadata in Python, where a
    crafted file costs it minutes or gigabytes.
    """

    width: int
    height: int
    data: bytes


def check_size(width: int, height: int) -> None:
    """Raise `Refused` where a picture of this size, in pixels, is over or under the limits."""
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused(Reason.TOO_MANY_PIXELS)
    if min(width, height) < 1:
        raise Refused(Reason.TRUNCATED)
    if min(width, height) < MIN_SIDE:
        raise Refused(Reason.TOO_SMALL)


def read_webp(data: bytes) -> Header:
    """The header of a WebP file. Raises `Refused`. Source: RFC 9649."""
    if len(data) < 30 or int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise Refused(Reason.TRUNCATED)
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    else:
        raise Refused(Reason.TRUNCATED)
    check_size(width, height)
    if kind == b"VP8X" and data[20] & 0x02 and _webp_frames(data) > 1:
        raise Refused(Reason.ANIMATED)
    return Header(width, height, data)


def _webp_frames(data: bytes) -> int:
    place, frames = 12, 0
    for _ in range(_MAX_WEBP_CHUNKS):
        if place + 8 > len(data) or frames > 1:
            return frames
        kind, length = struct.unpack_from("<4sI", data, place)
        frames += kind == b"ANMF"
        place += 8 + length + length % 2
    raise Refused(Reason.TRUNCATED)


def read_heif(data: bytes) -> Header:
    """The header of a HEIC file: the largest size that any of its pictures claims. Raises `Refused`.

    Which of them is the photo only libheif knows, so `decode` looks at the size again.
    Source: ISO/IEC 23008-12, 6.5.3 (image spatial extents).
    """
    if data[8:12] in _SEQUENCE_BRANDS:
        raise Refused(Reason.ANIMATED)
    largest = (0, 0)
    place = data.find(_SIZE_BOX)
    while 0 <= place <= len(data) - 20:
        size = struct.unpack_from(">II", data, place + 12)
        largest = max(largest, size, key=lambda sides: (max(sides) > MAX_SIDE, sides[0] * sides[1]))
        place = data.find(_SIZE_BOX, place + 20)
    check_size(*largest)
    return Header(*largest, data)


def orientation_exif(orientation: int) -> bytes:
    """An EXIF block, without the `Exif` prefix, that says how the photo stands (1 to 8) and nothing else."""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + orientation.to_bytes(2) + bytes(6)
