"""The verdict on a recorded course is the command line's on the same photos, and follows every correction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from scarscore.datasets.synthetic.course import PLAN, healing_course
from scarscore.serve.course.book import Book
from scarscore.serve.course.manifest import read
from scarscore.serve.course.measured import measure
from scarscore.serve.course.records import Plan, ShotScore, VerdictKind, VisitScore
from scarscore.serve.demo.course import as_jpeg
from scarscore.serve.records.clinic import Clinic, Place
from scarscore.serve.records.errors import Conflict, Invalid, NotFound
from scarscore.serve.records.history import course_of
from scarscore.serve.records.photos import photo_bytes
from scarscore.serve.records.refile import correct_photo, erase_photo
from scarscore.serve.records.scores import rescore_course
from scarscore.serve.records.verdicts import CACHE, measured, needs_rescore, networks
from scarscore.serve.records.visits import correct_visit
from tests.serve.course.rendered import quiet
from tests.serve.records.parts import NURSE, Here, ago, lines, new_course, session_on, settle_in, take, visit_on

DAYS = (200, 100, 40)  # before today, of the visits; the sessions lie between the first two


@dataclass(frozen=True)
class Recorded:
    """A course in a clinic: its id, its visits', its photos'."""

    clinic: Clinic
    course: str
    visits: tuple[str, ...]
    photos: tuple[str, ...]


@pytest.fixture(scope="module")
def healing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """A course whose scars fade. Tests leave it as it was."""
    clinic = settle_in(Clinic.create(Place(tmp_path_factory.mktemp("healing") / "clinic"))[0])
    course = new_course(clinic)
    for days in (190, 160, 130):
        session_on(clinic, course, days)
    visits = tuple(visit_on(clinic, course, days) for days in DAYS)
    shots = [as_jpeg(each.pixels) for each in healing_course(3, len(DAYS), PLAN)]
    photos = tuple(take(clinic, visit, shot).id for visit, shot in zip(visits, shots, strict=True))
    yield Recorded(clinic, course, visits, photos)
    clinic.close()


def _verdict(told: Recorded, on: date | None = None) -> VerdictKind:
    return measured(told.clinic, NURSE, networks(), told.course, on or ago(0)).verdict.kind


def _unnamed(score: VisitScore) -> VisitScore:
    """Without its photos' names, which are ids here and files there."""
    return replace(score, views=tuple(replace(view, used=()) for view in score.views))


def test_the_verdict_is_the_command_line_s_on_the_same_photos(healing: Recorded, tmp_path: Path) -> None:
    for days, photo in zip(DAYS, healing.photos, strict=True):
        folder = tmp_path / ago(days).isoformat()
        folder.mkdir()
        (folder / "closeup left_cheek.jpg").write_bytes(photo_bytes(healing.clinic, NURSE, photo))
    sessions = "\n".join(f"[[session]]\ndate = {ago(days)}" for days in (190, 160, 130))
    (tmp_path / "course.toml").write_text(f'patient = "x"\ncamera = "ward camera"\n{sessions}\n')
    by_file = measure(read(tmp_path, ago(0)), networks(), ago(0), Book(), quiet)

    by_records = measured(healing.clinic, NURSE, networks(), healing.course, ago(0))

    assert [_unnamed(score) for score in by_records.scores] == [_unnamed(score) for score in by_file.scores]
    told, told_by_file = (replace(each.verdict, baseline=None, last=None) for each in (by_records, by_file))
    assert told == told_by_file
    assert by_records.verdict.kind is VerdictKind.IMPROVED
    assert len(by_records.pairs) == 1
    assert lines(healing.clinic, f"course/{healing.course}", "read")[-1].detail["what"] == "verdict"


def test_the_verdict_of_an_earlier_day_knows_nothing_of_later(healing: Recorded) -> None:
    assert _verdict(healing, ago(150)) is VerdictKind.TOO_EARLY
    with pytest.raises(Invalid, match="future"):
        _verdict(healing, ago(-1))
    with pytest.raises(NotFound):
        measured(healing.clinic, NURSE, networks(), "nothing", ago(0))


def test_the_same_question_is_answered_from_memory(here: Clinic) -> None:
    course = new_course(here)
    take(here, visit_on(here, course, 40))
    first = measured(here, NURSE, networks(), course, ago(0))

    assert measured(here, NURSE, networks(), course, ago(0)).scores is first.scores
    assert measured(here, NURSE, networks(), course, ago(1)).scores is not first.scores
    CACHE.forget()
    assert measured(here, NURSE, networks(), course, ago(0)).scores is not first.scores


def test_the_verdict_follows_corrections(healing: Recorded) -> None:
    """Last: it changes the course, and undoes it."""
    clinic, scoring = healing.clinic, Here()
    assert _verdict(healing) is VerdictKind.IMPROVED

    correct_visit(clinic, NURSE, scoring, healing.visits[2], day=ago(120))  # 10 days after a session: provisional
    later = measured(clinic, NURSE, networks(), healing.course, ago(0))
    assert later.verdict.last is not None
    assert later.verdict.last.date == ago(100)
    correct_visit(clinic, NURSE, scoring, healing.visits[2], day=ago(DAYS[2]))
    assert _verdict(healing) is VerdictKind.IMPROVED

    other = visit_on(clinic, new_course(clinic), 30)
    correct_photo(clinic, NURSE, scoring, healing.photos[0], visit_id=other)  # it was another patient's
    moved = measured(clinic, NURSE, networks(), healing.course, ago(0))
    assert moved.verdict.baseline is not None
    assert moved.verdict.baseline.date == ago(100)
    assert "baseline after session 3" in moved.verdict.notes
    correct_photo(clinic, NURSE, scoring, healing.photos[0], visit_id=healing.visits[0])
    assert _verdict(healing) is VerdictKind.IMPROVED
    assert scoring.judged == 0


def test_scores_of_two_networks_are_never_mixed(here: Clinic) -> None:
    course = new_course(here)
    old = take(here, visit_on(here, course, 40), scoring=Here("fold0"))
    new = take(here, visit_on(here, course, 20), as_jpeg(healing_course(1, 2, PLAN)[0].pixels))

    assert needs_rescore(here, course, networks().text, ago(0)) == (old.id,)
    assert needs_rescore(here, course, networks().text, ago(50)) == ()
    told = measured(here, NURSE, networks(), course, ago(0))
    assert [score.date for score in told.scores] == [ago(20)]
    assert {score.model for score in told.scores} == {networks().text}

    rescore_course(here, NURSE, Here(), course)
    assert needs_rescore(here, course, networks().text, ago(0)) == ()
    assert len(measured(here, NURSE, networks(), course, ago(0)).scores) == 2
    with here.database.read() as session:
        first, second = (visit.shots[0] for visit in course_of(session, course, networks().text).visits)
    assert isinstance(first.answer, ShotScore)
    assert [each.model for each in first.earlier if isinstance(each, ShotScore)] == [Here("fold0").networks]
    assert second.photo == new.id


def test_a_course_without_photos_has_a_verdict(here: Clinic) -> None:
    told = measured(here, NURSE, networks(), new_course(here), ago(0))
    assert told.verdict.kind is VerdictKind.TOO_EARLY
    assert told.course.plan == Plan()


def test_an_erased_photo_counts_no_more(here: Clinic) -> None:
    course = new_course(here)
    gone = take(here, visit_on(here, course, 40))
    assert len(measured(here, NURSE, networks(), course, ago(0)).scores) == 1

    erase_photo(here, NURSE, gone.id)
    assert measured(here, NURSE, networks(), course, ago(0)).scores == ()


def test_records_that_contradict_themselves_are_told(here: Clinic) -> None:
    """As another program, or a hand, may leave them."""
    from sqlalchemy import update

    from scarscore.serve.records.tables import VisitRow

    course = new_course(here)
    session_on(here, course, 30)
    visit_on(here, course, 20)
    with here.database.write() as session:
        session.execute(update(VisitRow).values(day=ago(30)))

    with pytest.raises((Conflict, Invalid), match="before or after needling"):
        measured(here, NURSE, networks(), course, ago(0))
