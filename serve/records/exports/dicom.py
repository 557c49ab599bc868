"""Photos as DICOM VL Photographic Images (extra `dicom`); `dicom_in.py` reads them.

The stored JPEG is encapsulated unchanged: what a viewer shows is what was scored. The file names the patient by
pseudonym, and says that the face can be recognised. UIDs stand under 2.25, made from ids, so that a
photo has the same one in every export. DICOM PS3.3 A.32.4; PS3.5 A.4 and B.2.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import uuid5

from PIL import Image, JpegImagePlugin

from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Invalid, RecordsError
from scarscore.serve.records.exports.fhir import NAMESPACE
from scarscore.serve.records.find import course_row, patient_row, photo_row, visit_row
from scarscore.serve.records.patients import patient_of
from scarscore.serve.records.people import Who
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.records.unsealed import unsealed
from scarscore.serve.scoring.result import View

if TYPE_CHECKING:
    from pydicom import Dataset

VL_PHOTOGRAPHIC = "1.2.840.10008.5.1.4.1.1.77.1.4"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
MEDIA_TYPE = "application/dicom"
SIDES = {View.LEFT: "L", View.RIGHT: "R"}


def dicom_of(clinic: Clinic, who: Who, photo_id: str, *, names: bool = False) -> bytes:
    """A stored photo as a DICOM file. Raises `NotFound`, `VaultError`, and `RecordsError` without pydicom."""
    check_installed()
    with clinic.doing(Deed(who.account, "export", f"photo/{photo_id}", {"as": "dicom", "names": names})) as session:
        row = photo_row(session, photo_id)
        visit = visit_row(session, row.visit_id)
        course = course_row(session, visit.course_id)
        patient = patient_of(clinic, patient_row(session, course.patient_id))
    about = _About(patient.pseudonym, (patient.name or "") if names else "", course.id, visit.id, visit.day)
    return _file(row, about, unsealed(clinic, who, row))


@dataclass(frozen=True)
class _About:
    """To whom and when a photo belongs."""

    pseudonym: str
    name: str
    course: str
    visit: str
    day: date


def _file(row: PhotoRow, about: _About, jpeg: bytes) -> bytes:
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID

    told = _described(row, about)
    told.PhotometricInterpretation = _colours(jpeg)
    told.LossyImageCompression = "01"  # as are all JPEGs of this kind
    told.LossyImageCompressionMethod = "ISO_10918_1"
    told.LossyImageCompressionRatio = round(row.width * row.height * 3 / len(jpeg), 2)
    told.PixelData = encapsulate([jpeg])
    told["PixelData"].is_undefined_length = True
    told.file_meta.TransferSyntaxUID = UID(JPEG_BASELINE)
    buffer = io.BytesIO()
    told.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _described(row: PhotoRow, about: _About) -> Dataset:
    """Everything but the pixels: the modules of a VL Photographic Image, by PS3.3 table A.32.4-1."""
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    day, told = about.day.strftime("%Y%m%d"), Dataset()
    told.file_meta = FileMetaDataset()
    told.file_meta.MediaStorageSOPClassUID = told.SOPClassUID = UID(VL_PHOTOGRAPHIC)
    told.file_meta.MediaStorageSOPInstanceUID = told.SOPInstanceUID = UID(uid_of(f"photo/{row.id}"))
    told.SpecificCharacterSet = "ISO_IR 192"  # UTF-8
    told.PatientID, told.PatientName = about.pseudonym, about.name
    told.PatientBirthDate = told.PatientSex = ""
    told.PatientIdentityRemoved = "NO" if about.name else "YES"
    told.DeidentificationMethod = "pseudonym, no camera metadata; the face is to be seen"
    told.StudyInstanceUID, told.SeriesInstanceUID = uid_of(f"visit/{about.visit}"), uid_of(f"{about.visit}/{row.view}")
    told.StudyDate = told.SeriesDate = told.ContentDate = told.AcquisitionDate = day
    told.StudyTime = told.ContentTime = told.StudyID = told.AccessionNumber = told.ReferringPhysicianName = ""
    told.Modality, told.SeriesNumber, told.InstanceNumber = "XC", None, "1"
    told.Manufacturer, told.SeriesDescription = "", f"{row.view} view" + (f", {row.region}" if row.region else "")
    told.ImageType = ["DERIVED", "PRIMARY"]  # re-encoded from the camera's file
    told.PatientOrientation, told.AcquisitionContextSequence = "", []
    told.ImageLaterality = SIDES.get(View(row.view), "U")  # of the patient
    told.BurnedInAnnotation, told.RecognizableVisualFeatures = "NO", "YES"
    told.SamplesPerPixel, told.PlanarConfiguration = 3, 0
    told.Rows, told.Columns = row.height, row.width
    told.BitsAllocated, told.BitsStored, told.HighBit, told.PixelRepresentation = 8, 8, 7, 0
    return told


def _colours(jpeg: bytes) -> str:
    """How the JPEG holds its colours, in DICOM's word. Raises `Invalid` for one that JPEG Baseline does not cover."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        if image.mode != "RGB" or image.info.get("progressive"):
            raise Invalid("this photo is a JPEG of a kind that cannot stand in DICOM unchanged")
        return "YBR_FULL" if JpegImagePlugin.get_sampling(image) == 0 else "YBR_FULL_422"


def check_installed() -> None:
    """Import pydicom, which sets up a log of its own. Raises `RecordsError` where the extra is not installed."""
    try:
        import_module("pydicom")
    except ModuleNotFoundError:
        raise RecordsError('DICOM needs pydicom. Run: pip install "scarscore[dicom]"') from None


def uid_of(what: str) -> str:
    """The DICOM UID of a thing by its kind and id: 2.25 and a UUID, always the same."""
    return f"2.25.{uuid5(NAMESPACE, what).int}"
