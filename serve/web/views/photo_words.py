"""A photo's answer in words and rounded numbers, as the pages show it. Nothing is computed anew here."""

from __future__ import annotations

from dataclasses import dataclass

from scarscore.model.heads import SCAR_TYPES
from scarscore.serve.course.check import REGIONS
from scarscore.serve.records.photos import StoredPhoto
from scarscore.serve.scoring.quality.checks import LIMITS, flags
from scarscore.serve.scoring.quality.words import check_label, limit_words, value_words
from scarscore.serve.scoring.result import HINTS, Check, PhotoScore, Reason, Refusal, View

VIEWS = {View.FRONT: "Front", View.LEFT: "Left side", View.RIGHT: "Right side", View.CLOSEUP: "Close-up"}
REGION_NAMES = {region: region.replace("_", " ").capitalize() for region in REGIONS}
GRADES = ("none", "macular", "mild", "moderate", "severe")  # of the photo grades 0 to 4
_REASONS = {limit.name: limit.reason for limit in LIMITS}


@dataclass(frozen=True)
class CheckTold:
    """One check: what it measures, its value and limit with their unit, and what helps where it failed."""

    label: str
    value: str
    limit: str
    passed: bool
    flag: bool
    hint: str


@dataclass(frozen=True)
class RegionTold:
    """One region: its name, its share of the visible skin, severity, colours; a dash where not measured."""

    name: str
    share: str
    severity: str
    redness: str
    pigment: str
    spots: str


@dataclass(frozen=True)
class PhotoTold:
    """A stored photo as a page shows it. `number` is its place among the visit's photos, from 1.

    `stale` is whether other networks than the present ones scored it; `mirrored` why it may be a mirrored selfie: it
    shows the other side, or a front camera took a side of the face; else empty.
    """

    photo: StoredPhoto
    number: int
    title: str
    score: PhotoScore | None
    refusal: Refusal | None
    checks: tuple[CheckTold, ...]
    types: str
    flags: tuple[str, ...]
    regions: tuple[RegionTold, ...]
    grade: str
    stale: bool
    mirrored: str

    @property
    def failed(self) -> tuple[CheckTold, ...]:
        """The checks for which the photo was refused."""
        return tuple(check for check in self.checks if not (check.passed or check.flag))

    @property
    def told(self) -> str:
        """The answer in one sentence, to be read aloud."""
        if self.score is not None:
            of = f"severity {self.score.severity:.0f} of 100"
            return " ".join(filter(None, (f"{self.title}: {of}.", self.mirrored, *self.flags)))
        if self.refusal is not None:
            return f"{self.title}: not scored. {self.refusal.hint}"
        return f"{self.title}: kept, {self.photo.why}"


def photo_told(photo: StoredPhoto, number: int, networks: str) -> PhotoTold:
    """The photo as it is shown; `networks` are the present ones."""
    answer = None if photo.score is None else photo.score.answer
    score = answer if isinstance(answer, PhotoScore) else None
    quality = () if answer is None else answer.quality
    told = flags(quality)
    return PhotoTold(
        photo, number, title(photo.view, photo.region), score, answer if isinstance(answer, Refusal) else None,
        tuple(check_told(check) for check in quality),
        "" if score is None else type_shares(score),
        tuple(HINTS[reason] for reason in told if reason is not Reason.MAYBE_MIRRORED),
        () if score is None else _regions(score),
        "" if score is None else grade_words(score.grade_set) + _told_as(score),
        photo.score is not None and photo.score.model != networks,
        _mirrored(photo, told),
    )  # fmt: skip


def _mirrored(photo: StoredPhoto, told: tuple[Reason, ...]) -> str:
    if Reason.MAYBE_MIRRORED in told:
        return HINTS[Reason.MAYBE_MIRRORED]
    if not (photo.front_camera and photo.view in (View.LEFT, View.RIGHT)):
        return ""
    return (
        "Perhaps a mirrored selfie: a front camera took it, so that left and right may be swapped. Check that it shows "
        f"the {VIEWS[photo.view].lower()}, or switch mirroring off and take it again."
    )


def title(view: View, region: str | None) -> str:
    """What a photo shows: `Left side`, `Close-up of the left cheek`."""
    return VIEWS[view] + (f" of the {words(region)}" if region else "")


def words(name: str) -> str:
    """A name with underscores as words."""
    return name.replace("_", " ")


def grade_words(grades: tuple[int, ...]) -> str:
    """A grade set in words: `mild or moderate (2 to 3)`."""
    numbers = f"{grades[0]}" if len(grades) == 1 else f"{grades[0]} to {grades[-1]}"
    names = [GRADES[grade] for grade in grades]
    return f"{', '.join(names[:-1])}{' or ' if len(names) > 1 else ''}{names[-1]} ({numbers})"


def _told_as(score: PhotoScore) -> str:
    """The grade that is told, the median of its probabilities, where the set leaves several."""
    return "" if score.grade is None or len(score.grade_set) == 1 else f", told as {GRADES[score.grade]}"


def type_shares(score: PhotoScore) -> str:
    """How likely each type is the dominant one, the likeliest first; empty with a network that tells no types."""
    named = sorted(zip(score.type_probabilities, SCAR_TYPES, strict=False), reverse=True)
    return ", ".join(f"{name} {100 * probability:.0f} %" for probability, name in named)


def check_told(check: Check) -> CheckTold:
    """A check in words."""
    reason = None if check.passed else _REASONS.get(check.name)
    hint = "" if reason is None else HINTS[reason]
    return CheckTold(check_label(check.name), value_words(check), limit_words(check), check.passed, check.flag, hint)


def _regions(score: PhotoScore) -> tuple[RegionTold, ...]:
    whole = sum(region.area for region in score.regions) or 1.0
    return tuple(
        RegionTold(
            words(region.region).capitalize(),
            f"{100 * region.area / whole:.0f} %",
            "–" if region.severity is None else f"{region.severity:.0f}",
            _signed(region.redness),
            "–" if region.lightness is None else f"{_signed(region.lightness)} / {_signed(region.yellowness)}",
            "–" if region.hyperpigmented is None else f"{100 * region.hyperpigmented:.1f} %",
        )
        for region in score.regions
    )


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.1f}"
