"""Two photos of a course laid over each other from their stored bytes: what differs, what is new, and the pictures.

Whatever was computed is kept in memory alone, a few pairs of it, and forgotten when somebody is erased. Photos that do
not lie on each other are told as such; so are those of which no severity may be told. Nothing here is a verdict: that
counts every photo of a visit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from scarscore.model.preprocess import Floats, Pixels
from scarscore.serve.course.align import Mismatch, NotComparable, align
from scarscore.serve.course.change import change_between, change_notes
from scarscore.serve.course.compared import UNREADABLE, Match, ViewPair
from scarscore.serve.course.conditions import Condition, compare_conditions
from scarscore.serve.course.differences import NewScar, changes
from scarscore.serve.course.enlarged import enlarged
from scarscore.serve.course.measured import Networks
from scarscore.serve.course.records import Change, Course
from scarscore.serve.course.report import pictures
from scarscore.serve.course.visit import visit_scores
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.choices import Choice, Choices, chosen_from
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, has_consent
from scarscore.serve.records.errors import Conflict, Invalid, VaultError
from scarscore.serve.records.find import course_row, patient_row, photo_row
from scarscore.serve.records.history import course_of
from scarscore.serve.records.memory import Memory
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.decode import Decoded, decode

KEPT = 12  # pairs, of about a megabyte each
QUALITY = 90  # of the pictures, which are for the eye


class Picture(StrEnum):
    """The pictures of a pair."""

    BEFORE = "before"
    AFTER = "after"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Ring:
    """A place that looks new, in the pictures: shares (0 to 1) of their width, and of their height for `y`."""

    x: float
    y: float
    radius: float
    scar: NewScar


@dataclass(frozen=True, eq=False)
class Laid:
    """What was computed of two photos.

    `mismatch` says why they do not lie on each other; all else is then empty. `fell` and `rose` are the shares (0 to 1)
    of skin where severity did so by over 5 points, None where no difference may be told. `images` are files by kind.
    """

    mismatch: NotComparable | None
    images: dict[Picture, bytes]
    width: int = 0
    height: int = 0
    residual_px: float | None = None
    conditions: tuple[Condition, ...] = ()
    fell: float | None = None
    rose: float | None = None
    rings: tuple[Ring, ...] = ()
    new: int = 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two photos of one view of a course, the earlier one first, and what lies between them.

    `change` is of these two photos alone, with what the error of two single shots makes of it; None where either has no
    severity or they do not lie on each other. `undecided` says in words why no difference of severity is told.
    """

    about: Choices
    before: Choice
    after: Choice
    laid: Laid
    change: Change | None
    notes: tuple[str, ...]
    undecided: str


CACHE: Memory[Laid] = Memory(KEPT)
_UNREADABLE = Laid(NotComparable(Mismatch.NOT_REGISTERED, UNREADABLE), {})


def compare(
    clinic: Clinic, who: Who, networks: Networks, course_id: str, pair: tuple[str, str], purpose: Use = Use.CARE
) -> Comparison:
    """Two photos of a course, by id, the earlier first, held against each other.

    `purpose` is who will see them: the patient's own care, or others within the clinic (`display`). Raises `NotFound`,
    `Invalid` where they are no pair, and `Conflict` where the patient has not consented to being shown.
    """
    deed = Deed(who.account, "read", f"course/{course_id}", _detail("compared", pair, purpose))
    return _compared(clinic, who, networks, course_id, pair, purpose, deed)


def picture(
    clinic: Clinic,
    who: Who,
    networks: Networks,
    course_id: str,
    pair: tuple[str, str],
    kind: Picture,
    purpose: Use = Use.CARE,
) -> bytes:
    """One of the pictures: JPEG, the difference as PNG. Raises as `compare`, and `Conflict` where there is none."""
    photo = pair[0] if kind is Picture.BEFORE else pair[1]
    deed = Deed(who.account, "read", f"photo/{photo}", _detail(f"compared {kind.value}", pair, purpose))
    told = _compared(clinic, who, networks, course_id, pair, purpose, deed)
    if told.laid.mismatch is not None:
        raise Conflict(told.laid.mismatch.hint)
    if kind not in told.laid.images:
        raise Conflict(told.undecided)
    return told.laid.images[kind]


def _compared(
    clinic: Clinic, who: Who, networks: Networks, course_id: str, pair: tuple[str, str], purpose: Use, deed: Deed
) -> Comparison:
    if purpose not in (Use.CARE, Use.DISPLAY):
        raise Invalid("photos are compared for care or for display; for other uses they are exported")
    with clinic.doing(deed) as session:
        patient = patient_row(session, course_row(session, course_id).patient_id)
        shown = has_consent(session, patient.id, Use.DISPLAY)
        if purpose is Use.DISPLAY and not shown:
            raise Conflict("this patient has not consented to photos being shown to others in the clinic")
        course = course_of(session, course_id, networks.text)
        about = chosen_from(course, course_id, patient.id, may_be_shown=shown)
        before, after = _pair(about, pair)
        rows = photo_row(session, before.photo), photo_row(session, after.photo)
    alone = _alone(course, before, after)
    digest = hashlib.sha256(repr((clinic.place, networks.text, alone)).encode()).hexdigest()
    try:
        laid = CACHE.get(digest, lambda: _laid(clinic, who, networks, rows, before, after))
    except VaultError:  # which is audited; not kept, since a vault may be out of reach for a while
        laid = _UNREADABLE
    return _told(about, before, after, laid, alone)


def _pair(about: Choices, pair: tuple[str, str]) -> tuple[Choice, Choice]:
    before, after = about.one(pair[0]), about.one(pair[1])
    if before.place != after.place:
        raise Invalid("the two photos show different views: choose two of one view")
    if before.visit >= after.visit:
        raise Invalid("the first photo must be of an earlier visit than the second")
    return before, after


def _alone(course: Course, before: Choice, after: Choice) -> Course:
    """The course as if these two photos were all of it."""
    visits = (course.visits[each.visit] for each in (before, after))
    shots = (before.shot, after.shot)
    return replace(
        course, visits=tuple(replace(visit, shots=(shot,)) for visit, shot in zip(visits, shots, strict=True))
    )


def _told(about: Choices, before: Choice, after: Choice, laid: Laid, alone: Course) -> Comparison:
    unscored = " ".join(f"{each.day}: {each.why}" for each in (before, after) if each.score is None)
    if laid.mismatch is not None or unscored:
        return Comparison(about, before, after, laid, None, (), unscored)
    first, second = visit_scores(alone)
    notes = change_notes(first, second)
    return Comparison(about, before, after, laid, change_between(first, second), notes, "")


def _laid(
    clinic: Clinic, who: Who, networks: Networks, rows: tuple[PhotoRow, PhotoRow], before: Choice, after: Choice
) -> Laid:
    then, now = (_pixels(clinic, who, row) for row in rows)
    if then is None or now is None:
        return _UNREADABLE
    found = align(then, now, networks.finder)
    if isinstance(found, NotComparable):
        return Laid(found, {}, residual_px=found.residual_px)
    large = enlarged(then, now, found)
    height, width = large[0].shape[:2]
    images = {Picture.BEFORE: _jpeg(large[0]), Picture.AFTER: _jpeg(large[1])}
    laid = Laid(None, images, width, height, found.residual_px, compare_conditions(found))
    if before.score is None or after.score is None:
        return laid
    told = changes(found, networks.engine)
    images[Picture.DIFFERENCE] = _map(large[1], told.difference)
    fell, rose = _shares(told.difference)
    rings = _rings(ViewPair(before.day, Match(after.day, after.shot, before.shot, True), found, told))
    return replace(laid, fell=fell, rose=rose, rings=rings, new=len(told.new_scars))


def _pixels(clinic: Clinic, who: Who, row: PhotoRow) -> Pixels | None:
    decoded = decode(unsealed(clinic, who, row))
    return decoded.pixels if isinstance(decoded, Decoded) else None


def _map(now: Pixels, difference: Floats) -> bytes:
    """The difference over the later photo in grey, as PNG."""
    size = (now.shape[1], now.shape[0])
    wide = cv2.resize(np.nan_to_num(difference), size, interpolation=cv2.INTER_LINEAR)
    there = cv2.resize(np.isfinite(difference).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    tinted = pictures.tinted(now, np.asarray(np.where(there, wide, np.nan), np.float32))
    return _encoded(".png", tinted, [cv2.IMWRITE_PNG_COMPRESSION, 3])


def _shares(difference: Floats) -> tuple[float, float]:
    told = difference[np.isfinite(difference)]
    if not told.size:
        return 0.0, 0.0
    return float((told < -pictures.FAINT).mean()), float((told > pictures.FAINT).mean())


def _rings(pair: ViewPair) -> tuple[Ring, ...]:
    height, width = pair.alignment.pair.skin.shape
    return tuple(
        Ring(x / width, y / height, radius / width, scar)
        for scar, (x, y, radius) in zip(pictures.ringed_scars(pair), pictures.places(pair), strict=True)
    )


def _jpeg(pixels: Pixels) -> bytes:
    return _encoded(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


def _encoded(kind: str, pixels: Pixels, how: list[int]) -> bytes:
    return cv2.imencode(kind, pixels[..., ::-1], how)[1].tobytes()


def _detail(what: str, pair: tuple[str, str], purpose: Use) -> dict[str, str]:
    return {"what": what, "before": pair[0], "after": pair[1], "purpose": purpose.value}
