"""A photo from a DICOM VL Photographic Image (extra `dicom`): its pixels, and nothing else that stands in the file.

The day that the file says is held against the visit's, so that no photo is filed under a wrong date unseen; and a
PatientID that is another patient's pseudonym here is refused. The pixels go the way of every upload.
"""

from __future__ import annotations

import io
import logging
import warnings
from dataclasses import dataclass
from datetime import date
from typing import Any

from PIL import Image
from sqlalchemy import select

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, Invalid, RecordsError
from scarscore.serve.records.exports.dicom import JPEG_BASELINE, SIDES, VL_PHOTOGRAPHIC, check_installed
from scarscore.serve.records.find import course_row, visit_row
from scarscore.serve.records.people import Who
from scarscore.serve.records.photos import Place, StoredPhoto
from scarscore.serve.records.scored import Scoring
from scarscore.serve.records.tables import PatientRow
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.scoring.files import MAX_BYTES
from scarscore.serve.scoring.header import Refused, check_size
from scarscore.serve.scoring.result import Refusal, View

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"  # little endian, not compressed
READ = (JPEG_BASELINE, IMPLICIT, EXPLICIT)
_TAKEN = (
    "SOPClassUID", "PatientID", "AcquisitionDate", "ContentDate", "StudyDate", "ImageLaterality", "NumberOfFrames",
    "Rows", "Columns", "PhotometricInterpretation", "BitsAllocated", "PlanarConfiguration", "PixelData",
)  # fmt: skip
_ONLY = "of DICOM only JPEG Baseline, or RGB of 8 bits without compression, is read: convert it first"
LARGEST = 160_000_000  # bytes: 50 megapixels of RGB without compression, and what stands beside them


@dataclass(frozen=True)
class Received:
    """What is taken from a DICOM file: a picture file's bytes, the day it says, the side that it shows, its patient."""

    upload: bytes
    day: date | None
    view: View | None
    patient: str


@dataclass(frozen=True)
class Filing:
    """How the photo is to be filed; without `view` the file's own side counts. `any_day` files it whatever its day."""

    view: View | None = None
    region: str | None = None
    camera: str = ""
    any_day: bool = False


def take_dicom(
    clinic: Clinic, who: Who, scoring: Scoring, visit_id: str, content: bytes, filing: Filing
) -> StoredPhoto | Refusal:
    """Store a DICOM file's photo at a visit; a refusal where it cannot be decoded.

    Raises as `take_photo` does, `Invalid` for what is not read, and `Conflict` where the file says another day than
    the visit's, or names another patient of this clinic.
    """
    try:
        told = received(content)
        view = _checked(clinic, visit_id, told, filing)
    except RecordsError as error:
        why = {"what": "import", "as": "dicom", "why": type(error).__name__}
        clinic.note(Deed(who.account, "failed", "visits", why))
        raise
    clinic.note(Deed(who.account, "import", f"visit/{visit_id}", {"as": "dicom"}))
    return take_photo(clinic, who, scoring, visit_id, told.upload, Place(view, filing.region, filing.camera))


def _checked(clinic: Clinic, visit_id: str, told: Received, filing: Filing) -> View:
    """The view to file it under, when day and patient do not speak against the visit."""
    view = filing.view or told.view
    if view is None:
        raise Invalid(f"the file does not say which side it shows: give the view, one of {', '.join(View)}")
    with clinic.database.read() as session:
        visit = visit_row(session, visit_id)
        owner = course_row(session, visit.course_id).patient_id
        named = session.scalars(select(PatientRow.id).where(PatientRow.pseudonym == told.patient)).first()
    if told.day is not None and told.day != visit.day and not filing.any_day:
        raise Conflict(f"the file says {told.day}, and the visit is of {visit.day}: choose the right visit")
    if named not in (None, owner):
        raise Conflict("the file names another patient of this clinic: choose the right one")
    if len(told.upload) > MAX_BYTES:
        raise Invalid("this DICOM file's picture is over 25 MB: convert it to JPEG Baseline of ordinary quality")
    return view


def received(content: bytes) -> Received:
    """A DICOM file's picture, day and side; everything else in it is left. Raises `Invalid` for what is not read."""
    _quiet()
    from pydicom.errors import InvalidDicomError

    try:
        told, syntax = _parsed(content)
        if told.get("SOPClassUID") != VL_PHOTOGRAPHIC:
            raise Invalid("this DICOM file is no VL Photographic Image")
        check_size(int(told.Columns), int(told.Rows))
        return Received(
            _picture(told, syntax), _day(told), _view(told), str(told.get("PatientID") or "").replace("\0", "")
        )
    except Refused as refused:
        raise Invalid(f"this DICOM file's picture cannot be used: {refused.reason.value}") from None
    except InvalidDicomError:
        raise Invalid("this is no DICOM file") from None
    except Invalid:
        raise
    except Exception as error:  # noqa: BLE001 - a file from anywhere: pydicom raises what it meets
        raise Invalid(f"this DICOM file is damaged ({type(error).__name__})") from None


def _quiet() -> None:
    """pydicom warns of a wrong value by quoting it, which may be a name: none of it may reach a log."""
    check_installed()  # first: importing pydicom would set its log's level again
    warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)


def _parsed(content: bytes) -> tuple[Any, str]:
    """What is taken of the file, and its transfer syntax, which is looked at first.

    Not by `dcmread`: that unpacks a deflated file without a limit, however large it becomes.
    """
    from pydicom.datadict import tag_for_keyword
    from pydicom.filereader import read_dataset, read_preamble
    from pydicom.tag import Tag

    file = io.BytesIO(content)
    read_preamble(file, force=False)
    meta = read_dataset(file, False, True, stop_when=lambda tag, *_: tag.group != 2, specific_tags=[Tag(2, 0x10)])
    syntax = str(meta.TransferSyntaxUID)
    if syntax not in READ:
        raise Invalid(_ONLY)
    taken: list[Any] = [tag_for_keyword(name) for name in _TAKEN]
    return read_dataset(file, syntax == IMPLICIT, True, specific_tags=taken), syntax


def _picture(told: Any, syntax: str) -> bytes:
    """The encapsulated JPEG unchanged, or native pixels as PNG."""
    from pydicom.encaps import generate_frames

    if int(told.get("NumberOfFrames") or 1) != 1:
        raise Invalid("this DICOM file holds several pictures: send one alone")
    if syntax == JPEG_BASELINE:
        return next(generate_frames(told.PixelData, number_of_frames=1))
    if told.PhotometricInterpretation != "RGB" or told.BitsAllocated != 8:
        raise Invalid(_ONLY)
    if told.get("PlanarConfiguration") or len(told.PixelData) < told.Rows * told.Columns * 3:
        raise Invalid("this DICOM file's pixels are stored in a way that is not read: convert it to JPEG Baseline")
    picture = Image.frombytes("RGB", (told.Columns, told.Rows), told.PixelData[: told.Rows * told.Columns * 3])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _day(told: Any) -> date | None:
    for name in ("AcquisitionDate", "ContentDate", "StudyDate"):
        text = str(told.get(name) or "")
        if text:
            return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    return None


def _view(told: Any) -> View | None:
    return {side: view for view, side in SIDES.items()}.get(str(told.get("ImageLaterality") or ""))
