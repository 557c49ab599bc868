"""Which files a batch is about: files, folders, manifests and lists become one list of paths in fixed order.

Every file found is listed, whatever its type: the scoring door decides what is a photo. Only names that begin
with a dot are passed over, inside folders. Nothing here opens a photo.
"""

from __future__ import annotations

import csv
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from scarscore.serve.errors import UsageError
from scarscore.serve.scoring.result import View

STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Found:
    """A file of a batch: its path, and the view that the user says it is; None where nothing is said.

    In the path bytes that are not UTF-8 are surrogates, as in Python's file functions.
    """

    path: str
    view: View | None = None


@dataclass(frozen=True)
class _Candidate:
    path: str  # as it will be shown
    real: str  # where it really lies
    linked: bool  # reached through a symbolic link
    view: View | None = None


def find(arguments: Sequence[str], stdin: BinaryIO, leave_out: Iterable[Path] = ()) -> tuple[Found, ...]:
    """Every file that the arguments name, each once, in the order of the bytes of their paths.

    An argument is a file, a folder (searched with its folders, hidden names passed over), a `.csv` manifest
    with a column `path` (and perhaps `view`), or `-` for paths on `stdin`. Of several names that
    lead to one file, one that is no symbolic link is kept. `leave_out` are files and folders, ours, that a search
    passes over. Raises `UsageError`.
    """
    left_out = frozenset(map(os.path.realpath, leave_out))
    candidates = [found for argument in arguments for found in _expand(argument, stdin, left_out)]
    candidates.sort(key=lambda found: (found.linked, os.fsencode(found.path)))
    once: dict[str, Found] = {}
    for found in candidates:
        kept = once.setdefault(found.real, Found(found.path, found.view))
        if None not in (kept.view, found.view) and kept.view is not found.view:
            raise UsageError(f"{found.path!r} is listed with two views, {kept.view} and {found.view}")
        once[found.real] = Found(kept.path, kept.view or found.view)
    return tuple(sorted(once.values(), key=lambda found: os.fsencode(found.path)))


def shard(found: Sequence[Found], number: int, count: int) -> tuple[Found, ...]:
    """The `number`-th (from 1) of `count` shares of a list; the shares together are the list."""
    return tuple(found[number - 1 :: count])


def is_manifest(path: Path) -> bool:
    """Whether an argument is read as a list of paths instead of as a photo."""
    return path.suffix.lower() == ".csv" and path.is_file()


def _expand(argument: str, stdin: BinaryIO, left_out: frozenset[str]) -> Iterator[_Candidate]:
    if argument == STANDARD_INPUT:
        return map(_named, _listed(stdin.read()))
    path = Path(argument)
    if not os.access(path, os.F_OK):
        raise UsageError(f"{argument!r} does not exist, or its folder may not be read")
    if path.is_dir():
        return _search(path, left_out)
    if is_manifest(path):
        return _manifest(path)
    return iter((_named(path),))


def _listed(text: bytes) -> Iterator[Path]:
    """Paths one a line, or, where there is a NUL anywhere, separated by NUL (`find -print0`)."""
    separated = b"\0" in text
    lines = text.split(b"\0" if separated else b"\n")
    names = lines if separated else (line.removesuffix(b"\r") for line in lines)
    return (Path(os.fsdecode(name)) for name in names if name)


def _manifest(path: Path) -> Iterator[_Candidate]:
    """The columns `path` and `view` of a CSV file; relative paths start at the file's own folder."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            table = csv.DictReader(file, strict=True)
            names = list(table.fieldnames or ())
            if "path" not in names:
                raise UsageError(f"the manifest {str(path)!r} has no column 'path' in its first line")
            if twice := next((name for name in ("path", "view") if names.count(name) > 1), None):
                raise UsageError(f"the manifest {str(path)!r} has the column {twice!r} twice: which of them counts?")
            for row in table:
                if not row["path"] or "\0" in row["path"]:
                    raise UsageError(f"line {table.line_num} of the manifest {str(path)!r} names no file")
                yield _named(path.parent / row["path"], _view(row.get("view"), table.line_num, path))
    except (OSError, csv.Error) as error:
        raise UsageError(f"the manifest {str(path)!r} cannot be read: {error}") from error


def _view(text: str | None, line: int, manifest: Path) -> View | None:
    try:
        return View(text.strip().lower()) if text and text.strip() else None
    except ValueError:
        raise UsageError(
            f"line {line} of the manifest {str(manifest)!r}: the view {text!r} is none of {', '.join(View)}"
        ) from None


def _search(top: Path, left_out: frozenset[str]) -> Iterator[_Candidate]:
    """The files below a folder: each real folder once, so that a loop of links ends, and links last."""
    seen = set(left_out)
    folders = deque([_Candidate(str(top), os.path.realpath(top), linked=False)])
    links: deque[_Candidate] = deque()
    while folders or links:
        folder = folders.popleft() if folders else links.popleft()
        if folder.real in seen:
            continue
        seen.add(folder.real)
        try:
            entries = sorted(os.scandir(folder.path), key=lambda entry: os.fsencode(entry.name))
        except OSError:
            yield folder  # gets a refused row: a folder of photos must not be missed in silence
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            found = _entry(entry, folder)
            if _holds(entry.is_dir):
                (links if entry.is_symlink() else folders).append(found)
            elif found.real not in left_out:
                yield found


def _entry(entry: os.DirEntry[str], folder: _Candidate) -> _Candidate:
    linked = entry.is_symlink()
    real = os.path.realpath(entry.path) if linked else f"{folder.real.rstrip(os.sep)}{os.sep}{entry.name}"
    return _Candidate(str(Path(entry.path)), real, linked or folder.linked)


def _named(path: Path, view: View | None = None) -> _Candidate:
    linked = _holds(path.is_symlink)
    real = os.path.realpath(path) if linked else f"{_real_folder(path.parent)}{os.sep}{path.name}"
    return _Candidate(str(path), real, linked, view)


def _holds(question: Callable[[], bool]) -> bool:
    """The file system's answer; no where it has none (a link to itself, a name that is too long)."""
    try:
        return question()
    except OSError:
        return False


@lru_cache(maxsize=1024)
def _real_folder(folder: Path) -> str:
    return os.path.realpath(folder).rstrip(os.sep)
