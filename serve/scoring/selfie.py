"""Whether a photo says that a phone's front camera took it: such photos may be mirrored. And how its EXIF is read.

Phones that say so write it into EXIF's `LensModel` ("iPhone 15 front TrueDepth camera ...", "Pixel 7 front camera
..."); many do not, and messengers strip it, so that its absence says nothing. No value but the one that is
asked for is read: Pillow would load every entry, of which a crafted block can make gigabytes.
"""

from __future__ import annotations

import re
import struct

_BLOCK = re.compile(rb"(?:Exif\0\0|eXIf|EXIF.{4})(II\*\0|MM\0\*)", re.DOTALL)  # JPEG and HEIC; PNG; WebP
_WITHIN = 262_144  # bytes: cameras write EXIF first
_EXIF_DIRECTORY, _LENS_MODEL = 0x8769, 0xA434  # tags of EXIF 2.32, section 4.6
_LONGEST = 200  # bytes of a text that are looked at


def from_front_camera(data: bytes) -> bool:
    """Whether the EXIF block near the beginning of a photo's file names a front camera.

    The file itself is asked, since decoding leaves of EXIF only how the photo stands.
    """
    return front_camera(exif_block(data, _WITHIN))


def exif_block(data: bytes, within: int | None = None) -> bytes:
    """The EXIF block of a photo's file, without its prefix; empty where none begins (within so many bytes)."""
    block = _BLOCK.search(data, 0, len(data) if within is None else within)
    return b"" if block is None else data[block.start(1) : block.start(1) + 65_536]


def front_camera(exif: bytes) -> bool:
    """Whether the EXIF block, with or without its `Exif` prefix, names a front camera; False if it is broken."""
    return b"front" in exif_text(exif.removeprefix(b"Exif\0\0"), _LENS_MODEL).lower()


def exif_text(tiff: bytes, wanted: int) -> bytes:
    """The beginning of a text in EXIF's own directory, by its tag; empty where there is none, or the block is broken.

    Two directories are walked, entry by entry, and no other value is loaded, as in `model/pixels.py`.
    """
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return b""
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        directory = _value(tiff, order, first, _EXIF_DIRECTORY)
        found = None if directory is None else _value(tiff, order, directory[1], wanted)
    except struct.error:  # the block ends early or points outside itself
        return b""
    if found is None:
        return b""
    count, place = found
    return tiff[place : place + min(count, _LONGEST)]


def _value(tiff: bytes, order: str, directory: int, wanted: int) -> tuple[int, int] | None:
    """Count and value (or offset of the value) of a directory's entry; None where there is no such entry."""
    (entries,) = struct.unpack_from(order + "H", tiff, directory)
    for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
        tag, _, count, value = struct.unpack_from(order + "HHII", tiff, entry)
        if tag == wanted:
            return count, value
    return None
