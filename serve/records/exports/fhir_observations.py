"""What was measured, as FHIR Observations: a severity for each valid visit, and each scale at each visit that has one.

No number without its uncertainty: a severity brings its standard error of measurement, and for each photo the interval
of its reading; a scale with something missing is a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scarscore.serve.course.error import LOWER_BOUND
from scarscore.serve.course.measured import Measured
from scarscore.serve.course.records import ErrorSource, ShotScore, VisitScore
from scarscore.serve.course.report.trail import Dated, scales
from scarscore.serve.course.scales.answer import Part, Scale
from scarscore.serve.course.timing import is_valid

SYSTEM = "urn:scarscore"
Resource = dict[str, Any]  # FHIR's JSON; tests hold it against the models of fhir.resources
METHOD = "network on photos, mean of a view's shots, views pooled by visible skin"
_EXAM = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "exam"}


def concept(code: str, words: str) -> Resource:
    """A code of this project's own, with what it means."""
    return {"coding": [{"system": f"{SYSTEM}:codes", "code": code, "display": words}], "text": words}


def severity_observations(course_id: str, told: Measured, media: Mapping[str, Resource]) -> Iterator[Resource]:
    """An Observation for each visit that counts; `media` are references to photos, by id."""
    for score in told.scores:
        if is_valid(score.timing):
            yield _severity(course_id, score, _shots(told, score), media)


def scale_observations(course_id: str, told: Measured) -> Iterator[Resource]:
    """An Observation for each scale at each visit, its inputs as components."""
    seen: dict[str, int] = {}
    for each in scales(told):
        name = f"{_slug(each.scale.name)}-{each.date.isoformat()}"
        seen[name] = seen.get(name, 0) + 1
        more = f"-{seen[name]}" if seen[name] > 1 else ""  # before and after needling on one day
        yield _scale(f"{course_id}-{name}{more}", each)


def _severity(
    course_id: str, score: VisitScore, shots: Mapping[str, ShotScore], media: Mapping[str, Resource]
) -> Resource:
    notes = [*score.notes, *([LOWER_BOUND] if _is_lower_bound(score) else [])]
    return {
        "resourceType": "Observation",
        "id": f"{course_id}-severity-{score.date.isoformat()}",
        "status": "preliminary",
        "category": [{"coding": [_EXAM]}],
        "code": concept("severity", "Severity of depressed acne scars, 0 to 100"),
        "effectiveDateTime": score.date.isoformat(),
        "valueQuantity": _points(score.severity),
        "method": {"text": f"{METHOD}; {score.model}"},
        "note": [{"text": note} for note in notes],
        "derivedFrom": [media[photo] for photo in shots if photo in media],
        "component": [
            {"code": concept("sem", "Standard error of measurement"), "valueQuantity": _points(score.sem)},
            *(_interval(photo, shot) for photo, shot in shots.items()),
        ],
    }


def _interval(photo: str, shot: ShotScore) -> Resource:
    words = f"Severity of photo {photo}: where the reference reading lies with 90 % probability"
    return {
        "code": concept("reading-interval", words),
        "valueRange": {"low": _points(shot.low), "high": _points(shot.high)},
    }


def _scale(name: str, each: Dated) -> Resource:
    scale = each.scale
    missing = [f"a range, as nobody told: {', '.join(scale.missing)}"] if scale.missing else []
    parts = [_part(part) for part in scale.parts if part.value is not None]
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "preliminary",
        "category": [{"coding": [_EXAM]}],
        "code": concept(_slug(scale.name), f"{scale.name}, of {scale.of:g} points"),
        "effectiveDateTime": each.date.isoformat(),
        **_value(scale),
        "method": {"text": scale.source},
        **({"note": [{"text": note} for note in (*scale.notes, *missing)]} if scale.notes or missing else {}),
        **({"component": parts} if parts else {}),
    }


def _value(scale: Scale) -> Resource:
    if scale.value is not None:
        return {"valueQuantity": _points(scale.value)}
    return {"valueRange": {"low": _points(scale.low), "high": _points(scale.high)}}


def _part(part: Part) -> Resource:
    words = f"{part.item.replace('_', ' ')}, by {part.by}"
    return {"code": concept(part.item.replace("_", "-"), words), "valueQuantity": {"value": part.value}}


def _points(value: float) -> Resource:
    return {"value": round(value, 2), "unit": "points", "system": "http://unitsofmeasure.org", "code": "{score}"}


def _shots(told: Measured, score: VisitScore) -> dict[str, ShotScore]:
    """The visit's photos that entered its severity."""
    used = {photo for view in score.views for photo in view.used}
    return {
        shot.photo: shot.answer
        for visit, shot in told.shots
        if visit.date == score.date and isinstance(shot.answer, ShotScore) and shot.photo in used
    }


def _is_lower_bound(score: VisitScore) -> bool:
    return any(view.error.source is ErrorSource.BUNDLE for view in score.views)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
