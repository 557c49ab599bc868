"""The one definition of a photo's pixels, for serving and training alike: upright sRGB, at most 1,024 px.

Both sides open a photo with Pillow and call `rgb_pixels`, so a photo looks the same to the network in both.
It does not open or judge files: which bytes may be decoded at all is the business of `serve/scoring/decode.py`.
Nothing here enlarges, sharpens or corrects: what the camera did not see is not added.
"""

from __future__ import annotations

import io
import struct

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

WORKING_SIDE = 1024  # px; the readings were made on photos of this order, and a pore is still several pixels wide
# Decode a JPEG to no less than 1.5 times the target. At 2 a phone's 12 MP (4,032 px) would be decoded in full, three
# times as slowly, for a difference of at most 2 grey levels.
_REDUCING_GAP = 1.5
_MAX_PROFILE_BYTES = 4_000_000  # the largest printing profiles in use are under 3 MB
_ORIENTATION_TAG = 0x0112
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def rgb_pixels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """The photo upright in sRGB, its long side at most 1,024 px: shape (h, w, 3), values 0 to 255.

    As `upright` makes it. Raises what Pillow raises for broken data.
    """
    return np.array(upright(image, WORKING_SIDE, _REDUCING_GAP), dtype=np.uint8)


def upright(image: Image.Image, side: int, reducing_gap: float) -> Image.Image:
    """The photo upright in sRGB (mode RGB), its long side at most `side` px; a smaller photo keeps its size.

    `image` is as Pillow opened it and is used up: a JPEG is decoded at a reduced size, no less than `reducing_gap`
    times the one asked for. The EXIF orientation is applied and an embedded profile converted; a broken profile is
    ignored, as viewers do. Transparent parts become white, as on paper and on a web page, which no skin gate takes for
    skin. Raises what Pillow raises for broken data.
    """
    profile = image.info.get("icc_profile")
    small = _resizable(image)
    small.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=reducing_gap)
    picture = _to_srgb(_on_white(small), profile)
    # Read only now: a PNG may carry its EXIF after the pixels.
    method = _TRANSPOSE.get(orientation(image))
    return picture if method is None else picture.transpose(method)


def orientation(image: Image.Image) -> int:
    """How the photo must be turned to stand upright: 1 to 8 as in EXIF, 1 where nothing usable is said."""
    exif = image.info.get("exif")
    return exif_orientation(exif) if isinstance(exif, bytes) else 1


def exif_orientation(exif: bytes) -> int:
    """The orientation, 1 to 8, in an EXIF block with or without its `Exif` prefix; 1 if it is absent or broken.

    Only the first directory's entries are looked at, none is followed: Pillow's own reader loads every value
    and lets a crafted block of 25 MB cost seconds. Source: EXIF 2.32, section 4.6.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, entry)
            if tag == _ORIENTATION_TAG:
                (value,) = struct.unpack_from(order + ("I" if kind == 4 else "H"), tiff, entry + 8)
                return value if value in _TRANSPOSE else 1
    except struct.error:  # the block ends early or points outside itself
        return 1
    return 1


def _resizable(image: Image.Image) -> Image.Image:
    """The image in a mode whose colours may be averaged: L, RGB, CMYK, or with alpha RGBA."""
    if image.mode.startswith("I"):
        # Pillow's own conversion clips at 255; its 16-bit colour images keep the high byte, and so do we.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode == "RGBA" or (image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in sRGB by its embedded profile, or as if it were sRGB when there is none that works."""
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):  # unreadable, or made for another kind of image
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
