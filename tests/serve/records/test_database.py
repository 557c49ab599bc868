"""The records' database: migrations that are whole or nothing, durable settings, transactions that keep or lose all."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

import scarscore.serve.records.review_tables  # noqa: F401 - its tables belong to what the code maps
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.database import RETRY, Database, sqlite_url
from scarscore.serve.records.errors import Busy, NewerRecords, NoSpace, RecordsError
from scarscore.serve.records.tables import Base, CourseRow, FindingRow, PatientRow, VisitRow, new_id

NOW = datetime(2026, 11, 24, 9, 30, 15, 250_000, tzinfo=UTC)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def patient(pseudonym: str = "P-23456") -> PatientRow:
    return PatientRow(pseudonym=pseudonym, sealed_name=None, created=NOW, erased=None)


def pseudonyms(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(PatientRow.pseudonym)))


def test_an_empty_database_gets_every_table_just_as_the_code_maps_it(database_url: str) -> None:
    database = Database.open(database_url)
    with database.engine.connect() as connection:
        differing = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.close()
    assert differing == []
    assert tables(database_url) == {*Base.metadata.tables, "alembic_version"}


def test_opening_it_again_changes_nothing_and_keeps_what_is_there(database_url: str) -> None:
    database = Database.open(database_url)
    with database.write() as session:
        session.add(patient())
    database.close()
    again = Database.open(database_url)
    assert pseudonyms(again) == ["P-23456"]
    again.close()


def test_records_of_a_newer_version_are_refused_and_left_alone(database_url: str) -> None:
    database = Database.open(database_url)
    with database.write() as session:
        session.add(patient())
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(NewerRecords, match="update this one"):
        Database.open(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        assert connection.scalar(text("SELECT pseudonym FROM patients")) == "P-23456"
    engine.dispose()


@pytest.mark.parametrize("at", ["CREATE TABLE scores", "CREATE TRIGGER", "INSERT INTO alembic"])
def test_a_crash_in_the_middle_of_a_migration_leaves_the_old_version(database_url: str, at: str) -> None:
    program = (
        "import os, signal, sys\n"
        "from sqlalchemy import Engine, event\n"
        "from scarscore.serve.records.database import Database\n"
        "@event.listens_for(Engine, 'before_cursor_execute')\n"
        "def die(connection, cursor, statement, *_):\n"
        "    if sys.argv[2] in statement:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "Database.open(sys.argv[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, database_url, at], check=False)
    assert done.returncode == -signal.SIGKILL
    assert tables(database_url) == set()
    database = Database.open(database_url)
    assert pseudonyms(database) == []
    database.close()


def test_several_processes_that_open_new_records_at_once_all_succeed(database_url: str) -> None:
    program = "import sys; from scarscore.serve.records.database import Database; Database.open(sys.argv[1])"
    opening = [subprocess.Popen([sys.executable, "-c", program, database_url]) for _ in range(3)]
    assert [process.wait(60) for process in opening] == [0, 0, 0]
    assert tables(database_url) == {*Base.metadata.tables, "alembic_version"}


def failing(session: Session) -> None:
    session.add(patient())
    session.flush()
    raise ZeroDivisionError


def test_a_transaction_that_fails_keeps_nothing(database_url: str) -> None:
    database = Database.open(database_url)
    with pytest.raises(ZeroDivisionError), database.write() as session:
        failing(session)
    assert pseudonyms(database) == []
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([patient("P-33333"), patient("P-33333")])
    assert pseudonyms(database) == []
    database.close()


def test_whoever_gets_no_connection_for_long_is_told_to_come_again(tmp_path: Path) -> None:
    database = Database(create_engine(sqlite_url(tmp_path), pool_size=1, max_overflow=0, pool_timeout=0.1))
    with database.read() as session:
        session.execute(text("SELECT 1"))
        for use in (database.read, database.write):
            with pytest.raises(Busy) as told, use() as another:
                another.execute(text("SELECT 1"))
            assert told.value.wait == RETRY
    database.close()


def test_what_is_added_while_reading_is_not_kept(database_url: str) -> None:
    database = Database.open(database_url)
    with database.read() as session:
        session.add(patient())
        session.flush()
    assert pseudonyms(database) == []
    database.close()


def test_another_process_sees_a_transaction_only_when_it_is_whole(database_url: str) -> None:
    database, other = Database.open(database_url), Database.open(database_url)
    with database.write() as session:
        session.add(patient())
        session.flush()
        assert pseudonyms(other) == []
    assert pseudonyms(other) == ["P-23456"]
    database.close()
    other.close()


def test_what_is_read_in_one_transaction_is_one_moments_state(database_url: str) -> None:
    database, other = Database.open(database_url), Database.open(database_url)
    with database.read() as session:
        before = session.scalars(select(PatientRow.pseudonym)).all()
        with other.write() as writing:
            writing.add(patient())
        assert session.scalars(select(PatientRow.pseudonym)).all() == before == []
    assert pseudonyms(database) == ["P-23456"]
    database.close()
    other.close()


def test_a_moment_comes_back_in_utc_to_the_microsecond(database_url: str) -> None:
    database = Database.open(database_url)
    abroad = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.write() as session:
        session.add(PatientRow(id="a" * 16, pseudonym="P-1", sealed_name=b"\0\xff", created=abroad, erased=None))
    with database.read() as session:
        row = session.get_one(PatientRow, "a" * 16)
        assert (row.created, row.created.tzinfo, row.sealed_name) == (NOW, UTC, b"\0\xff")
    with pytest.raises(StatementError, match="without a time zone"), database.write() as session:
        session.add(PatientRow(pseudonym="P-2", sealed_name=None, created=NOW.replace(tzinfo=None), erased=None))
    database.close()


def test_what_refers_to_nothing_is_refused(database_url: str) -> None:
    database = Database.open(database_url)
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(VisitRow(course_id="nowhere", day=NOW.date(), needling=None, created=NOW))
    database.close()


def test_a_finding_can_be_neither_changed_nor_deleted_before_its_patient_is_erased(clinic: Clinic) -> None:
    owner, course, visit = new_id(), new_id(), new_id()
    with clinic.database.write() as session:
        session.add(PatientRow(id=owner, pseudonym="P-1", sealed_name=None, created=NOW, erased=None))
        session.flush()
        plan = {"sessions": 4, "spacing_days": 28, "maintenance_per_year": 0, "cautions": []}
        session.add(CourseRow(id=course, patient_id=owner, created=NOW, **plan))
        session.flush()
        session.add(VisitRow(id=visit, course_id=course, day=NOW.date(), needling=None, created=NOW))
        session.flush()
        session.add(FindingRow(visit_id=visit, item="icepick", value=3.0, by="nurse", created=NOW))
    for statement in ("UPDATE findings SET value = 2", "DELETE FROM findings"):
        with pytest.raises(DBAPIError, match="findings is append-only"), clinic.database.write() as session:
            session.execute(text(statement))
    with clinic.database.write() as session:
        session.execute(text("UPDATE patients SET erased = created"))
        assert session.execute(text("DELETE FROM findings")).rowcount == 1  # type: ignore[attr-defined]  # a cursor's


def test_sqlite_writes_ahead_waits_for_the_disk_and_overwrites_what_is_deleted(tmp_path: Path) -> None:
    database = Database.open(sqlite_url(tmp_path))
    told = {}
    with database.engine.connect() as connection:
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout"):
            told[pragma] = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
    database.close()
    assert told == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000
    }  # fmt: skip


def test_a_full_disk_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    database = Database.open(sqlite_url(tmp_path))
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")  # SQLite's own full disk
        connection.rollback()
    with pytest.raises(NoSpace, match="nothing was stored"), database.write() as session:
        session.add_all([patient(f"P-{number}") for number in range(5000)])
    assert pseudonyms(database) == []
    with database.write() as session:
        session.add(patient())
    assert pseudonyms(database) == ["P-23456"]
    database.close()


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(RecordsError, match="the records cannot be opened") as error:
        Database.open("postgresql+psycopg://clinic:verysecret@127.0.0.1:1/records?connect_timeout=2")
    assert "verysecret" not in str(error.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"something else entirely" * 500)
    with pytest.raises(RecordsError, match="not a database"):
        Database.open(sqlite_url(tmp_path))
