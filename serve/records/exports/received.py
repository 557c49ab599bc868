"""Whether a patient's records from elsewhere are such as this program could have written; else all is refused.

Field by field they were checked when they were read; this asks whether they hold together. Nothing here writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from PIL import Image
from pydantic import ValidationError

from scarscore.serve.course.records import MODEL, Finding, Plan
from scarscore.serve.course.scales.items import checked as checked_findings
from scarscore.serve.errors import UsageError
from scarscore.serve.records.answers import answer_of, json_of
from scarscore.serve.records.clinic import now
from scarscore.serve.records.courses import check_plan
from scarscore.serve.records.errors import Invalid, RecordsError
from scarscore.serve.records.exports.gather import SUBJECTS, Gathered, PatientKept, PhotoKept, ScoreKept
from scarscore.serve.records.find import is_printable
from scarscore.serve.records.intake import encoded
from scarscore.serve.records.sessions import checked_texts
from scarscore.serve.records.tables import ScoreRow
from scarscore.serve.scoring.decode import decode
from scarscore.serve.scoring.result import PhotoScore, Refusal, View

CLOCKS = timedelta(days=1)  # how far two installations' clocks and time zones may lie apart
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # a machine without a battery begins there
_MARKER = re.compile(rb"\xff[^\0]")  # in a scan of ours only its end


def checked(told: Gathered, pseudonym: str | None = None) -> Gathered:
    """The records of one living patient, perhaps under another pseudonym. Raises `Invalid`."""
    if len(told.patients) != 1 or told.patients[0].erased is not None:
        raise Invalid("the zip must hold the records of one patient who was not erased")
    for subject, (_, _, owner, owners) in SUBJECTS.items():
        _check_references(getattr(told, subject), owner, getattr(told, owners))
    for each in (*told.patients, *(each for subject in SUBJECTS for each in getattr(told, subject))):
        _check_past(each)
    for score in told.scores:
        _check_score(score)
    _check_texts(told)
    if any(each.by == MODEL for each in told.findings):
        raise Invalid(f"the zip holds a finding by {MODEL!r}, which nobody enters")
    try:
        checked_findings(Finding(each.item, each.value, each.by) for each in told.findings)
    except UsageError as error:
        raise Invalid(f"the zip's findings cannot be: {error}") from None
    return told if pseudonym is None else replace(told, patients=(_renamed(told.patients[0], pseudonym),))


def check_photo(photo: PhotoKept, data: bytes) -> None:
    """Raises `Invalid` unless these bytes are the photo that the records name: a plain JPEG without metadata."""
    if hashlib.sha256(data).hexdigest() != photo.sha256 or len(data) != photo.size:
        raise Invalid("a photo in the zip is not the one that its records name")
    if photo.region is not None and photo.view is not View.CLOSEUP:
        raise Invalid("only a close-up is of one region")
    decoded = decode(data)
    if (
        not _is_as_stored(data)
        or isinstance(decoded, Refusal)
        or (decoded.width, decoded.height) != (photo.width, photo.height)
    ):
        raise Invalid("a photo in the zip is not such a JPEG as is stored here")


def _is_as_stored(data: bytes) -> bool:
    """Whether this is laid out as `encoded` does it, to the byte but for size and scan, and ends with the scan.

    A decoder passes over much (comments between scans, a profile, a second APP0) in which anything could travel.
    """
    head, size = _head()
    if data[:size] != head[:size] or data[size + 4 : len(head)] != head[size + 4 :]:
        return False
    marker = _MARKER.search(data, len(head))
    return marker is not None and marker[0] == b"\xff\xd9" and marker.end() == len(data)


@cache
def _head() -> tuple[bytes, int]:
    """What stands before the scan in every photo that is stored, and where in it the size stands: four bytes."""
    photo = encoded(Image.new("RGB", (16, 16)))
    scan = photo.index(b"\xff\xda")
    length = int.from_bytes(photo[scan + 2 : scan + 4])
    return photo[: scan + 2 + length], photo.index(b"\xff\xc0") + 5


def _check_texts(told: Gathered) -> None:
    """Every text must be such as could have been entered here: PostgreSQL, too, has no room for a NUL."""
    if not all(map(is_printable, _texts(told))):
        raise Invalid("the zip's records hold characters that cannot be printed")
    for course in told.courses:
        check_plan(Plan(course.sessions, course.spacing_days, course.maintenance_per_year, course.cautions))
    for each in told.sessions:
        if checked_texts(each.device, each.treatments) != (each.device, each.treatments):
            raise Invalid("the zip holds a session with blanks around its texts")


def _texts(value: object) -> Iterator[str]:
    """Every text in a record, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.items()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        yield from _texts(list(vars(value).values()))


def _check_references(records: Sequence[Any], owner: str, owners: Sequence[Any]) -> None:
    ids = {each.id for each in owners}
    if not all(getattr(each, owner) in ids for each in records):
        raise Invalid("the zip's records refer to something that is not in it")
    if len({each.id for each in records}) != len(records):
        raise Invalid("the zip holds one thing twice")


def _check_past(kept: Any) -> None:
    latest = now() + CLOCKS
    moments = [value for value in vars(kept).values() if isinstance(value, datetime)]
    if any(value > latest for value in moments):
        raise Invalid("the zip holds something that was recorded in the future")
    if any(value < EARLIEST for value in moments):
        raise Invalid("the zip holds something that was recorded before 1970")


def _check_score(score: ScoreKept) -> None:
    """The answer must be one, and nothing more, and the severity beside it its own."""
    try:
        answer = answer_of(ScoreRow(id=score.id, scored=score.scored, answer=score.answer))
    except RecordsError:
        raise Invalid("the zip holds a score that cannot be") from None
    severity = answer.severity if isinstance(answer, PhotoScore) else None
    told = json_of(answer)
    # A score of an earlier version lacks what is told since; whatever it says must be said by the answer too.
    if (
        any(name not in told or told[name] != value for name, value in score.answer.items())
        or severity != score.severity
    ):
        raise Invalid("the zip holds a score that contradicts itself")


def _renamed(patient: PatientKept, pseudonym: str) -> PatientKept:
    try:
        return replace(patient, pseudonym=pseudonym)
    except ValidationError:
        raise Invalid("a pseudonym has 1 to 40 letters, digits, dots, dashes or underscores") from None
