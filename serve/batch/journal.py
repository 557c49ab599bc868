"""The record of a batch under way, beside its output: what lets a stopped batch go on where it was.

A text file of JSON lines, `scores.csv.journal`. The first names the job; each further line holds one photo's
row with the size and time of its file. Lines reach the operating system one by one, so that a killed process
loses none; what a power cut tears is dropped when the journal is read again. A journal is never overwritten:
the same job continues it, or the user deletes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from scarscore.serve.batch.rows import Row, kept, row_from
from scarscore.serve.errors import OutputError, UsageError

if sys.platform != "win32":
    import fcntl

SUFFIX = ".journal"
DIFFERENCES = {
    "journal": "another kind of journal",
    "program": "another version of scarscore",
    "model": "another network",
    "photos": "another list of photos (files were added, removed or renamed since, or their views)",
    "pictures": "other --overlays or --maps",
    "shard": "another --shard",
}


@dataclass(frozen=True)
class Stamp:
    """What tells whether a file is still the one that was scored: size and time, -1 where it has none."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Job:
    """All that the rows depend on: two runs of equal jobs over unchanged files write the same bytes."""

    program: str  # version
    model: str  # SHA-256 of the networks' files
    photos: str  # SHA-256 of the list of paths
    pictures: str  # where overlays and maps go
    shard: str
    journal: int = 3


@dataclass(frozen=True)
class Done:
    """One finished photo: its place in the list, its file as it was, its row."""

    index: int
    stamp: Stamp
    row: Row


def stamp_of(path: str) -> Stamp:
    """The file's size and time now."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return Stamp(-1, -1)
    return Stamp(status.st_size, status.st_mtime_ns)


def digest_of(paths: Sequence[str]) -> str:
    """The fingerprint of a list of paths."""
    return hashlib.sha256(b"\0".join(map(os.fsencode, paths))).hexdigest()


class Journal:
    """An open journal: `add` finished photos, read their `rows` back, `discard` it when all is written."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        """For `begin` and `resume`; `file` is unbuffered, so that nothing of ours waits in this process."""
        self.path = path
        self._file = file
        self._places: dict[int, int] = {}  # a photo's index to the byte where its line begins
        self._lock()

    @classmethod
    def begin(cls, path: Path, job: Job) -> Self:
        """A new journal. Raises `UsageError` where one lies already: it may hold hours of work."""
        try:
            journal = cls(path, path.open("xb", buffering=0))
        except FileExistsError:
            raise UsageError(
                f"{str(path)!r} was left by a batch that did not finish. Add --resume to go on where it "
                "stopped, or delete that file to begin again"
            ) from None
        except OSError as error:
            raise OutputError(f"{str(path)!r} cannot be written: {error.strerror}") from error
        journal._write(asdict(job))
        return journal

    @classmethod
    def resume(cls, path: Path, job: Job, still_good: Callable[[Done], bool]) -> Self:
        """The journal of the same job, less the photos that are not `still_good`; a new one where none lies.

        Raises `UsageError` where it is another job's, or where its batch is still running.
        """
        try:
            journal = cls(path, path.open("r+b", buffering=0))
        except FileNotFoundError:
            return cls.begin(path, job)
        except OSError as error:
            raise OutputError(f"{str(path)!r} cannot be read: {error.strerror}") from error
        journal._read(job, still_good)
        return journal

    def __contains__(self, index: int) -> bool:
        return index in self._places

    def __len__(self) -> int:
        return len(self._places)

    def add(self, done: Done) -> None:
        """Write down one finished photo. Raises `OutputError` where there is no room."""
        entry = {"index": done.index} | asdict(done.stamp) | {"row": kept(done.row)}
        self._places[done.index] = self._write(entry)

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the list."""
        with self.path.open("rb") as file:
            for index in sorted(self._places):
                file.seek(self._places[index])
                yield _parse(file.readline()).row

    def close(self) -> None:
        """Let go of the journal, for a later `resume`."""
        self._file.close()

    def discard(self) -> None:
        """Remove the journal: its rows are safe elsewhere."""
        self.close()
        self.path.unlink()

    def _read(self, job: Job, still_good: Callable[[Done], bool]) -> None:
        with self.path.open("rb") as file:
            first = file.readline()
            if first.endswith(b"\n"):
                _compare(self.path, first, job)
            end = len(first) if first.endswith(b"\n") else 0
            for line in file:
                try:
                    done = _parse(line)
                except (KeyError, TypeError, ValueError):
                    break  # the torn end
                if still_good(done):
                    self._places[done.index] = end
                else:
                    self._places.pop(done.index, None)
                end += len(line)
        self._file.truncate(end)
        self._file.seek(end)
        if not end:
            self._write(asdict(job))

    def _write(self, entry: Mapping[str, Any]) -> int:
        line = json.dumps(entry, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        place = self._file.tell()
        try:
            written = self._file.write(line)
        except OSError as error:
            raise OutputError(f"{str(self.path)!r} cannot be written: {error.strerror}. {_KEPT}") from error
        if written != len(line):
            raise OutputError(f"{str(self.path)!r} cannot be written: the disk is full. {_KEPT}")
        return place

    def _lock(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise UsageError(f"another scarscore is writing {str(self.path)!r}; wait until it ends") from None
        except OSError:
            return  # some network drives know no locks


_KEPT = "What is done so far is kept: make room and run the same command with --resume"


def _parse(line: bytes) -> Done:
    entry = json.loads(line)
    if not line.endswith(b"\n"):
        raise ValueError("a line without its end")
    return Done(int(entry["index"]), Stamp(entry["size"], entry["mtime_ns"]), row_from(entry["row"]))


def _compare(path: Path, first: bytes, job: Job) -> None:
    try:
        written = json.loads(first)
        differing = [name for name, value in asdict(job).items() if written.get(name) != value]
    except (AttributeError, ValueError):
        raise UsageError(f"{str(path)!r} is no journal of a batch; move it away or delete it") from None
    if differing:
        raise UsageError(
            f"{str(path)!r} was begun with {DIFFERENCES[differing[-1]]}. "
            "Finish it as it was begun, or delete that file to begin again"
        )
