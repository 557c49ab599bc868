"""The header of a PNG file, read without decoding, and the file rebuilt with only what bears on its picture.

Texts, private chunks and the frames of an animation go; the checksums of what stays are verified, because Pillow
does not verify those of the pixels. Source: W3C, Portable Network Graphics (third edition), 2025.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

from scarscore.model.pixels import exif_orientation
from scarscore.serve.scoring.header import Header, Refused, check_size, orientation_exif
from scarscore.serve.scoring.result import Reason

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 8_192  # libpng writes its pixels in pieces of 8 kB: 3,000 in a file of 25 MB
_MAX_PROFILE_BYTES = 1_000_000  # unpacked; Pillow refuses the whole photo from 1 MiB on
_PIXELS = (b"PLTE", b"tRNS", b"IDAT", b"IEND")


def read_png(data: bytes) -> Header:
    """The photo's stored size and the file without metadata. Raises `Refused`, within milliseconds."""
    if data[8:16] != b"\0\0\0\rIHDR" or len(data) < 33 or not _intact(data, 8, 33):
        raise Refused(Reason.TRUNCATED)
    width, height = struct.unpack_from(">II", data, 16)
    check_size(width, height)
    extras: dict[bytes, bytes] = {}  # of each kind the first
    pixels: list[bytes] = []
    for kind, start, end in _chunks(data, 33):
        if kind == b"acTL" and not pixels and int.from_bytes(data[start + 8 : start + 12]) > 1:
            raise Refused(Reason.ANIMATED)
        if kind in _PIXELS:
            if not _intact(data, start, end):
                raise Refused(Reason.TRUNCATED)
            pixels.append(data[start:end])
        elif kind in _EXTRAS and kind not in extras:
            extras[kind] = _EXTRAS[kind](data, start, end)
    # In front of the pixels, where Pillow looks for them: EXIF is allowed behind.
    return Header(width, height, b"".join((_SIGNATURE, data[8:33], *extras.values(), *pixels)))


def _chunks(data: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk up to the end of the picture: its kind, where it starts and where it ends."""
    for _ in range(_MAX_CHUNKS):
        if place + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            break
        yield kind, place, end
        if kind == b"IEND":
            return
        place = end
    raise Refused(Reason.TRUNCATED)


def _intact(data: bytes, start: int, end: int) -> bool:
    return zlib.crc32(memoryview(data)[start + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])


def _profile(data: bytes, start: int, end: int) -> bytes:
    """The chunk of a colour profile, or nothing where it does not unpack to a size that profiles have."""
    _, _, packed = data[start + 8 : end - 4].partition(b"\0")
    try:
        unpacking = zlib.decompressobj()
        unpacking.decompress(packed[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return b""
    usable = _intact(data, start, end) and packed[:1] == b"\0" and unpacking.eof
    return data[start:end] if usable else b""


def _exif(data: bytes, start: int, end: int) -> bytes:
    """An EXIF chunk that says how the photo stands and nothing else."""
    body = orientation_exif(exif_orientation(data[start + 8 : end - 4]))
    chunk = b"eXIf" + body
    return struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk))


_EXTRAS: dict[bytes, Callable[[bytes, int, int], bytes]] = {b"iCCP": _profile, b"eXIf": _exif}
