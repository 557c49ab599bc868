"""The change between two visits, over the views that both have, with its error; and the trend over all valid visits.

A view that one of the two lacks is left out of both, and the baseline's share of skin weighs the views of both: else a
missing photo or another framing would look like healing. Another camera and another redness widen the error by what
they were measured to move a score. Nothing here says whether a change counts: that is the verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt

from scarscore.serve.course.error import CAMERA_SEM, REDNESS_LIMIT, REDNESS_MOVE, sdc95
from scarscore.serve.course.records import Change, Trend, ViewScore, VisitScore
from scarscore.serve.course.visit import pooled
from scarscore.serve.course.words import place_words

LEAST_VISITS = 3  # a line through two points says nothing that the two did not
MONTH = 28.0  # days, the usual spacing of sessions

Pair = tuple[VisitScore, VisitScore]


@dataclass(frozen=True)
class Point:
    """A visit as a point of the trend: days since the baseline, severity at the baseline's level, its SEM in points."""

    days: int
    severity: float
    sem: float


def change_between(baseline: VisitScore, now: VisitScore) -> Change | None:
    """The change from baseline to now; None where they have no view in common."""
    pair = _levelled(baseline, now)
    if pair is None:
        return None
    then, after = pair
    detectable = sdc95(then.sem, after.sem, _more_variance(then, after))
    points = after.severity - then.severity
    views = tuple(view.view for view in then.views)
    return Change(
        points, points - detectable, points + detectable, detectable, then.severity, after.severity, views
    )  # fmt: skip


def change_notes(baseline: VisitScore, now: VisitScore) -> tuple[str, ...]:
    """What differs between the two visits besides the skin, in words; each has widened the error or left a view out."""
    pair = _levelled(baseline, now)
    if pair is None:
        return ()
    then, after = pair
    notes = []
    if missing := _lacking(after, baseline):
        notes.append(f"not photographed again, so left out: {missing}")
    if added := _lacking(then, now):
        notes.append(
            f"not photographed at the start, so left out of the change, though not of the visit's own severity: {added}"
        )
    if _other_camera(then, after):
        notes.append("another camera than at baseline: the measurement error is wider")
    redder = _redder(then, after)
    if abs(redder) > REDNESS_LIMIT:
        notes.append(f"{'more' if redder > 0 else 'less'} redness than at baseline: the measurement error is wider")
    return tuple(notes)


def point_of(baseline: VisitScore, now: VisitScore) -> Point | None:
    """A visit as a point of the trend; None without a common view. The baseline's own is the first point."""
    pair = _levelled(baseline, now)
    if pair is None:
        return None
    then, after = pair
    level = baseline.severity + after.severity - then.severity
    sem = sqrt(after.sem**2 + _more_variance(then, after))
    return Point((now.date - baseline.date).days, level, sem)


def trend(points: Sequence[Point]) -> Trend | None:
    """Weighted least squares over points with known SEM; None for fewer than 3, or all on one day.

    The interval rests on the SEMs, not on the scatter of a handful of visits about their line.
    """
    if len(points) < LEAST_VISITS:
        return None
    weights = [point.sem**-2 for point in points]
    total = sum(weights)
    centre = sum(w * p.days for w, p in zip(weights, points, strict=True)) / total
    spread = sum(w * (p.days - centre) ** 2 for w, p in zip(weights, points, strict=True))
    if spread <= 0.0:
        return None
    slope = sum(w * (p.days - centre) * p.severity for w, p in zip(weights, points, strict=True)) / spread
    error = 1.0 / sqrt(spread)
    improving = 0.5 * erfc(slope / error / sqrt(2.0))
    low, high = slope - 1.96 * error, slope + 1.96 * error
    return Trend(MONTH * slope, MONTH * low, MONTH * high, improving, len(points))


def _levelled(baseline: VisitScore, now: VisitScore) -> Pair | None:
    """Both visits with their common views alone, weighted by the baseline's skin."""
    found = {_key(view): view for view in now.views}
    then = [view for view in baseline.views if _key(view) in found]
    if not then:
        return None
    after = [_weighing(found[_key(view)], view.skin) for view in then]
    return _of(baseline, then), _of(now, after)


def _weighing(view: ViewScore, skin: float) -> ViewScore:
    return view if view.skin == skin else replace(view, skin=skin)


def _of(score: VisitScore, views: Sequence[ViewScore]) -> VisitScore:
    """The visit with these views, pooled again."""
    if tuple(views) == score.views:
        return score
    severity, sem = pooled(views)
    return replace(score, views=tuple(views), severity=severity, sem=sem)


def _lacking(score: VisitScore, other: VisitScore) -> str:
    """The views of the other visit that this one has not, in words."""
    have = {_key(view) for view in score.views}
    return ", ".join(place_words(view) for view in other.views if _key(view) not in have)


def _key(view: ViewScore) -> tuple[str, str | None]:
    return view.view.value, view.region


def _more_variance(then: VisitScore, after: VisitScore) -> float:
    """Variance of the difference, in points squared, that the two visits' SEMs do not hold."""
    camera = 2.0 * CAMERA_SEM**2 if _other_camera(then, after) else 0.0
    redness = REDNESS_MOVE**2 if abs(_redder(then, after)) > REDNESS_LIMIT else 0.0
    return camera + redness


def _other_camera(then: VisitScore, after: VisitScore) -> bool:
    """Whether a view was taken with another camera; a camera that nobody named cannot differ."""
    pairs = zip(then.views, after.views, strict=True)
    return any(a.camera and b.camera and a.camera != b.camera for a, b in pairs)


def _redder(then: VisitScore, after: VisitScore) -> float:
    """How much a* has risen, in the view where it differs most; 0 where it was not measured."""
    pairs = zip(then.views, after.views, strict=True)
    rises = (b.redness - a.redness for a, b in pairs if a.redness is not None and b.redness is not None)
    return max(rises, key=abs, default=0.0)
