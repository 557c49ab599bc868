"""An open clinic: its records, its vault and its key, from a data folder. What everything else is given.

The data folder holds `records.db` (unless another database is named), `vault/` (unless another place is named), and
`keys/`. A folder without a key is new: `scarscore serve` sets it up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from scarscore.serve.records.audit import Deed, record
from scarscore.serve.records.database import Database, sqlite_url
from scarscore.serve.records.keys import MASTER, MasterKey
from scarscore.serve.records.vault import Vault


@dataclass(frozen=True)
class Place:
    """Where a clinic's records lie: its data folder, and the URLs of database and vault where they lie elsewhere."""

    folder: Path
    database: str | None = None
    vault: str | None = None

    @property
    def keys(self) -> Path:
        """The folder of the master key."""
        return self.folder / "keys"

    @property
    def is_new(self) -> bool:
        """Whether nothing has been set up here yet."""
        return not (self.keys / MASTER).exists()

    @property
    def database_url(self) -> str:
        """The database's URL."""
        return self.database or sqlite_url(self.folder)

    @property
    def vault_url(self) -> str:
        """The vault's path or URL."""
        return self.vault or str((self.folder / "vault").resolve())


@dataclass(frozen=True)
class Clinic:
    """The records of one clinic, open. `database` gives transactions; `vault` keeps the photos."""

    place: Place
    database: Database
    vault: Vault

    @classmethod
    def open(cls, place: Place) -> Clinic:
        """Open what was set up there. Raises `RecordsError`."""
        master = MasterKey.load(place.keys)
        return cls(place, Database.open(place.database_url), Vault.open(place.vault_url, master))

    @classmethod
    def create(cls, place: Place) -> tuple[Clinic, str]:
        """Set up an empty clinic; its recovery key is shown once and kept nowhere."""
        place.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = Database.open(place.database_url)
        master, recovery = MasterKey.create(place.keys)
        return cls(place, database, Vault.open(place.vault_url, master)), recovery

    @contextmanager
    def doing(self, deed: Deed) -> Iterator[Session]:
        """A transaction that changes the records and is audited: both are kept, or neither."""
        with self.database.write() as session:
            yield session
            record(session, deed)

    def note(self, deed: Deed) -> None:
        """Audit something that changes nothing: a read, a failure."""
        with self.database.write() as session:
            record(session, deed)

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The clinic's day, by this machine's clock."""
    return datetime.now().astimezone().date()
