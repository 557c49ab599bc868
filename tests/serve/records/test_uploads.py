"""What becomes of an upload whose storing fails: no file without a row, no row without its file, and one answer."""

from __future__ import annotations

from typing import Any

import pytest

from scarscore.serve.records import uploads
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, NoSpace, RecordsError
from scarscore.serve.records.photos import photo_bytes, photos
from scarscore.serve.records.refile import erase_photo
from tests.serve.records.parts import NURSE, each_database, new_course, take, upload, visit_on


def _store_until_it_fails(clinic: Clinic, visit: str) -> None:
    for seed in range(50):
        take(clinic, visit, upload(seed, 240, 200))


def test_a_database_that_is_full_or_fails_leaves_no_file_of_the_photo(here: Clinic) -> None:
    visit = visit_on(here, new_course(here), 30)
    engine = here.database.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # SQLite's own full disk
    with pytest.raises(NoSpace, match="nothing was stored"):
        _store_until_it_fails(here, visit)

    engine.dispose()  # with the connection the limit goes
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER broken BEFORE INSERT ON scores BEGIN DELETE FROM nowhere; END")
    with pytest.raises(RecordsError, match="the records do not answer"):
        take(here, visit, upload())
    assert set(here.vault.names()) == {each.id for each in photos(here, NURSE, visit)}


@each_database
def test_the_file_of_a_photo_that_was_kept_after_all_stays(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    visit, real = visit_on(clinic, new_course(clinic), 30), uploads._keep

    def lost(*given: Any) -> None:
        real(*given)
        raise RecordsError("the records do not answer: the connection was lost after the commit")

    monkeypatch.setattr(uploads, "_keep", lost)  # the real one runs; only its answer is lost
    with pytest.raises(RecordsError, match="connection was lost"):
        take(clinic, visit)
    (told,) = photos(clinic, NURSE, visit)
    assert photo_bytes(clinic, NURSE, told.id)


@each_database
def test_a_key_whose_photo_was_erased_is_refused_and_another_stores_it_anew(clinic: Clinic) -> None:
    visit = visit_on(clinic, new_course(clinic), 30)
    gone = take(clinic, visit, key="upload 1")
    erase_photo(clinic, NURSE, gone.id)

    with pytest.raises(Conflict, match="was erased"):
        take(clinic, visit, key="upload 1")
    assert list(clinic.vault.names()) == []
    again = take(clinic, visit, key="upload 2")
    assert [each.id for each in photos(clinic, NURSE, visit)] == [again.id]
