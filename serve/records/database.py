"""Opens the records' database and gives transactions: SQLite in the data folder by default, PostgreSQL by URL.

SQLite runs with a write-ahead log and `synchronous=FULL`: with `NORMAL` a power cut can lose what was acknowledged.
What is deleted is overwritten. Migrations run when it is opened; records of a newer version are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from scarscore.serve.records.errors import Busy, NewerRecords, NoSpace, RecordsError

FILE = "records.db"
_LOCK = 7_266_926  # PostgreSQL's advisory lock for migrations; any number that is always the same
WAIT = 30  # seconds that a transaction waits for another one's end
RETRY = 5  # seconds after which a client that was told to wait may ask again
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={WAIT}000")


@dataclass(frozen=True)
class Database:
    """The records, open. Use `write` for anything that changes them and `read` for the rest; both are transactions."""

    engine: Engine

    @classmethod
    def open(cls, url: str) -> Database:
        """Open the database of that URL and bring it up to date. Raises `RecordsError`."""
        try:
            engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _set_up)
                event.listen(engine, "begin", _begin)
            migrate(engine)
        except SQLAlchemyError as error:
            raise RecordsError(f"the records cannot be opened: {_reason(error)}") from None
        return cls(engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may change the records: all of it is kept, or nothing. One at a time on SQLite."""
        immediate = self.engine.execution_options(immediate=True)
        with _told(), Session(immediate, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads, and sees the records as they were at its beginning."""
        snapshot = {"isolation_level": "REPEATABLE READ"} if self.engine.dialect.name == "postgresql" else {}
        with _told(), Session(self.engine.execution_options(**snapshot), expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was read can be used afterwards: a rollback would forget it
            session.rollback()

    def close(self) -> None:
        """Close all connections; on SQLite the write-ahead log is taken into the file."""
        self.engine.dispose()


def sqlite_url(folder: Path) -> str:
    """The URL of the SQLite file in a data folder."""
    return f"sqlite:///{(folder / FILE).resolve()}"


def migrate(engine: Engine) -> None:
    """Bring the tables up to the newest version, at once or not at all. Raises `NewerRecords`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parent / "migrations"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.execution_options(immediate=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # SQLite's writers wait for each other anyway
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise NewerRecords("these records were written by a newer scarscore: update this one")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _told() -> Iterator[None]:
    """Failures of the disk and of the database as errors that say what to do."""
    try:
        yield
    except OperationalError as error:
        if "full" in str(error.orig) or "No space" in str(error.orig):
            raise NoSpace("the disk is full: nothing was stored") from None
        raise RecordsError(f"the records do not answer: {_reason(error)}") from None
    except NoConnection:  # all of them are in use, and stayed so for half a minute
        raise Busy("too much is being asked of the records at once; nothing was stored", RETRY) from None


def _reason(error: SQLAlchemyError) -> str:
    """The database's own words, without the statement and its values, which may name people."""
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]


def _set_up(connection: Any, _: object) -> None:  # a DB-API connection, which has no type of its own
    connection.isolation_level = None  # transactions are begun by us: the driver would begin them too late
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
