"""Pictures and files for the tests, all made in code and seeded: a photo-like patch of skin and what can ail a file.

No photo of a person is in here, and no file lies in the repository: every byte comes from these functions.
"""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo

from scarscore.model.preprocess import Floats
from scarscore.model.regions import Pose, Region, RegionMap

Pixels = npt.NDArray[np.uint8]
LIGHT_SKIN = (205, 160, 138)
DARK_SKIN = (104, 70, 54)
CLOSE_UP = Pose(0, "closeup", 0.99, 0.0, 0.0, None)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@cache
def skin(width: int = 480, height: int = 360, tone: tuple[int, int, int] = LIGHT_SKIN, seed: int = 0) -> Pixels:
    """A patch of skin, uint8 RGB (height, width, 3): uneven light, pores, a few pits; passes the quality checks."""
    rng = np.random.default_rng(seed)

    def waves(sigma: float, depth: float) -> npt.NDArray[np.float32]:
        """Random waves of about `sigma` px, made at a coarser scale where that is quicker."""
        coarser = max(1, int(sigma / 2))
        raw = rng.standard_normal((height // coarser + 2, width // coarser + 2)).astype(np.float32)
        smooth = cv2.resize(cv2.GaussianBlur(raw, (0, 0), sigma / coarser), (width, height))
        return np.asarray(smooth / smooth.std() * depth, dtype=np.float32)

    side = max(width, height)
    step = side / 480  # the same skin at every size
    light = 1 + waves(side / 8, 0.06) + waves(6 * step, 0.02) + waves(2 * step, 0.02) + waves(0.8 * step, 0.02)
    pits = np.zeros((height, width), np.float32)
    for x, y in rng.uniform(0, (width, height), (25, 2)):
        cv2.circle(pits, (int(x), int(y)), int(rng.integers(2, 6) * step), 0.3, -1)
    light -= cv2.GaussianBlur(pits, (0, 0), step)
    redness = waves(side / 12, 4)
    colour = np.float32(tone) * light[..., None] + redness[..., None] * np.float32((1, -0.5, -0.3))
    pixels: Pixels = np.clip(np.rint(colour), 0, 255).astype(np.uint8)
    pixels.setflags(write=False)  # shared between tests
    return pixels


def patch(height: int, width: int, top: int, left: int, tall: int, wide: int) -> Floats:
    """Skin in one rectangle of a photo."""
    shown = np.zeros((height, width), np.float32)
    shown[top : top + tall, left : left + wide] = 1.0
    return shown


def photo(width: int = 480, height: int = 360) -> Image.Image:
    return Image.fromarray(skin(width, height))


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The image as a file's bytes; `kind` and `options` are Pillow's."""
    if kind == "HEIF":
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or photo(), "JPEG", **({"quality": 90} | options))


def png(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or photo(), "PNG", **({"compress_level": 1} | options))


def webp(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or photo(), "WEBP", **({"quality": 90, "method": 0} | options))


def heic(image: Image.Image | None = None, **options: object) -> bytes:
    return saved(image or photo(), "HEIF", **({"quality": 80} | options))


def exposed(pixels: Pixels, stops: float) -> Pixels:
    """The photo as if exposed by so many stops more (or fewer) in the camera: light times 2 ** stops."""
    light = pixels / 255
    linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear * 2.0**stops, 0, 1)
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(coded * 255).astype(np.uint8)


def blurred(pixels: Pixels, sigma: float) -> Pixels:
    """The photo out of focus: Gaussian blur, sigma in pixels of a photo of 512 px."""
    scaled = sigma * max(pixels.shape[:2]) / 512
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), scaled), np.uint8)


def tinted(pixels: Pixels, gains: tuple[float, float, float]) -> Pixels:
    """The photo with its red, green and blue levels multiplied."""
    return np.clip(np.rint(pixels * np.array(gains)), 0, 255).astype(np.uint8)


def one_sided(pixels: Pixels, darkness: float) -> Pixels:
    """The photo with its right half in shadow: so much (0 to 1) of the levels is taken away there, softly."""
    x = np.linspace(-1, 1, pixels.shape[1])
    dark = 1 - darkness / (1 + np.exp(-x / 0.05))
    return np.rint(pixels * dark[None, :, None]).astype(np.uint8)


def specks(pixels: Pixels, share: float, colour: tuple[int, int, int], size: float = 4) -> Pixels:
    """The photo with soft specks of a colour over this share of it, as grease and sweat make them."""
    noise = np.random.default_rng(0).standard_normal(pixels.shape[:2]).astype(np.float32)
    waves = cv2.GaussianBlur(noise, (0, 0), size)
    wet = cv2.GaussianBlur((waves > np.quantile(waves, 1 - share)).astype(np.float32), (0, 0), 0.8)[..., None]
    return np.rint(pixels + (np.array(colour) - pixels) * wet).astype(np.uint8)


def stubble(pixels: Pixels, below: float, colour: tuple[int, int, int] = (130, 98, 84)) -> Pixels:
    """The photo with short strokes of a colour in its lower part, from this share of the height on."""
    chance, out = np.random.default_rng(0), pixels.copy()
    height, width = pixels.shape[:2]
    for x, y in chance.uniform((0, below * height), (width, height), (width * height // 200, 2)):
        cv2.line(out, (int(x), int(y)), (int(x + 2), int(y + 3)), colour, 1)
    return out


def seen(
    pixels: Pixels, pose: Pose = CLOSE_UP, skin: npt.NDArray[np.bool_] | None = None, sure: float = 0.97
) -> RegionMap:
    """A region map of the photo as the region network gives it: `skin` (default: all of it) is other skin."""
    label = np.where(np.ones(pixels.shape[:2]) if skin is None else skin, int(Region.OTHER_SKIN), int(Region.NOT_SKIN))
    return labelled(label.astype(np.uint8), pose, sure)


def face(width: int, height: int, pose: Pose) -> RegionMap:
    """The region map of a face that fills the photo."""
    return labelled(face_label(width, height), pose)


def couple(width: int, height: int, pose: Pose) -> RegionMap:
    """The region map of two faces side by side."""
    one = face_label(width // 2, height)
    return labelled(np.concatenate([one, one], axis=1), pose)


def face_label(width: int, height: int) -> Pixels:
    """The regions of a face that fills the photo: forehead above, cheeks and nose side by side, chin below."""
    label = np.full((height, width), Region.OTHER_SKIN, np.uint8)
    label[: height // 3] = Region.FOREHEAD
    middle = slice(height // 3, height * 2 // 3)
    label[middle, : width * 2 // 5] = Region.RIGHT_CHEEK
    label[middle, width * 2 // 5 : width * 3 // 5] = Region.NOSE
    label[middle, width * 3 // 5 :] = Region.LEFT_CHEEK
    label[height * 2 // 3 :, width // 3 : width * 2 // 3] = Region.CHIN
    return label


def labelled(label: Pixels, pose: Pose, sure: float = 0.97) -> RegionMap:
    """The region map of these labels, each believed with the probability `sure`; the doubt is whether it is skin."""
    other = np.where(label == Region.NOT_SKIN, int(Region.OTHER_SKIN), int(Region.NOT_SKIN))
    probability = np.zeros((len(Region), *label.shape), np.float32)
    np.put_along_axis(probability, label[None].astype(np.int64), np.float32(sure), axis=0)
    np.put_along_axis(probability, other[None], np.float32(1 - sure), axis=0)
    return RegionMap(probability, pose)


def page_of_text(width: int = 480, height: int = 360) -> Pixels:
    page = Image.new("RGB", (width, height), (250, 250, 248))
    draw = ImageDraw.Draw(page)
    for line in range(10, height - 10, 14):
        draw.text((20, line), "The severity of scars is read from relief, not from colour. " * 2, (20, 20, 20))
    return np.asarray(page)


def exif(orientation: int) -> bytes:
    """An EXIF block as cameras write it, with more in it than the orientation."""
    block = Image.Exif()
    block[0x010F] = "Camera maker"
    block[0x0112] = orientation
    block[0x0132] = "2026:01:02 03:04:05"
    return block.tobytes()


def exif_of_lens(name: str) -> bytes:
    """An EXIF block that names the lens, as phones write it."""
    block = Image.Exif()
    block.get_ifd(0x8769)[0xA434] = name
    return block.tobytes()


def turned(orientation: int, kind: str = "JPEG", image: Image.Image | None = None) -> bytes:
    """The photo stored so that EXIF `orientation` (1 to 8) brings it upright."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = image or photo()
    stored = upright if orientation == 1 else upright.transpose(undo[orientation])
    options = {"JPEG": {"quality": 95}, "PNG": {}, "WEBP": {"lossless": True, "method": 0}, "HEIF": {}}[kind]
    return saved(stored, kind, exif=exif(orientation), **options)


def grey_16_bit_png(image: Image.Image | None = None) -> bytes:
    grey = np.asarray((image or photo()).convert("L")).astype(np.uint16) * 257
    return png(Image.fromarray(grey))


def colour_16_bit_png(image: Image.Image | None = None) -> bytes:
    """16-bit RGB, which Pillow cannot write."""
    pixels = (np.asarray(image or photo()).astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return png_of(pixels.shape[1], pixels.shape[0], 16, 2, zlib.compress(rows, 1))


def alpha_png(image: Image.Image | None = None) -> bytes:
    """Skin in an opaque ellipse; around it transparent black."""
    opaque = (image or photo()).convert("RGBA")
    mask = Image.new("L", opaque.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *opaque.size), fill=255)
    return png(Image.composite(opaque, Image.new("RGBA", opaque.size, (0, 0, 0, 0)), mask))


def swapped_profile() -> bytes:
    """A working ICC profile in which red and green change places: what it does cannot be overlooked."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width: int, height: int, depth: int, colour: int, packed: bytes, extra: bytes = b"") -> bytes:
    """A PNG file of given header and packed pixels; `extra` chunks stand between them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG_SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def with_chunks(file: bytes, *chunks: bytes) -> bytes:
    """A PNG file with more chunks right behind its header."""
    return file[:33] + b"".join(chunks) + file[33:]


def with_segments(file: bytes, *segments: bytes) -> bytes:
    """A JPEG file with more segments right behind its start."""
    return file[:2] + b"".join(segments) + file[2:]


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment with its length."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


@cache
def png_bomb() -> bytes:
    """9,000 x 9,000 black pixels, 81 MP and 243 MB when unpacked, in about 236 kB."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 9_000 * 3)
    packed = b"".join(packer.compress(row) for _ in range(9_000)) + packer.flush()
    return png_of(9_000, 9_000, 8, 2, packed)


def png_text_bomb(count: int = 60) -> bytes:
    """A good photo with texts that unpack to a megabyte each."""
    text = zlib.compress(bytes(b"A" * 1_000_000), 9)
    return with_chunks(png(), *(chunk(b"zTXt", b"Key%d\0\0" % n + text) for n in range(count)))


def png_profile_bomb() -> bytes:
    """A good photo whose colour profile unpacks to 100 MB."""
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    packed = b"".join(packer.compress(block) for _ in range(100)) + packer.flush()
    return with_chunks(png(), chunk(b"iCCP", b"name\0\0" + packed))


def jpeg_sized(width: int, height: int) -> bytes:
    """A JPEG whose header claims another size than its pixels have."""
    file = bytearray(jpeg())
    frame = file.index(b"\xff\xc0\x00\x11\x08")
    file[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(file)


def jpeg_of_many_scans(scans: int = 2_000) -> bytes:
    """A progressive JPEG of 12 MP whose last scan comes again and again: 75 bytes and a pass over all pixels each."""
    file = jpeg(Image.new("RGB", (4_000, 3_000), LIGHT_SKIN), progressive=True)
    last = file[file.rindex(b"\xff\xda") : -2]
    return file[:-2] + last * scans + file[-2:]


def jpeg_of_many_exif_blocks() -> bytes:
    """A good photo behind 25 MB of tiny EXIF segments, which Pillow joins one by one."""
    return with_segments(jpeg(), segment(0xE1, b"Exif\0\0A") * 2_000_000)


def jpeg_with_second_picture(image: Image.Image | None = None) -> bytes:
    """As phones write them: a JPEG with an MPF index and a small second picture behind (a gain map, a depth map)."""
    buffer = io.BytesIO()
    second = Image.new("L", (240, 180), 90)
    (image or photo()).save(buffer, "MPO", save_all=True, append_images=[second], quality=90)
    return buffer.getvalue()


def animation(kind: str, frames: int = 3) -> bytes:
    """A moving picture: `WEBP`, `PNG` (APNG) or `HEIF` (a file of several pictures)."""
    pictures = [Image.fromarray(skin(216, 176, seed=n)) for n in range(frames)]
    if kind == "HEIF":
        return heic(pictures[0], save_all=True, append_images=pictures[1:])
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=100)


def webp_sized(width: int, height: int) -> bytes:
    """An extended WebP whose header claims another canvas than its picture has."""
    file = bytearray(webp(exif=exif(1)))
    file[24:27] = (width - 1).to_bytes(3, "little")
    file[27:30] = (height - 1).to_bytes(3, "little")
    return bytes(file)


def heic_sized(width: int, height: int) -> bytes:
    """A HEIC whose size boxes claim another size than its picture has."""
    file = bytearray(good_files()["heic"])
    place = file.find(b"ispe")
    while place >= 0:
        file[place + 8 : place + 16] = struct.pack(">II", width, height)
        place = file.find(b"ispe", place + 4)
    return bytes(file)


def png_with_text(key: str, value: str, image: Image.Image | None = None) -> bytes:
    info = PngInfo()
    info.add_text(key, value, zip=True)
    return png(image, pnginfo=info)


@cache
def good_files(width: int = 480, height: int = 360) -> dict[str, bytes]:
    """Every kind of file that is read, by a short name, each of the same patch of skin."""
    image, profile = photo(width, height), swapped_profile()
    return {
        "jpeg": jpeg(image),
        "jpeg progressive": jpeg(image, progressive=True),
        "jpeg grey": jpeg(image.convert("L")),
        "jpeg cmyk": jpeg(image.convert("CMYK")),
        "jpeg turned": turned(6, image=image),
        "jpeg profile": jpeg(image, icc_profile=profile),
        "jpeg second picture": jpeg_with_second_picture(image),
        "png": png(image),
        "png 16-bit grey": grey_16_bit_png(image),
        "png 16-bit colour": colour_16_bit_png(image),
        "png alpha": alpha_png(image),
        "png palette": png(image.quantize(64)),
        "png profile": png(image, icc_profile=profile),
        "png text": png_with_text("Comment", "taken by the window", image),
        "webp": webp(image),
        "webp lossless": webp(image, lossless=True),
        "webp extended": webp(image, exif=exif(3)),
        "heic": heic(image),
    }
