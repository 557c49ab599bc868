"""A server that is full says so, and goes on answering whatever needs no photo scored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from scarscore.serve.records.people import Role
from scarscore.serve.records.pool import RETRY, ScoringPool
from scarscore.serve.web.app import THREADS, create_app
from scarscore.serve.web.metrics import Metrics
from scarscore.serve.web.ready import Readiness, warm_up
from scarscore.serve.web.state import Service
from tests.serve.web.parts import Running, running
from tests.serve.web.server import serving

WAITING = THREADS + 5  # photos: more than there are threads for everything else
SOON = 30  # seconds


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = running(tmp_path_factory.mktemp("busy") / "clinic")
    yield made
    made.clinic.close()


def until(there: Callable[[], object]) -> None:
    late = time.monotonic() + 120
    while not there():
        assert time.monotonic() < late
        time.sleep(0.1)


def send(program: TestClient) -> httpx.Response:
    return program.post("/api/v1/score", content=b"no photo", params={"view": "closeup"})  # soon refused


@contextmanager
def full(made: Running, *, threads_for_all: bool = True) -> Iterator[tuple[ThreadPoolExecutor, TestClient]]:
    """The clinic's server while the process that scores is held up, and as many photos wait for it as may."""
    pool = ScoringPool(1, waiting=WAITING, limit=300)
    callers = pool.callers if threads_for_all else 0
    served = Service(made.service.place, pool, made.clinic, callers=callers)
    app = Running(create_app(served), made.clinic)
    with ThreadPoolExecutor(pool.callers + 1) as threads, app.program(Role.PRACTITIONER) as program:
        until(lambda: served.ready.is_ready)
        (worker,) = pool._all
        os.kill(worker._process.pid or 0, signal.SIGSTOP)
        sent = [threads.submit(send, program) for _ in range(pool.callers)]
        try:
            until(lambda: pool._room._value == (0 if threads_for_all else pool.callers - THREADS))
            yield threads, program
        finally:
            os.kill(worker._process.pid or 0, signal.SIGCONT)
            assert {each.result(SOON).status_code for each in sent} == {422}
            pool.close()


def test_whoever_comes_when_all_places_are_taken_is_told_and_the_rest_is_answered(clinic: Running) -> None:
    with full(clinic) as (threads, program):
        busy = threads.submit(send, program).result(SOON)
        assert (busy.status_code, busy.json()["error"]["reason"]) == (503, "busy")
        assert busy.headers["Retry-After"] == str(RETRY)
        assert threads.submit(program.get, "/api/v1/patients").result(SOON).status_code == 200


def test_it_lives_though_every_thread_is_taken(clinic: Running) -> None:
    with full(clinic, threads_for_all=False) as (threads, program):
        assert threads.submit(program.get, "/livez").result(SOON).json() == {"alive": True}


def test_it_is_ready_as_soon_as_it_can_be_though_it_was_not_at_its_start() -> None:
    pool, ready, metrics = ScoringPool(1, waiting=0), Readiness(), Metrics()
    try:
        assert pool._room.acquire(timeout=1)
        warm_up(pool, ready, metrics, pause=0.1)
        until(lambda: "too many photos" in ready.why)
        assert b"scarscore_ready 0.0" in metrics.text()
        pool._room.release()
        until(lambda: ready.is_ready)
        until(lambda: b"scarscore_ready 1.0" in metrics.text())
    finally:
        pool.close()
        ready.end()
    assert ready.trying is not None
    assert not ready.trying.is_alive()


def test_as_many_processes_score_as_it_is_told(tmp_path: Path) -> None:
    with serving(tmp_path / "clinic", "--workers", "3") as server:
        until(lambda: scoring(server.process.pid) >= 3)  # a process that has just been forked bears its parent's name
        assert scoring(server.process.pid) == 3


def scoring(server: int) -> int:
    """How many processes of this server score photos."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return sum(b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)


def test_only_processors_that_it_may_use_are_counted() -> None:
    """A container's limit, which the machine's own number does not tell."""
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    program += "from scarscore.serve.records.pool import cores; print(cores(), os.cpu_count())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "1"
