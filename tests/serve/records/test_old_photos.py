"""A clinic's old photos: shown as they would be stored, stored when confirmed, a stopped run gone on with."""

from __future__ import annotations

import csv
import io
import re
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from scarscore.serve.course.records import Needling
from scarscore.serve.errors import UsageError
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.consents import Use
from scarscore.serve.records.exports.gather import gather
from scarscore.serve.records.exports.transfer import export_patient
from scarscore.serve.records.old_photos import Old, day_of, files_in, patients_of, planned, taken_on
from scarscore.serve.records.old_photos_store import Importing
from scarscore.serve.records.patients import patients
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.setup import set_up
from scarscore.serve.scoring.result import View
from tests import make
from tests.serve.records.parts import ADMIN, NURSE, Here, blurred, upload
from tests.serve.records.told import joined, patient_with_everything

PASSWORD = "seven quiet herons"


def taken(day: str, seed: int = 0) -> bytes:
    """A photo whose EXIF says when and where it was taken."""
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = f"{day} 10:20:30"
    block.get_ifd(0x8825)[1] = "N"  # a place, which must not be kept
    return make.jpeg(Image.fromarray(make.skin(seed=seed)), exif=block.tobytes())


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Two patients' photos, as they lie about in clinics."""
    return put(
        tmp_path / "old",
        {
            "P-ANNA/closeup.jpg": taken("2026:03:01", 1),
            "P-ANNA/2026-05-01/closeup-2.jpg": upload(2),
            "P-ANNA/2026-05-01/copy/closeup.jpg": upload(2),
            "P-ANNA/undated/closeup.jpg": upload(3),
            "P-BERT/20260601 before/IMG_1234.jpg": upload(4),
            "P-BERT/20260601 before/notes.txt": b"notes",
            "P-BERT/2026-07-20/closeup.jpg": blurred(),
            "P-BERT/2999-01-01/closeup.jpg": upload(5),
            "P-BERT/Thumbs.db": b"left by a system",
        },
    )


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made, _ = set_up(Place(tmp_path / "clinic"), "The Made-up Clinic", "admin", PASSWORD)
    yield made
    made.close()


def plan_of(clinic: Clinic, folder: Path, names: dict[str, str] | None = None) -> dict[str, Old]:
    plan = planned(clinic, files_in(folder, names or {}), Here().score)
    return {each.path.relative_to(folder).as_posix(): each for each in plan}


def nothing(_: object = None) -> None:
    return None


def test_the_plan_says_of_each_file_whose_it_is_of_which_day_and_view_and_what_is_odd(
    clinic: Clinic, old: Path
) -> None:
    plan = plan_of(clinic, old)
    assert list(plan) == sorted(plan, key=lambda name: name.encode())
    first = plan["P-ANNA/closeup.jpg"]
    assert (first.patient, first.day, first.view, first.odd) == ("P-ANNA", date(2026, 3, 1), View.CLOSEUP, None)
    assert plan["P-ANNA/2026-05-01/closeup-2.jpg"].day == date(2026, 5, 1)
    assert plan["P-ANNA/2026-05-01/copy/closeup.jpg"].odd == "the same photo as closeup-2.jpg"
    assert str(plan["P-ANNA/undated/closeup.jpg"].odd).startswith("no date")
    seen = plan["P-BERT/20260601 before/IMG_1234.jpg"]
    assert (seen.day, seen.needling, seen.view, seen.seen) == (
        date(2026, 6, 1), Needling.BEFORE, View.CLOSEUP, True
    )  # fmt: skip
    assert str(plan["P-BERT/20260601 before/notes.txt"].odd).startswith("This is not a photo")
    assert plan["P-BERT/2026-07-20/closeup.jpg"].note.startswith("stored, but not scored. The photo is not sharp")
    assert "future" in str(plan["P-BERT/2999-01-01/closeup.jpg"].odd)
    assert "P-BERT/Thumbs.db" not in plan
    assert patients(clinic, NURSE) == ()


def stored(clinic: Clinic, folder: Path) -> tuple[Old, ...]:
    return Importing(clinic, ADMIN, Here(), "old camera").store(plan_of(clinic, folder).values(), nothing)


def test_what_was_confirmed_is_stored_under_its_day_and_without_metadata(clinic: Clinic, old: Path) -> None:
    assert [each.stored for each in stored(clinic, old)] == [True] * 4
    with clinic.database.read() as session:
        told = gather(clinic, session)
    assert sorted(each.pseudonym for each in told.patients) == ["P-ANNA", "P-BERT"]
    assert sorted((each.day, each.needling) for each in told.visits) == [
        (date(2026, 3, 1), None), (date(2026, 5, 1), None), (date(2026, 6, 1), Needling.BEFORE),
        (date(2026, 7, 20), None),
    ]  # fmt: skip
    assert [each.day for each in told.sessions] == [date(2026, 6, 1)]
    assert {each.camera for each in told.photos} == {"old camera"}
    assert sorted(each.scored for each in told.scores) == [False, True, True, True]
    for photo in told.photos:
        data = photo_bytes(clinic, NURSE, photo.id)
        assert b"Exif" not in data
        assert b"2026" not in data


def test_a_second_run_stores_nothing_again_and_goes_on_where_the_first_was_stopped(clinic: Clinic, old: Path) -> None:
    class Stopped(Exception):
        pass

    steps = iter(range(2))

    def stop() -> None:
        if next(steps, None) == 1:
            raise Stopped

    with pytest.raises(Stopped):
        Importing(clinic, ADMIN, Here()).store(plan_of(clinic, old).values(), stop)
    plan = plan_of(clinic, old)
    assert len({each.sha256 for each in plan.values() if each.stored}) == 2
    assert [each.stored for each in stored(clinic, old)] == [True] * 2
    assert stored(clinic, old) == ()
    with clinic.database.read() as session:
        told = gather(clinic, session)
    assert (len(told.patients), len(told.courses), len(told.visits), len(told.photos)) == (2, 2, 4, 4)


def test_a_csv_gives_pseudonyms_to_folders_that_are_named_for_people(clinic: Clinic, tmp_path: Path) -> None:
    folder = put(tmp_path / "names", {"Anna Müller/2026-05-01/closeup.jpg": upload(2)})
    with pytest.raises(UsageError, match="gives no pseudonym"):
        plan_of(clinic, folder)
    table = tmp_path / "patients.csv"
    table.write_text("folder,pseudonym\nAnna Müller,P-77777\n", encoding="utf-8")
    (plan,) = plan_of(clinic, folder, patients_of(table)).values()
    assert plan.patient == "P-77777"
    for wrong in ("folder\nAnna\n", "folder,pseudonym\nA,P-1\nA,P-2\n"):
        table.write_text(wrong, encoding="utf-8")
        with pytest.raises(UsageError):
            patients_of(table)
    with pytest.raises(UsageError, match="not there"):
        files_in(folder, {"Nobody": "P-1"})


def test_a_file_that_changed_after_it_was_shown_is_not_stored(clinic: Clinic, old: Path) -> None:
    plan = plan_of(clinic, old)
    (old / "P-ANNA/closeup.jpg").write_bytes(upload(9))
    (old / "P-ANNA/2026-05-01/closeup-2.jpg").unlink()
    done = Importing(clinic, ADMIN, Here()).store(plan.values(), nothing)
    told = {each.path.relative_to(old).as_posix(): each for each in done}
    assert told["P-ANNA/closeup.jpg"].odd == "it was changed since it was shown"
    assert str(told["P-ANNA/2026-05-01/closeup-2.jpg"].odd).startswith("The file cannot be opened")
    assert [each.stored for each in done] == [False, False, True, True]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2026-03-01", (date(2026, 3, 1), None)),
        ("20260301", (date(2026, 3, 1), None)),
        ("2026-03-01 after", (date(2026, 3, 1), Needling.AFTER)),
        ("visit of 2026-03-01", (date(2026, 3, 1), None)),
        ("2026-02-30", (None, None)),
        ("12026-03-01", (None, None)),
        ("photos", (None, None)),
    ],
)
def test_a_folders_name_tells_the_day(name: str, expected: tuple[date | None, Needling | None]) -> None:
    assert day_of(Path("P-1") / name / "front.jpg", upload()) == expected


def test_the_photos_own_date_counts_before_its_folders() -> None:
    assert taken_on(taken("2026:03:01")) == date(2026, 3, 1)
    assert day_of(Path("P-1/2026-09-09/front.jpg"), taken("2026:03:01"))[0] == date(2026, 3, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_date_is_read_in_every_format(kind: str) -> None:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = "2026:03:01 10:20:30"
    buffer = io.BytesIO()
    Image.fromarray(make.skin()).save(buffer, kind, exif=block.tobytes())
    assert taken_on(buffer.getvalue()) == date(2026, 3, 1)


def test_of_a_crafted_block_no_other_entry_is_loaded() -> None:
    """5,000 entries that claim the whole block each: 300 MB where all are loaded."""
    entry = struct.pack(">HHII", 0x9999, 7, 60_000, 8)
    entries = struct.pack(">H", 5_000) + b"".join(struct.pack(">H", n + 1) + entry[2:] for n in range(5_000))
    block = b"Exif\0\0MM\0*\0\0\0\x08" + entries
    content = make.jpeg(Image.fromarray(make.skin()), exif=block)
    tracemalloc.start()
    assert taken_on(content) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("said", ["0000:00:00", "2026-03-01", "", "yesterday", "2026:13:45"])
def test_a_date_that_is_none_says_nothing(said: str) -> None:
    assert taken_on(taken(said)) is None
    assert taken_on(b"") is None


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scarscore.serve", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def test_the_command_shows_first_and_stores_only_when_told_to(clinic: Clinic, old: Path, tmp_path: Path) -> None:
    first = run("import", "old", "--data", "clinic", cwd=tmp_path)
    assert first.returncode == 2
    assert "nothing was stored: say --yes" in first.stderr
    assert re.search(r"P-ANNA +2026-03-01 +closeup +P-ANNA/closeup\.jpg +its name +store", first.stdout)
    assert "8 files: 4 to store, 0 stored already, 4 not to store." in first.stdout
    assert patients(clinic, NURSE) == ()
    planned_only = run("import", "old", "--data", "clinic", "--plan", "plan.csv", cwd=tmp_path)
    assert planned_only.returncode == 1
    table = list(csv.DictReader(io.StringIO((tmp_path / "plan.csv").read_text())))
    assert len(table) == 8
    assert patients(clinic, NURSE) == ()
    done = run("import", "old", "--data", "clinic", "--yes", "--camera", "old camera", cwd=tmp_path)
    assert done.returncode == 1
    assert "Stored: 4 photos." in done.stdout
    again = run("import", "old", "--data", "clinic", "--yes", cwd=tmp_path)
    assert "0 to store, 5 stored already, 3 not to store" in again.stdout
    assert again.returncode == 1
    with clinic.database.read() as session:
        assert len(gather(clinic, session).photos) == 4


def test_the_command_says_what_is_wrong(clinic: Clinic, old: Path, tmp_path: Path) -> None:
    assert run("import", "old", "--data", "nowhere", cwd=tmp_path).returncode == 2
    assert run("import", "nothing", "--data", "clinic", cwd=tmp_path).returncode == 2
    (tmp_path / "empty").mkdir()
    empty = run("import", "empty", "--data", "clinic", cwd=tmp_path)
    assert (empty.returncode, "no photo lies there" in empty.stderr) == (2, True)


def test_backup_restore_and_the_import_of_a_patient_by_command(clinic: Clinic, old: Path, tmp_path: Path) -> None:
    told = patient_with_everything(clinic, Use.CARE)
    (tmp_path / "patient.zip").write_bytes(joined(export_patient(clinic, NURSE, told.patient)))
    done = run("backup", "--data", "clinic", "--out", "backup.zip", "--with-key", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 photos, with the master key: lock it away." in done.stdout
    back = run("restore", "backup.zip", "--data", "new", cwd=tmp_path)
    assert back.returncode == 0
    assert "Brought back to new: 3 photos." in back.stdout
    assert run("restore", "backup.zip", "--data", "new", cwd=tmp_path).returncode == 2
    assert run("audit", "verify", "--data", "new", cwd=tmp_path).returncode == 0
    assert "already" in run("import", "patient.zip", "--data", "new", "--yes", cwd=tmp_path).stderr
    other, _ = set_up(Place(tmp_path / "third"), "Another Made-up Clinic", "admin", PASSWORD)
    taken_in = run("import", "patient.zip", "--data", "third", "--yes", cwd=tmp_path)
    assert taken_in.returncode == 0
    assert [each.id for each in patients(other, NURSE)] == [told.patient]
    other.close()
    assert not Place(tmp_path / "new").is_new
