"""What reviewers read in photos, as labels that `scarscore train --labels` takes: a table and its photos, in a zip.

Only patients who consent to research are in it, by pseudonym; reviewers are numbered, not named. docs/own-data.md has
the table's format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from scarscore.serve.course.report.write import table_of
from scarscore.serve.course.words import counted
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, has_consent
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.exports.parcel import Item, packed
from scarscore.serve.records.find import course_row, patient_row, visit_row
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.review_results import check_not_blind
from scarscore.serve.records.review_tables import ReviewGradeRow, ReviewPhotoRow
from scarscore.serve.records.reviews import latest, ordered, review_row
from scarscore.serve.records.tables import Json, PatientRow, PhotoRow
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.result import DISCLAIMER

FORMAT, VERSION = "scarscore labels", 1
TABLE = "labels.csv"
COLUMNS = ("file", "patient", "reader", "severity", "grade")


@dataclass(frozen=True)
class Labelled:
    """A photo that somebody judged, whose it is, and what each reader read in it."""

    photo: PhotoRow
    patient: str
    read: tuple[tuple[str, ReviewGradeRow], ...]


def export_labels(clinic: Clinic, who: Who, review_id: str) -> Iterator[bytes]:
    """The zip, piece by piece; `manifest.json` says what was left out.

    Raises `NotAllowed` for all but admins, `NotFound`, and `Conflict` for whoever is still grading, and where nothing
    of it may be exported.
    """
    who.require(Role.ADMIN)
    detail: Json = {"as": "labels", "purpose": Use.RESEARCH.value}
    with clinic.doing(Deed(who.account, "export", f"review/{review_id}", detail)) as session:
        row = review_row(session, review_id)
        items = ordered(session, row, "")
        check_not_blind(session, who, row, items)
        told, left_out = _labelled(session, items)
        detail["photos"] = len(told)
        if not told:
            raise Conflict("nothing to export: " + "; ".join(left_out or ["nobody has graded a photo yet"]))
    about = {"purpose": Use.RESEARCH.value, "left_out": [*left_out, "who graded", "days"], "disclaimer": DISCLAIMER}
    files = [Item(TABLE, lambda: [_csv(told).encode()], small=True)]
    files += [Item(_file(each.photo), _bytes_of(clinic, who, each.photo)) for each in told]
    return packed(FORMAT, VERSION, about, files)


def left_out_of(clinic: Clinic, review_id: str) -> tuple[int, tuple[str, ...]]:
    """How many photos an export would hold, and what it would leave out, in words. Raises `NotFound`."""
    with clinic.database.read() as session:
        told, left_out = _labelled(session, ordered(session, review_row(session, review_id), ""))
    return len(told), tuple(left_out)


def _labelled(session: Session, items: Sequence[ReviewPhotoRow]) -> tuple[list[Labelled], list[str]]:
    """What may be exported, by photo, and what may not, in words."""
    given = latest(session, items)
    readers = {account: f"reader {n}" for n, account in enumerate(sorted({each for _, each in given}), start=1)}
    told, refused, unjudged = [], list[str](), 0
    for item in sorted(items, key=lambda each: each.photo_id):
        read = tuple((readers[a], row) for (i, a), row in given.items() if i == item.id and row.severity is not None)
        photo = session.get_one(PhotoRow, item.photo_id)
        patient = _owner(session, photo)
        if not read:
            unjudged += 1
        elif has_consent(session, patient.id, Use.RESEARCH):
            told.append(Labelled(photo, patient.pseudonym, tuple(sorted(read, key=lambda each: each[0]))))
        else:
            refused.append(patient.id)
    patients = len(set(refused))
    return told, [
        *([f"{counted(len(refused), 'photo')} of {counted(patients, 'patient')} who have not consented to research"]
          if refused else []),
        *([f"{counted(unjudged, 'photo')} that nobody judged"] if unjudged else []),
    ]  # fmt: skip


def _owner(session: Session, photo: PhotoRow) -> PatientRow:
    return patient_row(session, course_row(session, visit_row(session, photo.visit_id).course_id).patient_id)


def _csv(told: Sequence[Labelled]) -> str:
    rows = [
        {"file": _file(each.photo), "patient": each.patient, "reader": reader, "severity": row.severity,
         "grade": row.grade}
        for each in told
        for reader, row in each.read
    ]  # fmt: skip
    return table_of(COLUMNS, rows, {"severity": 1})


def _file(photo: PhotoRow) -> str:
    return f"photos/{photo.id}.jpg"


def _bytes_of(clinic: Clinic, who: Who, photo: PhotoRow) -> Callable[[], list[bytes]]:
    return lambda: [unsealed(clinic, who, photo)]
