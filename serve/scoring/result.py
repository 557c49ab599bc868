"""What scoring a photo answers: a `PhotoScore`, or a `Refusal` with its reason.

A photo that cannot be scored is an answer, never an exception to the user and never a number.
Nothing here computes anything; the fields, units and ranges are the contract that the command line,
the course and later the web service are built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA_VERSION = 1
DISCLAIMER = "A measurement for documentation and research. Not a diagnosis, and no treatment advice."


class View(StrEnum):
    """From where a photo was taken; left and right are the patient's."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    CLOSEUP = "closeup"


class Reason(StrEnum):
    """Why a photo is not scored. The list is closed; each has a hint in `HINTS`."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    FILE_TOO_LARGE = "file_too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated"
    TRUNCATED = "truncated"
    TOO_SMALL = "too_small"
    NO_SKIN = "no_skin"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    CLIPPED = "clipped"
    BLURRED = "blurred"
    CRASHED = "crashed"


HINTS: dict[Reason, str] = {
    Reason.UNREADABLE: "The file cannot be opened. Check that it exists, is a regular file and may be read.",
    Reason.EMPTY: "The file holds no bytes. Copy it again from the camera.",
    Reason.NOT_AN_IMAGE: "This is not a photo. Choose a JPEG, PNG, WebP or HEIC file.",
    Reason.UNSUPPORTED_FORMAT: "This picture format is not read. Save the photo as JPEG, PNG, WebP or HEIC.",
    Reason.FILE_TOO_LARGE: "The file is over 25 MB. Save the photo as a JPEG of ordinary quality.",
    Reason.TOO_MANY_PIXELS: "The picture is over 50 megapixels or 12,000 pixels a side. Save it smaller.",
    Reason.ANIMATED: "The file holds several pictures. Choose a single still photo.",
    Reason.TRUNCATED: "The file ends too early or is damaged. Copy it again from the camera.",
    Reason.TOO_SMALL: "The short side is under 160 pixels. Use the original photo, not a thumbnail.",
    Reason.NO_SKIN: "Too little skin is visible. Fill the frame with the face or the area to be measured.",
    Reason.TOO_DARK: "The skin is too dark to be judged. Take the photo again in more light.",
    Reason.OVEREXPOSED: "The skin is too bright to be judged. Take the photo again with less light or no flash.",
    Reason.CLIPPED: "Large parts of the skin are pure white or pure black. Use softer, even light.",
    Reason.BLURRED: "The photo is not sharp. Hold still, tap the skin to focus and take it again.",
    Reason.CRASHED: "The program failed on this photo. Save it again as a JPEG; if it stays so, report it.",
}


@dataclass(frozen=True)
class Check:
    """One measured quality of the photo.

    `name` is `resolution`, `brightness_low`, `skin_share`, `brightness_high`, `clipping` or `sharpness`; `value` and
    `limit` are in the unit that `serve/scoring/quality.py` states for it; `passed` is whether the photo may be scored.
    """

    name: str
    value: float
    limit: float
    passed: bool


@dataclass(frozen=True)
class ModelId:
    """Which network made a score: bundle name, version, SHA-256 of the file's bytes, licence class."""

    name: str
    version: str
    sha256: str
    licence_class: str


@dataclass(frozen=True)
class Refusal:
    """The photo is not scored, for one of the closed list of reasons; quality as far as it was measured."""

    reason: Reason
    hint: str
    quality: tuple[Check, ...] = ()


@dataclass(frozen=True)
class PhotoScore:
    """The score of one photo.

    `severity` is the depressed (atrophic) scarring of the visible skin, 0 to 100 (number x depth x area, after
    `rubric.md` of the readings); `severity_low` and `severity_high` bound where the reference reading lies with
    90 % probability. `grade_set` holds the photo grade (0 to 4) with 90 % probability, ascending and contiguous.
    `types` are the scar types seen (`icepick`, `boxcar`, `rolling`), the likeliest first.
    `view` is what the caller said it was; nothing checks it yet. `photo_sha256` is of the file's bytes; `width` and
    `height` are pixels after orientation.
    """

    photo_sha256: str
    width: int
    height: int
    severity: float
    severity_low: float
    severity_high: float
    grade_set: tuple[int, ...]
    types: tuple[str, ...]
    quality: tuple[Check, ...]
    model: ModelId
    view: View | None = None
    schema_version: int = SCHEMA_VERSION


def refusal(reason: Reason, quality: tuple[Check, ...] = ()) -> Refusal:
    """A refusal with the reason's own hint."""
    return Refusal(reason, HINTS[reason], quality)
