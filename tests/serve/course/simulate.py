"""Made-up courses in numbers alone, seeded: what happens to scores between a baseline and the last end-point.

Each photo's score is the view's true severity, plus what its visit shares (light, day), plus its own error, by the
model of `serve/course/error.py`; on top come a new camera, redness, a blurred shot, provisional visits and visits that
nobody came to. No picture is drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from scarscore.serve.course.error import BUNDLE, CAMERA_SEM, REDNESS_MOVE
from scarscore.serve.course.expected import REACHED
from scarscore.serve.course.records import Course, Needling, Plan, Session, Shot, ShotScore, Visit
from scarscore.serve.scoring.result import Reason, RegionScore, View, refusal

DAYS, SHARES = zip(*REACHED, strict=True)
START = date(2026, 3, 2)
MODEL_NAME = "severity 0.2.0 5c9365df52cc region 0.2.0 000000000000"
MISSED, PROVISIONAL, NEW_CAMERA, REDDENED = 0.15, 0.3, 0.25, 0.1  # shares of visits, courses, courses, visits
BLUR_MOVES = 6.0  # points: five times the mean move by defocus that passes the checks (docs/evaluation.md)


@dataclass(frozen=True)
class Design:
    """How a clinic photographs: views, shots of each, sessions and their spacing in days."""

    views: tuple[View, ...]
    shots: int
    sessions: int
    spacing: int


def shot(severity: float, view: View = View.FRONT, redness: float = 0.0, camera: str = "A", photo: str = "x") -> Shot:
    """A scored shot of one region that fills half of the photo."""
    region = RegionScore("left_cheek", 0.5, 1.0, severity, (), redness)
    score = ShotScore(severity, severity - 8, severity + 8, MODEL_NAME, (2,), (), (region,))
    return Shot(photo, view, score, camera)


def design(rng: np.random.Generator) -> Design:
    views = ((View.FRONT,), (View.FRONT, View.LEFT, View.RIGHT))[int(rng.integers(2))]
    return Design(views, int(rng.integers(2, 4)), int(rng.integers(3, 7)), int(rng.choice((14, 28))))


def healed(done: int, plan: Design, days: int) -> float:
    """Share (0 to 1) of the final change that is reached, after `done` sessions and so many days."""
    if done < plan.sessions:
        return REACHED[0][1] * done / plan.sessions
    return float(np.interp(days, DAYS, SHARES))


def course(seed: int, fall: float = 0.0, sem: float = BUNDLE.sem) -> Course:
    """A course whose true severity falls by so many points, all else the same for one seed; 0 is no change at all."""
    rng = np.random.default_rng(seed)
    plan = design(rng)
    sessions = tuple(Session(n + 1, START + timedelta(days=n * plan.spacing)) for n in range(plan.sessions))
    last = sessions[-1].date
    times = [(s.date, s.number - 1, plan.spacing) for s in sessions]
    times += [(last + timedelta(days=days), plan.sessions, days) for days in (28, 90, 180)]
    times = [times[0], *(time for time in times[1:] if rng.random() > MISSED)]
    truth = dict(zip(plan.views, rng.uniform(35, 75) + rng.normal(0, 4, len(plan.views)), strict=True))
    swap = int(rng.integers(1, len(times))) if rng.random() < NEW_CAMERA else len(times)
    bias = rng.normal(0, CAMERA_SEM, 2).tolist()
    visits = []
    for number, (when, done, days) in enumerate(times):
        camera = int(number >= swap)
        moved = bias[camera] - fall * healed(done, plan, days)
        visits.append(
            _visit(rng, when, {view: value + moved for view, value in truth.items()}, plan, sem, "AB"[camera])
        )
    blurred = int(rng.integers(len(visits)))
    visits[blurred] = _with_blur(rng, visits[blurred])
    visits += _provisional(rng, sessions, truth, plan)
    ordered = tuple(sorted(visits, key=lambda visit: visit.date))
    return Course(f"made-up {seed}", Plan(plan.sessions, plan.spacing), sessions, _told(ordered, sessions))


def _visit(
    rng: np.random.Generator, when: date, truth: dict[View, float], plan: Design, sem: float, camera: str
) -> Visit:
    together = float(rng.normal(0, sem * BUNDLE.shared**0.5))
    red = rng.random() < REDDENED
    redness = float(rng.uniform(4, 8)) if red else float(rng.normal(0, 0.5))
    moved = -REDNESS_MOVE * float(rng.uniform(0.5, 1.5)) if red else 0.0
    alone = rng.normal(0, sem * (1 - BUNDLE.shared) ** 0.5, (len(plan.views), plan.shots)).tolist()
    shots = tuple(
        shot(min(100.0, max(0.0, truth[view] + together + moved + error)), view, redness, camera)
        for view, errors in zip(plan.views, alone, strict=True)
        for error in errors
    )
    return Visit(when, shots)


def _with_blur(rng: np.random.Generator, visit: Visit) -> Visit:
    """One shot out of focus: refused, or passed and scored too low."""
    at = int(rng.integers(len(visit.shots)))
    struck = visit.shots[at]
    assert isinstance(struck.answer, ShotScore)
    lower = replace(struck.answer, severity=max(0.0, struck.answer.severity - BLUR_MOVES))
    answer = refusal(Reason.BLURRED) if rng.random() < 0.5 else lower
    return replace(visit, shots=(*visit.shots[:at], replace(struck, answer=answer), *visit.shots[at + 1 :]))


def _provisional(
    rng: np.random.Generator, sessions: tuple[Session, ...], truth: dict[View, float], plan: Design
) -> list[Visit]:
    """Perhaps a visit 8 to 13 days after a session, with a score that is far off."""
    if rng.random() > PROVISIONAL:
        return []
    after = sessions[int(rng.integers(len(sessions)))].date + timedelta(days=int(rng.integers(8, 14)))
    return [_visit(rng, after, {view: value - 30 for view, value in truth.items()}, plan, BUNDLE.sem, "A")]


def _told(visits: tuple[Visit, ...], sessions: tuple[Session, ...]) -> tuple[Visit, ...]:
    days = {session.date for session in sessions}
    return tuple(replace(v, needling=Needling.BEFORE) if v.date in days else v for v in visits)
