"""Whether a photo says that a phone's front camera took it: such photos may be mirrored.

Phones that say so write it into EXIF's `LensModel` ("iPhone 15 front TrueDepth camera ...", "Pixel 7 front camera
..."); many do not, and messengers strip it, so that its absence says nothing. No value but this one is read.
"""

from __future__ import annotations

import re
import struct

_BLOCK = re.compile(rb"(?:Exif\0\0|eXIf|EXIF.{4})(II\*\0|MM\0\*)", re.DOTALL)  # JPEG and HEIC; PNG; WebP
_WITHIN = 262_144  # bytes: cameras write EXIF first
_EXIF_DIRECTORY, _LENS_MODEL = 0x8769, 0xA434  # tags of EXIF 2.32, section 4.6
_LONGEST = 200  # bytes of a lens name that are looked at


def from_front_camera(data: bytes) -> bool:
    """Whether the EXIF block near the beginning of a photo's file names a front camera.

    The file itself is asked, since decoding leaves of EXIF only how the photo stands.
    """
    block = _BLOCK.search(data, 0, _WITHIN)
    return block is not None and front_camera(data[block.start(1) : block.start(1) + 65_536])


def front_camera(exif: bytes) -> bool:
    """Whether the EXIF block, with or without its `Exif` prefix, names a front camera; False if it is broken.

    Two directories are walked, entry by entry, and no other value is loaded, as in `model/pixels.py`.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        directory = _value(tiff, order, first, _EXIF_DIRECTORY)
        lens = None if directory is None else _value(tiff, order, directory[1], _LENS_MODEL)
    except struct.error:  # the block ends early or points outside itself
        return False
    if lens is None:
        return False
    count, place = lens
    return b"front" in tiff[place : place + min(count, _LONGEST)].lower()


def _value(tiff: bytes, order: str, directory: int, wanted: int) -> tuple[int, int] | None:
    """Count and value (or offset of the value) of a directory's entry; None where there is no such entry."""
    (entries,) = struct.unpack_from(order + "H", tiff, directory)
    for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
        tag, _, count, value = struct.unpack_from(order + "HHII", tiff, entry)
        if tag == wanted:
            return count, value
    return None
