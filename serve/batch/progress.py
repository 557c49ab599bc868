"""How a batch tells how far it is: a bar on a terminal, a plain line every few seconds elsewhere.

All of it on standard error, so that rows on standard output stay clean. Nothing here counts what was scored.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

SECONDS_BETWEEN_LINES = 5.0


@dataclass
class Pace:
    """How many of the photos are done, how fast they go and how long the rest will take."""

    total: int
    done: int = 0
    new: int = 0  # done in this run; the others were in the journal
    began: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """One more photo is done."""
        self.done += 1
        self.new += 1

    @property
    def seconds(self) -> float:
        """How long this run has lasted."""
        return max(time.monotonic() - self.began, 1e-6)

    @property
    def rate(self) -> float:
        """Photos a second in this run."""
        return self.new / self.seconds

    def __str__(self) -> str:
        left = f", {duration((self.total - self.done) / self.rate)} left" if self.new else ""
        return f"{self.done:,} of {self.total:,} photos, {self.rate:.1f} a second{left}"


def duration(seconds: float) -> str:
    """A time as people say it: `42 s`, `3 min 12 s`, `18 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


@contextmanager
def shown(pace: Pace, rows_on_stdout: bool) -> Iterator[Callable[[], None]]:
    """Show progress while the block runs; it calls what it is given after each photo.

    On a terminal that the rows themselves go to, nothing is shown between them.
    """
    if not sys.stderr.isatty():
        yield _lines(pace)
    elif rows_on_stdout and sys.stdout.isatty():
        yield pace.step
    else:
        with _bar(pace) as step:
            yield step


def _lines(pace: Pace) -> Callable[[], None]:
    last = time.monotonic()

    def step() -> None:
        nonlocal last
        pace.step()
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            click.echo(str(pace), err=True)

    return step


@contextmanager
def _bar(pace: Pace) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True), transient=True)
    with bar:
        task = bar.add_task(str(pace), total=pace.total, completed=pace.done)

        def step() -> None:
            pace.step()
            bar.update(task, completed=pace.done, description=str(pace))

        yield step
