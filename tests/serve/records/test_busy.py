"""A correction that is recorded is answered as recorded, however busy the processes are that score its photos."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from scarscore.serve.records.clinic import Clinic
from scarscore.serve.records.errors import Busy
from scarscore.serve.records.photos import photo
from scarscore.serve.records.pool import ScoringPool
from scarscore.serve.records.refile import correct_photo
from scarscore.serve.records.scores import rescore_course, rescore_photo
from scarscore.serve.records.sessions import correct_session, delete_session, sessions
from scarscore.serve.records.visits import correct_visit
from scarscore.serve.scoring.result import View
from tests.serve.records.parts import NURSE, Here, ago, new_course, session_on, take, upload, visit_on


@contextmanager
def busy() -> Iterator[ScoringPool]:
    """A pool whose one process holds a photo and does not go on; nobody else may wait."""
    pool = ScoringPool(1, waiting=0, limit=60)
    assert pool.networks
    (worker,) = pool._all
    assert worker._process.pid is not None
    os.kill(worker._process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor() as threads:
        under_way = threads.submit(pool.score, upload(), View.CLOSEUP)
        time.sleep(0.3)
        try:
            yield pool
        finally:
            os.kill(worker._process.pid, signal.SIGCONT)
            under_way.result(60)
            pool.close()


@contextmanager
def broken() -> Iterator[ScoringPool]:
    """A pool whose process ended before it had loaded its networks."""
    pool = ScoringPool(1)
    (worker,) = pool._all
    worker._process.kill()
    try:
        yield pool
    finally:
        pool.close()


@pytest.mark.parametrize("scoring_of", [busy, broken])
def test_a_corrected_visit_is_answered_and_its_photos_are_scored_later(
    here: Clinic, scoring_of: Callable[[], AbstractContextManager[ScoringPool]]
) -> None:
    course = new_course(here)
    session_on(here, course, 30)
    visit = visit_on(here, course, 26)
    told = take(here, visit)

    with scoring_of() as scoring:
        assert correct_visit(here, NURSE, scoring, visit, day=ago(2)).day == ago(2)
    left = photo(here, NURSE, told.id)
    assert (left.score, left.why) == (None, "not scored yet: score it again")

    correct_visit(here, NURSE, Here(), visit, day=ago(3))
    assert photo(here, NURSE, told.id).score is not None


def test_a_photo_and_a_session_that_are_corrected_while_all_is_busy_are_told_as_they_now_are(here: Clinic) -> None:
    course = new_course(here)
    session = session_on(here, course, 30)
    told, early = take(here, visit_on(here, course, 40)), take(here, visit_on(here, course, 28), upload(1))

    with busy() as scoring:
        moved = correct_photo(here, NURSE, scoring, told.id, view=View.LEFT, region=None)
        assert (moved.view, moved.score, moved.why) == (View.LEFT, None, "not scored yet: score it again")
        assert correct_session(here, NURSE, scoring, session, day=ago(35)).session.date == ago(35)
        delete_session(here, NURSE, scoring, session)
        assert sessions(here, NURSE, course) == ()
        again = rescore_course(here, NURSE, scoring, course)
        assert (again.scored, set(again.failed)) == ((), {told.id, early.id})
        with pytest.raises(Busy, match="nothing was stored"):
            rescore_photo(here, NURSE, scoring, told.id)
    assert set(rescore_course(here, NURSE, Here(), course).scored) == {told.id, early.id}
