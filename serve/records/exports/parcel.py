"""A zip that says of each of its files what it must be: how exports and backups travel, and how they are read back.

`manifest.json` names the format, its version, and of every other file its size and SHA-256. What is read must be
exactly that: no other name, none twice, nothing larger, nothing changed. It proves that nothing was damaged or
exchanged on the way; who can write a new manifest can write a new parcel. No path in it ever reaches the disk.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from scarscore.serve.records.errors import Invalid, NewerRecords
from scarscore.serve.records.tables import Json

MANIFEST = "manifest.json"
MOST_FILES = 1_000_000
MOST_MANIFEST = 200_000_000  # bytes; a backup of a million photos needs 120 MB
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name: the same records give the same bytes
_PIECE = 1 << 20  # bytes
# What zipfile raises for a damaged or crafted file; NotImplementedError is its word for a method or version it lacks.
_DAMAGED = (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Part(BaseModel):
    """One file of a parcel."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Manifest(BaseModel):
    """What a parcel is and holds; `about` says what only this kind of parcel needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: str
    version: int
    about: Json
    files: dict[str, Part]


@dataclass(frozen=True)
class Item:
    """A file to be packed: its name, what gives its bytes in pieces, and whether packing can make it smaller."""

    name: str
    pieces: Callable[[], Iterable[bytes]]
    small: bool = False


def packed(kind: str, version: int, about: Json, items: Iterable[Item]) -> Iterator[bytes]:
    """The parcel piece by piece: only one file's piece is in memory at a time. The manifest comes last."""
    sink = _Sink()
    parts: dict[str, Part] = {}
    with zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for item in items:
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(item.name, item.small), "w", force_zip64=True) as file:
                for piece in item.pieces():
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                    yield sink.taken()
            parts[item.name] = Part(sha256=digest.hexdigest(), size=size)
        manifest = Manifest(format=kind, version=version, about=about, files=parts)
        archive.writestr(_info(MANIFEST, True), json.dumps(manifest.model_dump(), ensure_ascii=False, sort_keys=True))
        yield sink.taken()
    yield sink.taken()


class Parcel:
    """A parcel that is being read. Raises `Invalid` for whatever is not as its manifest says."""

    def __init__(self, file: IO[bytes], kind: str, version: int, largest: int) -> None:
        """`largest` is how many bytes all files may hold together, unpacked."""
        try:
            self._archive = zipfile.ZipFile(file)
            self._infos = {info.filename: info for info in self._archive.infolist()}
        except _DAMAGED:
            raise Invalid("this is no zip, or it is damaged: copy it again") from None
        self._check_entries(largest)
        self.manifest = self._manifest(kind, version)
        if set(self.manifest.files) | {MANIFEST} != set(self._infos):
            raise Invalid("the zip does not hold exactly the files that its manifest names")
        for name, part in self.manifest.files.items():
            if part.size != self._infos[name].file_size:
                raise Invalid("a file in the zip is not as long as its manifest says")

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes, piece by piece; raises at the end where they are not what the manifest names."""
        part, digest, size = self.manifest.files[name], hashlib.sha256(), 0
        try:
            with self._archive.open(self._infos[name]) as file:
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > part.size:
                        break
                    digest.update(piece)
                    yield piece
        except _DAMAGED:
            raise Invalid("the zip is damaged: copy it again") from None
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise Invalid("a file in the zip was changed since it was exported")

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises `Invalid` where there is none, or it was changed."""
        if name not in self.manifest.files:
            raise Invalid("the zip lacks a file that belongs in it")
        return b"".join(self.pieces(name))

    def _check_entries(self, largest: int) -> None:
        infos = self._archive.infolist()
        if len(infos) > MOST_FILES or len(infos) != len(self._infos):
            raise Invalid("the zip holds too many files, or one of them twice")
        if sum(info.file_size for info in infos) > largest:
            raise Invalid(f"unpacked, the zip would be over {largest // 1_000_000:,} MB")
        if any(info.flag_bits & 1 for info in infos):
            raise Invalid("the zip is locked with a password: unlock it first")

    def _manifest(self, kind: str, version: int) -> Manifest:
        if MANIFEST not in self._infos or self._infos[MANIFEST].file_size > MOST_MANIFEST:
            raise Invalid("this zip was not made by scarscore: it has no manifest")
        try:
            told: Any = json.loads(self._archive.read(MANIFEST))
            if not isinstance(told, dict) or told.get("format") != kind:
                raise Invalid(f"this zip is no {kind}")
            if isinstance(told.get("version"), int) and told["version"] > version:
                raise NewerRecords(f"this {kind} was made by a newer scarscore: update this one")
            return Manifest.model_validate(told)
        except (*_DAMAGED, RecursionError, ValidationError):
            raise Invalid("the zip's manifest is damaged: copy it again") from None


class _Sink(io.RawIOBase):
    """Takes what a zip writes and gives it away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It can be written, not read, and cannot go back."""
        return True

    def write(self, piece: Any) -> int:  # any buffer
        """Keep a piece until it is taken."""
        content = bytes(piece)
        self._pieces.append(content)
        return len(content)

    def taken(self) -> bytes:
        """What was written since."""
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content


def _info(name: str, small: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
    info.external_attr = 0o600 << 16
    return info
