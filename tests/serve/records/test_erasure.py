"""Erased means gone: no byte of a name or a photo is left in the data folder. And what is due is only listed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scarscore.serve.course.records import Caution, Depth, Plan
from scarscore.serve.records import erasure
from scarscore.serve.records.audit import Deed
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, give_consent
from scarscore.serve.records.courses import correct_course, course
from scarscore.serve.records.database import WAIT
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import NotAllowed, NotFound, RecordsError, VaultError
from scarscore.serve.records.findings import add_finding
from scarscore.serve.records.patients import patient
from scarscore.serve.records.photos import photo, photo_bytes
from scarscore.serve.records.retention import due_for_erasure
from scarscore.serve.records.sessions import add_session, correct_session, delete_session
from scarscore.serve.records.tables import (
    ConsentRow,
    CourseRow,
    FindingRow,
    PatientRow,
    PhotoRow,
    ScoreRow,
    SessionRow,
    UploadRow,
    VisitRow,
)  # fmt: skip
from scarscore.serve.records.verdicts import CACHE, measured, networks
from tests.serve.records.parts import (
    ADMIN,
    NURSE,
    Here,
    ago,
    each_database,
    everything_in,
    lines,
    new_course,
    session_on,
    take,
    upload,
    visit_on,
)  # fmt: skip

NAME = "Niobe Markér"
ROWS = (UploadRow, ScoreRow, PhotoRow, FindingRow, VisitRow, SessionRow, CourseRow, ConsentRow)


def _filled(clinic: Clinic, name: str, seed: int) -> tuple[str, str, str]:
    """Ids of a patient of whom everything was recorded, of the course, and of a photo."""
    made = new_course(clinic, name)
    session_on(clinic, made, 60)
    visit = visit_on(clinic, made, 20)
    shot = take(clinic, visit, upload(seed), key=f"key {seed}")
    add_finding(clinic, NURSE, visit, "icepick", 7)
    owner = course(clinic, NURSE, made).patient_id
    give_consent(clinic, NURSE, owner, Use.RESEARCH)
    return owner, made, shot.id


def test_nothing_is_left_of_an_erased_patient_and_everything_of_others(clinic: Clinic) -> None:
    gone, their_course, shot = _filled(clinic, NAME, 0)
    other, kept_course, kept_shot = _filled(clinic, "Somebody Else", 1)
    before = photo_bytes(clinic, NURSE, kept_shot)

    told = erase_patient(clinic, ADMIN, gone)

    assert (told.courses, told.photos) == (1, 1)
    assert list(clinic.vault.names()) == [kept_shot]
    with clinic.database.read() as session:
        assert [session.scalar(select(func.count()).select_from(kind)) for kind in ROWS] == [1] * len(ROWS)
        tombstone = session.get(PatientRow, gone)
        assert tombstone is not None
        assert tombstone.sealed_name is None
    assert patient(clinic, NURSE, gone).erased == told.erased
    for act, name in ((course, their_course), (photo, shot), (photo_bytes, shot)):
        with pytest.raises(NotFound):
            act(clinic, NURSE, name)
    assert photo_bytes(clinic, NURSE, kept_shot) == before
    assert course(clinic, NURSE, kept_course).patient_id == other
    assert lines(clinic, f"patient/{gone}", "erase")[0].detail == {"courses": 1, "photos": 1}


def test_no_byte_of_name_photo_or_key_is_left_in_the_data_folder(here: Clinic) -> None:
    gone, _, shot = _filled(here, NAME, 0)
    _filled(here, "Somebody Else", 1)
    with here.database.read() as session:
        row, person = session.get(PhotoRow, shot), session.get(PatientRow, gone)
        assert row is not None
        assert row.wrapped_key is not None
        assert person is not None
        assert person.sealed_name is not None
        traces = [row.wrapped_key, person.sealed_name, row.sha256.encode(), row.source_sha256.encode()]
    traces.append(here.vault.files.cat_file(f"{here.vault.root}/{shot}.sealed")[100:200])
    folder = here.place.folder
    assert all(trace in everything_in(folder) for trace in traces)  # else the test could not fail

    erase_patient(here, ADMIN, gone)

    left = everything_in(folder)
    assert [trace for trace in traces if trace in left] == []
    assert NAME.encode() not in left
    assert b"Mark" not in left
    wal = folder / "records.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_nothing_that_was_written_about_an_erased_patient_is_left_in_the_audit_log(here: Clinic) -> None:
    gone, made, _ = _filled(here, NAME, 0)
    texts = ("isotretinoin until May", "asked by Dr Vogel", "Pen of room two", "TCA cross, chin")
    correct_course(here, NURSE, made, Plan(cautions=(Caution(texts[0], present=True, by=texts[1]),)))
    correct_course(here, NURSE, made, Plan(6))
    one = add_session(here, NURSE, made, ago(40), texts[2], (Depth("chin", 1.5),), (texts[3],))
    correct_session(here, NURSE, Here(), one, device="", treatments=())
    correct_session(here, NURSE, Here(), one, device=texts[2], treatments=(texts[3],))
    delete_session(here, NURSE, Here(), one)
    assert lines(here, f"session/{one}", "delete")[0].detail["depths"] == {"chin": 1.5}

    erase_patient(here, ADMIN, gone)

    left = everything_in(here.place.folder)
    assert [text for text in texts if text.encode() in left] == []


def test_pictures_of_an_erased_patient_leave_the_memory(here: Clinic) -> None:
    gone, made, _ = _filled(here, NAME, 0)
    measured(here, NURSE, networks(), made, ago(0))
    assert CACHE.told

    erase_patient(here, ADMIN, gone)
    assert not CACHE.told


def test_what_is_kept_in_memory_while_the_files_are_being_removed_leaves_it_too(
    here: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, made, _ = _filled(here, NAME, 0)
    told = measured(here, NURSE, networks(), made, ago(0))
    monkeypatch.setattr(erasure, "empty_log", lambda _: CACHE.told.update(late=told))

    erase_patient(here, ADMIN, gone)
    assert not CACHE.told
    assert list(here.vault.names()) == []


def test_a_file_that_cannot_be_removed_keeps_nothing_else_of_an_erased_patient(here: Clinic) -> None:
    gone, made, shot = _filled(here, NAME, 0)
    measured(here, NURSE, networks(), made, ago(0))
    file = Path(here.vault.root) / f"{shot}.sealed"
    file.unlink()
    file.mkdir()  # which no removal of a file takes away

    with pytest.raises(VaultError, match="cannot be deleted"):
        erase_patient(here, ADMIN, gone)

    assert not CACHE.told
    log = here.place.folder / "records.db-wal"
    assert not log.exists() or log.stat().st_size == 0
    assert patient(here, NURSE, gone).erased is not None


def test_who_reads_for_long_keeps_nobody_from_writing_while_a_patient_is_erased(here: Clinic) -> None:
    gone, _, _ = _filled(here, NAME, 0)
    begun = time.monotonic()
    with here.database.read() as reading, ThreadPoolExecutor() as threads:
        reading.scalars(select(PatientRow)).all()
        erasing = threads.submit(erase_patient, here, ADMIN, gone)
        while not erasing.done():
            here.note(Deed("-", "read", "anything"))
        with pytest.raises(RecordsError, match="is erased already, but the write-ahead log is in use"):
            erasing.result()
    assert time.monotonic() - begun < WAIT
    assert patient(here, NURSE, gone).erased is not None
    with here.database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == WAIT * 1000


@each_database
def test_only_an_admin_erases_and_only_once(clinic: Clinic) -> None:
    gone, _, shot = _filled(clinic, NAME, 0)
    with pytest.raises(NotAllowed):
        erase_patient(clinic, NURSE, gone)
    assert photo_bytes(clinic, NURSE, shot)

    erase_patient(clinic, ADMIN, gone)
    with pytest.raises(NotFound, match="erased"):
        erase_patient(clinic, ADMIN, gone)
    with pytest.raises(NotFound):
        erase_patient(clinic, ADMIN, "nobody")


@each_database
def test_findings_of_a_patient_who_is_not_erased_stay(clinic: Clinic) -> None:
    _filled(clinic, NAME, 0)
    with pytest.raises(Exception, match="append-only"), clinic.database.write() as session:
        session.delete(session.scalars(select(FindingRow)).one())


@each_database
def test_what_was_kept_long_enough_is_listed_and_stays(clinic: Clinic) -> None:
    owner, _, shot = _filled(clinic, NAME, 0)
    last = ago(20)

    assert due_for_erasure(clinic, ADMIN) == ()
    (due,) = due_for_erasure(clinic, ADMIN, date(last.year + 10, 12, 31))
    assert (due.patient_id, due.last, due.due) == (owner, last, date(last.year + 10, last.month, last.day))
    assert photo_bytes(clinic, NURSE, shot)


def test_a_patient_without_visits_counts_from_the_entry(here: Clinic) -> None:
    new_course(here)
    assert len(due_for_erasure(here, ADMIN, date(ago(0).year + 11, 1, 1))) == 1
