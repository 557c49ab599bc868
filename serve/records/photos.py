"""Photos: stored sealed before anybody is told so, read back audited, and erased by dropping their key.

A photo lies in the vault, durably, before its row, its score and its line of the audit log are written in one
transaction; only then is it answered. So a crash at any moment leaves either a whole photo, or a file that no row
names and `sweep.py` removes. Correcting where a photo is filed is `refile.py`'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scarscore.serve.course.check import REGIONS
from scarscore.serve.course.records import Timing
from scarscore.serve.records.answers import score_row
from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.clinic import Clinic, now
from scarscore.serve.records.errors import Conflict, Invalid, NotFound, VaultError
from scarscore.serve.records.find import any_row, photo_row, photos_of, short_text, visit_row
from scarscore.serve.records.history import filed, newest, score_rows
from scarscore.serve.records.people import Who
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.scores import RecordedScore, is_crash, recorded
from scarscore.serve.records.tables import PhotoRow, UploadRow, new_id
from scarscore.serve.scoring.result import View

LONGEST_CAMERA, LONGEST_KEY = 80, 200


@dataclass(frozen=True)
class StoredPhoto:
    """A photo as it is filed, and what is said of it.

    `score` is the newest answer as the present view; None where there is none, and `why` then says why in words. An
    erased photo has neither.
    """

    id: str
    visit_id: str
    view: View
    region: str | None
    camera: str
    sha256: str
    size: int
    width: int
    height: int
    front_camera: bool
    created: datetime
    erased: datetime | None
    score: RecordedScore | None
    why: str


@dataclass(frozen=True)
class Place:
    """Where a photo is filed: its view, the region of a close-up, and the clinic's name for its camera."""

    view: View
    region: str | None = None
    camera: str = ""

    def checked(self) -> Place:
        """The same, its texts trimmed. Raises `Invalid` as `serve.course.check` would."""
        if self.region is not None and self.region not in REGIONS:
            raise Invalid(f"the region {self.region!r} is none of {', '.join(REGIONS)}")
        if self.region is not None and self.view is not View.CLOSEUP:
            raise Invalid(f"only a close-up is of one region, not a {self.view.value} view")
        return Place(self.view, self.region, short_text(self.camera, "a camera's name", LONGEST_CAMERA))


@dataclass(frozen=True)
class Upload:
    """An upload that is to be known again: `digest` of who sent it under which key, `request` of what was sent."""

    digest: str
    request: str

    @classmethod
    def of(cls, who: Who, key: str, visit_id: str, source_sha256: str, place: Place) -> Upload:
        """The upload of this Idempotency-Key. Raises `Invalid` for a key that is none."""
        if not 1 <= len(key) <= LONGEST_KEY:
            raise Invalid(f"an Idempotency-Key has 1 to {LONGEST_KEY} characters")
        sent = repr((visit_id, source_sha256, place.view.value, place.region, place.camera))
        return cls(_sha256(repr((who.account, key))), _sha256(sent))


def store_photo(
    clinic: Clinic,
    who: Who,
    visit_id: str,
    prepared: Scored,
    source_sha256: str,
    *,
    view: View,
    region: str | None,
    camera: str,
    key: str | None = None,
) -> StoredPhoto:
    """Store a photo that was made ready; when it returns, the photo survives a power cut.

    `key` is the client's Idempotency-Key: the same upload sent again is answered with the same photo. Raises
    `Conflict` where this visit has the photo already, or the key stands for another upload; `NotFound`, `Invalid`,
    `NoSpace`, `VaultError`. Nothing is stored then.
    """
    place = Place(view, region, camera).checked()
    if not prepared.data:
        raise Invalid("a photo that cannot be decoded is not stored")
    upload = None if key is None else Upload.of(who, key, visit_id, source_sha256, place)
    if (known := known_upload(clinic, visit_id, source_sha256, upload)) is not None:
        return known
    row = _new_row(prepared, visit_id, source_sha256, place)
    row.wrapped_key = clinic.vault.put(row.id, prepared.data)
    try:
        return _keep(clinic, who, row, prepared, upload)
    except IntegrityError:  # PostgreSQL: another request with this key was quicker
        clinic.vault.drop(row.id)
        if (known := known_upload(clinic, visit_id, source_sha256, upload)) is not None:
            return known
        raise Conflict("this upload is being stored by another request") from None
    except (Conflict, NotFound):  # found within the transaction, which is undone: no row can name the file
        clinic.vault.drop(row.id)
        if (known := known_upload(clinic, visit_id, source_sha256, upload)) is not None:
            return known
        raise


def known_upload(clinic: Clinic, visit_id: str, source_sha256: str, upload: Upload | None) -> StoredPhoto | None:
    """The photo that this upload was answered with before, before any work is done on it; None for a new one.

    Raises `Conflict` where the key stands for another upload or the visit has this photo already, and `NotFound`.
    """
    with clinic.database.read() as session:
        visit_row(session, visit_id)
        if upload is not None and (row := session.get(UploadRow, upload.digest)) is not None:
            if row.request != upload.request:
                raise Conflict("this Idempotency-Key was used for another upload")
            photo = session.get(PhotoRow, row.photo_id)
            assert photo is not None
            return stored(session, photo)
        check_not_there(session, visit_id, source_sha256)
    return None


def photo(clinic: Clinic, who: Who, photo_id: str) -> StoredPhoto:
    """One photo, an erased one's row too. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"photo/{photo_id}")) as session:
        return stored(session, any_row(session, PhotoRow, photo_id, "photo"))


def photos(clinic: Clinic, who: Who, visit_id: str) -> tuple[StoredPhoto, ...]:
    """The photos of a visit, in the order in which they were stored, without erased ones. Raises `NotFound`."""
    with clinic.doing(Deed(who.account, "read", f"visit/{visit_id}", {"what": "photos"})) as session:
        visit_row(session, visit_id)
        return tuple(stored(session, row) for row in photos_of(session, visit_id))


def photo_bytes(clinic: Clinic, who: Who, photo_id: str) -> bytes:
    """A photo's JPEG, exactly as it was stored and scored. Raises `NotFound`, and `VaultError` where it was changed."""
    deed = Deed(who.account, "read", f"photo/{photo_id}", {"what": "image"})
    with clinic.doing(deed) as session:
        row = photo_row(session, photo_id)
    return opened(clinic, who, row)


def opened(clinic: Clinic, who: Who, row: PhotoRow) -> bytes:
    """The bytes of a photo's row, held against its SHA-256. A failure is audited."""
    try:
        assert row.wrapped_key is not None
        data = clinic.vault.get(row.id, row.wrapped_key)
        if hashlib.sha256(data).hexdigest() != row.sha256:
            raise VaultError("a photo in the vault is not the one that the records name")
    except VaultError:
        clinic.note(Deed(who.account, "failed", f"photo/{row.id}", {"what": "image"}))
        raise
    return data


def stored(session: Session, row: PhotoRow) -> StoredPhoto:
    """The photo of a row, with the score that counts."""
    visit = filed(session, visit_row(session, row.visit_id))
    view = View(row.view)
    score = None if row.erased is not None else newest(score_rows(session, [row.id])[row.id], view)
    forbidden = visit.when.timing is Timing.NOT_SCORED
    why = visit.when.words if forbidden else "not scored yet: score it again" if score is None else ""
    return StoredPhoto(
        row.id, row.visit_id, view, row.region, row.camera, row.sha256, row.size, row.width, row.height,
        row.front_camera, row.created, row.erased,
        recorded(session, score, row.camera) if score is not None and not forbidden else None,
        "" if row.erased else why,
    )  # fmt: skip


def check_not_there(session: Session, visit_id: str, source_sha256: str, sha256: str = "", own: str = "") -> None:
    """Raises `Conflict` naming the photo of this visit that came from the same file, or has the same bytes."""
    wanted = select(PhotoRow).where(PhotoRow.visit_id == visit_id, PhotoRow.erased.is_(None), PhotoRow.id != own)
    same = (PhotoRow.source_sha256 == source_sha256) | (PhotoRow.sha256 == sha256)
    found = session.scalars(wanted.where(same)).first()
    if found is not None:
        raise Conflict(f"this visit has the photo already: {found.id}")


def _new_row(prepared: Scored, visit_id: str, source_sha256: str, place: Place) -> PhotoRow:
    return PhotoRow(
        id=new_id(),
        visit_id=visit_id,
        view=place.view.value,
        region=place.region,
        camera=place.camera,
        sha256=prepared.sha256,
        source_sha256=source_sha256,
        size=len(prepared.data),
        width=prepared.width,
        height=prepared.height,
        front_camera=prepared.front_camera,
        created=now(),
    )


def _keep(clinic: Clinic, who: Who, row: PhotoRow, prepared: Scored, upload: Upload | None) -> StoredPhoto:
    """Photo, score and audit line, all or none."""
    with clinic.database.write() as session:
        visit = filed(session, visit_row(session, row.visit_id, lock=True))
        if upload is not None and session.get(UploadRow, upload.digest) is not None:
            raise Conflict("this upload was stored by another request meanwhile")
        check_not_there(session, row.visit_id, row.source_sha256, row.sha256)
        session.add(row)
        session.flush()
        answer = prepared.answer
        if answer is not None and not is_crash(answer) and visit.when.timing is not Timing.NOT_SCORED:
            score = score_row(row.id, View(row.view), prepared.model, answer)
            score.created = now()
            session.add(score)
        if upload is not None:
            session.add(UploadRow(digest=upload.digest, request=upload.request, photo_id=row.id, created=now()))
        record(session, Deed(who.account, "create", f"photo/{row.id}", {"visit": row.visit_id}))
        return stored(session, row)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
