"""A photo that was filed wrongly is filed rightly, with the old place in the log; one filed by mistake is erased."""

from __future__ import annotations

import pytest

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.photos import photo, photo_bytes, photos
from scarscore.serve.records.refile import correct_photo, erase_photo
from scarscore.serve.records.scores import scores
from scarscore.serve.records.sweep import sweep
from scarscore.serve.records.tables import PhotoRow
from scarscore.serve.records.verdicts import CACHE, measured, networks
from scarscore.serve.scoring.result import View
from tests.serve.records.parts import (
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


@each_database
def test_a_misfiled_photo_moves_to_the_other_patient(clinic: Clinic) -> None:
    wrong, right = visit_on(clinic, new_course(clinic), 30), visit_on(clinic, new_course(clinic), 25)
    told = take(clinic, wrong)

    moved = correct_photo(clinic, NURSE, Here(), told.id, visit_id=right, camera="other camera")

    assert (moved.visit_id, moved.score) == (right, told.score)
    assert photos(clinic, NURSE, wrong) == ()
    detail = lines(clinic, f"photo/{told.id}", "correct")[0].detail
    assert detail == {"visit": [wrong, right], "camera": ["ward camera", "other camera"]}


def test_a_photo_of_another_view_is_scored_as_that_view(here: Clinic) -> None:
    told = take(here, visit_on(here, new_course(here), 30))
    scoring = Here()

    moved = correct_photo(here, NURSE, scoring, told.id, view=View.LEFT, region=None)
    assert (moved.view, moved.region, scoring.judged) == (View.LEFT, None, 1)
    assert [each.view for each in scores(here, NURSE, told.id)] == [View.CLOSEUP, View.LEFT]

    back = correct_photo(here, NURSE, scoring, told.id, view=View.CLOSEUP, region="chin")
    assert back.score == told.score
    assert scoring.judged == 1  # as this view it was scored before


def test_a_photo_moved_to_a_visit_too_soon_shows_no_severity(here: Clinic) -> None:
    course = new_course(here)
    session_on(here, course, 20)
    told = take(here, visit_on(here, course, 30))

    moved = correct_photo(here, NURSE, Here(), told.id, visit_id=visit_on(here, course, 18))
    assert moved.score is None
    assert "2 days after a session" in moved.why


def test_a_wrong_correction_changes_nothing(here: Clinic) -> None:
    course = new_course(here)
    visit, other = visit_on(here, course, 30), visit_on(here, new_course(here), 20)
    told, same = take(here, visit), take(here, other)

    with pytest.raises(Conflict, match=same.id):
        correct_photo(here, NURSE, Here(), told.id, visit_id=other)
    with pytest.raises(Invalid, match="only a close-up"):
        correct_photo(here, NURSE, Here(), told.id, view=View.FRONT)
    with pytest.raises(NotFound):
        correct_photo(here, NURSE, Here(), told.id, visit_id="nowhere")
    assert photo(here, NURSE, told.id) == told
    assert lines(here, f"photo/{told.id}", "correct") == []


def test_an_erased_photo_is_gone_and_its_row_stays(clinic: Clinic) -> None:
    visit = visit_on(clinic, new_course(clinic), 30)
    told = take(clinic, visit)
    erase_photo(clinic, NURSE, told.id)

    left = photo(clinic, NURSE, told.id)
    assert left.erased is not None
    assert left.score is None
    assert list(clinic.vault.names()) == []
    assert photos(clinic, NURSE, visit) == ()
    with clinic.database.read() as session:
        row = session.get(PhotoRow, told.id)
        assert row is not None
        assert row.wrapped_key is None
    for act in (photo_bytes, scores, erase_photo):
        with pytest.raises(NotFound, match="erased"):
            act(clinic, NURSE, told.id)
    with pytest.raises(NotFound):
        correct_photo(clinic, NURSE, Here(), told.id, camera="x")
    assert take(clinic, visit).id != told.id  # the same file may be stored again


def test_no_byte_of_an_erased_photo_or_of_its_key_is_left_in_the_data_folder(here: Clinic) -> None:
    course = new_course(here)
    told, kept = take(here, visit_on(here, course, 30)), take(here, visit_on(here, course, 20), upload(1))
    measured(here, NURSE, networks(), course, ago(0))
    with here.database.read() as session:
        keys = {name: session.get_one(PhotoRow, name).wrapped_key or b"" for name in (told.id, kept.id)}
    sealed = here.vault.sealed(told.id)
    traces = [keys[told.id], sealed[100:200], sealed[-200:-100]]
    assert all(trace in everything_in(here.place.folder) for trace in traces)  # else the test could not fail
    assert CACHE.told

    erase_photo(here, NURSE, told.id)

    left = everything_in(here.place.folder)
    assert [trace for trace in traces if trace in left] == []
    assert keys[kept.id] in left
    log = here.place.folder / "records.db-wal"
    assert not log.exists() or log.stat().st_size == 0
    assert not CACHE.told
    assert photo_bytes(here, NURSE, kept.id)


def test_a_file_that_a_crash_left_of_an_erased_photo_is_swept(here: Clinic) -> None:
    told = take(here, visit_on(here, new_course(here), 30), upload(2))
    kept = here.vault.files.cat_file(f"{here.vault.root}/{told.id}.sealed")
    erase_photo(here, NURSE, told.id)
    here.vault.files.pipe_file(f"{here.vault.root}/{told.id}.sealed", kept)

    from datetime import timedelta

    assert sweep(here, timedelta(seconds=-1)) == (told.id,)
