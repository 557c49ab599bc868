"""A photo that brings its process down costs that one photo; who comes when all is full is told so."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from scarscore.model.errors import ModelError
from scarscore.serve.records.errors import Busy
from scarscore.serve.records.pool import RETRY, ScoringPool
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.worker import MEMORY, Worker
from scarscore.serve.scoring.result import PhotoScore, Reason, Refusal, View
from tests import make
from tests.serve.records.parts import scorer, upload

HUGE = make.png(make.photo(480, 360).resize((8100, 6100)))  # two seconds or more of work


@pytest.fixture(scope="module")
def pool() -> Iterator[ScoringPool]:
    started = ScoringPool(1, waiting=2, limit=300)
    started.score(upload(), View.CLOSEUP)
    yield started
    started.close()


def _process(pool: ScoringPool) -> int:
    (worker,) = pool._all
    pid = worker._process.pid
    assert pid is not None
    return pid


def _crashed(scored: Scored) -> bool:
    return isinstance(scored.answer, Refusal) and scored.answer.reason is Reason.CRASHED and scored.data == b""


def test_a_process_answers_as_this_one_would(pool: ScoringPool) -> None:
    told = pool.score(upload(), View.CLOSEUP)

    assert isinstance(told.answer, PhotoScore)
    assert told.answer == scorer().examine(told.data, view=View.CLOSEUP).answer
    assert pool.again(told.data, View.CLOSEUP, front_camera=False).answer == told.answer
    assert told.model == pool.networks
    assert pool.score(upload(), View.CLOSEUP, judge=False).answer is None


def _killed_once_it_is_ready(pool: ScoringPool, but: int = 0) -> int:
    """Kill the process, another than `but`, while it is at work on a photo; which it was."""
    while (process := _process(pool)) == but or next(iter(pool._all))._networks is None:
        time.sleep(0.02)
    time.sleep(0.2)
    os.kill(process, signal.SIGKILL)
    return process


def test_a_photo_whose_process_dies_is_tried_once_more(pool: ScoringPool) -> None:
    with ThreadPoolExecutor() as threads:
        under_way = threads.submit(pool.score, HUGE, View.CLOSEUP)
        killed = _killed_once_it_is_ready(pool)

        assert not _crashed(under_way.result(120))
    assert _process(pool) != killed


def test_a_photo_over_which_two_processes_die_costs_itself_alone(pool: ScoringPool) -> None:
    with ThreadPoolExecutor() as threads:
        under_way = threads.submit(pool.score, HUGE, View.CLOSEUP)
        _killed_once_it_is_ready(pool, but=_killed_once_it_is_ready(pool))

        assert _crashed(under_way.result(60))
    assert isinstance(pool.score(upload(), View.CLOSEUP).answer, PhotoScore)


def test_a_process_that_died_idle_costs_no_photo(pool: ScoringPool) -> None:
    os.kill(_process(pool), signal.SIGKILL)
    time.sleep(0.2)

    assert isinstance(pool.score(upload(), View.CLOSEUP).answer, PhotoScore)


@pytest.mark.parametrize("photo", [upload(), HUGE + bytes(2_000_000)], ids=["small", "more than a pipe holds"])
def test_a_process_that_hangs_is_ended_in_time(photo: bytes) -> None:
    pool = ScoringPool(1, limit=1.5)
    try:
        pool.score(upload(), View.CLOSEUP)
        os.kill(_process(pool), signal.SIGSTOP)
        begun = time.monotonic()

        assert _crashed(pool.score(photo, View.CLOSEUP))
        assert time.monotonic() - begun < 5
        assert pool.networks
    finally:
        pool.close()


def test_who_comes_when_all_is_full_is_told_when_to_come_again(pool: ScoringPool) -> None:
    pool.score(upload(), View.CLOSEUP)
    os.kill(_process(pool), signal.SIGSTOP)
    with ThreadPoolExecutor() as threads:
        waiting = [threads.submit(pool.score, upload(), View.CLOSEUP) for _ in range(3)]  # one, and two that wait
        time.sleep(0.5)

        with pytest.raises(Busy) as told:
            pool.score(upload(), View.CLOSEUP)
        os.kill(_process(pool), signal.SIGCONT)
        assert all(isinstance(each.result(60).answer, PhotoScore) for each in waiting)
    assert told.value.wait == RETRY
    assert isinstance(pool.score(upload(), View.CLOSEUP).answer, PhotoScore)


def test_many_threads_get_each_its_own_answer(pool: ScoringPool) -> None:
    photos = [upload(seed) for seed in range(3)]
    alone = [pool.score(photo, View.CLOSEUP).sha256 for photo in photos]
    with ThreadPoolExecutor(3) as threads:
        together = list(threads.map(lambda photo: pool.score(photo, View.CLOSEUP).sha256, photos))

    assert together == alone
    assert len(set(alone)) == 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_the_largest_photo_takes_half_of_the_memory_that_a_process_may(pool: ScoringPool) -> None:
    assert isinstance(pool.score(HUGE, View.CLOSEUP).answer, PhotoScore | Refusal)

    status = Path(f"/proc/{_process(pool)}/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmPeak"))
    limits = Path(f"/proc/{_process(pool)}/limits").read_text()
    assert peak < MEMORY / 2
    assert str(MEMORY) in next(line for line in limits.splitlines() if line.startswith("Max address space"))


def test_a_network_that_cannot_be_trusted_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    pool = ScoringPool(1, str(broken))
    try:
        with pytest.raises(ModelError):
            pool.score(upload(), View.CLOSEUP)
    finally:
        pool.close()


def test_closing_ends_every_process() -> None:
    pool = ScoringPool(2)
    processes = [worker._process for worker in pool._all]
    pool.close()

    assert not any(process.is_alive() for process in processes)
    assert threading.active_count() < 20


def test_a_process_ends_when_it_is_told_to() -> None:
    worker = Worker("default")
    assert worker.ready()
    worker.end()
    worker.end()

    assert not worker._process.is_alive()


def test_two_threads_may_end_one_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool is closed while who waits for an answer finds the process dead: a pipe closed twice closes another's."""
    closed = list[int]()
    close = Connection._close  # type: ignore[attr-defined]  # private to Python: slowed here, not replaced

    def slowly(pipe: Connection) -> None:
        closed.append(pipe.fileno())
        time.sleep(0.2)  # so that the other thread comes meanwhile
        close(pipe)

    worker = Worker("severity")
    monkeypatch.setattr(Connection, "_close", slowly)
    with ThreadPoolExecutor() as threads:
        for ended in [threads.submit(worker.end) for _ in range(2)]:
            ended.result()
    assert len(closed) == 1
