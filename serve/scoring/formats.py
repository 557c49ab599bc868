"""What kind of file the bytes are, by their content alone: names and extensions say nothing.

Four formats are read, known others are named so that the practitioner learns what to do, the rest is no picture.
The first bytes decide, so a file that is two things at once is what it starts as.
"""

from __future__ import annotations

import re
from enum import StrEnum

from scarscore.serve.scoring.header import Refused
from scarscore.serve.scoring.result import Reason


class PhotoFormat(StrEnum):
    """The formats that are read, by Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"


_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_HEIF_BRANDS = _HEVC_BRANDS | {b"mif1", b"msf1"}  # the container, whatever the codec
_OTHER_BRANDS = {b"avif", b"avis", b"crx ", b"jpeg", b"jpgs", b"j2ki", b"j2is", b"jxl "}

# Start of the file -> a picture or document format that is not read.
_OTHERS = re.compile(
    rb"GIF8[79]a|BM.{12}[\x0c-\x7c]\0\0\0"  # GIF; BMP with a header size that exists
    rb"|II[*+]\0|MM\0[*+]|IIRO|IIRS|IIU\0|II\xbc|II\x1a\0\0\0HEAPCCDR|FUJIFILMCCD-RAW|FOVb"  # TIFF and raw
    rb"|%PDF-|%!PS|\xc5\xd0\xd3\xc6|8BPS\0|AT&TFORM|gimp xcf|farbfeld|qoif"  # PDF, PostScript, Photoshop, DjVu
    rb"|\xff\x4f\xff\x51|\0\0\0\x0cjP  \r\n|\xff\x0a|\0\0\0\x0cJXL \r\n|BPG\xfb"  # JPEG 2000, JPEG XL, BPG
    rb"|\0\0[\1\2]\0[^\0]\0|P[1-7fF]\s|#\?RADIANCE|v/1\x01|DDS |\x8aMNG|\x8bJNG|SIMPLE  =|.{128}DICM",
    re.DOTALL,
)
_SVG = re.compile(rb"\s*(<\?xml|<!--|<!DOCTYPE\s+svg|<svg[\s>])")


def photo_format(data: bytes) -> PhotoFormat:
    """Which of the four formats the bytes are.

    Raises `Refused` with `unsupported_format` for a known picture or document format that is not read, and with
    `not_an_image` for everything else. Source of the signatures: the formats' own standards, IANA's media types.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return PhotoFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PhotoFormat.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    if data[4:8] == b"ftyp":
        return _boxed(data)
    raise Refused(Reason.UNSUPPORTED_FORMAT if _is_other_picture(data) else Reason.NOT_AN_IMAGE)


def brands(data: bytes) -> list[bytes]:
    """The four-letter brands of an ISO base media file, the major one first; ISO/IEC 14496-12, 4.3."""
    end = min(int.from_bytes(data[:4]), 256)
    return [data[8:12], *(data[place : place + 4] for place in range(16, end - 3, 4))]


def _boxed(data: bytes) -> PhotoFormat:
    """HEIC among the files of boxes, which are also films (no image) and pictures in other codecs."""
    major, *compatible = brands(data)
    if major in _HEVC_BRANDS or (major in _HEIF_BRANDS and not _OTHER_BRANDS.intersection(compatible)):
        return PhotoFormat.HEIF
    raise Refused(Reason.UNSUPPORTED_FORMAT if major in _OTHER_BRANDS | _HEIF_BRANDS else Reason.NOT_AN_IMAGE)


def _is_other_picture(data: bytes) -> bool:
    head = data[:4096]
    return bool(_OTHERS.match(head)) or (bool(_SVG.match(head)) and b"<svg" in head)
