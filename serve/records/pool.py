"""Processes that score photos for the server, so that a photo that brings a codec down costs that one photo.

Each holds the networks and does one photo at a time. One that dies, or takes longer than the limit, is ended and
replaced. A photo whose process died is tried once more, since that may have died of something else, even before; then,
or where it took too long, the photo is answered as `CRASHED`. Few photos wait: beyond that the server says that it is
busy, which a client can act on, where a queue without end could only grow slow.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from scarscore.model.bundle import DEFAULT
from scarscore.serve.records.errors import Busy
from scarscore.serve.records.scored import Scored
from scarscore.serve.records.worker import Lost, Overdue, Task, Worker
from scarscore.serve.scoring.result import Reason, View, refusal

CORES = 8  # processes at most, where no number is asked for: each takes 250 MB, and 600 over a large photo
WAITING = 32  # photos; at half a second each and two cores the last waits 8 seconds
LIMIT = 30.0  # seconds for one photo: a 50-MP one takes 3 on a slow machine
RETRY = 5  # seconds after which a client that was told to wait may ask again
_LOG = logging.getLogger("scarscore")


def cores() -> int:
    """How many processors this process may use: a container often has fewer than its machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ScoringPool:
    """Scores photos in processes of their own. Safe to use from several threads; each call waits for its answer."""

    def __init__(
        self, workers: int | None = None, model: str = DEFAULT, *, waiting: int = WAITING, limit: float = LIMIT
    ) -> None:
        """Start the processes, by default one for each core, 8 at most; they load their networks meanwhile."""
        self._model, self._limit = model, limit
        self._networks: str | None = None
        count = workers or min(cores(), CORES)
        self.callers = count + waiting  # threads that may be in here at once; the next is told to wait
        self._start = partial(Worker, model)
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()  # the warmest first
        self._room = threading.BoundedSemaphore(self.callers)
        self._all = {self._start() for _ in range(count)}
        self._lock = threading.Lock()
        for worker in self._all:
            self._free.put(worker)

    @property
    def model(self) -> str:
        """The severity network, by name or path."""
        return self._model

    @property
    def networks(self) -> str:
        """Both networks, as `ScoreRow.model` names them. Raises `ModelError` and `WorkerError`."""
        if self._networks is None:
            with self._one() as worker:
                self._networks = worker.ready()
        return self._networks

    def score(self, upload: bytes, view: View | None, *, judge: bool = True, guess: bool = False) -> Scored:
        """Re-encode a photo and score what is then stored. Raises `Busy`, `ModelError` and `WorkerError`."""
        return self._ask(Task(upload, view, judge=judge, guess=guess))

    def again(self, stored: bytes, view: View, *, front_camera: bool) -> Scored:
        """Score a photo that is stored, from exactly its bytes. Raises as `score` does."""
        return self._ask(Task(stored, view, stored=True, front_camera=front_camera))

    def close(self) -> None:
        """End all processes at once; what is under way is answered as `CRASHED`."""
        with self._lock:
            workers, self._all = self._all, set()
        for worker in workers:
            worker.end()

    def _ask(self, task: Task) -> Scored:
        if not self._room.acquire(blocking=False):
            raise Busy("too many photos are waiting to be scored; nothing was stored", RETRY)
        crashed = Scored(b"", "", 0, 0, front_camera=False, answer=refusal(Reason.CRASHED))
        try:
            return self._try(task, again=True) or crashed
        finally:
            self._room.release()

    def _try(self, task: Task, *, again: bool) -> Scored | None:
        """The answer of a process; None where it was lost over the photo, and with `again` another one that died."""
        try:
            with self._one() as worker:
                return worker.ask(task, self._limit)
        except Lost as lost:
            _LOG.error("a process that scored a photo %s; it is replaced", lost)
            if isinstance(lost, Overdue) or not again:
                return None
        return self._try(task, again=False)

    @contextmanager
    def _one(self) -> Iterator[Worker]:
        """A free process, waited for; replaced where it is lost."""
        worker = self._free.get()
        try:
            yield worker
        except BaseException:
            worker = self._replaced(worker)
            raise
        finally:
            self._free.put(worker)

    def _replaced(self, lost: Worker) -> Worker:
        lost.end()
        with self._lock:
            if lost not in self._all:  # the pool was closed
                return lost
            new = self._start()
            self._all = (self._all - {lost}) | {new}
        return new
