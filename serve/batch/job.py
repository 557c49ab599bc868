"""One batch from its list of photos to its output: read the journal, score the rest, write all rows.

With `--out` every row comes from the journal, also in a run that nothing interrupted; that is why a resumed
run writes the same bytes. Without it the rows go to standard output as they come, and there is no journal.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import click

from scarscore.model.bundle import DEFAULT
from scarscore.serve.batch import work
from scarscore.serve.batch.find import Found
from scarscore.serve.batch.journal import SUFFIX, Done, Job, Journal, digest_of, stamp_of
from scarscore.serve.batch.progress import Pace, shown
from scarscore.serve.batch.rows import SCORED, Row
from scarscore.serve.batch.run import Task, outcomes
from scarscore.serve.batch.work import Pictures
from scarscore.serve.batch.write import REGIONS, write_csv, write_whole
from scarscore.serve.scoring.result import View


@dataclass(frozen=True)
class Batch:
    """What is to be done: the photos of this shard in order, where the results go, and how."""

    photos: tuple[Found, ...]
    view: View | None  # of photos for which none is listed
    out: Path | None
    regions: Path | None
    pictures: Pictures
    workers: int
    resume: bool
    shard: str
    program: str  # the version of scarscore
    model: str = DEFAULT

    @property
    def tasks(self) -> Iterator[Task]:
        """Every photo with its place in the list."""
        return (Task(i, found.path, found.view or self.view, self.model) for i, found in enumerate(self.photos))

    @property
    def listed(self) -> tuple[str, ...]:
        """What a journal's rows depend on of the list: paths and views."""
        return tuple(f"{task.view or ''}:{task.path}" for task in self.tasks)


@dataclass
class Tally:
    """How the photos of a batch came out."""

    scored: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, counted as they pass."""
        for row in rows:
            if row.status == SCORED:
                self.scored += 1
            else:
                self.refused[str(row.reason)] += 1
            yield row


def journal_of(out: Path) -> Path:
    """Where the journal of an output lies."""
    return out.with_name(out.name + SUFFIX)


def run_batch(batch: Batch) -> tuple[Tally, Pace]:
    """Score a batch and write its output. Raises `UsageError` for the journal, and as `outcomes` does."""
    scorer = work.scorer(batch.model)
    models = f"{scorer.model.sha256} {scorer.region_model.sha256}"
    with _ended_by_signals():
        if batch.out is None:
            return _stream(batch)
        pictures = f"overlays {batch.pictures.overlays}, maps {batch.pictures.maps}"
        job = Job(batch.program, models, digest_of(batch.listed), pictures, batch.shard)
        with closing(_journal(batch, batch.out, job)) as journal:
            pace = _fill(journal, batch)
            tally = Tally()
            if batch.regions:
                write_whole(batch.regions, journal.rows(), REGIONS)
            write_whole(batch.out, tally.counted(journal.rows()))
            journal.discard()
        return tally, pace


def _stream(batch: Batch) -> tuple[Tally, Pace]:
    tally, pace = Tally(), Pace(len(batch.photos))

    def rows() -> Iterator[Row]:
        for _, outcome in results:
            yield outcome.row
            step()

    with closing(outcomes(batch.tasks, batch.pictures, batch.workers)) as results, shown(pace, True) as step:
        write_csv(tally.counted(rows()), sys.stdout.buffer)
    return tally, pace


def _journal(batch: Batch, out: Path, job: Job) -> Journal:
    def still_good(done: Done) -> bool:
        path = batch.photos[done.index].path
        return done.stamp == stamp_of(path) and batch.pictures.there(path, done.row)

    path = journal_of(out)
    return Journal.resume(path, job, still_good) if batch.resume else Journal.begin(path, job)


def _fill(journal: Journal, batch: Batch) -> Pace:
    """Score what the journal does not hold yet."""
    pace = Pace(len(batch.photos), done=len(journal))
    todo = (task for task in batch.tasks if task.index not in journal)
    results = outcomes(todo, batch.pictures, batch.workers, careful=batch.resume)
    try:
        with closing(results), shown(pace, False) as step:
            for index, outcome in results:
                journal.add(Done(index, outcome.stamp, outcome.row))
                step()
    except BaseException as stop:
        if not len(journal):
            journal.discard()  # nothing in it to go on from
        elif isinstance(stop, KeyboardInterrupt | SystemExit):
            click.echo(f"Stopped: {pace}. Add --resume to go on from here.", err=True)
        raise
    return pace


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let what a shell or a cluster ends us with take the same orderly way out as Ctrl-C."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.getsignal(getattr(signal, name)) for name in names}
    for name, handler in before.items():
        if handler is not signal.SIG_IGN:  # `nohup` wants it ignored
            signal.signal(getattr(signal, name), _leave)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _leave(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
