"""An upload from its bytes to the stored photo: known again, timed, made ready, scored, stored, in this order.

A photo lies in the vault, durably, before its row, its score and its line of the audit log are written in one
transaction; only then is it answered. So a crash at any moment leaves either a whole photo, or a file that no row
names and `sweep.py` removes.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scarscore.serve.course.records import Timing
from scarscore.serve.records.answers import score_row
from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotFound, RecordsError
from scarscore.serve.records.find import visit_row
from scarscore.serve.records.history import when_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place, StoredPhoto, check_not_there, stored
from scarscore.serve.records.scored import Scored, Scoring
from scarscore.serve.records.scores import is_crash
from scarscore.serve.records.tables import PhotoRow, UploadRow, new_id
from scarscore.serve.scoring.result import Refusal, View

LONGEST_KEY = 200


@dataclass(frozen=True)
class Upload:
    """What was sent: for which visit and place, and the SHA-256 of its file.

    `digest` is of who sent it under which Idempotency-Key, None where it came without one.
    """

    visit_id: str
    source_sha256: str
    place: Place
    digest: str | None

    @classmethod
    def of(cls, who: Who, visit_id: str, upload: bytes, place: Place, key: str | None) -> Upload:
        """The upload of these bytes. Raises `Invalid` for a place or a key that cannot be."""
        filed_as = place.checked()
        if key is not None and not 1 <= len(key) <= LONGEST_KEY:
            raise Invalid(f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
        digest = None if key is None else _sha256(repr((who.account, key)))
        return cls(visit_id, hashlib.sha256(upload).hexdigest(), filed_as, digest)

    @property
    def request(self) -> str:
        """The SHA-256 of all that was sent, by which the same upload is known again."""
        place, view = self.place, self.place.view and self.place.view.value
        return _sha256(repr((self.visit_id, self.source_sha256, view, place.region, place.camera)))


def take_photo(
    clinic: Clinic, who: Who, scoring: Scoring, visit_id: str, upload: bytes, place: Place, key: str | None = None
) -> StoredPhoto | Refusal:
    """Store an uploaded photo at a visit, scored unless timing forbids it; a refusal where it cannot be decoded.

    When it returns, the photo survives a power cut. A place without a view is filed as what the photo shows. `key` is
    the client's Idempotency-Key: the same upload sent again is answered with the same photo. Raises `Conflict` where
    a visit of this course has the photo already, or the key stands for another upload or an erased photo; `NotFound`,
    `Invalid`, `Busy`, `NoSpace`, `VaultError`. Nothing is stored then.
    """
    sent = Upload.of(who, visit_id, upload, place, key)
    if (known := _known(clinic, who, sent)) is not None:
        return known
    with clinic.database.read() as session:
        timing = when_of(session, visit_row(session, visit_id)).timing
    judge, view = timing is not Timing.NOT_SCORED, sent.place.view
    prepared = scoring.score(upload, view, judge=judge, guess=view is None)
    if not prepared.data:
        assert isinstance(prepared.answer, Refusal)
        clinic.note(Deed(who.account, "failed", f"visit/{visit_id}", {"photo": prepared.answer.reason.value}))
        return prepared.answer
    return _stored(clinic, who, sent, prepared)


def _known(clinic: Clinic, who: Who, upload: Upload) -> StoredPhoto | None:
    """The photo that this upload was answered with before; None for a new one.

    Raises `Conflict` where the key stands for another upload or for a photo that was erased, or the course has this
    photo already, and `NotFound`.
    """
    with clinic.database.read() as session:
        visit = visit_row(session, upload.visit_id)
        row = None if upload.digest is None else session.get(UploadRow, upload.digest)
        if row is None:
            check_not_there(session, visit, upload.source_sha256)
            return None
        if row.request != upload.request:
            raise Conflict("this Idempotency-Key was used for another upload")
        photo = session.get_one(PhotoRow, row.photo_id)
        if photo.erased is not None:
            raise Conflict("the photo that was sent with this Idempotency-Key was erased: send it with another key")
        told = stored(session, photo)
    clinic.note(Deed(who.account, "read", f"photo/{told.id}", {"what": "upload"}))
    return told


def _stored(clinic: Clinic, who: Who, upload: Upload, prepared: Scored) -> StoredPhoto:
    row = _new_row(prepared, upload)
    row.wrapped_key = clinic.vault.put(row.id, prepared.data)
    try:
        return _keep(clinic, who, row, prepared, upload)
    except (Conflict, NotFound, IntegrityError) as error:  # the transaction is undone: no row can name the file
        clinic.vault.drop(row.id)
        if (known := _known(clinic, who, upload)) is not None:
            return known
        if isinstance(error, IntegrityError):  # PostgreSQL: another request with this key was quicker
            raise Conflict("this upload is being stored by another request") from None
        raise
    except RecordsError:
        _take_back(clinic, row)
        raise


def _take_back(clinic: Clinic, row: PhotoRow) -> None:
    """Remove the file of a photo that could not be stored; never of one whose row was kept after all.

    Where that cannot be found out the file stays: `sweep.py` removes it if no row names it.
    """
    with suppress(RecordsError):  # what failed first is what is told
        with clinic.database.write() as session:
            visit_row(session, row.visit_id, lock=True)  # PostgreSQL: waits for a commit whose answer was lost
            kept = session.get(PhotoRow, row.id) is not None
        if not kept:
            clinic.vault.drop(row.id)


def _new_row(prepared: Scored, upload: Upload) -> PhotoRow:
    view = upload.place.view or prepared.view
    assert view is not None  # given, or guessed
    return PhotoRow(
        id=new_id(),
        visit_id=upload.visit_id,
        view=view.value,
        region=upload.place.region,
        camera=upload.place.camera,
        sha256=prepared.sha256,
        source_sha256=upload.source_sha256,
        size=len(prepared.data),
        width=prepared.width,
        height=prepared.height,
        front_camera=prepared.front_camera,
        created=now(),
    )


def _keep(clinic: Clinic, who: Who, row: PhotoRow, prepared: Scored, upload: Upload) -> StoredPhoto:
    """Photo, score and audit line, all or none."""
    with clinic.database.write() as session:
        visit = visit_row(session, row.visit_id, lock=True)
        if upload.digest is not None and session.get(UploadRow, upload.digest) is not None:
            raise Conflict("this upload was stored by another request meanwhile")
        check_not_there(session, visit, row.source_sha256, row.sha256)
        session.add(row)
        session.flush()
        if when_of(session, visit).timing is not Timing.NOT_SCORED:
            _add_score(session, row, prepared)
        if upload.digest is not None:
            session.add(UploadRow(digest=upload.digest, request=upload.request, photo_id=row.id, created=now()))
        record(session, Deed(who.account, "create", f"photo/{row.id}", {"visit": row.visit_id}))
        return stored(session, row)


def _add_score(session: Session, row: PhotoRow, prepared: Scored) -> None:
    if prepared.answer is None or is_crash(prepared.answer):
        return
    score = score_row(row.id, View(row.view), prepared.model, prepared.answer)
    score.created = now()
    session.add(score)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
