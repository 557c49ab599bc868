"""A patient that moves to another installation: all of it arrives, to the byte, or nothing does."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scarscore.serve.records.audit import verify
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, withdraw_consent
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import Busy, Conflict, Invalid, NewerRecords, NotAllowed, NotFound, VaultError
from scarscore.serve.records.exports.transfer import export_patient, import_patient
from scarscore.serve.records.patients import create_patient, patient
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.refile import erase_photo
from scarscore.serve.records.verdicts import measured, networks
from tests.serve.records.parts import ADMIN, NURSE, ago, lines, settle_in
from tests.serve.records.told import (
    NAME,
    Told,
    another,
    joined,
    nothing_is_there,
    patient_with_everything,
    rezipped,
    rows,
    signed,
    taken_in,
    unzipped,
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told, bytes]]:
    """A clinic with one patient, and that patient's zip, which tests may change a copy of."""
    clinic = another(tmp_path_factory.mktemp("from"))
    told = patient_with_everything(clinic, Use.CARE, Use.RESEARCH)
    yield clinic, told, joined(export_patient(clinic, NURSE, told.patient))
    clinic.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Clinic]:
    clinic = another(tmp_path)
    yield clinic
    clinic.close()


def test_everything_arrives_as_it_was_on_each_database_and_vault(
    exported: tuple[Clinic, Told, bytes], clinic: Clinic
) -> None:
    source, told, content = exported
    assert taken_in(settle_in(clinic), content) == told.patient
    assert rows(clinic) == rows(source)
    for photo in told.photos:
        assert photo_bytes(clinic, NURSE, photo) == photo_bytes(source, NURSE, photo)
    with clinic.database.read() as session:
        assert isinstance(verify(session), int)


def test_the_verdict_is_the_same_there(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    source, told, content = exported
    taken_in(there, content)
    one, other = (measured(clinic, NURSE, networks(), told.course, ago(0)) for clinic in (source, there))
    assert one.verdict == other.verdict


def test_photos_are_sealed_under_the_other_installations_keys(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    source, told, content = exported
    taken_in(there, content)
    with pytest.raises(VaultError):
        source.vault.master.unwrap(wrapped(there, told.photos[0]), told.photos[0])
    assert there.vault.sealed(told.photos[0]) != source.vault.sealed(told.photos[0])


def wrapped(clinic: Clinic, photo: str) -> bytes:
    from scarscore.serve.records.tables import PhotoRow

    with clinic.database.read() as session:
        key = session.get_one(PhotoRow, photo).wrapped_key
    assert key is not None
    return key


def test_the_same_records_make_the_same_bytes(exported: tuple[Clinic, Told, bytes]) -> None:
    source, told, content = exported
    assert joined(export_patient(source, NURSE, told.patient)) == content


def test_a_name_travels_only_when_an_admin_says_so(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    source, told, content = exported
    assert NAME not in str(unzipped(content))
    assert b"Secret-Name" not in b"".join(unzipped(content).values())
    with pytest.raises(NotAllowed):
        export_patient(source, NURSE, told.patient, names=True)
    taken_in(there, joined(export_patient(source, ADMIN, told.patient, names=True)))
    assert patient(there, NURSE, told.patient).name == NAME


def test_both_ends_are_audited_without_a_name(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    source, told, content = exported
    taken_in(there, content)
    out, into = lines(source, f"patient/{told.patient}", "export"), lines(there, f"patient/{told.patient}", "import")
    assert out[0].account == NURSE.account
    assert out[0].detail == {"as": "patient", "purpose": "care", "names": False}
    assert [line.detail for line in into] == [{"photos": 3}]


def test_for_research_nothing_says_who_anybody_is(exported: tuple[Clinic, Told, bytes]) -> None:
    source, told, _ = exported
    files = unzipped(joined(export_patient(source, ADMIN, told.patient, Use.RESEARCH, names=True)))
    assert lines(source, f"patient/{told.patient}", "export")[-1].detail["names"] is False
    records = json.loads(files["patient.json"])
    assert records["patients"][0]["name"] is None
    assert {finding["by"] for finding in records["findings"]} == {"entered"}
    assert records["courses"][0]["cautions"][0]["by"] == ""
    about = json.loads(files["manifest.json"])["about"]
    assert about["purpose"] == "research"
    assert "the patient's name" in about["left_out"]
    assert "who entered what" in about["left_out"]


def test_without_consent_or_after_its_withdrawal_nothing_is_exported(there: Clinic) -> None:
    told = patient_with_everything(there, Use.PUBLICATION)
    with pytest.raises(Conflict, match="has not consented to research"):
        export_patient(there, NURSE, told.patient, Use.RESEARCH)
    assert joined(export_patient(there, NURSE, told.patient, Use.PUBLICATION))
    withdraw_consent(there, NURSE, told.patient, Use.PUBLICATION)
    with pytest.raises(Conflict, match="has not consented to publication"):
        export_patient(there, NURSE, told.patient, Use.PUBLICATION)
    assert joined(export_patient(there, NURSE, told.patient))


def test_an_erased_photo_travels_as_a_row_and_an_erased_patient_not_at_all(there: Clinic, tmp_path: Path) -> None:
    told = patient_with_everything(there)
    erase_photo(there, ADMIN, told.photos[0])
    content = joined(export_patient(there, NURSE, told.patient))
    assert f"photos/{told.photos[0]}.jpg" not in unzipped(content)
    assert "1 photos that were erased" in json.loads(unzipped(content)["manifest.json"])["about"]["left_out"]
    elsewhere = another(tmp_path, "elsewhere")
    taken_in(elsewhere, content)
    with pytest.raises(NotFound):
        photo_bytes(elsewhere, NURSE, told.photos[0])
    erase_patient(there, ADMIN, told.patient)
    with pytest.raises(NotFound):
        export_patient(there, NURSE, told.patient)
    elsewhere.close()


def test_only_an_admin_takes_in_a_patient(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    with pytest.raises(NotAllowed):
        import_patient(there, NURSE, io.BytesIO(exported[2]))
    assert nothing_is_there(there)


def test_a_patient_that_is_there_already_is_not_taken_in_again(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    content = exported[2]
    taken_in(there, content)
    before = rows(there)
    for options in ({}, {"pseudonym": "P-OTHER"}):
        with pytest.raises(Conflict):
            taken_in(there, content, **options)
    assert rows(there) == before
    for photo in exported[1].photos:
        assert photo_bytes(there, NURSE, photo)


def test_a_pseudonym_that_is_taken_can_be_changed_on_the_way(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    source, told, content = exported
    taken = create_patient(there, NURSE, pseudonym=patient(source, NURSE, told.patient).pseudonym, name=None)
    with pytest.raises(Conflict, match="pseudonym"):
        taken_in(there, content)
    taken_in(there, content, pseudonym="P-OTHER")
    assert patient(there, NURSE, told.patient).pseudonym == "P-OTHER"
    assert patient(there, NURSE, taken.id).pseudonym == taken.pseudonym
    with pytest.raises(Invalid, match="a pseudonym has"):
        taken_in(there, content, pseudonym="no good")


@pytest.mark.parametrize("name", ["patient.json", "a photo", "manifest.json"])
def test_a_changed_byte_is_refused(exported: tuple[Clinic, Told, bytes], there: Clinic, name: str) -> None:
    files = unzipped(exported[2])
    chosen = next((each for each in files if each.startswith("photos/")), "") if name == "a photo" else name
    changed = bytearray(files[chosen])
    changed[len(changed) // 2] ^= 1
    with pytest.raises(Invalid):
        taken_in(there, rezipped(files | {chosen: bytes(changed)}))
    assert nothing_is_there(there)


def test_a_zip_that_was_cut_short_anywhere_is_refused(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    content = exported[2]
    for length in (0, 1, 100, len(content) // 2, len(content) - 1):
        with pytest.raises(Invalid):
            taken_in(there, content[:length])
    assert nothing_is_there(there)


@pytest.mark.parametrize(
    "name", ["../../evil.jpg", "/etc/evil", "photos/../../evil.jpg", "C:\\evil", "photos/evil.jpg", "photos/", "evil"]
)
def test_a_file_with_a_path_of_its_own_is_refused(
    exported: tuple[Clinic, Told, bytes], there: Clinic, tmp_path: Path, name: str
) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(Invalid):
        taken_in(there, signed(unzipped(exported[2]) | {name: b"evil"}))
    with pytest.raises(Invalid):
        taken_in(there, rezipped(unzipped(exported[2]) | {name: b"evil"}))
    assert nothing_is_there(there)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} - {path.name for path in before} <= {
        "records.db-wal", "records.db-shm", "importing.lock"
    }  # fmt: skip


def test_a_link_in_the_zip_is_refused(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    def link(info: zipfile.ZipInfo) -> None:
        if info.filename.startswith("photos/"):
            info.external_attr = 0o120777 << 16

    files = unzipped(exported[2])
    photo = next(name for name in files if name.startswith("photos/"))
    manifest = json.loads(files["manifest.json"])
    manifest["files"][photo] = {"sha256": hashlib.sha256(b"/etc/passwd").hexdigest(), "size": 11}
    files |= {photo: b"/etc/passwd", "manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(Invalid):
        taken_in(there, rezipped(files, link))
    assert nothing_is_there(there)


def test_a_zip_that_unpacks_without_end_is_refused_before_it_is_unpacked(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("patient.json", "w") as file:
        for _ in range(1_100):
            file.write(bytes(1_000_000))
    assert len(buffer.getvalue()) < 2_000_000
    with pytest.raises(Invalid, match="over 500 MB"):
        taken_in(there, buffer.getvalue())


def test_a_file_that_holds_more_than_it_says_is_refused(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    content = bytearray(rezipped(unzipped(exported[2]) | {"patient.json": bytes(5_000_000)}))
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"patient.json"))
    content[entry + 24 : entry + 28] = (100).to_bytes(4, "little")  # its size, in the central directory
    with pytest.raises(Invalid):
        taken_in(there, bytes(content))
    assert nothing_is_there(there)


def test_a_newer_format_is_told_apart_from_a_broken_one(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    files = unzipped(exported[2])
    manifest = json.loads(files["manifest.json"])
    newer = manifest | {"version": manifest["version"] + 1, "something": "new"}
    with pytest.raises(NewerRecords, match="update this one"):
        taken_in(there, rezipped(files | {"manifest.json": json.dumps(newer).encode()}))
    for wrong in (manifest | {"format": "something else"}, [], {}, "no"):
        with pytest.raises(Invalid):
            taken_in(there, rezipped(files | {"manifest.json": json.dumps(wrong).encode()}))
    with pytest.raises(Invalid):
        taken_in(there, rezipped(files | {"manifest.json": b"[" * 100_000}))


def test_a_failure_half_way_leaves_no_row_and_no_file(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    """The vault has room for the first photos alone: where the last one would lie there is a folder."""
    last = sorted(exported[1].photos)[-1]
    for photo in exported[1].photos:
        blocked = Path(there.vault.root) / f".{photo}.sealed.new"
        blocked.mkdir()
        with pytest.raises(VaultError):
            taken_in(there, exported[2])
        blocked.rmdir()
        assert nothing_is_there(there)
    assert taken_in(there, exported[2]) == exported[1].patient
    assert photo_bytes(there, NURSE, last)


def test_while_photos_are_stored_everybody_else_can_write_but_nobody_import(
    exported: tuple[Clinic, Told, bytes], there: Clinic
) -> None:
    """Where the last photo would be written there is a pipe, which takes nothing before somebody reads from it."""
    pipe = Path(there.vault.root) / f".{exported[1].photos[-1]}.sealed.new"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(taken_in, there, exported[2])
        try:
            late = time.monotonic() + 60
            while not list(there.vault.names()):
                assert time.monotonic() < late
                time.sleep(0.05)
            begun = time.monotonic()
            assert create_patient(there, NURSE, pseudonym="P-NEW", name=None).pseudonym == "P-NEW"
            assert time.monotonic() - begun < 10
            with pytest.raises(Busy, match="another patient is being taken in"):
                taken_in(there, exported[2])
        finally:
            with pipe.open("rb") as reading:
                reading.read()
        with pytest.raises(VaultError):  # a pipe cannot be synced
            under_way.result(60)
    assert list(there.vault.names()) == []
    assert taken_in(there, exported[2]) == exported[1].patient


def test_two_imports_at_once_leave_one_whole_patient(exported: tuple[Clinic, Told, bytes], clinic: Clinic) -> None:
    settle_in(clinic)

    def attempt(_: int) -> bool:
        try:
            taken_in(clinic, exported[2])
        except (Conflict, Busy):
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(attempt, range(3))) == [False, False, True]
    assert rows(clinic) == rows(exported[0])
    for photo in exported[1].photos:
        assert photo_bytes(clinic, NURSE, photo)


def test_a_damaged_photo_ends_the_export_early_and_is_audited(there: Clinic) -> None:
    told = patient_with_everything(there)
    there.vault.put_sealed(told.photos[1], bytes(1000))
    sent = io.BytesIO()
    with pytest.raises(VaultError):
        sent.writelines(export_patient(there, NURSE, told.patient))
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(sent)
    assert lines(there, f"photo/{told.photos[1]}", "failed")


def test_an_import_that_failed_is_audited(exported: tuple[Clinic, Told, bytes], there: Clinic) -> None:
    with pytest.raises(Invalid):
        taken_in(there, exported[2][:-1])
    assert lines(there, "patients", "failed")[0].detail == {"what": "import", "why": "Invalid"}
