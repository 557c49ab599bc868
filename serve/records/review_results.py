"""What came of a blind review: each reviewer's agreement with the network, and reviewers' agreement with each other.

Only photos that both sides judged count. Whoever has begun to grade sees nothing of it before she is through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import Session

from scarscore.serve.course.agreement import Agreement, Reading, agreement
from scarscore.serve.course.measured import Networks
from scarscore.serve.records.answers import answer_of
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.find import course_row, visit_row
from scarscore.serve.records.history import newest, score_rows
from scarscore.serve.records.people import Who
from scarscore.serve.records.review_tables import ReviewPhotoRow, ReviewRow
from scarscore.serve.records.reviews import latest, login_of, ordered, review_row
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.scoring.result import PhotoScore, View

BLIND = "grade all photos of this review first: whoever has seen the results is not blind any more"


@dataclass(frozen=True)
class Point:
    """A photo in two readings: what the network said (with its 90 % reading interval), and the reviewer, 0 to 100."""

    told: float
    low: float
    high: float
    read: float


@dataclass(frozen=True)
class WithModel:
    """A reviewer, and how far she and the network agree; `difference` is hers less the network's.

    `unjudged` photos she could not judge, and `unscored` ones these networks did not score. `in_interval` and
    `in_grades` are the shares (0 to 1) of her readings within what the network says holds 90 % of them, None without
    any. `points` say nothing of whose photo each is.
    """

    reviewer: str
    agreement: Agreement
    unjudged: int
    unscored: int
    in_interval: float | None
    in_grades: float | None
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Between:
    """Two reviewers, and how far they agree on the photos that both judged; `difference` is the first's less."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True)
class Results:
    """What came of a review, so far: of reviewers who are through, by name; `waiting` are not."""

    review_id: str
    photos: int
    with_model: tuple[WithModel, ...]
    between: tuple[Between, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    """A photo's owner and score."""

    patient: str
    score: PhotoScore | None


def results(clinic: Clinic, who: Who, networks: Networks, review_id: str) -> Results:
    """The results of a review. Raises `NotFound`, and `Conflict` for whoever is still grading."""
    with clinic.doing(Deed(who.account, "read", f"review/{review_id}", {"what": "results"})) as session:
        row = review_row(session, review_id)
        items = ordered(session, row, who.account)
        check_not_blind(session, who, row, items)
        told = {each.id: _told(session, each.photo_id, networks.text) for each in items}
        readings = _readings(session, items, told)
        counts = {account: len(given) for account, given in readings.items()}
        through = sorted(account for account, count in counts.items() if count == len(items))
        names = {account: login_of(session, account) for account in counts}
    return Results(
        review_id, len(items),
        tuple(_with_model(names[each], readings[each], told) for each in through),
        tuple(_between(names[a], names[b], readings[a], readings[b]) for a, b in combinations(through, 2)),
        tuple(sorted(names[each] for each in counts if each not in through)),
    )  # fmt: skip


def check_not_blind(session: Session, who: Who, row: ReviewRow, items: Sequence[ReviewPhotoRow]) -> None:
    """Raises `Conflict` for somebody who has begun to grade and is not through."""
    mine = sum(account == who.account for _, account in latest(session, items))
    if 0 < mine < len(items):
        raise Conflict(BLIND)


def _told(session: Session, photo_id: str, networks: str) -> _Told:
    photo = session.get_one(PhotoRow, photo_id)
    course = course_row(session, visit_row(session, photo.visit_id).course_id)
    score = newest(score_rows(session, [photo_id])[photo_id], View(photo.view), networks)
    answer = None if score is None else answer_of(score)
    return _Told(course.patient_id, answer if isinstance(answer, PhotoScore) else None)


def _readings(
    session: Session, items: Sequence[ReviewPhotoRow], told: Mapping[str, _Told]
) -> dict[str, dict[str, Reading | None]]:
    """What each account read, by photo; None where it could not be judged."""
    found: dict[str, dict[str, Reading | None]] = {}
    for (item, account), row in latest(session, items).items():
        judged = row.severity is not None and row.grade is not None
        reading = Reading(told[item].patient, row.severity or 0.0, row.grade or 0) if judged else None
        found.setdefault(account, {})[item] = reading
    return found


def _with_model(
    name: str,
    mine: Mapping[str, Reading | None],
    told: Mapping[str, _Told],
) -> WithModel:
    pairs = [
        (reading, score)
        for item, reading in sorted(mine.items())
        if reading is not None and (score := told[item].score) is not None
    ]
    model = [Reading(r.patient, s.severity, _grade(s)) for r, s in pairs]
    unjudged = sum(reading is None for reading in mine.values())
    points = (Point(s.severity, s.severity_low, s.severity_high, r.severity) for r, s in pairs)
    return WithModel(
        name, agreement([reading for reading, _ in pairs], model), unjudged, len(mine) - unjudged - len(pairs),
        _share([s.severity_low <= r.severity <= s.severity_high for r, s in pairs]),
        _share([r.grade in s.grade_set for r, s in pairs]),
        tuple(sorted(points, key=lambda point: (point.told, point.read))),
    )  # fmt: skip


def _grade(score: PhotoScore) -> int:
    """The photo grade told, a median; of a score that was told before it was, the (lower) middle of its set."""
    return score.grade_set[(len(score.grade_set) - 1) // 2] if score.grade is None else score.grade


def _between(first: str, second: str, a: Mapping[str, Reading | None], b: Mapping[str, Reading | None]) -> Between:
    both = [(x, y) for item, x in sorted(a.items()) if x is not None and (y := b[item]) is not None]
    return Between(first, second, agreement([x for x, _ in both], [y for _, y in both]))


def _share(told: Sequence[bool]) -> float | None:
    return sum(told) / len(told) if told else None
