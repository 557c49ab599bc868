"""The header of a JPEG file, read without decoding, and the file rebuilt with only what bears on its picture.

Only the coding that cameras and editors write is let through: 8 bits, baseline or progressive, Huffman. Everything
after the first picture is cut off: a phone's second pictures (depth, gain maps for bright screens) are not the
photo. Source: ITU-T T.81, annex B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scarscore.model.pixels import exif_orientation
from scarscore.serve.scoring.header import Header, Refused, check_size, orientation_exif
from scarscore.serve.scoring.result import Reason

# Common encoders write 10 scans at most; each costs a pass over all pixels, about 0.1 s at the pixel limit.
_MAX_SCANS = 32
_MAX_SEGMENTS = 1_000  # a depth map in XMP takes some hundred
_MAX_TABLES = 16_384  # bytes; all that T.81 allows at once take 2,700, and Pillow reads them in Python
_MAX_FILL = 4_096  # bytes between two segments that mean nothing; libjpeg skips them as well
_MARKER = re.compile(rb"\xff([\x01-\xfe])")
_MARKER_IN_SCAN = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")  # restart markers belong to the scan
_EOI, _SOS, _APP0, _EXIF, _ICC, _ADOBE = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_TABLES = (0xC4, 0xDB, 0xDD)  # Huffman and quantisation tables, restart interval
_FRAMES = (0xC0, 0xC1, 0xC2)  # baseline, extended, progressive
_OTHER_FRAMES = (
    0xC3,
    0xC5,
    0xC6,
    0xC7,
    0xC9,
    0xCA,
    0xCB,
    0xCD,
    0xCE,
    0xCF,
    0xDE,
    0xDF,
)  # lossless, arithmetic, ...
_ALONE = (0x01, 0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7)  # markers without a length


@dataclass
class _Reading:
    """What has been gathered on the way to the first scan; `tables` counts bytes."""

    kept: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    size: tuple[int, int] | None = None
    orientation: int | None = None
    tables: int = 0


def read_jpeg(data: bytes) -> Header:
    """The photo's stored size and the file without metadata. Raises `Refused`, within milliseconds."""
    reading = _Reading()
    place = 2
    for _ in range(_MAX_SEGMENTS):
        code, start, place = _segment(data, place)
        if code == _SOS:
            return _with_scans(data, start, reading)
        if code not in _ALONE:
            _take(reading, code, data[start:place])
    raise Refused(Reason.TRUNCATED)


def _segment(data: bytes, place: int) -> tuple[int, int, int]:
    """The next segment from `place` on: its code, where its marker starts and where it ends."""
    marker = _MARKER.search(data, place, place + _MAX_FILL)
    if marker is None:
        raise Refused(Reason.TRUNCATED)
    code, end = marker[1][0], marker.end()
    if code in _ALONE:
        return code, end - 2, end
    length = int.from_bytes(data[end : end + 2])
    if code == _EOI or length < 2 or end + length > len(data):
        raise Refused(Reason.TRUNCATED)
    return code, end - 2, end + length


def _take(reading: _Reading, code: int, segment: bytes) -> None:
    """Keep the segment if the picture needs it. `segment` starts with its marker and length."""
    body = segment[4:]
    if code in _FRAMES:
        reading.size = _frame_size(reading, body)
        reading.kept.append(segment)
    elif code in _OTHER_FRAMES:
        raise Refused(Reason.UNSUPPORTED_FORMAT)
    elif code in _TABLES:
        reading.tables += len(segment)
        if reading.tables > _MAX_TABLES:
            raise Refused(Reason.TRUNCATED)
        reading.kept.append(segment)
    elif _bears_on_colour(code, body):
        reading.kept.append(segment)
    elif code == _EXIF and reading.orientation is None and body.startswith(b"Exif\0\0"):
        reading.orientation = exif_orientation(body)
        reading.kept.append(_exif_segment(reading.orientation))


def _frame_size(reading: _Reading, body: bytes) -> tuple[int, int]:
    if reading.size is not None or len(body) < 6:
        raise Refused(Reason.TRUNCATED)
    if body[0] != 8 or body[5] not in (1, 3, 4):
        raise Refused(Reason.UNSUPPORTED_FORMAT)
    height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
    check_size(width, height)
    return width, height


def _bears_on_colour(code: int, body: bytes) -> bool:
    return (
        (code == _APP0 and body.startswith(b"JFIF\0"))
        or (code == _ICC and body.startswith(b"ICC_PROFILE\0") and len(body) > 14)
        or (code == _ADOBE and body.startswith(b"Adobe"))
    )


def _exif_segment(orientation: int) -> bytes:
    """An EXIF segment that says how the photo stands and nothing else."""
    body = b"Exif\0\0" + orientation_exif(orientation)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _with_scans(data: bytes, start: int, reading: _Reading) -> Header:
    """The header with the scans of the first picture, which begin at `start`."""
    if reading.size is None:
        raise Refused(Reason.TRUNCATED)
    place, scans = start, 0
    for _ in range(_MAX_SEGMENTS):
        marker = _MARKER_IN_SCAN.search(data, place)
        if marker is None:  # it ends early: the decoder knows whether something is missing
            return Header(*reading.size, b"".join((*reading.kept, data[start:])))
        if marker[1][0] == _EOI:
            return Header(*reading.size, b"".join((*reading.kept, data[start : marker.end()])))
        scans += marker[1][0] == _SOS
        if scans > _MAX_SCANS:
            break
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    raise Refused(Reason.TRUNCATED)
