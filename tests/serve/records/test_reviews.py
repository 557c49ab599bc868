"""Blind reviews: an order of one's own that stays, grades that are only added, results for those who are through."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from scarscore.datasets.own import read_own
from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.consents import Use, give_consent
from scarscore.serve.records.courses import course
from scarscore.serve.records.erasure import erase_patient
from scarscore.serve.records.errors import Conflict, Invalid, NotAllowed, NotFound
from scarscore.serve.records.exports.labels import export_labels, left_out_of
from scarscore.serve.records.people import Role, Who
from scarscore.serve.records.refile import erase_photo
from scarscore.serve.records.review_choices import reviewable
from scarscore.serve.records.review_results import results
from scarscore.serve.records.review_tables import ReviewGradeRow, ReviewPhotoRow, ReviewRow
from scarscore.serve.records.reviews import (
    Asked,
    Read,
    give_grade,
    item,
    item_image,
    review,
    reviews,
    start_review,
)
from scarscore.serve.records.verdicts import networks
from scarscore.serve.scoring.result import View
from tests.serve.records.parts import (
    ADMIN,
    NURSE,
    blurred,
    each_database,
    lines,
    new_course,
    session_on,
    take,
    upload,
    visit_on,
)
from tests.serve.records.told import joined, unzipped

OTHER = Who("other", "doctor", Role.PRACTITIONER)
VIEWER = Who("viewer", "viewer", Role.VIEWER)


def filled(clinic: Clinic, seeds: tuple[int, ...], *, research: bool = False) -> tuple[str, list[str]]:
    """A patient's course with a scored photo for each seed, all at one visit; ids of the course and the photos."""
    made = new_course(clinic)
    visit = visit_on(clinic, made, 20)
    if research:
        give_consent(clinic, NURSE, course(clinic, NURSE, made).patient_id, Use.RESEARCH)
    return made, [take(clinic, visit, upload(seed)).id for seed in seeds]


def begun(clinic: Clinic, *courses: str) -> str:
    return start_review(clinic, NURSE, networks().text, Asked(courses))


def grade_all(clinic: Clinic, who: Who, made: str, *reads: Read) -> list[str]:
    """Grade everything, by turns as these; the ids in the order in which they were seen."""
    seen = []
    while (waiting := review(clinic, who, made).next) is not None:
        give_grade(clinic, who, made, waiting, reads[len(seen) % len(reads)])
        seen.append(waiting)
    return seen


@each_database
def test_each_reviewer_has_an_order_that_stays_and_grades_are_only_added(clinic: Clinic) -> None:
    made, photos = filled(clinic, (0, 1, 2, 3, 4))
    reviewed = begun(clinic, made)
    told = review(clinic, NURSE, reviewed)
    assert (told.photos, told.graded, told.done) == (5, 0, False)

    first = told.next
    assert first is not None
    assert first not in photos
    after = give_grade(clinic, NURSE, reviewed, first, Read(30.0, 2))
    assert after.next not in (None, first)
    assert review(clinic, NURSE, reviewed) == after, "interrupted and resumed"
    give_grade(clinic, NURSE, reviewed, first, Read(35.0, 2))
    assert item(clinic, NURSE, reviewed, first).read == Read(35.0, 2)
    assert item(clinic, NURSE, reviewed, after.next or "").before == first
    assert item(clinic, OTHER, reviewed, first).read is None

    mine = [first, *grade_all(clinic, NURSE, reviewed, Read(10.0, 1), Read(None, None))]
    theirs = grade_all(clinic, OTHER, reviewed, Read(12.0, 1))
    assert sorted(mine) == sorted(theirs)
    with pytest.raises(Conflict, match="changed any more"):
        give_grade(clinic, NURSE, reviewed, first, Read(0.0, 0))
    with clinic.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ReviewGradeRow)) == 11
    with pytest.raises(Exception, match="append-only"), clinic.database.write() as session:
        session.scalars(select(ReviewGradeRow)).first().severity = 99.0  # type: ignore[union-attr]  # there are some
    for kind in (ReviewGradeRow, ReviewPhotoRow, ReviewRow):
        with pytest.raises(Exception, match="append-only"), clinic.database.write() as session:
            session.delete(session.scalars(select(kind)).first())


def test_two_reviewers_nearly_always_see_another_order(here: Clinic) -> None:
    made, _ = filled(here, (0, 1, 2, 3, 4))
    orders = []
    for _ in range(3):
        reviewed = begun(here, made)
        orders += [grade_all(here, who, reviewed, Read(10.0, 1)) for who in (NURSE, OTHER)]
    assert any(orders[n] != orders[n + 1] for n in (0, 2, 4))  # all three alike: once in two million


@each_database
def test_only_scored_photos_of_what_was_asked_for_are_in_it(clinic: Clinic) -> None:
    made, photos = filled(clinic, (0, 1))
    other, _ = filled(clinic, (2,))
    unusable = new_course(clinic)
    take(clinic, visit_on(clinic, unusable, 20), blurred())
    session_on(clinic, unusable, 60)
    take(clinic, visit_on(clinic, unusable, 58), upload(3))

    def count(asked: Asked) -> int:
        return review(clinic, NURSE, start_review(clinic, NURSE, networks().text, asked)).photos

    assert {each.course_id: each.photos for each in reviewable(clinic, NURSE, networks().text)} == {made: 2, other: 1}
    assert count(Asked()) == 3
    assert count(Asked((made,))) == 2
    assert count(Asked((made,), (View.CLOSEUP,), most=1)) == 1
    for asked in (Asked(views=(View.FRONT,)), Asked((unusable,)), Asked(most=0)):
        with pytest.raises(Invalid):
            start_review(clinic, NURSE, networks().text, asked)
    with pytest.raises(Invalid, match="no scored photo"):
        start_review(clinic, NURSE, "another network", Asked())
    with pytest.raises(NotFound):
        start_review(clinic, NURSE, networks().text, Asked(("nothing",)))
    erase_photo(clinic, NURSE, photos[0])
    assert count(Asked((made,))) == 1


def test_photos_are_chosen_while_somebody_else_writes_and_a_course_is_read_once(here: Clinic) -> None:
    made, _ = filled(here, (0, 1))
    for days in (10, 8, 6):
        take(here, visit_on(here, made, days), upload(days))
    asked: list[str] = []
    event.listen(here.database.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))

    with here.database.write() as writing:
        writing.scalars(select(ReviewRow)).all()  # from here on nobody else writes
        with pytest.raises(Invalid, match="no scored photo"):
            start_review(here, NURSE, networks().text, Asked(views=(View.FRONT,)))
    assert review(here, NURSE, begun(here, made)).photos == 5
    assert len([statement for statement in asked if "FROM sessions" in statement]) == 1


@each_database
def test_what_cannot_be_read_is_refused(clinic: Clinic) -> None:
    reviewed = begun(clinic, filled(clinic, (0,))[0])
    waiting = review(clinic, NURSE, reviewed).next
    assert waiting is not None
    for read in (Read(30.0, None), Read(None, 2), Read(101.0, 2), Read(float("nan"), 2), Read(30.0, 5)):
        with pytest.raises(Invalid):
            give_grade(clinic, NURSE, reviewed, waiting, read)
    for act in (item, item_image):
        with pytest.raises(NotAllowed):
            act(clinic, VIEWER, reviewed, waiting)
        with pytest.raises(NotFound):
            act(clinic, NURSE, reviewed, "nothing")
    with pytest.raises(NotAllowed):
        give_grade(clinic, VIEWER, reviewed, waiting, Read(1.0, 1))
    with pytest.raises(NotFound):
        review(clinic, NURSE, "nothing\x00")


def test_the_audit_log_alone_says_whose_photo_was_graded(here: Clinic) -> None:
    made, (photo,) = filled(here, (0,))
    reviewed = begun(here, made)
    waiting = review(here, NURSE, reviewed).next
    assert waiting is not None
    assert item_image(here, NURSE, reviewed, waiting)
    (line,) = [line for line in lines(here, f"photo/{photo}", "read") if line.detail["what"] == "blind review"]
    assert line.detail["review"] == reviewed
    give_grade(here, NURSE, reviewed, waiting, Read(30.0, 2))
    assert lines(here, f"review/{reviewed}", "grade")[0].detail == {"item": waiting}


@each_database
def test_results_wait_until_one_is_through_and_count_what_both_judged(clinic: Clinic) -> None:
    made, _ = filled(clinic, (0, 1, 2, 3))
    reviewed = begun(clinic, made)
    assert results(clinic, VIEWER, networks(), reviewed).with_model == ()
    waiting = review(clinic, NURSE, reviewed).next
    assert waiting is not None
    give_grade(clinic, NURSE, reviewed, waiting, Read(None, None))
    with pytest.raises(Conflict, match="not blind"):
        results(clinic, NURSE, networks(), reviewed)
    assert results(clinic, VIEWER, networks(), reviewed).waiting == ("practitioner",)
    grade_all(clinic, NURSE, reviewed, Read(10.0, 1), Read(40.0, 2))
    grade_all(clinic, OTHER, reviewed, Read(10.0, 1), Read(40.0, 2))

    told = results(clinic, NURSE, networks(), reviewed)

    (mine,) = [each for each in told.with_model if each.reviewer == "practitioner"]
    assert (mine.agreement.photos, mine.agreement.patients, mine.unjudged, mine.unscored) == (3, 1, 1, 0)
    assert len(mine.points) == 3
    assert all(point.low <= point.told <= point.high for point in mine.points)
    assert mine.agreement.difference.value == pytest.approx(
        sum(point.read - point.told for point in mine.points) / 3
    )  # fmt: skip
    assert [(each.first, each.second, each.agreement.photos) for each in told.between] == [("other", "practitioner", 3)]
    assert reviews(clinic, NURSE)[0].done


@each_database
def test_an_erased_patients_grades_are_gone_and_the_others_stay(clinic: Clinic) -> None:
    gone, _ = filled(clinic, (0, 1))
    kept, (photo,) = filled(clinic, (2,))
    reviewed = begun(clinic)
    grade_all(clinic, NURSE, reviewed, Read(30.0, 2))

    erase_patient(clinic, ADMIN, course(clinic, NURSE, gone).patient_id)

    with clinic.database.read() as session:
        assert [row.photo_id for row in session.scalars(select(ReviewPhotoRow))] == [photo]
        assert session.scalar(select(func.count()).select_from(ReviewGradeRow)) == 1
    assert (review(clinic, NURSE, reviewed).photos, review(clinic, NURSE, reviewed).done) == (1, True)
    erase_patient(clinic, ADMIN, course(clinic, NURSE, kept).patient_id)
    assert review(clinic, NURSE, reviewed).photos == 0
    assert results(clinic, NURSE, networks(), reviewed).with_model == ()


def test_labels_hold_consenting_patients_alone_and_are_what_training_reads(here: Clinic, tmp_path: Path) -> None:
    _, photos = filled(here, (0, 1), research=True)
    filled(here, (2, 3))
    reviewed = begun(here)
    with pytest.raises(Conflict, match="nobody judged"):
        export_labels(here, ADMIN, reviewed)
    grade_all(here, NURSE, reviewed, Read(30.0, 2))
    grade_all(here, OTHER, reviewed, Read(None, None))
    with pytest.raises(NotAllowed):
        export_labels(here, NURSE, reviewed)

    files = unzipped(joined(export_labels(here, ADMIN, reviewed)))

    assert set(files) == {"manifest.json", "labels.csv", *(f"photos/{photo}.jpg" for photo in photos)}
    rows = list(csv.DictReader(io.StringIO(files["labels.csv"].decode())))
    assert {(row["reader"], row["severity"], row["grade"]) for row in rows} == {("reader 2", "30.0", "2")}
    assert (
        "2 photos of 1 patient who have not consented to research"
        in json.loads(files["manifest.json"])["about"]["left_out"]
    )
    assert left_out_of(here, reviewed) == (2, ("2 photos of 1 patient who have not consented to research",))
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    read = read_own(tmp_path / "labels.csv")
    assert [(each.severity, each.grade) for each in read] == [(30.0, 2), (30.0, 2)]
    assert lines(here, f"review/{reviewed}", "export")[0].detail["photos"] == 2
