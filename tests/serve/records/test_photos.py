"""Photos are stored whole or not at all, once, sealed; and never scored when timing forbids it."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from scarscore.serve.course.records import Needling
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Conflict, Invalid, NotFound, VaultError
from scarscore.serve.records.photos import Place, photo, photo_bytes, photos
from scarscore.serve.records.pictures import photo_overlay
from scarscore.serve.records.scores import rescore_course, rescore_photo, scores
from scarscore.serve.records.sweep import sweep, tidy
from scarscore.serve.records.tables import PhotoRow, ScoreRow, UploadRow
from scarscore.serve.records.uploads import take_photo
from scarscore.serve.records.verdicts import networks
from scarscore.serve.records.visits import correct_visit
from scarscore.serve.scoring.result import PhotoScore, Reason, Refusal, View
from tests.serve.records.parts import (
    CLOSE_UP,
    NURSE,
    Here,
    ago,
    blurred,
    lines,
    new_course,
    scorer,
    session_on,
    sha256,
    take,
    upload,
    visit_on,
)  # fmt: skip


def _vault_files(clinic: Clinic) -> list[Path]:
    return sorted(Path(clinic.vault.root).glob("*"))


def test_a_stored_photo_is_read_back_as_it_was_scored(clinic: Clinic) -> None:
    visit = visit_on(clinic, new_course(clinic), 30)
    told = take(clinic, visit)

    data = photo_bytes(clinic, NURSE, told.id)
    assert sha256(data) == told.sha256
    assert told.score is not None
    assert scorer().examine(data, view=View.CLOSEUP).answer == told.score.answer
    assert photo(clinic, NURSE, told.id) == told
    assert photos(clinic, NURSE, visit) == (told,)
    acts = [(line.action, line.detail.get("what")) for line in lines(clinic, f"photo/{told.id}")]
    assert acts == [("create", None), ("read", "image"), ("read", None)]


def test_the_same_upload_is_stored_once_in_a_course(here: Clinic) -> None:
    course = new_course(here)
    visit, later = visit_on(here, course, 30), visit_on(here, course, 20)
    first = take(here, visit)

    with pytest.raises(Conflict, match=f"this visit has the photo already: {first.id}"):
        take(here, visit)
    with pytest.raises(Conflict, match=f"the visit of {ago(30)} has the photo already: {first.id}"):
        take(here, later)
    assert len(_vault_files(here)) == 1
    assert take(here, visit_on(here, new_course(here), 20)).id != first.id


def test_an_upload_sent_again_with_its_key_is_answered_with_the_same_photo(clinic: Clinic) -> None:
    course = new_course(clinic)
    visit, other = visit_on(clinic, course, 30), visit_on(clinic, course, 20)
    scoring = Here()
    first = take(clinic, visit, scoring=scoring, key="upload 1")

    assert take(clinic, visit, scoring=scoring, key="upload 1") == first
    assert scoring.judged == 1
    assert lines(clinic, f"photo/{first.id}", "read")[0].detail == {"what": "upload"}
    for place, sent in ((visit, upload(1)), (other, upload())):
        with pytest.raises(Conflict, match="another upload"):
            take(clinic, place, sent, key="upload 1")
    with clinic.database.read() as session:
        assert len(session.scalars(select(PhotoRow)).all()) == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_none_is_refused(here: Clinic, key: str) -> None:
    with pytest.raises(Invalid, match="Idempotency-Key"):
        take(here, visit_on(here, new_course(here), 30), key=key)
    assert _vault_files(here) == []


def test_what_cannot_be_decoded_is_refused_audited_and_leaves_nothing(here: Clinic) -> None:
    visit = visit_on(here, new_course(here), 30)
    told = take_photo(here, NURSE, Here(), visit, b"no photo", CLOSE_UP)

    assert isinstance(told, Refusal)
    assert told.reason is Reason.NOT_AN_IMAGE
    assert photos(here, NURSE, visit) == ()
    assert _vault_files(here) == []
    assert lines(here, f"visit/{visit}", "failed")[0].detail == {"photo": "not_an_image"}


def test_a_blurred_photo_is_stored_with_its_refusal(here: Clinic) -> None:
    visit = visit_on(here, new_course(here), 30)
    told = take(here, visit, blurred())

    assert told.score is not None
    assert isinstance(told.score.answer, Refusal)
    assert told.score.answer.reason is Reason.BLURRED
    assert photo_bytes(here, NURSE, told.id)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(View.FRONT, "left_cheek"), "only a close-up"),
        (Place(View.CLOSEUP, "knee"), "none of"),
        (Place(View.CLOSEUP, None, "x" * 81), "80 characters"),
        (Place(View.CLOSEUP, None, "a\0b"), "printed"),
    ],
)
def test_a_place_that_cannot_be_is_refused_before_any_work(here: Clinic, place: Place, said: str) -> None:
    scoring = Here()
    with pytest.raises(Invalid, match=said):
        take_photo(here, NURSE, scoring, visit_on(here, new_course(here), 30), upload(), place)
    assert scoring.judged == 0


def test_a_photo_taken_too_soon_is_kept_and_never_scored(clinic: Clinic) -> None:
    course = new_course(clinic)
    session_on(clinic, course, 30)
    visit, scoring = visit_on(clinic, course, 26), Here()
    told = take(clinic, visit, scoring=scoring)

    assert told.score is None
    assert "4 days after a session" in told.why
    assert scoring.judged == 0
    assert scores(clinic, NURSE, told.id) == ()
    assert photo_bytes(clinic, NURSE, told.id)
    for act in (
        lambda: rescore_photo(clinic, NURSE, scoring, told.id),
        lambda: photo_overlay(clinic, NURSE, networks(), told.id),
    ):
        with pytest.raises(Conflict, match="swelling"):
            act()
    assert rescore_course(clinic, NURSE, scoring, course).scored == ()


def test_a_correction_that_makes_timing_valid_has_the_photo_scored(here: Clinic) -> None:
    course = new_course(here)
    session_on(here, course, 30)
    visit, scoring = visit_on(here, course, 26), Here()
    told = take(here, visit, scoring=scoring)

    correct_visit(here, NURSE, scoring, visit, day=ago(2))
    now = photo(here, NURSE, told.id)
    assert now.score is not None
    assert isinstance(now.score.answer, PhotoScore)
    assert now.score.answer.photo_sha256 == told.sha256

    correct_visit(here, NURSE, scoring, visit, day=ago(30), needling=Needling.AFTER)
    assert photo(here, NURSE, told.id).score is None  # no severity is shown any more
    assert len(scores(here, NURSE, told.id)) == 1  # what was said stays
    correct_visit(here, NURSE, scoring, visit, day=ago(2), needling=None)
    assert scoring.judged == 1  # it was never scored twice


def test_scores_are_added_and_never_changed(here: Clinic) -> None:
    visit = visit_on(here, new_course(here), 30)
    told = take(here, visit)
    other = rescore_photo(here, NURSE, Here("fold0"), told.id)

    both = scores(here, NURSE, told.id)
    assert [each.model for each in both] == [Here().networks, Here("fold0").networks]
    assert both[0] == told.score
    assert photo(here, NURSE, told.id).score == other
    for change in (update(ScoreRow).values(severity=0.0), delete(ScoreRow)):
        with pytest.raises(DatabaseError, match="append-only"), here.database.write() as session:
            session.execute(change)
    assert scores(here, NURSE, told.id) == both


def test_a_course_is_scored_again_by_another_network_where_it_has_not_yet(here: Clinic) -> None:
    course = new_course(here)
    one = take(here, visit_on(here, course, 30))
    two = take(here, visit_on(here, course, 20), upload(1))
    other = Here("fold0")

    assert set(rescore_course(here, NURSE, other, course).scored) == {one.id, two.id}
    assert rescore_course(here, NURSE, other, course).scored == ()
    assert len(scores(here, NURSE, one.id)) == 2


def test_a_damaged_photo_keeps_no_other_from_being_scored_again(here: Clinic) -> None:
    course = new_course(here)
    one, two = take(here, visit_on(here, course, 30)), take(here, visit_on(here, course, 20), upload(1))
    (Path(here.vault.root) / f"{one.id}.sealed").write_bytes(b"damaged")
    other = Here("fold0")

    told = rescore_course(here, NURSE, other, course)
    assert (told.scored, told.failed) == ((two.id,), (one.id,))
    with pytest.raises(VaultError):
        rescore_photo(here, NURSE, other, one.id)
    assert [line.detail for line in lines(here, f"photo/{one.id}", "failed")] == [{"what": "image"}] * 2


def test_two_exchanged_files_of_the_vault_are_found_out(here: Clinic) -> None:
    course = new_course(here)
    one, two = take(here, visit_on(here, course, 30)), take(here, visit_on(here, course, 20), upload(1))
    first, second = _vault_files(here)
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)

    for each in (one, two):
        with pytest.raises(VaultError):
            photo_bytes(here, NURSE, each.id)
        assert lines(here, f"photo/{each.id}", "failed")


@pytest.mark.parametrize("place", [0, 12, 5000, -1])
def test_one_flipped_bit_is_found_out(here: Clinic, place: int) -> None:
    told = take(here, visit_on(here, new_course(here), 30))
    (file,) = _vault_files(here)
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)

    with pytest.raises(VaultError):
        photo_bytes(here, NURSE, told.id)


def test_what_lies_in_the_vault_is_no_picture(here: Clinic) -> None:
    take(here, visit_on(here, new_course(here), 30))
    (file,) = _vault_files(here)

    assert b"\xff\xd8\xff" not in file.read_bytes()
    assert b"JFIF" not in file.read_bytes()


@pytest.mark.parametrize("bad", ["../../etc/passwd", "nothing", "a\0b", "x" * 4000, ".."])
def test_an_id_that_is_none_reaches_no_file(clinic: Clinic, bad: str) -> None:
    new_course(clinic)
    for act in (photo, photo_bytes, scores, photos):
        with pytest.raises(NotFound):
            act(clinic, NURSE, bad)
    with pytest.raises(NotFound):
        take(clinic, bad)


def test_32_photos_at_once_are_each_stored_once(clinic: Clinic) -> None:
    visit = visit_on(clinic, new_course(clinic), 30)
    shots = [upload(seed, 240, 200) for seed in range(16)]

    def send(number: int) -> str:
        """Each photo comes twice, with its key."""
        return take(clinic, visit, shots[number % 16], key=f"key {number % 16}").id

    with ThreadPoolExecutor(32) as threads:
        told = list(threads.map(send, range(32)))

    assert told[:16] == told[16:]
    assert {each.id for each in photos(clinic, NURSE, visit)} == set(told)
    assert len(set(told)) == 16
    assert sorted(clinic.vault.names()) == sorted(set(told))
    with clinic.database.read() as session:
        assert len(session.scalars(select(ScoreRow)).all()) == 16
        assert len(session.scalars(select(UploadRow)).all()) == 16
    assert all(len(lines(clinic, f"photo/{each}", "create")) == 1 for each in told)


def test_a_vault_that_cannot_be_written_leaves_nothing(here: Clinic) -> None:
    visit = visit_on(here, new_course(here), 30)
    Path(here.vault.root).rmdir()
    Path(here.vault.root).write_bytes(b"no folder any more")

    with pytest.raises(VaultError):
        take(here, visit)
    assert photos(here, NURSE, visit) == ()


def test_files_that_no_row_names_are_swept_once_they_are_old(clinic: Clinic) -> None:
    told = take(clinic, visit_on(clinic, new_course(clinic), 30))
    clinic.vault.put("left222222222222", b"by a crash")

    assert sweep(clinic) == ()
    time.sleep(1.1)  # an object store tells time in seconds
    assert sweep(clinic, timedelta(seconds=0)) == ("left222222222222",)
    assert list(clinic.vault.names()) == [told.id]
    assert lines(clinic, "vault", "sweep")[0].detail == {"files": ["left222222222222"]}


def test_a_file_that_is_an_hour_old_is_swept_at_a_start(here: Clinic) -> None:
    here.vault.put("left222222222222", b"by a crash")
    (file,) = _vault_files(here)
    os.utime(file, (time.time() - 3700,) * 2)
    (Path(here.vault.root) / "a stranger's file.sealed").write_bytes(b"")

    told = take(here, visit_on(here, new_course(here), 30))
    log = here.place.folder / "records.db-wal"
    assert log.stat().st_size > 0

    tidy(here)
    assert set(here.vault.names()) == {"a stranger's file", told.id}
    assert log.stat().st_size == 0


def test_a_file_that_a_crash_left_half_written_is_swept_once_it_is_old(here: Clinic) -> None:
    told = take(here, visit_on(here, new_course(here), 30))
    half = Path(here.vault.root) / ".left222222222222.sealed.new"
    half.write_bytes(b"by a crash")
    assert sweep(here) == ()
    assert half.exists()

    os.utime(half, (time.time() - 3700,) * 2)
    tidy(here)
    assert [path.name for path in _vault_files(here)] == [f"{told.id}.sealed"]
    assert lines(here, "vault", "sweep")[0].detail == {"files": ["left222222222222"]}


def test_the_heat_map_is_drawn_from_the_stored_photo(here: Clinic) -> None:
    course = new_course(here)
    drawn = photo_overlay(here, NURSE, networks(), take(here, visit_on(here, course, 30)).id)
    refused = photo_overlay(here, NURSE, networks(), take(here, visit_on(here, course, 20), blurred()).id)

    assert isinstance(drawn, bytes)
    with Image.open(io.BytesIO(drawn)) as image:
        assert image.format == "PNG"
        assert image.width >= 480
    assert isinstance(refused, Refusal)


def test_a_photo_without_a_view_is_filed_and_scored_as_what_it_shows(here: Clinic) -> None:
    course = new_course(here)
    told = take_photo(here, NURSE, Here(), visit_on(here, course, 30), upload(), Place(None), "a key")
    session_on(here, course, 20)
    early = take_photo(here, NURSE, Here(), visit_on(here, course, 18), upload(1), Place(None))

    assert not isinstance(told, Refusal)
    assert not isinstance(early, Refusal)
    assert told.view is View.CLOSEUP
    assert told.score is not None
    assert isinstance(told.score.answer, PhotoScore)
    assert told.score.answer.view is told.score.answer.view_seen is View.CLOSEUP
    assert (early.view, early.score) == (View.CLOSEUP, None), "the view is told although nothing is scored"


def test_a_region_of_a_photo_whose_view_is_to_be_guessed_is_refused(here: Clinic) -> None:
    with pytest.raises(Invalid, match="guessed view"):
        take_photo(here, NURSE, Here(), visit_on(here, new_course(here), 30), upload(), Place(None, "chin"))
