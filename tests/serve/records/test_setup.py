"""A set-up never costs a clinic its keys, whatever the database that it was started with says."""

from __future__ import annotations

from pathlib import Path

import pytest

from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.database import sqlite_url
from scarscore.serve.records.errors import Conflict
from scarscore.serve.records.keys import MASTER, RECOVERY, MasterKey
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.setup import opened, set_up
from tests.serve.records.parts import NURSE, new_course, take, visit_on

ADMIN = ("boss", "seven quiet herons")


def _elsewhere(tmp_path: Path) -> Place:
    """A place whose database lies outside the data folder, as PostgreSQL would."""
    (tmp_path / "other").mkdir()
    return Place(tmp_path / "clinic", sqlite_url(tmp_path / "other"))


def _keys(place: Place) -> list[bytes]:
    return [(place.keys / name).read_bytes() for name in (MASTER, RECOVERY)]


def test_a_clinic_started_without_its_database_keeps_keys_and_photos(tmp_path: Path) -> None:
    real = _elsewhere(tmp_path)
    clinic, _ = set_up(real, "Made-up", *ADMIN)
    shot = take(clinic, visit_on(clinic, new_course(clinic), 30)).id
    clinic.close()
    before, forgotten = _keys(real), Place(real.folder)

    with pytest.raises(Conflict, match="the vault holds photos"):
        opened(forgotten)
    with pytest.raises(Conflict, match="SCARSCORE_DATABASE"):
        set_up(forgotten, "Another", *ADMIN)

    assert _keys(real) == before
    again = opened(real)
    assert again is not None
    assert photo_bytes(again, NURSE, shot)
    again.close()


def test_a_lost_master_key_does_not_cost_the_recovery_key_either(tmp_path: Path) -> None:
    real = _elsewhere(tmp_path)
    clinic, recovery = set_up(real, "Made-up", *ADMIN)
    take(clinic, visit_on(clinic, new_course(clinic), 30))
    clinic.close()
    (real.keys / MASTER).unlink()

    with pytest.raises(Conflict, match="the vault holds photos"):
        set_up(Place(real.folder), "Another", *ADMIN)
    assert MasterKey.recover(real.keys, recovery) == clinic.vault.master


def test_keys_of_a_clinic_without_photos_are_put_aside_and_open_its_names_again(tmp_path: Path) -> None:
    real = _elsewhere(tmp_path)
    set_up(real, "Made-up", *ADMIN)[0].close()
    before, forgotten = _keys(real), Place(real.folder)

    set_up(forgotten, "Another", *ADMIN)[0].close()

    assert not set(_keys(real)) & set(before)
    (aside,) = real.keys.glob("before-*")
    assert [(aside / name).read_bytes() for name in (MASTER, RECOVERY)] == before
    assert oct(aside.stat().st_mode & 0o777) == "0o700"


def test_a_set_up_that_was_cut_short_begins_again(tmp_path: Path) -> None:
    place = Place(tmp_path / "clinic")
    Clinic.create(place)[0].close()  # keys and an empty database: no account yet

    assert opened(place) is None
    clinic, recovery = set_up(place, "Made-up", *ADMIN)
    clinic.close()
    (place.keys / MASTER).unlink()
    assert MasterKey.recover(place.keys, recovery) == clinic.vault.master
