"""Scores of stored photos: append-only. Scoring again adds a row; what was said before stays as it was said.

Photos of a visit that timing forbids are not scored, whoever asks. A photo on which the program fails gets no row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from scarscore.serve.course.error import error_for
from scarscore.serve.course.records import MeasurementError, Timing
from scarscore.serve.errors import WorkerError
from scarscore.serve.records.answers import answer_of, score_row
from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Busy, Conflict, NoSpace, NotFound, RecordsError, VaultError
from scarscore.serve.records.find import course_row, photo_row, photos_of, visit_row
from scarscore.serve.records.history import newest, score_rows, sessions_of, visit_rows, when_among, when_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.scored import Scored, Scoring
from scarscore.serve.records.settings import course_settings
from scarscore.serve.records.tables import PhotoRow, ScoreRow
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.result import PhotoScore, Reason, Refusal, View

FAILED = "the program failed on this photo; nothing was recorded. Try again; if it stays so, report it"


@dataclass(frozen=True)
class RecordedScore:
    """One answer of a photo: asked as which view, by which networks (`ScoreRow.model`), when.

    `error` is how far a severity of this view, camera and network strays from shot to shot.
    """

    id: str
    photo_id: str
    view: View
    model: str
    answer: PhotoScore | Refusal
    error: MeasurementError
    created: datetime


@dataclass(frozen=True)
class Rescored:
    """What came of scoring a course again: photo ids that got a new row, and those that got none: the program failed on
    them, they could not be read from the vault, or too many photos were waiting. They can be scored again."""

    scored: tuple[str, ...]
    failed: tuple[str, ...]


def scores(clinic: Clinic, who: Who, photo_id: str) -> tuple[RecordedScore, ...]:
    """All answers of a photo, oldest first. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"photo/{photo_id}", {"what": "scores"})) as session:
        camera = photo_row(session, photo_id).camera
        errors = course_settings(session).errors
        return tuple(recorded(row, camera, errors) for row in score_rows(session, [photo_id])[photo_id])


def rescore_photo(clinic: Clinic, who: Who, scoring: Scoring, photo_id: str) -> RecordedScore:
    """Score a photo again under the present networks; a new row.

    Raises `Conflict` where timing forbids it, `VaultError` where the photo cannot be read, `NotFound`, `Busy`.
    """
    with clinic.database.read() as session:
        photo = photo_row(session, photo_id)
        when = when_of(session, visit_row(session, photo.visit_id))
    if when.timing is Timing.NOT_SCORED:
        raise Conflict(when.words)
    row = _score(clinic, who, scoring, photo)
    if row is None:
        raise RecordsError(FAILED)
    with clinic.database.read() as session:
        return recorded(row, photo.camera, course_settings(session).errors)


def rescore_course(clinic: Clinic, who: Who, scoring: Scoring, course_id: str) -> Rescored:
    """Score every photo of a course that the present networks have not scored as its view; new rows."""
    networks = scoring.networks
    return _score_all(clinic, who, scoring, course_id, lambda view, rows: newest(rows, view, networks) is None)


def settle(clinic: Clinic, who: Who, scoring: Scoring, course_id: str) -> Rescored:
    """Score what has become scorable by a correction: photos that were never scored as the view they now have.

    The correction is recorded already, so that nothing about a photo may keep it from being answered.
    """
    return _score_all(clinic, who, scoring, course_id, lambda view, rows: newest(rows, view) is None)


def lacking(
    session: Session, course_id: str, wanted: Callable[[View, Sequence[ScoreRow]], bool], on: date = date.max
) -> list[PhotoRow]:
    """The photos of a course up to a day that timing allows to score, whose view and scores are as `wanted`."""
    told, sessions, rules = [], sessions_of(session, course_id), course_settings(session).timing
    for visit in visit_rows(session, course_id):
        if visit.day > on or when_among(visit, sessions, rules).timing is Timing.NOT_SCORED:
            continue
        photos = photos_of(session, visit.id)
        rows = score_rows(session, [photo.id for photo in photos])
        told += [photo for photo in photos if wanted(View(photo.view), rows[photo.id])]
    return told


def recorded(row: ScoreRow, camera: str, errors: tuple[MeasurementError, ...]) -> RecordedScore:
    """The score of a row, of a photo that this camera took; `errors` are those that the clinic measured."""
    view = View(row.view)
    error = error_for(view, camera, row.model, errors)
    return RecordedScore(row.id, row.photo_id, view, row.model, answer_of(row), error, row.created)


def score_unstored(
    clinic: Clinic, who: Who, scoring: Scoring, upload: bytes, view: View | None, camera: str
) -> tuple[PhotoScore | Refusal, MeasurementError]:
    """Score a photo of which nothing is stored, as it would be scored if it were; and the error of its severity."""
    scored = scoring.score(upload, view)
    assert scored.answer is not None
    kind = "failed" if is_crash(scored.answer) else "score"
    with clinic.doing(Deed(who.account, kind, "photo/-", {"model": scored.model})) as session:
        errors = course_settings(session).errors
    return scored.answer, error_for(view or View.CLOSEUP, camera, scored.model, errors)


def is_crash(answer: PhotoScore | Refusal | None) -> bool:
    """Whether the program failed: that says nothing of the photo, and is never recorded as its score."""
    return isinstance(answer, Refusal) and answer.reason is Reason.CRASHED


def _score_all(
    clinic: Clinic, who: Who, scoring: Scoring, course_id: str, wanted: Callable[[View, Sequence[ScoreRow]], bool]
) -> Rescored:
    with clinic.database.read() as session:
        course_row(session, course_id)
        photos = lacking(session, course_id, wanted)
    done = {photo.id: _score_if_readable(clinic, who, scoring, photo) for photo in photos}
    return Rescored(
        tuple(photo for photo, row in done.items() if row is not None),
        tuple(photo for photo, row in done.items() if row is None),
    )


def _score_if_readable(clinic: Clinic, who: Who, scoring: Scoring, photo: PhotoRow) -> ScoreRow | None:
    """As `_score`; None also for a photo that is damaged, was erased meanwhile or found no room: it is told as not
    scored yet, and the others are scored anyway."""
    try:
        return _score(clinic, who, scoring, photo)
    except (NotFound, VaultError, Busy, NoSpace, WorkerError):
        return None


def _score(clinic: Clinic, who: Who, scoring: Scoring, photo: PhotoRow) -> ScoreRow | None:
    """A new row for a photo, from exactly its stored bytes; None where the program failed on it."""
    view, data = View(photo.view), unsealed(clinic, who, photo)
    scored = scoring.again(data, view, front_camera=photo.front_camera)
    if scored.answer is None or is_crash(scored.answer):
        clinic.note(Deed(who.account, "failed", f"photo/{photo.id}", {"what": "score"}))
        return None
    return _kept(clinic, who, photo.id, view, scored)


def _kept(clinic: Clinic, who: Who, photo_id: str, view: View, scored: Scored) -> ScoreRow:
    assert scored.answer is not None
    row = score_row(photo_id, view, scored.model, scored.answer)
    with clinic.database.write() as session:
        photo_row(session, photo_id)  # it may have been erased meanwhile
        row.created = now()
        session.add(row)
        record(session, Deed(who.account, "score", f"photo/{photo_id}", {"score": row.id, "model": scored.model}))
    return row
