"""Records of each earlier version come up to the newest whole, with what was in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError

from scarscore.serve.records import database
from scarscore.serve.records.database import Database
from scarscore.serve.records.errors import NewerRecords
from scarscore.serve.records.tables import Base

FILLED = (
    "INSERT INTO patients VALUES ('p', 'P-OLD', NULL, '2026-01-01', NULL)",
    "INSERT INTO courses VALUES ('c', 'p', 4, 28, 0, '[]', '2026-01-01')",
    "INSERT INTO visits VALUES ('v', 'c', '2026-01-01', NULL, '2026-01-01')",
    "INSERT INTO photos VALUES ('f', 'v', 'front', NULL, '', 'a', 'b', 1, 1, 1, FALSE, NULL, '2026-01-01', NULL)",
    "INSERT INTO scores VALUES ('s', 'f', 'front', 'm', TRUE, 12.5, '{}', '2026-01-01')",
)


@pytest.fixture
def first(database_url: str) -> Iterator[Engine]:
    """Records as the first version left them."""
    engine = create_engine(database_url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", database._set_up)
        event.listen(engine, "begin", database._begin)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in FILLED:
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def test_records_of_the_first_version_come_up_with_all_that_is_in_them(first: Engine, database_url: str) -> None:
    assert "uploads" not in inspect(first).get_table_names()

    opened = Database.open(database_url)

    assert set(inspect(opened.engine).get_table_names()) >= set(Base.metadata.tables)
    with opened.read() as session:
        assert session.execute(text("SELECT severity FROM scores")).scalar() == 12.5
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() >= "0003"
    with pytest.raises(Exception, match="append-only"), opened.write() as session:
        session.execute(text("UPDATE scores SET severity = 0"))
    opened.close()
    Database.open(database_url).close()  # a second time there is nothing to do


def test_the_tables_that_are_migrated_to_are_the_tables_that_are_used(database_url: str) -> None:
    opened = Database.open(database_url)
    there = inspect(opened.engine)
    named = {  # by the database's own list: SQLAlchemy does not see SQLite's index of an expression
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT tablename, indexname FROM pg_indexes",
    }[opened.engine.dialect.name]
    with opened.read() as session:
        indexes = {tuple(row) for row in session.execute(text(named))}
    for name, table in Base.metadata.tables.items():
        assert {column["name"] for column in there.get_columns(name)} == set(table.columns.keys()), name
        assert indexes >= {(name, index.name) for index in table.indexes}, name
    opened.close()


def test_no_two_pseudonyms_differ_by_case_alone(database_url: str) -> None:
    opened = Database.open(database_url)
    with opened.write() as session:
        session.execute(text(FILLED[0]))
    with pytest.raises(IntegrityError), opened.write() as session:
        session.execute(text(FILLED[0].replace("'p', 'P-OLD'", "'q', 'p-old'")))
    opened.close()


def test_records_of_a_newer_version_are_refused_and_left(first: Engine, database_url: str) -> None:
    with first.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerRecords):
        Database.open(database_url)
    assert "uploads" not in inspect(first).get_table_names()
