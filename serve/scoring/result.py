"""What scoring a photo answers: a `PhotoScore`, or a `Refusal` with its reason.

A photo that cannot be scored is an answer, never an exception to the user and never a number.
Nothing here computes anything; the fields, units and ranges are the contract that the command line,
the course and later the web service are built on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA_VERSION = 4
DISCLAIMER = "A measurement for documentation and research. Not a diagnosis, and no treatment advice."


class View(StrEnum):
    """From where a photo was taken; left and right are the patient's."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    CLOSEUP = "closeup"


class Reason(StrEnum):
    """Why a photo is not scored, or scored with a flag. The list is closed; each has a hint in `HINTS`."""

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
    NOT_SKIN = "not_skin"
    SEVERAL_FACES = "several_faces"
    WRONG_VIEW = "wrong_view"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    CLIPPED = "clipped"
    GLARE = "glare"
    SHADOW = "shadow"
    COLOUR_CAST = "colour_cast"
    BLURRED = "blurred"
    MAYBE_MIRRORED = "maybe_mirrored"
    CHIN_HIDDEN = "chin_hidden"
    BEARD = "beard"
    UNFAMILIAR = "unfamiliar"
    UNCERTAIN = "uncertain"
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
    Reason.NOT_SKIN: "This does not look like skin. Choose a photo of the face or of the area to be measured.",
    Reason.SEVERAL_FACES: "More than one face is seen. Photograph one person alone, or cut the others off.",
    Reason.WRONG_VIEW: "The head is turned another way than was said. Choose the right view; unmirror a selfie first.",
    Reason.TOO_DARK: "The skin is too dark to be judged. Take the photo again in more light.",
    Reason.OVEREXPOSED: "The skin is too bright to be judged. Take the photo again with less light or no flash.",
    Reason.CLIPPED: "Large parts of the skin are pure white or pure black. Use softer, even light.",
    Reason.GLARE: "Much of the skin shines. Blot it dry, and use soft light from the side instead of a flash.",
    Reason.SHADOW: "One side of the skin lies in deep shadow. Light both sides evenly, or turn towards the window.",
    Reason.COLOUR_CAST: "The skin has the colour of the light. Use daylight or a white lamp, and no filter.",
    Reason.BLURRED: "The photo is not sharp. Hold still, tap the skin to focus and take it again.",
    Reason.MAYBE_MIRRORED: "Perhaps a mirrored selfie: it shows the other side. Switch mirroring off in the camera.",
    Reason.CHIN_HIDDEN: "The chin is hidden. Take away hand, mask or scarf; a full beard hides all relief.",
    Reason.BEARD: "A beard or stubble hides relief and can look like it. Shave, or compare the cheeks alone.",
    Reason.UNFAMILIAR: "Unlike all photos that the network learnt from. Fill the frame with skin, in even light.",
    Reason.UNCERTAIN: "The score would be too uncertain to be of use. Take the photo again, nearer and in even light.",
    Reason.CRASHED: "The program failed on this photo. Save it again as a JPEG; if it stays so, report it.",
}


@dataclass(frozen=True)
class Check:
    """One measured quality of the photo.

    `name` is one of `NAMES` in `serve/scoring/quality/checks.py`; `value` and `limit` are in the unit that `measure`
    there states for it; `passed` is whether the value keeps the limit. A photo that does not pass is refused; where
    the check is a `flag`, it is scored, and the flag told beside the score.
    """

    name: str
    value: float
    limit: float
    passed: bool
    flag: bool = False


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
class RegionScore:
    """What the score says of one region of the face.

    `region` is `forehead`, `left_cheek`, `right_cheek` (the patient's), `nose`, `chin`, or `other_skin`: any skin of
    which it cannot be told where it lies, as in a close-up. `area` is the region's share of the photo, 0 to 1;
    `judged` the share of the region that could be judged (0 to 1: not burnt out, not black). `severity` 0 to 100 and
    `types` as of the photo, but of this region's skin alone; None where too little of it could be judged.
    `redness`, `lightness` and `yellowness` are differences in CIELAB a*, L* and b* from the same person's clear skin
    in this photo: active or lasting redness raises a*, brown pigment lowers L* and raises b* (Ly et al. 2020,
    10.1016/j.jid.2019.11.003). `hyperpigmented` is the share of its judged skin (0 to 1) that is a brown spot.
    """

    region: str
    area: float
    judged: float
    severity: float | None = None
    types: tuple[str, ...] = ()
    redness: float | None = None
    lightness: float | None = None
    yellowness: float | None = None
    hyperpigmented: float | None = None


@dataclass(frozen=True)
class PhotoScore:
    """The score of one photo.

    `severity` is the depressed (atrophic) scarring of the visible skin, 0 to 100 (number x depth x area, after
    `rubric.md` of the readings). Two uncertainties are told: `severity_low` and `severity_high` are the reading
    interval, which holds the reference reading with 90 % probability; `sem` is the standard error of measurement in
    points, how far the same skin's next photo strays, from the bench: a lower bound until a clinic measures its own
    (None where nobody has measured this network). `grade` is the photo grade (0 to 4), the median of its probabilities,
    `grade_set` holds the reference grade with 90 % probability, ascending and contiguous. `types` are the scar types
    seen, the likeliest first; `type_probabilities` (icepick, boxcar, rolling, hypertrophic, keloid) say which one
    dominates, if the skin shows scars: their sum is 1. `raised` is whether a raised scar is told as present,
    `raised_probability` (0 to 1) how likely. All four are empty or None with a network that tells no types.
    `view` is what the caller said it was, `view_seen` what the photo shows; a photo of another side is refused.
    `regions` are told one by one; `left_minus_right` is the severity of the patient's left cheek less that of the
    right one, None unless the photo shows both. A photo flagged as perhaps mirrored may have the sides' names swapped.
    `photo_sha256` is of the file's bytes; `width` and `height` are pixels after orientation. `model` made the
    severities, `region_model` found the skin and its regions.
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
    region_model: ModelId
    view_seen: View
    regions: tuple[RegionScore, ...]
    left_minus_right: float | None
    view: View | None = None
    sem: float | None = None
    grade: int | None = None
    type_probabilities: tuple[float, ...] = ()
    raised: bool | None = None
    raised_probability: float | None = None
    schema_version: int = SCHEMA_VERSION


def refusal(reason: Reason, quality: tuple[Check, ...] = ()) -> Refusal:
    """A refusal with the reason's own hint."""
    return Refusal(reason, HINTS[reason], quality)
