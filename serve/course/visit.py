"""A visit in numbers: the shots of a view averaged, an outlying one flagged, the views pooled by their visible skin.

Pooling is the scoring's own: a power mean over the skin, which weighs the worst area (`scarscore.model.severity`).
The severities that are pooled here are calibrated ones, so it is the same rule applied a second time, not the same
number as of one photo of everything. Scores of two networks are refused, never mixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import sqrt
from statistics import median, stdev

from scarscore.model.severity import POWER
from scarscore.serve.course.error import error_for, sem_of_mean
from scarscore.serve.course.records import (
    Course,
    ErrorSource,
    MeasurementError,
    RegionMean,
    Shot,
    ShotScore,
    Timing,
    ViewScore,
    Visit,
    VisitScore,
)  # fmt: skip
from scarscore.serve.course.timing import Timed, timed
from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import Refusal, RegionScore, View

OUTLYING = 2.58  # standard errors: one unremarkable shot in a hundred is flagged
UNPLACED = "other_skin"  # `RegionScore.region` where no region of the face is told
COLOURS = ("redness", "lightness", "yellowness", "hyperpigmented")
Scored = tuple[Shot, ShotScore]


def visit_scores(course: Course) -> tuple[VisitScore, ...]:
    """Every visit of the course that has a severity, in the order of dates, provisional ones too.

    Raises UsageError where the photos were scored by more than one network, or a session's day lacks `needling`.
    """
    models = models_of(course)
    if len(models) > 1:
        raise UsageError(f"scores of several networks are never mixed: {'; '.join(models)}. Rescore, or choose one")
    own = course.clinic.errors
    told = (visit_score(visit, timed(visit, course.sessions, course.clinic.timing), own) for visit in course.visits)
    return tuple(sorted((score for score in told if score is not None), key=lambda score: score.date))


def models_of(course: Course) -> tuple[str, ...]:
    """The networks that the course's present scores come from, in alphabetical order."""
    answers = (shot.answer for visit in course.visits for shot in visit.shots)
    return tuple(sorted({answer.model for answer in answers if isinstance(answer, ShotScore)}))


def visit_score(visit: Visit, when: Timed, own: Sequence[MeasurementError] = ()) -> VisitScore | None:
    """The visit's severity with its SEM; None where its photos are not to be scored, or none of them could be."""
    if when.timing is Timing.NOT_SCORED:
        return None
    groups: dict[tuple[View, str | None], list[Shot]] = {}
    for shot in visit.shots:
        groups.setdefault((shot.view, shot.region), []).append(shot)
    told = [(shots, view) for shots in groups.values() if (view := view_score(shots, own)) is not None]
    if not told:
        return None
    views = tuple(view for _, view in told)
    severity, sem = pooled(views)
    model = next(score.model for shots, _ in told for _, score in _scored(shots))
    notes = tuple(note for view in views for note in view.notes)
    return VisitScore(
        visit.date, when.timing, when.days, when.sessions, severity, sem, model, views, _regions(told),
        (*((when.words,) if when.words else ()), *notes),
    )  # fmt: skip


def view_score(shots: Sequence[Shot], own: Sequence[MeasurementError] = ()) -> ViewScore | None:
    """The mean of the shots of one view; None where none was scored.

    Of three shots or more one that lies further from their median than chance explains is left out, if the others
    agree. Else nobody can say which is wrong: all stay, with the error that their differences show.
    """
    scored = _scored(shots)
    if not scored:
        return None
    cameras = {shot.camera for shot, _ in scored}
    camera = cameras.pop() if len(cameras) == 1 else ""
    view = shots[0].view
    usual = error_for(view, camera, scored[0][1].model, own)
    kept, error, notes = _without_outlier(scored, usual)
    outlier = tuple(f"{shot.photo}: far from the other shots" for shot, _ in scored if (shot, _) not in kept)
    severity = sum(score.severity for _, score in kept) / len(kept)
    skin = sum(_skin(score) for _, score in kept) / len(kept)
    return ViewScore(
        view, severity, sem_of_mean(error, len(kept)), error, skin, len(kept), camera, shots[0].region,
        _redness([region for _, score in kept for region in score.regions]),
        (*_left_out(shots), *outlier), notes, tuple(shot.photo for shot, _ in kept),
    )  # fmt: skip


def pooled(views: Sequence[ViewScore]) -> tuple[float, float]:
    """Severity (0 to 100) over several views, weighted by visible skin, and its SEM in points.

    The SEM follows from the power mean's slope in each view; of each view's error the shared part adds up over the
    views, as one lamp lights them all, and the rest is independent.
    """
    severity, slopes = severity_of(views)
    together = alone = 0.0
    for slope, view in zip(slopes, views, strict=True):
        error = view.error
        together += slope * error.sem * sqrt(error.shared)
        alone += (slope * error.sem) ** 2 * (1.0 - error.shared) / view.shots
    return severity, sqrt(together**2 + alone)


def severity_of(views: Sequence[ViewScore]) -> tuple[float, list[float]]:
    """Severity (0 to 100) pooled over views, and by how many points it rises with each view's."""
    total = sum(view.skin for view in views)
    weights = [view.skin / total for view in views]
    severity = power_mean([view.severity for view in views], weights)
    steep = ((view.severity / severity) ** (POWER - 1) if severity > 0.0 else 1.0 for view in views)
    return severity, [weight * slope for weight, slope in zip(weights, steep, strict=True)]


def power_mean(severities: Sequence[float], weights: Sequence[float]) -> float:
    """The power mean by which scoring pools skin; weights add up to 1."""
    powered = sum(weight * value**POWER for value, weight in zip(severities, weights, strict=True))
    return float(powered ** (1.0 / POWER))


def _scored(shots: Sequence[Shot]) -> list[Scored]:
    return [(shot, shot.answer) for shot in shots if isinstance(shot.answer, ShotScore) and shot.not_comparable is None]


def _left_out(shots: Sequence[Shot]) -> tuple[str, ...]:
    refused = (f"{s.photo}: refused, {s.answer.reason.value}" for s in shots if isinstance(s.answer, Refusal))
    apart = (f"{s.photo}: not comparable, {s.not_comparable}" for s in shots if s.not_comparable is not None)
    return (*refused, *apart)


def _without_outlier(
    scored: list[Scored], error: MeasurementError
) -> tuple[list[Scored], MeasurementError, tuple[str, ...]]:
    """The shots that count, the error that they have, and what is to be said of them; their order says nothing.

    The one that lies furthest from the others is left out if no other lies as far and those that stay agree.
    """
    values = [score.severity for _, score in scored]
    alone = error.sem * sqrt(1.0 - error.shared)  # what shots of one visit differ by
    if _agree(values, alone):
        return scored, error, ()
    view, middle = scored[0][0].view.value, median(values)
    off = [abs(value - middle) for value in values]
    furthest = off.index(max(off))
    kept = [pair for number, pair in enumerate(scored) if number != furthest]
    if len(kept) > 1 and off.count(max(off)) == 1 and _agree([score.severity for _, score in kept], alone):
        away = values[furthest] - middle
        note = f"{view}: {scored[furthest][0].photo} lies {away:+.0f} points from the other shots"
        return kept, error, (note,)
    note = f"{view}: the {len(values)} shots differ by {max(values) - min(values):.0f} points"
    return scored, _at_least(stdev(values), error), (note,)


def _at_least(seen: float, usual: MeasurementError) -> MeasurementError:
    """What shots were seen to differ by (a standard deviation, points), where they usually differ by less."""
    if seen <= usual.sem:
        return usual
    return replace(usual, sem=seen, source=ErrorSource.SHOTS, subjects=0, shots=0)


def _agree(values: Sequence[float], alone: float) -> bool:
    """Whether chance explains how far severities lie apart, each with this standard error (points) of its own."""
    if len(values) == 2:
        return abs(values[1] - values[0]) <= OUTLYING * alone * sqrt(2.0)
    middle = median(values)
    strays = 1.25 * alone  # a median strays 1.25 times as far as a mean
    return all(abs(value - middle) <= OUTLYING * strays for value in values)


def _skin(score: ShotScore) -> float:
    """Share of the photo that is judged skin; 1 where no regions were told, so that views weigh the same."""
    return sum(region.area * region.judged for region in score.regions) or 1.0


def _redness(regions: Sequence[RegionScore]) -> float | None:
    return _mean([(region.redness, region.area * region.judged) for region in regions])


def _mean(told: Sequence[tuple[float | None, float]]) -> float | None:
    """The mean of values with their weights, over those that there are; None without any."""
    there = [(value, share) for value, share in told if value is not None]
    weight = sum(share for _, share in there)
    return sum(value * share for value, share in there) / weight if weight > 0.0 else None


def _placed(region: RegionScore, shot: Shot) -> RegionScore:
    """The region; a close-up's skin, of which the network cannot tell where it lies, is where it is said to be."""
    return replace(region, region=shot.region) if shot.region and region.region == UNPLACED else region


def _regions(groups: Sequence[tuple[Sequence[Shot], ViewScore]]) -> tuple[RegionMean, ...]:
    """Each region over the shots that count, in the order of names: a view's shots averaged, then the views pooled."""
    views: list[RegionMean] = []
    for shots, view in groups:
        counted = [pair for pair in _scored(shots) if pair[0].photo in view.used]
        views.extend(_by_name([region for pair in counted for region in _of_shot(*pair)], _averaged))
    return _by_name(views, _pooled)


def _of_shot(shot: Shot, score: ShotScore) -> tuple[RegionMean, ...]:
    """The regions that have a severity in one shot."""
    told = (_placed(region, shot) for region in score.regions)
    means = [
        RegionMean(r.region, r.severity, r.area * r.judged, *(getattr(r, colour) for colour in COLOURS))
        for r in told
        if r.severity is not None and r.area * r.judged > 0.0
    ]
    return _by_name(means, _pooled)  # a close-up's other skin may have become a region that is seen beside it


def _by_name(
    parts: Sequence[RegionMean], joined: Callable[[Sequence[RegionMean]], RegionMean]
) -> tuple[RegionMean, ...]:
    """One mean of each region, in the order of names."""
    names = sorted({part.region for part in parts})
    return tuple(joined([part for part in parts if part.region == name]) for name in names)


def _pooled(parts: Sequence[RegionMean]) -> RegionMean:
    """A region of which each part shows skin of its own."""
    total = sum(part.skin for part in parts)
    return _with_colours(parts, power_mean([part.severity for part in parts], [part.skin / total for part in parts]))


def _averaged(parts: Sequence[RegionMean]) -> RegionMean:
    """A region of which each part is a repeated shot of the same skin."""
    return _with_colours(parts, sum(part.severity for part in parts) / len(parts))


def _with_colours(parts: Sequence[RegionMean], severity: float) -> RegionMean:
    colours = (_mean([(getattr(part, colour), part.skin) for part in parts]) for colour in COLOURS)
    return RegionMean(parts[0].region, severity, sum(part.skin for part in parts) / len(parts), *colours)
