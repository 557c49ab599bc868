"""Backup and restore: one moment's state under load, proven before it is put in place, nothing half restored."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from scarscore.serve.errors import UsageError
from scarscore.serve.records.audit import Deed, verify
from scarscore.serve.records.backup import backup
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import Invalid, NewerRecords, VaultError
from scarscore.serve.records.keys import MasterKey
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.restore import restore
from tests.serve.records.parts import ADMIN, NURSE, lines
from tests.serve.records.told import NAME, Told, another, patient_with_everything, rezipped, rows, unzipped


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Told]]:
    clinic = another(tmp_path_factory.mktemp("backed up"))
    yield clinic, patient_with_everything(clinic)
    clinic.close()


@pytest.fixture(scope="module")
def made(source: tuple[Clinic, Told], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with the master key."""
    out = tmp_path_factory.mktemp("out") / "backup.zip"
    backup(source[0], out, with_key=True)
    return out


def forged(made: Path, out: Path, change: Callable[[dict[str, bytes]], None], *, sign: bool = True) -> Path:
    """The backup, changed; its manifest made to fit where `sign` says so."""
    files = unzipped(made.read_bytes())
    change(files)
    if sign:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            name: {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
            for name, body in files.items()
            if name != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    out.write_bytes(rezipped(files))
    return out


def nothing_is_left(folder: Path) -> bool:
    return not folder.exists() and not list(folder.parent.glob(".scarscore-*"))


def test_what_was_backed_up_is_restored_row_for_row_and_byte_for_byte(
    source: tuple[Clinic, Told], made: Path, tmp_path: Path
) -> None:
    clinic, told = source
    done = restore(made, tmp_path / "new")
    assert (done.photos, done.key) == (3, True)
    there = Clinic.open(Place(tmp_path / "new"))
    everything = ("none",)
    assert rows(there, without=everything) == rows(clinic, without=everything)
    for photo in told.photos:
        assert photo_bytes(there, NURSE, photo) == photo_bytes(clinic, NURSE, photo)
    with there.database.read() as session:
        assert verify(session) == (done.lines or 0) + 1 + 3  # that it was restored, and three photos read
    assert lines(there, "records", "restore")[0].detail == {"photos": 3}
    there.close()


def test_only_its_owner_may_read_any_of_it(made: Path, tmp_path: Path) -> None:
    restore(made, tmp_path / "new")
    found = [made, *(path for path in (tmp_path / "new").rglob("*"))]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new", *found) if path.is_dir()} == {0o700}


def test_without_the_master_key_it_opens_with_the_recovery_key_alone(tmp_path: Path) -> None:
    clinic, recovery = Clinic.create(Place(tmp_path / "clinic"))
    told = patient_with_everything(clinic)
    done = backup(clinic, tmp_path / "backup.zip")
    clinic.close()
    assert not done.key
    assert "keys/master.key" not in unzipped((tmp_path / "backup.zip").read_bytes())
    restore(tmp_path / "backup.zip", tmp_path / "new")
    with pytest.raises(VaultError, match="vault recover"):
        Clinic.open(Place(tmp_path / "new"))
    MasterKey.recover(tmp_path / "new" / "keys", recovery)
    there = Clinic.open(Place(tmp_path / "new"))
    assert photo_bytes(there, NURSE, told.photos[0])
    there.close()


def test_nobodys_face_and_name_can_be_read_in_it(made: Path) -> None:
    content = b"".join(unzipped(made.read_bytes()).values())
    assert NAME.encode() not in content
    assert b"\xff\xd8\xff" not in content


def test_a_backup_under_load_is_one_moments_state(tmp_path: Path) -> None:
    """Four threads write and read all the while; each backup must be whole in itself."""
    clinic = another(tmp_path)
    patient_with_everything(clinic)
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            clinic.note(Deed("someone", "read", "photo/1"))

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(5):
            backup(clinic, tmp_path / f"{number}.zip", with_key=True)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    told = [restore(tmp_path / f"{number}.zip", tmp_path / f"new {number}").lines or 0 for number in range(5)]
    assert told == sorted(told)
    assert told[-1] > told[0]
    clinic.close()


def test_after_an_erasure_a_new_backup_holds_nothing_of_the_patient(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic)
    erase_patient(clinic, ADMIN, told.patient)
    assert backup(clinic, tmp_path / "after.zip").photos == 0
    content = b"".join(unzipped((tmp_path / "after.zip").read_bytes()).values())
    assert told.course.encode() in content  # the audit log's lines about ids stay
    assert not [name for name in unzipped((tmp_path / "after.zip").read_bytes()) if name.startswith("vault/")]
    clinic.close()


def test_a_missing_photo_is_told_and_no_backup_is_left(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    told = patient_with_everything(clinic)
    clinic.vault.drop(told.photos[1])
    with pytest.raises(VaultError, match=told.photos[1]):
        backup(clinic, tmp_path / "backup.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["another"]
    clinic.close()


@pytest.mark.parametrize(("key", "says"), [("recovery.key", "new-recovery-key"), ("master.key", "vault recover")])
def test_a_missing_key_is_named_with_what_brings_it_back(tmp_path: Path, key: str, says: str) -> None:
    clinic = another(tmp_path)
    (clinic.place.keys / key).unlink()
    with pytest.raises(VaultError, match=f"{key} is missing.*{says}"):
        backup(clinic, tmp_path / "backup.zip", with_key=True)
    assert not (tmp_path / "backup.zip").exists()
    clinic.close()


def test_it_is_never_written_over_anything(source: tuple[Clinic, Told], made: Path, tmp_path: Path) -> None:
    clinic, before = source[0], made.read_bytes()
    with pytest.raises(UsageError, match="already"):
        backup(clinic, made)
    for wrong in (tmp_path / "nowhere" / "backup.zip", tmp_path / "backup.tar"):
        with pytest.raises(UsageError, match=r"\.zip"):
            backup(clinic, wrong)
    assert made.read_bytes() == before
    backup(clinic, tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".zip"]


@pytest.mark.parametrize("limit", [0, 50_000, 1 << 20], ids=["at once", "in the records", "in the zip"])
def test_wherever_the_writing_fails_nothing_is_left(
    source: tuple[Clinic, Told], made: Path, tmp_path: Path, limit: int
) -> None:
    """The operating system itself stops the write after so many bytes of a file."""
    assert 50_000 < len(unzipped(made.read_bytes())["records.db"]) < 1 << 20
    photo = Path(source[0].vault.root) / f"{source[1].photos[0]}.sealed"
    sealed, disk = photo.read_bytes(), tmp_path / "disk"
    photo.write_bytes(sealed.ljust(2 << 20, b"x"))  # larger than all records: the zip alone grows beyond the limit
    disk.mkdir()
    program = (
        "import pathlib, resource, signal, sys\n"
        "from scarscore.serve.errors import OutputError\n"
        "from scarscore.serve.records.backup import backup\n"
        "from scarscore.serve.records.clinic import Clinic, Place\n"
        "clinic = Clinic.open(Place(pathlib.Path(sys.argv[1])))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "try:\n"
        "    backup(clinic, pathlib.Path('backup.zip'), with_key=True)\n"
        "except OutputError:\n"
        "    raise SystemExit(7)\n"
    )
    command = [sys.executable, "-c", program, str(source[0].place.folder)]
    done = subprocess.run(command, cwd=disk, check=False, capture_output=True, text=True)
    photo.write_bytes(sealed)
    assert done.returncode == 7, done.stderr
    assert list(disk.iterdir()) == []


def test_a_folder_that_holds_anything_is_not_touched(made: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    for there in (tmp_path / "full", tmp_path / "full" / "mine"):
        with pytest.raises(UsageError, match="not empty"):
            restore(made, there)
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]
    (tmp_path / "empty").mkdir()
    assert restore(made, tmp_path / "empty").photos == 3


@pytest.mark.parametrize("name", ["records.db", "keys/recovery.key", "a photo", "manifest.json"])
def test_a_changed_byte_anywhere_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    def flip(files: dict[str, bytes]) -> None:
        chosen = next(each for each in files if each.startswith("vault/")) if name == "a photo" else name
        body = bytearray(files[chosen])
        body[len(body) // 2] ^= 1
        files[chosen] = bytes(body)

    with pytest.raises(Invalid):
        restore(forged(made, tmp_path / "forged.zip", flip, sign=False), tmp_path / "new")
    assert nothing_is_left(tmp_path / "new")


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "vault/../../evil", "vault/evil.sealed", "evil", "keys/evil"])
def test_a_file_with_a_path_of_its_own_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    file = forged(made, tmp_path / "forged.zip", lambda files: files.update({name: b"evil"}))
    with pytest.raises(Invalid):
        restore(file, tmp_path / "new")
    assert nothing_is_left(tmp_path / "new")
    assert not list(tmp_path.rglob("evil*"))


def test_a_photo_too_few_or_exchanged_is_found_though_the_manifest_fits(made: Path, tmp_path: Path) -> None:
    def first_two(files: dict[str, bytes]) -> list[str]:
        return [name for name in files if name.startswith("vault/")][:2]

    def swap(files: dict[str, bytes]) -> None:
        one, other = first_two(files)
        files[one], files[other] = files[other], files[one]

    with pytest.raises(Invalid, match="not those that its records name"):
        restore(forged(made, tmp_path / "few.zip", lambda files: files.pop(first_two(files)[0])), tmp_path / "new")
    with pytest.raises(VaultError, match="not what was written"):
        restore(forged(made, tmp_path / "swap.zip", swap), tmp_path / "new")
    assert nothing_is_left(tmp_path / "new")


def test_a_broken_audit_chain_and_records_of_a_newer_version_are_refused(tmp_path: Path) -> None:
    clinic = another(tmp_path)
    for number in range(3):
        clinic.note(Deed("someone", "read", f"photo/{number}"))
    with clinic.database.write() as session:
        session.execute(text("DROP TRIGGER audit_no_update"))
        session.execute(text("UPDATE audit SET account = 'nobody' WHERE number = 2"))
    backup(clinic, tmp_path / "broken.zip")
    with pytest.raises(Invalid, match="broken at line 2"):
        restore(tmp_path / "broken.zip", tmp_path / "new")
    with clinic.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(clinic, tmp_path / "newer.zip")
    with pytest.raises(NewerRecords):
        restore(tmp_path / "newer.zip", tmp_path / "new")
    assert nothing_is_left(tmp_path / "new")
    clinic.close()


def test_what_is_no_backup_is_refused(made: Path, tmp_path: Path) -> None:
    for content in (b"", b"PK", made.read_bytes()[:-100], os.urandom(5000)):
        (tmp_path / "file.zip").write_bytes(content)
        with pytest.raises(Invalid):
            restore(tmp_path / "file.zip", tmp_path / "new")
    assert nothing_is_left(tmp_path / "new")


def test_on_every_database_and_vault_the_photos_and_keys_are_in_it(clinic: Clinic, tmp_path: Path) -> None:
    told = patient_with_everything(clinic)
    done = backup(clinic, tmp_path / "backup.zip")
    sqlite = clinic.database.engine.dialect.name == "sqlite"
    assert (done.database, done.photos) == (sqlite, 3)
    files = unzipped((tmp_path / "backup.zip").read_bytes())
    assert {f"vault/{photo}.sealed" for photo in told.photos} <= set(files)
    assert ("records.db" in files) is sqlite
    back = restore(tmp_path / "backup.zip", tmp_path / "new")
    assert back.photos == 3
    assert (back.lines is None) is not sqlite
