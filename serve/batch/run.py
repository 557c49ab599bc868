"""Many photos, in order, with one process or several: the same rows in any case.

A process that dies over a photo (a fault in a codec, no memory) costs that photo alone: the photos that were
under way are done again one by one, and the one that kills again is refused. Few photos are under way at
a time, however long the list. Nothing here writes; out come index and `Outcome` in the order of the list.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from typing import ParamSpec, TypeVar

from scarscore.model.bundle import DEFAULT
from scarscore.serve.batch import work
from scarscore.serve.batch.work import Outcome, Pictures
from scarscore.serve.errors import WorkerError
from scarscore.serve.scoring.result import View

P = ParamSpec("P")
T = TypeVar("T")
UNDER_WAY = 8  # photos handed out per process: enough that one slow photo does not starve the others


@dataclass(frozen=True)
class Task:
    """One photo to score: its place in the list, its path, the view that the user says it is, and the networks."""

    index: int
    path: str
    view: View | None = None
    model: str = DEFAULT


def outcomes(
    tasks: Iterable[Task], pictures: Pictures, workers: int, careful: bool = False
) -> Generator[tuple[int, Outcome], None, None]:
    """Score the photos in order. `careful`: the first may be what ended an earlier run of this one process.

    Raises `ModelError`, `OutputError` and `WorkerError`, never for a photo. Closing it ends the processes.
    """
    todo = iter(tasks)
    if workers > 1:
        yield from _in_pools(todo, pictures, workers)
        return
    if careful and (first := next(todo, None)):
        yield from _one_by_one([first], pictures)
    for task in todo:
        yield task.index, work.score_file(task.path, task.view, pictures, task.model)


def _in_pools(todo: Iterator[Task], pictures: Pictures, workers: int) -> Iterator[tuple[int, Outcome]]:
    while True:
        lost = yield from _until_a_death(todo, pictures, workers)
        if not lost:
            return
        yield from _one_by_one(lost, pictures)


def _until_a_death(
    todo: Iterator[Task], pictures: Pictures, workers: int
) -> Generator[tuple[int, Outcome], None, list[Task]]:
    """Yield outcomes until the list ends or a process dies; return the tasks that were under way then."""
    under_way: deque[Task] = deque()
    futures: dict[int, Future[Outcome]] = {}
    with _pool(workers) as pool:
        try:
            while True:
                while len(under_way) < workers * UNDER_WAY and (task := next(todo, None)):
                    under_way.append(task)
                    futures[task.index] = _submit(pool, work.score_file, task.path, task.view, pictures, task.model)
                if not under_way:
                    return []
                outcome = futures.pop(under_way[0].index).result()
                yield under_way.popleft().index, outcome
        except BrokenProcessPool:
            return list(under_way)


def _one_by_one(tasks: list[Task], pictures: Pictures) -> Iterator[tuple[int, Outcome]]:
    """Score each photo in a process where nothing else is under way, so that a death has one cause."""
    todo = deque(tasks)
    while todo:
        with _pool(1) as pool:
            _greet(pool, todo[0].model)
            try:
                while todo:
                    first = todo[0]
                    outcome = _submit(pool, work.score_file, first.path, first.view, pictures, first.model).result()
                    yield todo.popleft().index, outcome
            except BrokenProcessPool:
                killer = todo.popleft()
                yield killer.index, work.crashed(killer.path)


def _greet(pool: ProcessPoolExecutor, model: str) -> None:
    try:
        _submit(pool, work.get_ready, model).result()
    except BrokenProcessPool:
        raise WorkerError(
            "the processes that score photos end as soon as they begin: too little memory, or a broken "
            "installation. Run: scarscore check"
        ) from None


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes, gone when the block ends: at once where it ends by an exception."""
    context = multiprocessing.get_context("spawn")  # a fork copies threads' locks in whatever state
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=start_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in multiprocessing.active_children():
            child.terminate()
        raise
    pool.shutdown()


def _submit(pool: ProcessPoolExecutor, function: Callable[P, T], *args: P.args, **kw: P.kwargs) -> Future[T]:
    """`pool.submit`, which may start a process, with signals held back until it is done.

    None may leave the pool's locks half taken, and Ctrl-C, which a terminal sends to all processes, must not
    reach the new one, which inherits the mask.
    """
    if not hasattr(signal, "pthread_sigmask"):
        return pool.submit(function, *args, **kw)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        return pool.submit(function, *args, **kw)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_worker() -> None:
    """Leave Ctrl-C to the parent, and end when it ends, even by kill -9: the queue alone would not tell."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGHUP})
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
