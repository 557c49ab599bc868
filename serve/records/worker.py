"""One process that scores photos, and the end of the pipe by which it is asked.

It is spawned, never forked; its memory is limited, so that a crafted photo cannot take the machine's; it leaves Ctrl-C
to the server and ends when the server does, even by kill -9.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from scarscore.model.errors import ModelError
from scarscore.serve.batch.run import start_worker
from scarscore.serve.errors import WorkerError
from scarscore.serve.records.scored import Scored
from scarscore.serve.scoring.result import Reason, View, refusal

if TYPE_CHECKING:
    from scarscore.serve.scoring.score import Scorer

MEMORY = 4_000_000_000  # bytes of address space: see tests/serve/records/test_pool.py for what a photo takes
START = 120.0  # seconds: a process loads its networks in 2, on a machine that is busy in 20


class Lost(Exception):
    """A process ended, or took too long, over a photo; the message says which."""


class Overdue(Lost):
    """It took too long: another one would hardly be quicker."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} seconds")


@dataclass(frozen=True)
class Task:
    """One photo: an upload to be made ready and, with `judge`, scored; or, with `stored`, one to be scored as it is.

    With `guess` an upload without a view gets the one that it shows.
    """

    data: bytes
    view: View | None
    judge: bool = True
    guess: bool = False
    stored: bool = False
    front_camera: bool = False


class Worker:
    """A process, started. Used by one thread at a time, and ended by any."""

    def __init__(self, model: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, model), daemon=True)
        self._process.start()
        theirs.close()
        self._ending = threading.Lock()
        self._networks: str | None = None

    def ready(self) -> str:
        """The networks that it has loaded, waited for. Raises `ModelError` or `WorkerError` where it could not."""
        if self._networks is None:
            try:
                told = self._answer(START)
            except Lost:
                raise WorkerError(
                    "a process that scores photos ends as soon as it begins: too little memory, or a broken "
                    "installation. Run: scarscore check"
                ) from None
            if isinstance(told, ModelError):
                raise told
            self._networks = str(told)
        return self._networks

    def ask(self, task: Task, seconds: float) -> Scored:
        """Have one photo done. Raises `Lost` where the process dies over it, `Overdue` after so many seconds."""
        self.ready()
        begun = time.monotonic()
        # One that takes nothing in would hold up the sender for ever; killed, it lets go of the pipe.
        overdue = threading.Timer(seconds, self._process.kill)
        overdue.start()
        try:
            self._pipe.send(task)
        except OSError:
            raise (Overdue(seconds) if time.monotonic() - begun >= seconds else Lost("ended")) from None
        finally:
            overdue.cancel()
        answer = self._answer(seconds)
        assert isinstance(answer, Scored)
        return answer

    def end(self) -> None:
        """End it at once; ended already, even by another thread that is about it, it stays so."""
        with self._ending:  # of two threads that close one pipe the second would close whatever has its number since
            self._process.kill()
            self._process.join()
            self._pipe.close()

    def _answer(self, seconds: float) -> object:
        try:
            if not self._pipe.poll(seconds):
                raise Overdue(seconds)
            return self._pipe.recv()
        except (EOFError, OSError):
            raise Lost("ended") from None


def limit_memory(most: int) -> None:
    """Let this process have so many bytes of address space at most, where the system can say so."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _serve(pipe: Connection, model: str) -> None:
    start_worker()
    try:
        limit_memory(MEMORY)
        scorer = _loaded(model)
    except ModelError as error:
        pipe.send(error)
        return
    from scarscore.serve.batch.rows import networks_text

    pipe.send(networks_text(scorer.model, scorer.region_model))
    while True:
        try:
            task: Task = pipe.recv()
        except EOFError:
            return
        pipe.send(_done(task, scorer))


def _loaded(model: str) -> Scorer:
    import cv2

    from scarscore.serve.scoring.score import Scorer

    cv2.setNumThreads(1)  # processes share the cores; OpenCV's own threads would fight over them
    return Scorer.load(model)


def _done(task: Task, scorer: Scorer) -> Scored:
    from scarscore.serve.records.intake import again, prepare

    try:
        if task.stored and task.view is not None:
            return again(task.data, task.view, scorer, front_camera=task.front_camera)
        return prepare(task.data, task.view, scorer, judge=task.judge, guess=task.guess)
    except Exception as error:  # noqa: BLE001 - a fault of ours that one photo brings out must not end the process
        logging.getLogger("scarscore").error("%s while scoring a photo", type(error).__name__)
        return Scored(b"", "", 0, 0, front_camera=False, answer=refusal(Reason.CRASHED))
