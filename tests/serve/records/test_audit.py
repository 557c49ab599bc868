"""The audit log: one unbroken chain, whoever writes, and whatever is changed in it is found with its number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from scarscore.serve.records.audit import START, Broken, Deed, record, verify
from scarscore.serve.records.database import Database
from scarscore.serve.records.tables import AuditRow

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database.open(database_url)
    yield opened
    opened.close()


def written(database: Database, lines: int = 5) -> None:
    for number in range(lines):
        with database.write() as session:
            record(session, Deed("someone", "read", f"photo/{number}", {"old": [number, "ü", None], "ratio": 0.1}), AT)


def checked(database: Database) -> Broken | int:
    with database.read() as session:
        return verify(session)


def tamper(database: Database, *statements: str) -> None:
    """What somebody does who has the database itself, and takes the triggers away first."""
    with database.write() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            for name in ("audit_no_update", "audit_no_delete"):
                session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            session.execute(text(statement))


def test_an_empty_log_and_a_full_one_hold(database: Database) -> None:
    assert checked(database) == 0
    written(database)
    assert checked(database) == 5


def test_a_line_keeps_its_moment_its_content_and_what_it_follows(database: Database) -> None:
    written(database, 2)
    with database.read() as session:
        first, second = session.get_one(AuditRow, 1), session.get_one(AuditRow, 2)
    assert (first.at, first.account, first.action, first.object) == (AT, "someone", "read", "photo/0")
    assert first.detail == {"old": [0, "ü", None], "ratio": 0.1}
    assert first.before == START
    assert second.before == first.digest


def failing(session: Session) -> None:
    record(session, Deed("someone", "create", "photo/1"))
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "change",
    [
        "account = 'nobody'",
        "action = 'export'",
        "object = 'photo/9'",
        """detail = '{"old": []}'""",
        "at = '2026-11-24 09:30:01'",
        f"digest = '{'0' * 64}'",
    ],
)
def test_a_changed_line_is_found(database: Database, change: str) -> None:
    written(database)
    tamper(database, f"UPDATE audit SET {change} WHERE number = 3")
    assert checked(database) == Broken(3, "its content was changed")


def test_a_changed_line_that_was_given_a_new_digest_is_found_by_the_next(database: Database) -> None:
    written(database)
    tamper(database, f"UPDATE audit SET before = '{'1' * 64}' WHERE number = 4")
    assert checked(database) == Broken(4, "it does not follow the line before it")


@pytest.mark.parametrize(("line", "found"), [(1, 2), (3, 4), (4, 5)])
def test_a_deleted_line_is_found(database: Database, line: int, found: int) -> None:
    written(database)
    tamper(database, f"DELETE FROM audit WHERE number = {line}")
    assert checked(database) == Broken(found, f"line {line} is missing")


def test_a_deleted_line_is_found_though_the_rest_was_renumbered(database: Database) -> None:
    written(database)
    moved = [f"UPDATE audit SET number = {number - 1} WHERE number = {number}" for number in (4, 5)]
    tamper(database, "DELETE FROM audit WHERE number = 3", *moved)
    assert checked(database) == Broken(3, "it does not follow the line before it")


def test_two_lines_that_changed_places_are_found(database: Database) -> None:
    written(database)
    swap = [(2, 90), (3, 2), (90, 3)]
    tamper(database, *(f"UPDATE audit SET number = {new} WHERE number = {old}" for old, new in swap))
    assert checked(database) == Broken(2, "it does not follow the line before it")


@pytest.mark.parametrize("statement", ["UPDATE audit SET account = 'nobody'", "DELETE FROM audit WHERE number = 5"])
def test_the_database_itself_forbids_changing_a_line(database: Database, statement: str) -> None:
    written(database)
    with pytest.raises(DBAPIError, match="audit is append-only"), database.write() as session:
        session.execute(text(statement))
    assert checked(database) == 5


def test_a_line_of_what_failed_is_not_kept_without_it(database: Database) -> None:
    written(database, 1)
    with pytest.raises(ZeroDivisionError), database.write() as session:
        failing(session)
    written(database, 1)
    assert checked(database) == 2


def test_many_writers_at_once_keep_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: written(database, 10), range(8)))
    assert checked(database) == 80


def test_two_processes_at_once_keep_one_chain(database: Database, database_url: str) -> None:
    program = (
        "import sys\n"
        "from scarscore.serve.records.audit import Deed, record\n"
        "from scarscore.serve.records.database import Database\n"
        "database = Database.open(sys.argv[1])\n"
        "for number in range(25):\n"
        "    with database.write() as session:\n"
        "        record(session, Deed('process', 'read', f'photo/{number}'))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, database_url]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    assert checked(database) == 50
