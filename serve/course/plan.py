"""What a course's plan says comes next, its checklist of cautions, and the flag for pigment.

All of it is recorded and told, none of it judged: whether to treat, when, and how deep is the practitioner's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scarscore.serve.course.records import MODEL, Caution, Course, Visit, VisitScore
from scarscore.serve.course.timing import is_valid, next_valid_day, timed
from scarscore.serve.course.words import counted, day

# Consent forms and manuals of devices (SkinPen, Dermapen 4) and consensus papers list these; recorded, never judged.
CAUTIONS = (
    "active acne",
    "infection or open wound in the area (herpes, warts, bacteria, fungi)",
    "isotretinoin, now or in the last six months (the interval is disputed)",
    "tendency to keloids or raised scars",
    "pregnancy or nursing",
    "bleeding disorder or anticoagulants",
    "eczema, psoriasis, rosacea or solar keratosis in the area",
    "skin cancer in the area",
    "allergy to metal",
    "tendency to brown marks after inflammation",
)
MORE_SPOTS = 0.03  # of a region's skin: so much more than at baseline lies in brown spots (`scoring/spots.py`)


@dataclass(frozen=True)
class Due:
    """Something that the plan says comes next: on or from `date` (`date.min`: at once), and why, in words."""

    date: date
    what: str


def checklist(entered: Sequence[Caution] = ()) -> tuple[Caution, ...]:
    """Every caution of the list as it was answered, None where nobody asked; then whatever else was entered."""
    told = {caution.name: caution for caution in entered}
    extra = (caution for caution in entered if caution.name not in CAUTIONS)
    return (*(told.get(name, Caution(name)) for name in CAUTIONS), *extra)


def next_session(course: Course) -> Due | None:
    """The next session of the plan, or of maintenance; None before the first is entered and when all is done."""
    if not course.sessions:
        return None
    last, done, planned = course.sessions[-1].date, len(course.sessions), course.plan.sessions
    if done < planned:
        return Due(last + timedelta(days=course.plan.spacing_days), f"session {done + 1} of {planned}, as planned")
    if course.plan.maintenance_per_year:
        days = round(365 / course.plan.maintenance_per_year)
        return Due(last + timedelta(days=days), f"maintenance, {course.plan.maintenance_per_year} a year as planned")
    return None


def next_photo(course: Course) -> Due | None:
    """The next photos: before the next session while the plan runs, then at the end-points; None when all are taken.

    A visit of findings alone took none. Raises UsageError as `timed` does.
    """
    rules, taken = course.clinic.timing, (visit for visit in course.visits if visit.shots)
    valid = [visit.date for visit in taken if is_valid(timed(visit, course.sessions, rules).timing)]
    if not course.sessions:
        return None if valid else Due(date.min, "baseline, before session 1")
    last, session = course.sessions[-1].date, next_session(course)
    if session is not None and len(course.sessions) < course.plan.sessions:
        return Due(max(session.date, next_valid_day(last, rules)), f"before needling of {session.what}")
    for days in rules.endpoints:
        due = last + timedelta(days=days)
        if all(when < due for when in valid):
            return Due(due, f"end-point {counted(days, 'day')} after the last session")
    return None


def brown_marks(visits: Sequence[Visit]) -> str:
    """Brown marks after inflammation (PIH), as a person entered them last; empty without any, or where they are gone.

    They followed microneedling in 5 of 30 patients (Dogra et al. 2014). They never count towards severity, and need no
    photo: hence all visits, in the order of dates.
    """
    entered = [(visit.date, seen) for visit in visits for seen in visit.findings if seen.item == "pih"]
    told = [(when, seen) for when, seen in entered if seen.by != MODEL]
    if not told or not told[-1][1].value:
        return ""
    when, seen = told[-1]
    return f"brown marks after inflammation, entered by {seen.by} on {day(when)}"


def pigment_flags(baseline: VisitScore, now: VisitScore) -> tuple[str, ...]:
    """Regions with more brown spots than at baseline, in words: for the practitioner to look at.

    They never count towards severity. Nothing is told of a region that either visit did not measure.
    """
    before = {region.region: region.hyperpigmented for region in baseline.regions}
    told = ((r.region.replace("_", " "), before.get(r.region), r.hyperpigmented) for r in now.regions)
    return tuple(
        f"{name}: brown spots on {_percent(seen)} of the skin, {_percent(then)} at baseline"
        for name, then, seen in told
        if then is not None and seen is not None and seen - then > MORE_SPOTS
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
