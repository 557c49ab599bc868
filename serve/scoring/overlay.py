"""The picture beside the number: a heat map of local severity on the photo, with its legend.

The same map that the score was pooled from, enlarged and laid over the skin; the words under the scale are
those of the readings' rubric. It shows where severity was seen. It marks no single scar and outlines nothing
to treat.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.scoring.result import PhotoScore

Colour = tuple[int, int, int]

# Viridis (van der Walt and Smith, 2015): its lightness rises evenly, so that it can be read with any colour
# blindness and printed in grey; and no skin is blue or green, as it may be red or orange. The colour is at
# full strength from mild on, because a faint yellow on skin is no colour to somebody who is blind to red and
# green.
COLOURS = cv2.COLORMAP_VIRIDIS
FULL_ALPHA = 0.62  # the skin must stay visible under the worst colour
FAINT, PLAIN = 5.0, 35.0  # severity at which the colour begins, and from which it is at its strongest
# The rubric of the readings calls 45 and 60 moderate.
ANCHORS = ((0.0, "none"), (30.0, "mild"), (52.0, "moderate"), (75.0, "severe"))
LEAST_LONG, LEAST_WIDE = 720, 600  # smaller photos are enlarged, and their canvas widened, for the text
PAPER: Colour = (20, 23, 28)
INK: Colour = (244, 244, 244)
QUIET: Colour = (176, 182, 190)


def draw(pixels: Pixels, severity: Floats, answer: PhotoScore) -> Pixels:
    """The photo with its heat map, and below it the score and the legend; uint8 RGB.

    `pixels` is uint8 RGB (h, w, 3). `severity` is float32 (rows, columns), 0-100, covering exactly the
    picture, NaN where no skin was judged. A photo under 720 px on its long side is enlarged, a larger one is
    left as it is.
    """
    photo = _enlarged(pixels)
    heated = heat(photo, severity)
    height, width = photo.shape[:2]
    canvas_width = max(width, LEAST_WIDE)
    legend = _legend(canvas_width, answer, _skin_colour(photo, severity))
    canvas = np.full((height + legend.shape[0], canvas_width, 3), PAPER, np.uint8)
    left = (canvas_width - width) // 2
    canvas[:height, left : left + width] = heated
    canvas[height:] = legend
    return canvas


def write_overlay(path: Path, pixels: Pixels, severity: Floats, answer: PhotoScore) -> None:
    """Draw the overlay and write it as PNG, without metadata. Raises OSError where that cannot be done."""
    Image.fromarray(draw(pixels, severity, answer)).save(path, format="PNG")


def heat(photo: Pixels, severity: Floats) -> Pixels:
    """The photo under its heat map, of the photo's size; skin that was not judged is left as it was."""
    judged = np.isfinite(severity).astype(np.float32)
    weight = _stretched(judged, photo.shape)
    # Divided by the weight, so that values fade neither up nor down towards the border of the judged skin.
    local = np.clip(_stretched(np.nan_to_num(severity, nan=0.0), photo.shape) / np.maximum(weight, 1e-3), 0, 100)
    inside = weight >= 0.5
    return _edged(_laid_over(photo, local * inside), inside)


def _stretched(grid: Floats, shape: tuple[int, ...]) -> Floats:
    """The grid over a picture of `shape`, smoothed by half a position so that its squares do not show."""
    size = (shape[1], shape[0])
    stretched = cv2.resize(np.asarray(grid, np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(stretched, (0, 0), 0.5 * shape[1] / grid.shape[1]), np.float32)


def _edged(picture: Pixels, inside: npt.NDArray[np.bool_]) -> Pixels:
    """The border of the judged skin as a light line with a dark one within it, visible on any skin.

    It lies on the judged side alone: what was not judged stays untouched.
    """
    if inside.all():
        return picture
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    line = max(1.2, max(picture.shape[:2]) / 450)
    lined = np.where((depth <= 2 * line)[..., None] & inside[..., None], np.array(PAPER, np.uint8), picture)
    return np.where((depth <= line)[..., None] & inside[..., None], np.array(INK, np.uint8), lined)


def _laid_over(picture: Pixels, severity: npt.NDArray[np.floating]) -> Pixels:
    """The picture under the colours of `severity`, 0-100 and of the picture's size; unchanged up to 5."""
    alpha = FULL_ALPHA * np.clip((severity - FAINT) / (PLAIN - FAINT), 0, 1)[..., None]
    colours = cv2.applyColorMap(np.asarray(np.rint(severity * 2.55), np.uint8), COLOURS)[..., ::-1]
    return np.asarray(np.rint(picture * (1 - alpha) + colours * alpha), np.uint8)


def _enlarged(pixels: Pixels) -> Pixels:
    scale = LEAST_LONG / max(pixels.shape[:2])
    if scale <= 1:
        return pixels
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


@dataclass(frozen=True)
class _Strip:
    """The legend's measures, all from one unit: the size of small text in pixels."""

    width: int
    unit: int

    @property
    def margin(self) -> int:
        return round(1.2 * self.unit)

    @property
    def bar(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the scale."""
        top = round(4.4 * self.unit)
        return self.margin, top, self.width - self.margin, top + round(1.1 * self.unit)

    def x(self, severity: float) -> float:
        left, _, right, _ = self.bar
        return left + (right - 1 - left) * severity / 100


def _skin_colour(photo: Pixels, severity: Floats) -> Pixels:
    """The middle colour of the judged skin, (3,): what the scale's colours lie on in the photo."""
    size = (severity.shape[1], severity.shape[0])
    coarse = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)[np.isfinite(severity)]
    return np.asarray(np.median(coarse, axis=0) if coarse.size else PAPER, np.uint8)


def _legend(width: int, answer: PhotoScore, skin: Pixels) -> Pixels:
    """The strip below the photo: score and interval, scale with ticks and words, model and licence, what it is not."""
    strip = _Strip(width, max(14, round(width / 46)))
    image = Image.new("RGB", (width, round(10.4 * strip.unit)), PAPER)
    pen = ImageDraw.Draw(image)
    _write_score(pen, strip, answer)
    left, top, right, bottom = strip.bar
    ramp = np.tile(np.linspace(0, 100, right - left, dtype=np.float32), (bottom - top, 1))
    image.paste(Image.fromarray(_laid_over(np.broadcast_to(skin, (*ramp.shape, 3)), ramp)), (left, top))
    _write_ticks(pen, strip)
    _mark_score(pen, strip, answer)
    foot = round(8.7 * strip.unit)
    small = _font(0.95 * strip.unit)
    model = f"{answer.model.name} {answer.model.version}, {answer.model.sha256[:8]}, {answer.model.licence_class} use"
    pen.text((strip.margin, foot), f"scarscore, model {model}", QUIET, small)
    pen.text((width - strip.margin, foot), "Not a diagnosis", INK, small, anchor="ra")
    return np.asarray(image, np.uint8)


def _write_score(pen: ImageDraw.ImageDraw, strip: _Strip, answer: PhotoScore) -> None:
    line = round(2.4 * strip.unit)
    number = f"Severity {answer.severity:.0f}"
    large = _font(1.9 * strip.unit)
    pen.text((strip.margin, line), number, INK, large, anchor="ls")
    after = strip.margin + large.getlength(number + " ")
    pen.text((after, line), f"of 100  ({uncertainties(answer)})", QUIET, _font(1.15 * strip.unit), anchor="ls")


def uncertainties(answer: PhotoScore) -> str:
    """Both uncertainties, named: where a reading lies with 90 % probability, how far the next photo strays."""
    reading = f"reading 90 % {answer.severity_low:.0f} to {answer.severity_high:.0f}"
    return reading if answer.sem is None else f"{reading}, SEM {answer.sem:.1f}"


def _write_ticks(pen: ImageDraw.ImageDraw, strip: _Strip) -> None:
    bottom = strip.bar[3]
    small = _font(strip.unit)
    for tick in range(0, 101, 20):
        x = strip.x(tick)
        pen.line((x, bottom, x, bottom + 0.35 * strip.unit), INK, max(1, strip.unit // 12))
        anchor = "la" if tick == 0 else "ra" if tick == 100 else "ma"
        pen.text((x, bottom + 0.5 * strip.unit), str(tick), INK, small, anchor=anchor)
    for severity, word in ANCHORS:
        pen.text(
            (strip.x(severity), bottom + 1.75 * strip.unit),
            word,
            QUIET,
            small,
            anchor="ma" if severity else "la",
        )


def _mark_score(pen: ImageDraw.ImageDraw, strip: _Strip, answer: PhotoScore) -> None:
    """The score as a pointer above the scale, its interval as a bracket."""
    top, unit = strip.bar[1], strip.unit
    low, high, x = (strip.x(v) for v in (answer.severity_low, answer.severity_high, answer.severity))
    y, thick = top - 0.45 * unit, max(2, unit // 7)
    pen.line((low, y, high, y), INK, thick)
    for end in (low, high):
        pen.line((end, y - 0.3 * unit, end, y + 0.3 * unit), INK, thick)
    pen.polygon([(x, top - 1), (x - 0.5 * unit, top - 0.95 * unit), (x + 0.5 * unit, top - 0.95 * unit)], INK)


def _font(size: float) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow, so that the picture is the same on every machine."""
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
