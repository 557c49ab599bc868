"""Blind reviews: practitioners grade photos in random order without knowing whose they are, or when they were taken.

Each reviewer has an order of her own, which follows from the review's seed, so that she can stop and go on. A photo
goes by an id of the review's; whose it is stands in the audit log alone. Whoever has begun does not see what the
network or others said before she is through, and then changes nothing more. Results are `review_results.py`'s.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from scarscore.serve.course.records import Timing
from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.find import any_row, course_row, photo_row, photo_rows
from scarscore.serve.records.history import sessions_of, when_among
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.review_tables import ReviewGradeRow, ReviewPhotoRow, ReviewRow
from scarscore.serve.records.settings import course_settings
from scarscore.serve.records.tables import AccountRow, CourseRow, PatientRow, PhotoRow, ScoreRow, VisitRow, new_id
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.result import View

MOST = 1000  # photos of one review
GRADES = (0, 4)


@dataclass(frozen=True)
class Asked:
    """What a review is to be of: courses and views, all where none is named, and how many photos at most."""

    courses: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    most: int = MOST


@dataclass(frozen=True)
class Read:
    """What a reviewer read in a photo; both None where it cannot be judged."""

    severity: float | None
    grade: int | None


@dataclass(frozen=True)
class Reviewer:
    """Somebody who has graded photos of a review, and how many."""

    account: str
    login: str
    graded: int


@dataclass(frozen=True)
class Review:
    """A review as somebody sees it: `graded` of its `photos` by her; `next` is the first that she has not graded."""

    id: str
    by: str
    created: datetime
    photos: int
    graded: int
    next: str | None
    reviewers: tuple[Reviewer, ...]

    @property
    def done(self) -> bool:
        """Whether she has graded all of them."""
        return self.photos > 0 and self.graded == self.photos


@dataclass(frozen=True)
class Item:
    """A photo of a review as its reviewer sees it: its number in her order, and what she read in it, if she has.

    `before` is the one that she saw before it.
    """

    id: str
    number: int
    before: str | None
    read: Read | None


def start_review(clinic: Clinic, who: Who, networks: str, asked: Asked) -> str:
    """Begin a review of photos that these networks scored; its id. Raises `NotAllowed`, `NotFound` and `Invalid`."""
    who.require(Role.PRACTITIONER)
    if not 1 <= asked.most <= MOST:
        raise Invalid(f"a review has 1 to {MOST} photos")
    row = ReviewRow(id=new_id(), account=who.account, seed=secrets.randbelow(2**31), created=now())
    chosen = _chosen(clinic, networks, asked, row.seed)  # before: nobody else can write while it is written
    detail: dict[str, int] = {}
    with clinic.doing(Deed(who.account, "create", f"review/{row.id}", detail)) as session:
        there = photo_rows(session, chosen)  # the others' patient was erased meanwhile
        detail["photos"] = len(there)
        session.add(row)
        session.flush()
        session.add_all([ReviewPhotoRow(id=new_id(), review_id=row.id, photo_id=photo) for photo in there])
    return row.id


def reviews(clinic: Clinic, who: Who) -> tuple[Review, ...]:
    """All reviews, the newest first."""
    with clinic.doing(Deed(who.account, "read", "reviews")) as session:
        rows = session.scalars(select(ReviewRow).order_by(ReviewRow.created.desc(), ReviewRow.id)).all()
        return tuple(_review(session, who, row) for row in rows)


def review(clinic: Clinic, who: Who, review_id: str) -> Review:
    """One review. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"review/{review_id}")) as session:
        return _review(session, who, review_row(session, review_id))


def item(clinic: Clinic, who: Who, review_id: str, item_id: str) -> Item:
    """One photo of a review, for its reviewer. Raises `NotAllowed` and `NotFound`."""
    who.require(Role.PRACTITIONER)
    with clinic.database.read() as session:
        order = ordered(session, review_row(session, review_id), who.account)
        place = _place(order, item_id)
        given = latest(session, order).get((item_id, who.account))
        read = None if given is None else Read(given.severity, given.grade)
        return Item(item_id, place + 1, order[place - 1].id if place else None, read)


def item_image(clinic: Clinic, who: Who, review_id: str, item_id: str) -> bytes:
    """The photo's JPEG. The audit log names the photo; nothing that is answered does. Raises `NotFound`."""
    who.require(Role.PRACTITIONER)
    with clinic.database.write() as session:
        order = ordered(session, review_row(session, review_id), who.account)
        row = photo_row(session, order[_place(order, item_id)].photo_id)
        record(session, Deed(who.account, "read", f"photo/{row.id}", {"what": "blind review", "review": review_id}))
    return unsealed(clinic, who, row)


def give_grade(clinic: Clinic, who: Who, review_id: str, item_id: str, read: Read) -> Review:
    """Record what was read in a photo; a further row, of which the last counts.

    Raises `NotAllowed`, `NotFound`, `Invalid`, and `Conflict` once all photos are graded: whoever has seen the results
    is not blind any more.
    """
    who.require(Role.PRACTITIONER)
    _check(read)
    with clinic.doing(Deed(who.account, "grade", f"review/{review_id}", {"item": item_id})) as session:
        row = review_row(session, review_id, lock=True)
        order = ordered(session, row, who.account)
        _place(order, item_id)
        if _review(session, who, row).done:
            raise Conflict("you have graded all photos of this review: nothing in it can be changed any more")
        given = ReviewGradeRow(review_photo_id=item_id, account=who.account, created=now(), **vars(read))
        session.add(given)
        session.flush()
        return _review(session, who, row)


def review_row(session: Session, review_id: str, *, lock: bool = False) -> ReviewRow:
    """The review. Raises `NotFound`."""
    return any_row(session, ReviewRow, review_id, "review", lock=lock)


def ordered(session: Session, row: ReviewRow, account: str) -> list[ReviewPhotoRow]:
    """The photos of a review that are not erased, in the order in which this account sees them."""
    wanted = select(ReviewPhotoRow).join(PhotoRow, PhotoRow.id == ReviewPhotoRow.photo_id)
    photos = session.scalars(wanted.where(ReviewPhotoRow.review_id == row.id, PhotoRow.erased.is_(None)))
    return sorted(photos, key=lambda each: hashlib.sha256(f"{row.seed} {account} {each.id}".encode()).digest())


def latest(session: Session, items: Sequence[ReviewPhotoRow]) -> dict[tuple[str, str], ReviewGradeRow]:
    """What counts of the grades of these photos, by photo and account."""
    rows = session.scalars(
        select(ReviewGradeRow)
        .join(ReviewPhotoRow, ReviewPhotoRow.id == ReviewGradeRow.review_photo_id)
        .where(ReviewPhotoRow.review_id.in_({each.review_id for each in items}))
        .order_by(ReviewGradeRow.created, ReviewGradeRow.id)
    )
    there = {each.id for each in items}
    return {(row.review_photo_id, row.account): row for row in rows if row.review_photo_id in there}


def login_of(session: Session, account: str) -> str:
    """The name of an account."""
    found = session.get(AccountRow, account)
    return found.login if found else account


def _review(session: Session, who: Who, row: ReviewRow) -> Review:
    order = ordered(session, row, who.account)
    given = latest(session, order)
    counts: dict[str, int] = {}
    for _, account in given:
        counts[account] = counts.get(account, 0) + 1
    reviewers = tuple(Reviewer(each, login_of(session, each), count) for each, count in sorted(counts.items()))
    waiting = next((each.id for each in order if (each.id, who.account) not in given), None)
    return Review(
        row.id, login_of(session, row.account), row.created, len(order), counts.get(who.account, 0), waiting, reviewers
    )


def _chosen(clinic: Clinic, networks: str, asked: Asked, seed: int) -> list[str]:
    """A random choice of the photos that were asked for. Raises `NotFound`, and `Invalid` where none fits."""
    with clinic.database.read() as session:
        photos = _scored(session, networks, asked)
    if not photos:
        raise Invalid("no scored photo fits: choose other patients or views, or score the photos first")
    return random.Random(seed).sample(photos, min(asked.most, len(photos)))  # noqa: S311 - an order, no secret


def _scored(session: Session, networks: str, asked: Asked) -> list[str]:
    """The photos that were asked for and scored as their view, in the order of their ids."""
    for course in asked.courses:
        course_row(session, course)
    scored = exists().where(
        ScoreRow.photo_id == PhotoRow.id, ScoreRow.view == PhotoRow.view, ScoreRow.model == networks, ScoreRow.scored
    )
    wanted = (
        select(PhotoRow.id, VisitRow)
        .join(VisitRow, VisitRow.id == PhotoRow.visit_id)
        .join(CourseRow, CourseRow.id == VisitRow.course_id)
        .join(PatientRow, PatientRow.id == CourseRow.patient_id)
        .where(PhotoRow.erased.is_(None), PatientRow.erased.is_(None), scored)
    )
    if asked.courses:
        wanted = wanted.where(CourseRow.id.in_(asked.courses))
    if asked.views:
        wanted = wanted.where(PhotoRow.view.in_([view.value for view in asked.views]))
    told = session.execute(wanted.order_by(PhotoRow.id)).all()
    allowed = _allowed(session, {visit.id: visit for _, visit in told}.values())
    return [photo for photo, visit in told if visit.id in allowed]


def _allowed(session: Session, visits: Collection[VisitRow]) -> set[str]:
    """Those of these visits whose photos timing allows to score; what a course and the clinic say is read once."""
    rules = course_settings(session).timing
    sessions = {course: sessions_of(session, course) for course in {visit.course_id for visit in visits}}
    timed = {visit.id: when_among(visit, sessions[visit.course_id], rules).timing for visit in visits}
    return {visit for visit, timing in timed.items() if timing is not Timing.NOT_SCORED}


def _place(order: Sequence[ReviewPhotoRow], item_id: str) -> int:
    for number, each in enumerate(order):
        if each.id == item_id:
            return number
    raise NotFound("there is no such photo in this review, or it was erased")


def _check(read: Read) -> None:
    if (read.severity is None) != (read.grade is None):
        raise Invalid("give both severity and grade, or neither where the photo cannot be judged")
    if read.severity is not None and not 0 <= read.severity <= 100:
        raise Invalid("a severity lies between 0 and 100")
    if read.grade is not None and not GRADES[0] <= read.grade <= GRADES[1]:
        raise Invalid("a photo grade is one of 0 to 4")
