"""The change between two visits, over the views that both have, with its error; and the trend over all valid visits.

A view that one of the two lacks is left out of both, and the baseline's share of skin weighs the views of both: else a
missing photo or another framing would look like healing. Another camera and another redness widen the error by what
they were measured to move a score. Nothing here says whether a change counts: that is the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt

import numpy as np

from scarscore.serve.course.error import CAMERA_SEM, REDNESS_LIMIT, REDNESS_MOVE, sdc95
from scarscore.serve.course.records import Change, Trend, ViewScore, VisitScore
from scarscore.serve.course.visit import pooled, severity_of
from scarscore.serve.course.words import place_words

LEAST_VISITS = 3  # a line through two points says nothing that the two did not
MONTH = 28.0  # days, the usual spacing of sessions

Pair = tuple[VisitScore, VisitScore]
Key = tuple[str, str | None]  # of a view: from where, and of which region


@dataclass(frozen=True)
class Point:
    """A visit as a point of the trend: days since the baseline, severity at the baseline's level, its SEM in points.

    `shared` names the parts of its error that other points may have too, in points and with their sign: visits with one
    new camera are all moved alike, and where views are missing all rest on the same few photos of the start.
    """

    days: int
    severity: float
    sem: float
    shared: tuple[tuple[str, float], ...] = ()


def change_between(baseline: VisitScore, now: VisitScore) -> Change | None:
    """The change from baseline to now; None where they have no view in common."""
    pair = levelled(baseline, now)
    if pair is None:
        return None
    then, after = pair
    detectable = sdc95(then.sem, after.sem, more_variance(then, after))
    points = after.severity - then.severity
    views = tuple(view.view for view in then.views)
    return Change(
        points, points - detectable, points + detectable, detectable, then.severity, after.severity, views
    )  # fmt: skip


def change_notes(baseline: VisitScore, now: VisitScore) -> tuple[str, ...]:
    """What differs between the two visits besides the skin, in words; each has widened the error or left a view out."""
    pair = levelled(baseline, now)
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
    if _other_cameras(then, after):
        notes.append("another camera than at baseline: the measurement error is wider")
    redder = _redder(then, after)
    if abs(redder) > REDNESS_LIMIT:
        notes.append(f"{'more' if redder > 0 else 'less'} redness than at baseline: the measurement error is wider")
    return tuple(notes)


def point_of(baseline: VisitScore, now: VisitScore) -> Point | None:
    """A visit as a point of the trend; None without a common view. The baseline's own is the first point."""
    pair = levelled(baseline, now)
    if pair is None:
        return None
    then, after = pair
    days, slopes = (now.date - baseline.date).days, _slopes(baseline.views)
    if now == baseline:
        return Point(days, baseline.severity, baseline.sem, _parts(baseline, slopes))
    kept = _slopes(then.views)
    lost = {view: slope - kept.get(view, 0.0) for view, slope in slopes.items()}
    parts = (*_parts(baseline, lost), *_moved(then, after))
    level = baseline.severity + after.severity - then.severity
    return Point(days, level, sqrt(after.sem**2 + sum(part**2 for _, part in parts)), parts)


def trend(points: Sequence[Point]) -> Trend | None:
    """Generalised least squares over points with known errors; None for fewer than 3, or all on one day.

    The interval rests on the errors and what points share of them, not on the scatter of a handful of visits about
    their line. Without the shared part it would be left too often by skin that does not change (17 % for 5, where all
    visits but the first have another camera).
    """
    if len(points) < LEAST_VISITS or len({point.days for point in points}) == 1:
        return None
    names = sorted({name for point in points for name, _ in point.shared})
    shared = np.array([[dict(point.shared).get(name, 0.0) for name in names] for point in points])
    alone = np.array([point.sem**2 for point in points]) - (shared**2).sum(axis=1)
    weights = np.linalg.inv(np.diag(np.maximum(alone, 0.0)) + shared @ shared.T)
    days = np.array([[1.0, point.days] for point in points])
    spread = np.linalg.inv(days.T @ weights @ days)
    line = spread @ days.T @ weights @ np.array([point.severity for point in points])
    slope, error = float(line[1]), sqrt(float(spread[1, 1]))
    improving = 0.5 * erfc(slope / error / sqrt(2.0))
    low, high = slope - 1.96 * error, slope + 1.96 * error
    return Trend(MONTH * slope, MONTH * low, MONTH * high, improving, len(points))


def levelled(baseline: VisitScore, now: VisitScore) -> Pair | None:
    """Both visits with their common views alone, weighted by the baseline's skin; None where they have none."""
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


def _key(view: ViewScore) -> Key:
    return view.view.value, view.region


def _slopes(views: Sequence[ViewScore]) -> dict[Key, float]:
    """By how many points the pooled severity rises with each view's."""
    return dict(zip(map(_key, views), severity_of(views)[1], strict=True))


def _parts(baseline: VisitScore, slopes: Mapping[Key, float]) -> tuple[tuple[str, float], ...]:
    """The parts of the baseline's error, weighed by these slopes: each view's own, and what its views share."""
    told, together = [], 0.0
    for view in baseline.views:
        slope, error = slopes[_key(view)], view.error
        together += slope * error.sem * sqrt(error.shared)
        told.append((f"start {_key(view)}", slope * error.sem * sqrt((1.0 - error.shared) / view.shots)))
    return tuple((name, part) for name, part in (("start", together), *told) if part)


def _moved(then: VisitScore, after: VisitScore) -> tuple[tuple[str, float], ...]:
    """What the two visits' SEMs do not hold: each camera's own offset, and what redness moves, in points."""
    told = []
    if other := _other_cameras(then, after):
        told += [(f"camera {other[0]}", -CAMERA_SEM), (f"camera {other[1]}", CAMERA_SEM)]
    redder = _redder(then, after)
    if abs(redder) > REDNESS_LIMIT:
        told.append(("redder" if redder > 0 else "less red", REDNESS_MOVE))
    return tuple(told)


def more_variance(then: VisitScore, after: VisitScore) -> float:
    """Variance of the difference, in points squared, that the two visits' SEMs do not hold."""
    return sum(part**2 for _, part in _moved(then, after))


def _other_cameras(then: VisitScore, after: VisitScore) -> tuple[str, str] | None:
    """The two cameras of a view that was taken with another one; a camera that nobody named cannot differ."""
    pairs = zip(then.views, after.views, strict=True)
    return next(((a.camera, b.camera) for a, b in pairs if a.camera and b.camera and a.camera != b.camera), None)


def _redder(then: VisitScore, after: VisitScore) -> float:
    """How much a* has risen, in the view where it differs most; 0 where it was not measured."""
    pairs = zip(then.views, after.views, strict=True)
    rises = (b.redness - a.redness for a, b in pairs if a.redness is not None and b.redness is not None)
    return max(rises, key=abs, default=0.0)
