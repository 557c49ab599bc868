"""Whether a photo can be judged at all: every check with its number, its limit and its reason, in a fixed order.

Each check is one number against one limit. The limits come from data: `scarscore evaluate-quality` writes how many
real photos pass, what is refused of pictures that are no skin, and what happens to the score beyond each limit
(docs/quality.md). The checks keep out what no network should answer for; they do not grade photos, and a photo that
passes may still be a poor one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scarscore.model.regions import RegionMap
from scarscore.serve.scoring.decode import Decoded
from scarscore.serve.scoring.header import MIN_SIDE
from scarscore.serve.scoring.quality import focus, light
from scarscore.serve.scoring.quality.arrays import SIDE, Mask, Photo, lab_of, reduced
from scarscore.serve.scoring.quality.hidden import beard, chin_shown
from scarscore.serve.scoring.quality.pose import faces, off_view, other_side
from scarscore.serve.scoring.quality.skin import certainty, hue_range, skin_of
from scarscore.serve.scoring.result import Check, Reason, View


@dataclass(frozen=True)
class Limit:
    """One check: its name, what it must be at least or (`at_most`) at most, and why a photo beyond it is refused.

    A `flag` does not refuse: it is told beside the score.
    """

    name: str
    limit: float
    reason: Reason
    at_most: bool = False
    flag: bool = False

    def check(self, value: float) -> Check:
        """The check's answer for one photo."""
        value = round(value, 4)
        passed = value <= self.limit if self.at_most else value >= self.limit
        return Check(self.name, value, self.limit, passed, self.flag)


# In the order in which reasons are told: first what would make the later numbers meaningless. Flags come last.
LIMITS = (
    Limit("resolution", float(MIN_SIDE), Reason.TOO_SMALL),
    Limit("brightness_low", 28.0, Reason.TOO_DARK),
    Limit("skin_share", 0.10, Reason.NO_SKIN),
    Limit("certainty", 0.84, Reason.NOT_SKIN),
    Limit("faces", 1.0, Reason.SEVERAL_FACES, at_most=True),
    Limit("off_view", 15.0, Reason.WRONG_VIEW, at_most=True),
    Limit("brightness_high", 86.0, Reason.OVEREXPOSED, at_most=True),
    Limit("clipping", 0.12, Reason.CLIPPED, at_most=True),
    Limit("glare", 0.33, Reason.GLARE, at_most=True),
    Limit("shadow", 48.0, Reason.SHADOW, at_most=True),
    Limit("cast", 11.8, Reason.COLOUR_CAST, at_most=True),
    Limit("hue_range", 5.7, Reason.NOT_SKIN),
    Limit("sharpness", 0.17, Reason.BLURRED),
    Limit("mirrored", 0.0, Reason.MAYBE_MIRRORED, at_most=True, flag=True),
    Limit("chin_shown", 0.02, Reason.CHIN_HIDDEN, flag=True),
    Limit("beard", 2.0, Reason.BEARD, at_most=True, flag=True),
)
NAMES = tuple(limit.name for limit in LIMITS)  # of the checks, in their fixed order: the columns of a batch
_BY_NAME = {limit.name: limit for limit in LIMITS}


@dataclass(frozen=True)
class Quality:
    """A photo's checks in their fixed order, as far as they could be measured."""

    checks: tuple[Check, ...]


def measure(decoded: Decoded, regions: RegionMap, view: View | None = None) -> Quality:
    """The photo's quality, each check with its value, its limit and whether it passed.

    `regions` is the region network's map of the same pixels; `view` what the user said that the photo shows.
    `resolution`: short side of the judged picture (long side at most 1024) in px, at least 160.
    `brightness_low`: CIE L* (0-100) that the brightest 5 % of the skin exceed, at least 28.
    `skin_share`: share of the picture that is skin, 0 to 1, at least 0.10.
    `certainty`: mean probability of skin, where it is seen, 0.5 to 1, at least 0.84.
    `faces`: faces in the picture, at most 1; a close-up has none.
    `off_view`: degrees that the head is turned beyond what `view` allows, at most 15; only where both are known.
    `brightness_high`: median CIE L* of the skin, at most 86.
    `clipping`: share of the skin where red and another channel are at 255, or all at 0, 0 to 1, at most 0.12.
    `glare`: share of the skin under highlights, 0 to 1, at most 0.33.
    `shadow`: CIE L* between the means of the skin's lighter and darker half, 0 to 100, at most 48.
    `cast`: CIELAB units in the a* b* plane from the skin's median colour to the nearest that skin has, at most 11.8.
    `hue_range`: degrees of CIELAB hue between the skin's 10th and 90th percentile, 0 to 360, at least 5.7.
    `sharpness`: energy of the finest detail over that of coarser detail, about 0.05 to 1, at least 0.17.
    `mirrored` (a flag): 1 where a photo that says that a phone's front camera took it shows the other side than
    `view`, at most 0. It is then not held to `off_view`.
    `chin_shown` (a flag): skin of the chin in squares of the face's width, 0 to about 0.2, at least 0.02.
    `beard` (a flag): fine contrast of the chin over that of the other skin, about 1, at most 2.0.
    Without skin the brightness and sharpness are those of the whole picture, so that a black photo is called dark;
    what is only true of skin, or of a face, is then left out.
    """
    photo = decoded.pixels
    small = reduced(photo, SIDE / max(photo.shape[:2]))
    found = skin_of(small, regions)
    seen = float(found.mean()) >= _BY_NAME["skin_share"].limit
    skin = found if seen else np.ones_like(found)
    values = {"resolution": float(min(photo.shape[:2])), "skin_share": float(found.mean())}
    values |= _always(small, skin) | (_on_skin(small, skin) if seen else {})
    values |= _of_regions(decoded, regions, view) if seen else {}
    if seen and (hues := hue_range(small, skin)) is not None:
        values["hue_range"] = hues
    values["sharpness"] = focus.sharpness(photo, skin, regions.pose.face_width_px)
    return Quality(tuple(limit.check(values[limit.name]) for limit in LIMITS if limit.name in values))


def failed(quality: Quality) -> Reason | None:
    """Why the photo cannot be judged: the first check in the fixed order that it fails, or None."""
    return next((_BY_NAME[check.name].reason for check in quality.checks if not (check.passed or check.flag)), None)


def flags(checks: tuple[Check, ...]) -> tuple[Reason, ...]:
    """What is told beside the score of a photo, in the fixed order: the reasons of the flags that did not pass."""
    return tuple(_BY_NAME[check.name].reason for check in checks if check.flag and not check.passed)


def _always(small: Photo, skin: Mask) -> dict[str, float]:
    median, bright = light.brightness(lab_of(small), skin)
    return {"brightness_low": bright, "brightness_high": median, "clipping": light.clipping(small, skin)}


def _on_skin(small: Photo, skin: Mask) -> dict[str, float]:
    lab = lab_of(small)
    return {
        "glare": light.glare(small, skin),
        "shadow": light.shadow(lab, skin),
        "cast": light.cast(lab, skin),
    }


def _of_regions(decoded: Decoded, regions: RegionMap, view: View | None) -> dict[str, float]:
    off = off_view(regions.pose, view)
    mirrored = off is not None and decoded.front_camera and other_side(regions.pose, view)
    told = {
        "certainty": certainty(regions),
        "faces": float(faces(regions)),
        "off_view": None if mirrored else off,
        "mirrored": None if off is None else float(mirrored),
        "chin_shown": chin_shown(regions, max(decoded.pixels.shape[:2])),
        "beard": beard(decoded.pixels, regions),
    }
    return {name: value for name, value in told.items() if value is not None}
