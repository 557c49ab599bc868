"""Photos as DICOM: the stored JPEG unchanged on the way out, its pixels alone on the way in."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom import Dataset, config
from pydicom.encaps import generate_frames
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.exports.dicom import VL_PHOTOGRAPHIC, dicom_of
from scarscore.serve.records.exports.dicom_in import Filing, received, take_dicom
from scarscore.serve.records.patients import create_patient, patient
from scarscore.serve.records.photos import StoredPhoto, photo, photo_bytes
from scarscore.serve.records.refile import correct_photo
from scarscore.serve.scoring.result import View
from tests import make
from tests.serve.records.parts import ADMIN, NURSE, Here, ago, lines, new_course, visit_on
from tests.serve.records.told import NAME, Told, another, patient_with_everything

CLOSE_UP = Filing(View.CLOSEUP, "chin")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told]]:
    clinic = another(tmp_path_factory.mktemp("dicom"))
    yield clinic, patient_with_everything(clinic)
    clinic.close()


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """pydicom's own validation: what is no valid value raises."""
    monkeypatch.setattr(config.settings, "reading_validation_mode", config.RAISE)
    monkeypatch.setattr(config.settings, "writing_validation_mode", config.RAISE)


def opened(content: bytes) -> Dataset:
    told = pydicom.dcmread(io.BytesIO(content))
    told.walk(lambda _, element: element.value)  # every element is parsed, and so validated
    return told


def changed(content: bytes, change: Callable[[Dataset], None]) -> bytes:
    told = pydicom.dcmread(io.BytesIO(content))
    change(told)
    buffer = io.BytesIO()
    told.save_as(buffer)
    return buffer.getvalue()


@pytest.mark.usefixtures("strict")
def test_the_stored_photo_is_in_it_unchanged_under_valid_values(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    content, jpeg = dicom_of(clinic, NURSE, told.photos[0]), photo_bytes(clinic, NURSE, told.photos[0])
    file = opened(content)
    frame = next(generate_frames(file.PixelData, number_of_frames=1))
    assert frame[: len(jpeg)] == jpeg
    assert len(frame) - len(jpeg) in (0, 1)  # an even length
    assert file.SOPClassUID == VL_PHOTOGRAPHIC
    assert (file.Columns, file.Rows) == (480, 360)
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)))
    assert np.abs(file.pixel_array.astype(int) - pixels).max() <= 3  # another decoder's rounding


def test_it_names_the_pseudonym_the_day_and_the_view_and_says_that_a_face_is_seen(
    recorded: tuple[Clinic, Told],
) -> None:
    clinic, told = recorded
    file = opened(dicom_of(clinic, NURSE, told.photos[0]))
    assert file.PatientID == patient(clinic, NURSE, told.patient).pseudonym
    assert str(file.PatientName) == str(file.PatientBirthDate) == str(file.ReferringPhysicianName) == ""
    assert file.AcquisitionDate == file.StudyDate == ago(90).strftime("%Y%m%d")
    assert (file.ImageLaterality, file.SeriesDescription) == ("U", "closeup view, left_cheek")
    assert (file.PatientIdentityRemoved, file.RecognizableVisualFeatures) == ("YES", "YES")
    assert NAME not in str(file)
    named = opened(dicom_of(clinic, NURSE, told.photos[0], names=True))
    assert (str(named.PatientName), named.PatientIdentityRemoved) == (NAME, "NO")


def test_left_and_right_are_told_as_laterality(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic)
    for view, side in ((View.LEFT, "L"), (View.RIGHT, "R"), (View.FRONT, "U")):
        correct_photo(clinic, NURSE, Here(), told.photos[0], view=view, region=None)
        content = dicom_of(clinic, NURSE, told.photos[0])
        assert opened(content).ImageLaterality == side
        assert received(content).view is (None if view is View.FRONT else view)
    clinic.close()


def test_every_uid_is_a_valid_one_under_2_25_and_the_same_in_each_export(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    first, again, other = (opened(dicom_of(clinic, NURSE, told.photos[n])) for n in (0, 0, 1))
    for name in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
        uid = getattr(first, name)
        assert re.fullmatch(r"2\.25\.\d{1,39}", uid)
        assert UID(uid).is_valid
        assert uid == getattr(again, name)
    assert first.SOPInstanceUID != other.SOPInstanceUID
    assert first.StudyInstanceUID == other.StudyInstanceUID  # photos of one visit


def test_a_photo_goes_out_and_comes_back_into_another_clinic(recorded: tuple[Clinic, Told], tmp_path: Path) -> None:
    clinic, told = recorded
    there = another(tmp_path)
    visit = visit_on(there, new_course(there), 90)
    stored = take_dicom(there, NURSE, Here(), visit, dicom_of(clinic, NURSE, told.photos[0]), CLOSE_UP)
    assert isinstance(stored, StoredPhoto)
    assert (stored.view, stored.region, stored.width, stored.height) == (View.CLOSEUP, "chin", 480, 360)
    assert stored.score is not None
    before, after = (np.asarray(Image.open(io.BytesIO(photo_bytes(c, NURSE, p))), int) for c, p in (
        (clinic, told.photos[0]), (there, stored.id)))  # fmt: skip
    assert np.abs(before - after).mean() < 2  # encoded once more
    assert [line.detail for line in lines(there, f"visit/{visit}", "import")] == [{"as": "dicom"}]
    there.close()


def test_a_file_of_another_day_or_of_another_patient_is_not_filed(
    recorded: tuple[Clinic, Told], tmp_path: Path
) -> None:
    clinic, told = recorded
    content = dicom_of(clinic, NURSE, told.photos[0])
    there = another(tmp_path)
    visit = visit_on(there, new_course(there), 91)
    with pytest.raises(Conflict, match="choose the right visit"):
        take_dicom(there, NURSE, Here(), visit, content, CLOSE_UP)
    any_day = Filing(View.CLOSEUP, any_day=True)
    create_patient(there, NURSE, pseudonym=patient(clinic, NURSE, told.patient).pseudonym, name=None)
    with pytest.raises(Conflict, match="another patient"):
        take_dicom(there, NURSE, Here(), visit, content, any_day)
    with pytest.raises(Invalid, match="does not say which side"):
        take_dicom(there, NURSE, Here(), visit, content, Filing(any_day=True))
    renamed = changed(content, lambda file: setattr(file, "PatientID", "MRN 7"))
    assert isinstance(take_dicom(there, NURSE, Here(), visit, renamed, any_day), StoredPhoto)
    with pytest.raises(NotFound):
        take_dicom(there, NURSE, Here(), "2" * 16, renamed, any_day)
    there.close()


def native(width: int = 480, height: int = 360) -> bytes:
    """A file without compression, as other programs write it."""
    told = Dataset()
    told.file_meta = pydicom.dataset.FileMetaDataset()
    told.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    told.SOPClassUID = told.file_meta.MediaStorageSOPClassUID = UID(VL_PHOTOGRAPHIC)
    told.SOPInstanceUID = told.file_meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    told.SamplesPerPixel, told.PhotometricInterpretation, told.PlanarConfiguration = 3, "RGB", 0
    told.Rows, told.Columns, told.BitsAllocated, told.BitsStored, told.HighBit = height, width, 8, 8, 7
    told.PixelRepresentation = 0
    told.PixelData = make.skin(480, 360).tobytes()
    buffer = io.BytesIO()
    told.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def test_pixels_without_compression_come_in_exactly() -> None:
    told = received(native())
    assert (np.asarray(Image.open(io.BytesIO(told.upload))) == make.skin(480, 360)).all()
    assert (told.day, told.view, told.patient) == (None, None, "")


def test_a_deflated_file_is_refused_before_it_is_unpacked() -> None:
    """48 MB in 48 kB, and no limit to it: every other transfer syntax is refused by its name alone."""
    told = pydicom.dcmread(io.BytesIO(native()))
    told.PixelData = bytes(48_000_000)
    told.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    buffer = io.BytesIO()
    told.save_as(buffer)
    content = buffer.getvalue()
    assert len(content) < 100_000
    tracemalloc.start()
    with pytest.raises(Invalid, match="only JPEG Baseline"):
        received(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_file_of_implicit_value_representations_is_read_as_well() -> None:
    told = pydicom.dcmread(io.BytesIO(native()))
    told.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    buffer = io.BytesIO()
    told.save_as(buffer, implicit_vr=True, little_endian=True)
    assert received(buffer.getvalue()) == received(native())


def _set(name: str, value: object) -> Callable[[Dataset], None]:
    return lambda file: setattr(file, name, value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_set("SOPClassUID", UID("1.2.840.10008.5.1.4.1.1.2")), "no VL Photographic"),
        (_set("NumberOfFrames", "2"), "several pictures"),
        (_set("Columns", 60_000), "too_many_pixels"),
        (_set("Rows", 300), None),
        (_set("Rows", 400), "stored in a way"),
        (_set("PhotometricInterpretation", "YBR_FULL"), "JPEG Baseline"),
        (_set("BitsAllocated", 16), "JPEG Baseline"),
        (_set("PlanarConfiguration", 1), "convert it to JPEG Baseline"),
        (_set("ContentDate", "20260230"), "damaged"),
    ],
    ids=["CT", "film", "too large", "shorter", "too few pixels", "other colours", "16 bits", "planes", "no day"],
)
def test_what_is_not_read_is_refused_with_its_reason(change: Callable[[Dataset], None], why: str | None) -> None:
    if why is None:
        assert received(changed(native(), change)).upload
        return
    with pytest.raises(Invalid, match=why):
        received(changed(native(), change))


def test_no_bytes_whatever_raise_anything_else(recorded: tuple[Clinic, Told]) -> None:
    content = dicom_of(recorded[0], NURSE, recorded[1].photos[0])
    chance = np.random.default_rng(0)
    for file in (b"", b"DICM", make.jpeg(), content[:200], content[:3000], bytes(200) + content):
        with pytest.raises(Invalid):
            received(file)
    for _ in range(150):
        broken = bytearray(content)
        for place in chance.integers(0, 1200, 4):
            broken[place] = chance.integers(256)
        try:
            received(bytes(broken))
        except Invalid:
            continue


def test_the_export_is_audited_and_an_erased_photo_has_none(recorded: tuple[Clinic, Told]) -> None:
    clinic, told = recorded
    dicom_of(clinic, NURSE, told.photos[1])
    assert lines(clinic, f"photo/{told.photos[1]}", "export")[-1].detail == {"as": "dicom", "names": False}
    assert photo(clinic, ADMIN, told.photos[1]).erased is None
    with pytest.raises(NotFound):
        dicom_of(clinic, NURSE, "2" * 16)


def test_without_pydicom_the_rest_still_works_and_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['pydicom'] = None\n"
        "import scarscore.serve.web.routes\n"
        "from scarscore.serve.records.exports.dicom_in import received\n"
        "received(b'anything')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert 'pip install "scarscore[dicom]"' in done.stderr


def test_what_stands_in_a_damaged_file_reaches_no_log(tmp_path: Path) -> None:
    misplaced = b"Secret^Name".ljust(len(VL_PHOTOGRAPHIC))
    (tmp_path / "file.dcm").write_bytes(native().replace(VL_PHOTOGRAPHIC.encode(), misplaced))
    program = (
        "import logging, pathlib; logging.basicConfig(level=logging.DEBUG)\n"
        "from scarscore.serve.records.exports.dicom_in import received\n"
        "received(pathlib.Path('file.dcm').read_bytes())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "this DICOM file is no VL Photographic Image" in done.stderr
    assert "Secret" not in done.stderr
