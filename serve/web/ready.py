"""Whether the server can do what it is there for: it scores a made-up photo before it says that it is ready.

The photo is drawn by `datasets/synthetic`; scoring it loads the networks in the pool's processes, which refuse a file
whose hash is not the expected one. It takes seconds, so it happens in a thread while the server answers already. What
kept it from working can pass (a machine that was short of memory, a pool that was full), so it is tried until it works.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Event, Thread

from scarscore.model.errors import ModelError
from scarscore.serve.errors import ServeError
from scarscore.serve.records.scored import Scoring
from scarscore.serve.scoring.result import PhotoScore
from scarscore.serve.web.metrics import Metrics

PAUSE = 10.0  # seconds between two tries
END = 10.0  # seconds that a try may take to end once the pool is closed: it takes none
_LOG = logging.getLogger("scarscore")


@dataclass
class Readiness:
    """Whether photos can be scored, and why not."""

    is_ready: bool = False
    why: str = "the networks are still being loaded"
    stop: Event = field(default_factory=Event, repr=False)
    trying: Thread | None = field(default=None, repr=False)

    def end(self) -> None:
        """Try no more, and wait for the try that is under way; the pool is closed first, or it waits for that.

        A thread that Python ends with the process, inside a library's own code, makes the process abort.
        """
        self.stop.set()
        if self.trying is not None:
            self.trying.join(END)


def warm_up(scoring: Scoring, ready: Readiness, metrics: Metrics, pause: float = PAUSE) -> None:
    """Score a made-up photo in a thread of its own, until it works or `ready.stop` is set; `ready` says why not."""

    def until_it_works() -> None:
        _try(scoring, ready, metrics)
        while not ready.is_ready and not ready.stop.wait(pause):
            _try(scoring, ready, metrics)

    ready.trying = Thread(target=until_it_works, name="warm-up", daemon=True)
    ready.trying.start()


def made_up_photo() -> bytes:
    """A JPEG of synthetic skin with scars, the one that `scarscore check` scores."""
    from scarscore.serve.demo.course import as_jpeg, made_up_skin

    return as_jpeg(made_up_skin())


def _try(scoring: Scoring, ready: Readiness, metrics: Metrics) -> None:
    before = ready.why
    try:
        scored = scoring.score(made_up_photo(), None)
    except (ServeError, ModelError) as error:
        ready.why = str(error)
    except Exception as error:  # noqa: BLE001 - the server says that it is not ready, and goes on
        ready.why = f"a made-up photo could not be scored: {type(error).__name__}"
    else:
        ready.is_ready = isinstance(scored.answer, PhotoScore)
        ready.why = "" if ready.is_ready else "a made-up photo was refused: run `scarscore check`"
    metrics.ready.set(ready.is_ready)
    if not ready.is_ready and ready.why != before:  # told once, not at every try
        _LOG.error("not ready: %s", ready.why)
