"""Where a clinic's records can lie: every test that asks runs on SQLite and PostgreSQL, on a folder and on S3."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import fsspec.config
import httpx
import pytest

from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.database import sqlite_url
from scarscore.serve.records.people import Role, Who
from tests.serve.records import servers


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[servers.PostgreSQL]:
    with servers.postgresql(servers.programs_or_skip()) as running:
        yield running


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    with servers.s3() as endpoint:
        yield endpoint


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database; SQLite's file lies where a clinic's data folder `tmp_path/clinic` would be."""
    if request.param == "sqlite":
        (tmp_path / "clinic").mkdir(exist_ok=True)
        return sqlite_url(tmp_path / "clinic")
    server: servers.PostgreSQL = request.getfixturevalue("postgresql_server")
    return server.new_database()


@pytest.fixture(params=["folder", "s3"])
def vault_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The place of an empty vault. The settings of S3 also stand in the environment, for servers that a test starts."""
    if request.param == "folder":
        return str(tmp_path / "clinic" / "vault")
    settings = servers.s3_settings(request.getfixturevalue("s3_server"))
    monkeypatch.setitem(fsspec.config.conf, "s3", settings)
    monkeypatch.setenv("FSSPEC_S3", json.dumps(settings))
    bucket = f"clinic-{secrets.token_hex(6)}"  # made by whoever runs the object store, as a clinic's would be
    httpx.put(f"{settings['endpoint_url']}/{bucket}", timeout=60).raise_for_status()
    return f"s3://{bucket}/photos"


@pytest.fixture
def place(tmp_path: Path, database_url: str, vault_url: str) -> Place:
    """A place where nothing has been set up yet."""
    return Place(tmp_path / "clinic", database_url, vault_url)


@pytest.fixture
def clinic(place: Place) -> Iterator[Clinic]:
    """An open, empty clinic on each database and each vault."""
    made, _ = Clinic.create(place)
    yield made
    made.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Clinic]:
    """An open, empty clinic in a folder, SQLite and all: for tests to which the database does not matter."""
    made, _ = Clinic.create(Place(tmp_path / "clinic"))
    yield made
    made.close()


@pytest.fixture
def admin() -> Who:
    return Who("admin", "admin", Role.ADMIN)


@pytest.fixture
def practitioner() -> Who:
    return Who("practitioner", "nurse", Role.PRACTITIONER)
