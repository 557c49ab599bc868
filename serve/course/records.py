"""What a course of treatment is made of, and what is said of it: the words that all of `serve/course` speaks.

A course is a plan, sessions (treatments) and visits (occasions on which photos were taken); a visit holds shots, each
with its score or its refusal. Nothing here computes or reads a file. Everything is frozen; a corrected or rescored
course is a new one, made with `dataclasses.replace`. Left and right are the patient's, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from scarscore.model.repeatability import DETECTABLE
from scarscore.serve.scoring.result import Check, Refusal, RegionScore, View

MODEL = "model"  # `Finding.by` of what the network proposed; anything else names who entered it


class Needling(StrEnum):
    """Whether the photos of a session's own day were taken before or after needling."""

    BEFORE = "before"
    AFTER = "after"


class Timing(StrEnum):
    """What the days since the last session make of a visit's photos."""

    NOT_SCORED = "not_scored"  # kept and shown; no severity is computed
    PROVISIONAL = "provisional"  # shown, never in a trend or a verdict
    VALID = "valid"
    PREFERRED = "preferred"  # valid, and at the best distance from the session


class VerdictKind(StrEnum):
    """What is said of a course. None of them is a diagnosis, nor a reason for or against treatment."""

    IMPROVED = "improved"
    NO_DETECTABLE_CHANGE = "no_detectable_change"
    WORSE = "worse"
    TOO_EARLY = "too_early"
    NOT_COMPARABLE = "not_comparable"


class ErrorSource(StrEnum):
    """Whence a measurement error comes."""

    BUNDLE = "bundle"  # measured with the network, by altering photos: a lower bound
    CLINIC = "clinic"  # measured by the clinic, with its own camera
    SHOTS = "shots"  # what the shots of one view at one visit were seen to differ by, more than either of these


@dataclass(frozen=True)
class ShotScore:
    """The part of a `PhotoScore` that a course needs, and that can be read back from CSV or JSON.

    `severity` 0 to 100; `low` and `high` bound the reading with 90 % probability. `regions` as in the photo's score
    (`area` is the share of the photo, 0 to 1). `grade_set` holds the photo grade (0 to 4), `types` are scar types seen.
    `model` names the severity and the region network, each with version and SHA-256: scores of two models are never
    compared.
    """

    severity: float
    low: float
    high: float
    model: str
    grade_set: tuple[int, ...] = ()
    types: tuple[str, ...] = ()
    regions: tuple[RegionScore, ...] = ()
    quality: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Shot:
    """One photo of a view, and what scoring answered: None where it has not been scored.

    `photo` is a path or an id, as the manifest names it; `row` where it stands there (`line 7 of course.csv`), for
    messages. `camera` is the clinic's name for its camera, empty where unknown. `region` is what a close-up shows.
    `not_comparable` says in words why the photo cannot be held against the baseline's; None where it can.
    `earlier` are answers of other networks, oldest first: they stay when a course is rescored.
    """

    photo: str
    view: View
    answer: ShotScore | Refusal | None = None
    camera: str = ""
    region: str | None = None
    not_comparable: str | None = None
    earlier: tuple[ShotScore | Refusal, ...] = ()
    row: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing counted, measured or asked: the input of a scale, and who it comes from.

    `item` is one of `ITEMS` in `serve/course/scales/items.py`, which states unit and range (yes is 1, no is 0).
    `by` is `MODEL` for what the network proposes, else who entered it (initials or a role; never the patient's name).
    Of several findings of one item the last one entered by a person counts; all stay in the audit trail.
    """

    item: str
    value: float
    by: str = MODEL


@dataclass(frozen=True)
class Depth:
    """The needle depth that was recorded for a region, in mm. Recorded, never recommended."""

    region: str
    mm: float


@dataclass(frozen=True)
class Session:
    """One treatment as recorded: its number (from 1), date, device, depths, and whatever was done with it."""

    number: int
    date: date
    device: str = ""
    depths: tuple[Depth, ...] = ()
    treatments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Visit:
    """One occasion on which photos were taken. `needling` is told where it was a session's own day."""

    date: date
    shots: tuple[Shot, ...] = ()
    needling: Needling | None = None
    findings: tuple[Finding, ...] = ()
    row: str = ""


@dataclass(frozen=True)
class Caution:
    """One line of the checklist: recorded, never judged. `present` is None where nobody asked."""

    name: str
    present: bool | None = None
    by: str = ""


@dataclass(frozen=True)
class Plan:
    """What was planned: sessions (usually 3 to 6), days between them (14 or 28), maintenance sessions a year."""

    sessions: int = 4
    spacing_days: int = 28
    maintenance_per_year: int = 0
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class TimingRules:
    """Days after a session that decide what a visit's photos are good for; a clinic may set its own.

    Up to `not_scored` redness, swelling and peeling mislead: transient events last up to 7 days (systematic review
    of microneedling, PMID 34448760; redness 1 to 3 days, swelling 2, peeling until day 7 in clinics' leaflets). Up to
    `provisional` is a margin of this project's own choice. From `preferred` on is what trials do (SkinPen
    NCT02646917: 30 days). `endpoints`: Alam 2014 (90 and 180 days), SkinPen (30 and 180), Dalwig-Nolda and Ablon
    2020 (90). `response` is the day before which nobody is called a non-responder: in published courses skin still
    improved 1 to 6 months after the last session.
    """

    not_scored: int = 7
    provisional: int = 13
    preferred: int = 28
    endpoints: tuple[int, ...] = (28, 90, 180)
    response: int = 90


@dataclass(frozen=True)
class MeasurementError:
    """How far one shot's severity strays when the same skin is photographed again, in points (0 to 100).

    `sem` is the standard error of measurement of a single shot, absolute agreement. `view` and `camera` are for
    what it was measured; None is any. `model` is with which network; None is any. `subjects` and `shots` are how
    many there were of each; 0 where no clinic counted them. `shared` is the share (0 to 1) of the error's variance
    that shots of one visit have in common (same light, same day), which averaging shots cannot take away.
    """

    sem: float
    source: ErrorSource
    view: View | None = None
    camera: str | None = None
    model: str | None = None
    subjects: int = 0
    shots: int = 0
    shared: float = 0.25

    @property
    def sdc95(self) -> float:
        """Smallest detectable change of one shot against one other at 95 %, in points: 2.77 x SEM."""
        return DETECTABLE * self.sem


@dataclass(frozen=True)
class Clinic:
    """A clinic's settings: its timing rules, and the measurement errors of its own cameras, if it has measured any."""

    timing: TimingRules = field(default_factory=TimingRules)
    errors: tuple[MeasurementError, ...] = ()


@dataclass(frozen=True)
class Course:
    """One patient's course. `patient` is a pseudonym, never a name. Sessions and visits are in the order of dates."""

    patient: str
    plan: Plan
    sessions: tuple[Session, ...] = ()
    visits: tuple[Visit, ...] = ()
    clinic: Clinic = field(default_factory=Clinic)


@dataclass(frozen=True)
class ViewScore:
    """The mean of a view's shots at one visit.

    `severity` 0 to 100; `sem` in points, of this mean, and `error` what it comes from; `skin` is the mean share of the
    photo that is judged skin (0 to 1), by which views are pooled; `shots` is how many entered the mean and `used`
    which (`Shot.photo`); `left_out` are photos that did not, each with the reason; `camera` is empty where it is
    unknown or more than one. `redness` is the mean difference of a* (CIELAB) from the same person's clear skin, None
    where it was not measured. `notes` are for the practitioner.
    """

    view: View
    severity: float
    sem: float
    error: MeasurementError
    skin: float
    shots: int
    camera: str = ""
    region: str | None = None
    redness: float | None = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegionMean:
    """A region's severity (0 to 100) at one visit: the shots of a view averaged, the views pooled by its visible skin.

    `skin` is its mean share of a photo (0 to 1). `redness`, `lightness` and `yellowness` are CIELAB differences from
    the same person's clear skin, `hyperpigmented` the share of brown spots, as in the photo's score: means over the
    shots, None where they were not measured.
    """

    region: str
    severity: float
    skin: float
    redness: float | None = None
    lightness: float | None = None
    yellowness: float | None = None
    hyperpigmented: float | None = None


@dataclass(frozen=True)
class VisitScore:
    """One visit in numbers: severity (0 to 100) pooled over its views, its SEM in points, and what it rests on.

    `timing` says whether it may enter a trend; `days` are days since the last session, None before the first;
    `sessions` are how many sessions lay before these photos.
    """

    date: date
    timing: Timing
    days: int | None
    sessions: int
    severity: float
    sem: float
    model: str
    views: tuple[ViewScore, ...]
    regions: tuple[RegionMean, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trend:
    """The straight line through the valid visits, in points of severity per 28 days; below 0 is improvement.

    `low` and `high` bound the slope at 95 %. `improving` is the probability (0 to 1) that the slope is below 0,
    given the measurement errors and no prior. `visits` are how many it rests on, 3 or more.
    """

    per_28_days: float
    low: float
    high: float
    improving: float
    visits: int


@dataclass(frozen=True)
class Change:
    """Last valid visit less baseline, over the views that both have, in points; below 0 is improvement.

    `low` and `high` bound it at 95 %; `sdc95` is the smallest detectable change of these two visits, with as many
    shots as they have. `views` are those that were compared.
    """

    points: float
    low: float
    high: float
    sdc95: float
    baseline: float
    now: float
    views: tuple[View, ...]


@dataclass(frozen=True)
class Trial:
    """A published course, as context: what was done, what came of it, and where it is written."""

    name: str
    protocol: str
    result: str
    source: str


@dataclass(frozen=True)
class ExpectedRange:
    """Where severity would lie by now if a course went as published ones did: context, never a target.

    `low` and `high` are severities (0 to 100), `low` the greatest published improvement, `high` the least.
    """

    low: float
    high: float
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class Verdict:
    """What is said of a course, against the photos' own measurement error.

    `change` is None where nothing could be compared. `words` are for the patient, with the numbers; `notes` for the
    practitioner. `open_until` is the day before which no detectable change must not be read as no response, while
    that day lies ahead.
    """

    kind: VerdictKind
    words: str
    change: Change | None = None
    trend: Trend | None = None
    baseline: VisitScore | None = None
    last: VisitScore | None = None
    notes: tuple[str, ...] = ()
    expected: ExpectedRange | None = None
    open_until: date | None = None
